"""What happens to every request: an id, a log line, one answer to the unexpected; and the order of all layers."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auditing import Auditing
from api.bounds import BodyBounds, Limits
from api.compression import Compression
from api.config import Settings
from api.error_handlers import error_response
from api.errors import DomainError
from api.headers import SecurityHeaders
from api.identity import Identity
from api.limiting import Limiting
from api.services.job_errors import ShuttingDown
from api.services.rate_limits import RateLimits
from api.shutdown import is_shutting_down
from api.sockets import LONGEST_SEND_SECONDS, LOOK_AGAIN_SECONDS, SocketBounds, SocketErrors, SocketRecord
from api.utils.logger import lines_of_request, logger

if TYPE_CHECKING:
    from api.services.metrics import HttpMetrics, Metrics

EXPOSED_HEADERS: Final = (
    *("ETag", "X-Request-ID", "Retry-After", "X-Total-Count", "Location"),
    *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
)
_UNMATCHED: Final = "unmatched"
"""Where nothing is, and whatever was refused before its route was looked for."""
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class InternalError(DomainError):
    """Something that we did not expect; the log has it under the request id."""


def add_middleware(app: FastAPI, settings: Settings, metrics: "Metrics", *, portal_api: str | None) -> None:
    """Put the layers around the routes. The last one added is the outermost.

    CORS lies outside everything that can answer, so that errors carry its headers too. `portal_api` is another API that
    the portal's page asks, if it does.
    """
    bounds = Limits(
        settings.max_body_bytes, settings.max_upload_bytes, settings.max_json_depth, settings.request_timeout_seconds
    )
    limits = RateLimits(
        reads=settings.reads_per_minute,
        writes=settings.writes_per_minute,
        streams=settings.max_streams,
        time=time.monotonic,
    )
    app.add_middleware(Auditing)
    app.add_middleware(BodyBounds, limits=bounds)
    app.add_middleware(SocketBounds, send_seconds=LONGEST_SEND_SECONDS, look_seconds=LOOK_AGAIN_SECONDS)
    app.add_middleware(Limiting, limits=limits)
    app.add_middleware(Identity, trusted_proxies=settings.trusted_proxies, origins=settings.cors_origins)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(SocketErrors)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=EXPOSED_HEADERS,
    )
    app.add_middleware(Compression)
    app.add_middleware(
        SecurityHeaders, tls=settings.environment == "production", connect=asked_by_pages(settings, portal_api)
    )
    app.add_middleware(RequestRecord, metrics=metrics.http, request_id_of=app.state.request_id_of)
    app.add_middleware(SocketRecord, metrics=metrics.sockets, request_id_of=app.state.request_id_of)


def asked_by_pages(settings: Settings, api: str | None) -> list[str]:
    """The origins that pages ask besides this server: where people sign in, and another API, by WebSocket too."""
    project = settings.supabase_url if settings.supabase_anon_key else None
    other = urlsplit(api) if api else None
    origins = (
        [f"{scheme}://{other.netloc}" for scheme in (other.scheme, other.scheme.replace("http", "ws"))] if other else []
    )
    return [*origins, *([project] if project else [])]


class RequestRecord:
    """Gives each request its id, which the answer and every log line carry; when it is answered, logs and counts it."""

    def __init__(self, app: ASGIApp, metrics: "HttpMetrics", request_id_of: Callable[[Scope], str]) -> None:
        self._app = app
        self._metrics = metrics
        self._request_id_of = request_id_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        started = time.perf_counter()
        self._metrics.began()
        with lines_of_request(request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except asyncio.CancelledError:  # how Uvicorn ends what is still open some time after the signal
                if not is_shutting_down(scope["app"]):
                    raise
                if status == 0:
                    await error_response(ShuttingDown(), request_id)(scope, receive, send_with_id)
            finally:
                self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        pattern = _pattern_of(scope)
        self._metrics.ended(pattern or _mounted(scope) or _UNMATCHED, scope["method"], status, seconds)
        route = pattern or str(scope["path"])[:200]
        logger.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 2))


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
            logger.exception("unexpected_error", route=_pattern_of(scope), error=type(error).__name__)
            if started:
                raise  # half an answer is out: the server closes the connection
            response = error_response(InternalError("Internal server error"), scope["state"]["request_id"])
            await response(scope, receive, send)


def request_id(new_id: Callable[[], str], scope: Scope) -> str:
    """The caller's own id where it is a sane one, else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode("ascii") if _REQUEST_ID.fullmatch(given) else new_id()


def _pattern_of(scope: Scope) -> str | None:
    """The route's pattern, which does not vary with ids; None where no route was found."""
    pattern = getattr(scope.get("route"), "path", None)
    return pattern if isinstance(pattern, str) else None


def _mounted(scope: Scope) -> str | None:
    """The folder of files that a path lies in, as a pattern; None where it lies in none."""
    return f"{scope['root_path']}/{{path}}" if "app_root_path" in scope else None
