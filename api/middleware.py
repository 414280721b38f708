"""What happens to every request: an id and a log line, one answer to the unexpected, the key, a bound on the body."""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from typing import Final

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException as FrameworkError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.config import Settings
from api.error_handlers import error_response
from api.errors import DomainError, TooLarge, Unauthenticated
from api.services.job_errors import ShuttingDown
from api.shutdown import is_shutting_down
from api.utils.logger import logger

EXPOSED_HEADERS: Final = ("ETag", "X-Request-ID", "Retry-After", "X-Total-Count", "Location")
OPEN_PATHS: Final = frozenset({"/api/health"})
"""What needs no key."""
UPLOAD_PATHS: Final = frozenset(
    {
        "/api/staging/blb-tables/upload",
        "/api/staging/blb-tables/upload-file",
        "/api/staging/tracking/upload",
        "/api/staging/tracking/upload-file",
        "/api/raw/files",
    }
)
"""What takes tables and files of the league, which are larger than other bodies."""
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")


class InternalError(DomainError):
    """Something that we did not expect; the log has it under the request id."""


def add_middleware(app: FastAPI, settings: Settings, new_id: Callable[[], str]) -> None:
    """Put the layers around the routes. The last one added is the outermost.

    CORS lies outside everything that can answer, so that errors carry its headers too.
    """
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, max_upload_bytes=settings.max_upload_bytes)
    if settings.admin_api_key is not None:
        app.add_middleware(ApiKey, key=settings.admin_api_key.get_secret_value())
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=EXPOSED_HEADERS,
    )
    app.add_middleware(RequestLog, new_id=new_id)


class RequestLog:
    """Gives each request its id, which the answer and every log line carry, and logs one line when it is answered."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except asyncio.CancelledError:  # how Uvicorn ends what is still open some time after the signal
                if not is_shutting_down(scope["app"]):
                    raise
                if status == 0:
                    await error_response(ShuttingDown(), request_id)(scope, receive, send_with_id)
            finally:
                logger.info(
                    "request",
                    method=scope["method"],
                    route=_route_of(scope),
                    status=status,
                    ms=round((time.perf_counter() - started) * 1000, 2),
                )

    def _id_of(self, scope: Scope) -> str:
        """The caller's own id where it is a sane one."""
        given = Headers(scope=scope).get("x-request-id", "")
        return given if _REQUEST_ID.fullmatch(given) else self._new_id()


class UnexpectedErrors:
    """Logs what nobody expected and answers 500, without a word of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noting_the_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting_the_start)
        except Exception as error:  # the outermost catch: an answer is owed whatever happened
            logger.exception("unexpected_error", route=_route_of(scope), error=type(error).__name__)
            if started:
                raise  # half an answer is out: the server closes the connection
            response = error_response(InternalError("Internal server error"), scope["state"]["request_id"])
            await response(scope, receive, send)


class ApiKey:
    """Asks for the admin's key in `X-API-Key`, on every path but the open ones."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._digest = _digest(key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS and not self._has_key(scope):
            error = Unauthenticated("This server asks for its API key in the X-API-Key header")
            await error_response(error, scope["state"]["request_id"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _has_key(self, scope: Scope) -> bool:
        given = Headers(scope=scope).get("x-api-key", "").encode("latin-1")  # the bytes as they were sent
        return hmac.compare_digest(_digest(given), self._digest)  # of digests: the length takes the same time too


class BodyLimit:
    """Refuses a body of more than so many bytes, by its announced length or as it comes."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_upload_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_upload_bytes = max(max_bytes, max_upload_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = self._max_upload_bytes if scope["path"] in UPLOAD_PATHS else self._max_bytes
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > max_bytes:
            await error_response(body_too_large(max_bytes), scope["state"]["request_id"])(scope, receive, send)
            return
        received = 0

        async def bounded_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > max_bytes:
                # the framework lets its own refusals through while it reads a body, and no other exception
                raise FrameworkError(413) from body_too_large(max_bytes)
            return message

        await self._app(scope, bounded_receive, send)


def body_too_large(max_bytes: int) -> TooLarge:
    """The refusal of a body over the limit."""
    return TooLarge(f"The body is larger than the {max_bytes:,} bytes that this server takes")


def _route_of(scope: Scope) -> str:
    """The route's pattern, which does not vary with ids; the start of the path where no route was found."""
    pattern = getattr(scope.get("route"), "path", None)
    return pattern if isinstance(pattern, str) else str(scope["path"])[:200]


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
