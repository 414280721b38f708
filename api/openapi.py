"""The OpenAPI document: what FastAPI makes of the routes, put right where this service answers otherwise."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

TAGS: Final = [
    {"name": "Service", "description": "How the service is."},
    {"name": "ETL", "description": "Turn the tracked games into published tables, and watch it happen."},
    {"name": "Upload", "description": "Bring the published tables into the database that the dashboard reads."},
    {"name": "Staging", "description": "Correct the league's data so that the correction sticks."},
    {"name": "Games", "description": "The schedule with its corrections, and how far each game is tracked."},
    {"name": "Tables", "description": "Browse what is published, take it as CSV, and read what each column means."},
    {"name": "ML", "description": "Expected goals, ratings and predictions."},
]
_OPEN: Final = {"/api/health"}
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")


def openapi_document(app: FastAPI, *, has_key: bool) -> dict[str, Any]:
    """The document of this application. Wrong requests are 400 here, never 422; with a key, it says where it goes."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = document.get("components", {}).get("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            if has_key and path not in _OPEN:
                operation["security"] = [{"ApiKey": []}]
    if has_key:
        document["components"]["securitySchemes"] = {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    return document
