"""The OpenAPI document: what FastAPI makes of the routes, put right where this service answers otherwise."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.bounds import TooDeep, TooSlow
from api.error_handlers import ErrorBody, InvalidRequestBody, documented
from api.errors import DomainError
from api.models.access import Role
from api.permissions import declared_role, routes_of
from api.services.access_errors import (
    NO_CREDENTIALS,
    BadCredentials,
    IssuerDown,
    NotLoggedIn,
    OnThisMachineOnly,
    RoleTooLow,
    TooManyFailures,
)
from api.services.rate_limits import Allowance, RateExceeded, TooManyStreams

TAGS: Final = [
    {"name": "Service", "description": "How the service is."},
    {"name": "Access", "description": "Who may come in, and who did what."},
    {"name": "ETL", "description": "Turn the tracked games into published tables, and watch it happen."},
    {"name": "Jobs", "description": "Jobs of all kinds: list them, or be told of every change (docs/live.md)."},
    {"name": "Upload", "description": "Bring the published tables into the database that the dashboard reads."},
    {"name": "Snapshots", "description": "The published leagues that are kept, and going back to one."},
    {"name": "Staging", "description": "Correct the league's data so that the correction sticks."},
    {"name": "Games", "description": "The schedule with its corrections, and how far each game is tracked."},
    {"name": "Tables", "description": "Browse what is published, take it as CSV, and read what each column means."},
    {"name": "ML", "description": "Expected goals, ratings and predictions."},
]
_ELSEWHERE: Final = "This server has no authentication and answers its own machine only: the request comes from another"
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")
_SCHEMES: Final = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}
_REFUSALS: Final = (
    NotLoggedIn(NO_CREDENTIALS),
    BadCredentials("This API key was revoked"),
    TooManyFailures("Too many wrong keys came from your address; wait a minute", retry_after_seconds=60),
    IssuerDown("The issuer of the token does not answer, so the token cannot be checked; try again"),
)
_ANYONES: Final = (
    RateExceeded(Allowance(60_000, 0, 41)),
    TooManyStreams("You have 500 requests open, which is all that you may have at once", retry_after_seconds=1),
)
_WITH_BODY: Final = (
    TooDeep("The body is nested deeper than 32 levels"),
    TooSlow("The body of the request did not arrive in time"),
)


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The document of this application: wrong requests are 400 here, never 422; each operation names its role."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = document.get("components", {}).get("schemas", {})
    schemas |= _error_schemas()
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    for route in routes_of(app):
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(document["paths"][route.path_format][method.lower()], declared_role(route))
    document["components"]["securitySchemes"] = _SCHEMES
    return document


def _error_schemas() -> dict[str, Any]:
    """The bodies of errors, which the routes' responses name."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (ErrorBody, "serialization"),
        (InvalidRequestBody, "serialization"),
    ]
    _, document = models_json_schema(models, ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = document["$defs"]
    return found


def _complete(operation: dict[str, Any], role: Role | None) -> None:
    """Add to an operation what is true of every one of its kind."""
    responses = operation["responses"]
    responses.pop("422", None)
    refusals: list[DomainError] = [*_ANYONES, *(_WITH_BODY if "requestBody" in operation else ())]
    if role is not None:
        operation["security"] = [{name: []} for name in _SCHEMES]
        operation["description"] += f"\n\nRole: **{role}**."
        refusals += [*_REFUSALS, RoleTooLow(role, None), OnThisMachineOnly(_ELSEWHERE)]
    for status, given in documented(*refusals).items():
        described = responses.setdefault(str(status), {"description": given["description"], "content": {}})
        content = described.setdefault("content", {}).setdefault("application/json", {})
        error = given["content"]["application/json"]
        content.setdefault("schema", error["schema"])
        content["examples"] = error["examples"] | content.get("examples", {})
