"""The one mapping of errors to HTTP: `{"detail", "code", "request_id"}`, and `errors` where a request is wrong."""

from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, Final, get_args

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic_core.core_schema import ErrorType
from starlette.exceptions import HTTPException as FrameworkError

from api.errors import DomainError, FieldError, InvalidRequest
from api.services.disk_space import DiskFull
from api.utils.logger import logger
from snapshot.files import is_full

_SHOWN_ERRORS: Final = 20
_SHOWN_IN_DETAIL: Final = 3
_CODES: Final[Mapping[int, str]] = {404: "not_found", 405: "method_not_allowed"}


class FieldErrorBody(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(description="its dotted place, such as `options.wipe`")
    message: str


class ErrorBody(BaseModel):
    """The body of every error."""

    detail: str = Field(description="one sentence to show to a person")
    code: str = Field(description="a fixed word for programs")
    request_id: str = Field(description="the `X-Request-ID` of this answer, for asking the operator")


class InvalidRequestBody(ErrorBody):
    """The body of the answer to a wrong request."""

    errors: list[FieldErrorBody] = Field(description="what is wrong, field by field; may be empty")


def body_of(error: DomainError, request_id: str) -> dict[str, object]:
    """The JSON body of an error."""
    sentence = {"detail": _text(error.message), "code": error.code, "request_id": request_id}
    body: dict[str, object] = sentence | error.facts()
    if isinstance(error, InvalidRequest):
        body["errors"] = [{"field": _text(e.field), "message": _text(e.message)} for e in error.errors]
    return body


def error_response(error: DomainError, request_id: str) -> JSONResponse:
    """The whole answer to an error."""
    return JSONResponse(body_of(error, request_id), status_code=error.status, headers=error.headers())


def documented(*examples: DomainError) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the errors that a route can answer with; each instance given is also its example.

    Their schemas are named, not built: the framework would build one for each status of each route, which took a third
    of the start. `api.openapi` adds them to the document.
    """
    responses: dict[int | str, dict[str, Any]] = {}
    for error in examples:
        model = InvalidRequestBody if isinstance(error, InvalidRequest) else ErrorBody
        schema = {"$ref": f"#/components/schemas/{model.__name__}"}
        response = responses.setdefault(
            error.status,
            {
                "description": HTTPStatus(error.status).phrase,
                "content": {"application/json": {"schema": schema, "examples": {}}},
            },
        )
        summary = (type(error).__doc__ or "").partition("\n")[0]
        response["content"]["application/json"]["examples"][error.code] = {
            "summary": summary,
            "value": body_of(error, "5f0d6c1e9f6b4f0c8a52c7e1d9b3a4f6"),
        }
    return responses


def register_error_handlers(app: FastAPI) -> None:
    """Give the application the handlers for domain errors, wrong requests and the framework's own refusals."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _wrong_request)
    app.add_exception_handler(FrameworkError, _framework_error)
    app.add_exception_handler(WebSocketRequestValidationError, _wrong_socket_request)
    app.add_exception_handler(OSError, _file_error)


async def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class; the check is for the type checker
    if request.scope["type"] == "websocket":
        raise error  # to `api.sockets`, which closes it
    return error_response(error, request.state.request_id)


async def _wrong_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    return error_response(invalid_request(error.errors()), request.state.request_id)


async def _wrong_socket_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WebSocketRequestValidationError)  # noqa: S101 - as above
    raise invalid_request(error.errors())  # to `api.sockets`, as above


async def _file_error(request: Request, error: Exception) -> JSONResponse:
    """A full disk meets whoever stores something, wherever that is; any other fault of a file is unexpected."""
    if not is_full(error):
        raise error
    logger.error("disk_full", route=request.url.path[:200])
    return error_response(DiskFull(), request.state.request_id)


async def _framework_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FrameworkError)  # noqa: S101 - as above
    request_id = request.state.request_id
    if isinstance(error.__cause__, OSError):  # an upload is kept in a temporary file while it is read
        return await _file_error(request, error.__cause__)
    if isinstance(error.__cause__, DomainError):  # ours, raised where the framework lets only its own errors through
        return error_response(error.__cause__, request_id)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return error_response(InvalidRequest("The body cannot be read"), request_id)
    body = {
        "detail": _framework_sentence(request, error.status_code),
        "code": _CODES.get(error.status_code, "http_error"),
        "request_id": request_id,
    }
    return JSONResponse(body, status_code=error.status_code, headers=dict(error.headers or {}))


def _framework_sentence(request: Request, status: int) -> str:
    if status == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {_text(request.url.path)[:200]}"
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.method} is not possible at {_text(request.url.path)[:200]}"
    return HTTPStatus(status).phrase


def invalid_request(errors: Sequence[Mapping[str, Any]]) -> InvalidRequest:
    """Pydantic's list of errors as one domain error with a readable sentence."""
    found = [FieldError(_place(e), _message(e)) for e in errors]
    sentences = [
        f"{field.field}: {field.message}" if field.field and e["type"] in _pydantics_own() else field.message
        for field, e in zip(found, errors, strict=True)
    ]
    detail = "; ".join(sentences[:_SHOWN_IN_DETAIL])
    more = len(sentences) - _SHOWN_IN_DETAIL
    return InvalidRequest(f"{detail}; and {more} more" if more > 0 else detail, found[:_SHOWN_ERRORS])


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return f"The body is not valid JSON: {error['ctx']['error']} (at character {error['loc'][-1]})"
    return "There is no such field" if error["type"] == "extra_forbidden" else str(error["msg"])


def _place(error: Mapping[str, Any]) -> str:
    """`("body", "game_ids", 2)` as `game_ids.2`; the part of the request that holds it says nothing to a person."""
    location: Sequence[int | str] = error["loc"][:1] if error["type"] == "json_invalid" else error["loc"]
    if location and location[-1:] != location[:1] and location[0] in {"body", "query", "path", "header"}:
        location = location[1:]
    return ".".join(str(part) for part in location)[:200]


@cache
def _pydantics_own() -> frozenset[str]:
    """The error types whose messages do not say which field is meant; our own messages do."""
    return frozenset(get_args(ErrorType)) - {"json_invalid"}


def _text(text: str) -> str:
    """Text that can be sent: a JSON body may hold lone surrogates, which UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
