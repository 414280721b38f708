"""Bounds on callers: requests a minute, requests open at once, wrong keys."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.error_handlers import error_response
from api.errors import DomainError
from api.models.access import Caller
from api.services.access_errors import BadCredentials
from api.services.rate_limits import Allowance, RateExceeded, RateLimits, neighbourhood

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
READING_PATHS: Final = frozenset({"/api/ml/predict", "/api/ml/predict/batch"})
"""What is asked with a body and changes nothing."""
LOG_IN_PATH: Final = "/api/auth/token"
_UNAUTHENTICATED: Final = 401


class Limiting:
    """Counts requests by the caller's key or account, or by address where there is no caller."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        who = _counted_as(scope)
        try:
            self._check_failures(scope)
            is_write = scope["type"] == "http" and not is_reading(scope)
            allowance = self._limits.count(who, is_write=is_write)
            self._limits.open(who)
        except DomainError as refusal:
            if scope["type"] == "websocket":
                raise
            await _refuse(refusal, scope, receive, send)
            return
        try:
            await self._app(scope, receive, self._telling(scope, send, allowance))
        finally:
            self._limits.close(who)

    def _check_failures(self, scope: Scope) -> None:
        is_wrong = isinstance(scope["state"]["caller"], BadCredentials)
        if is_wrong or scope["path"] == LOG_IN_PATH:
            self._limits.check_failures(scope["state"]["address"])
        if is_wrong:
            self._limits.note_failure(scope["state"]["address"])

    def _telling(self, scope: Scope, send: Send, allowance: Allowance) -> Send:
        """Sends with the headers, and notes a log-in that failed."""
        if scope["type"] != "http":
            return send

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_headers(allowance)]
                if scope["path"] == LOG_IN_PATH and message["status"] == _UNAUTHENTICATED:
                    self._limits.note_failure(scope["state"]["address"])
            await send(message)

        return send_with_headers


def is_reading(scope: Scope) -> bool:
    """Whether a request changes nothing."""
    return scope["method"] in READING or scope["path"] in READING_PATHS


def _counted_as(scope: Scope) -> str:
    caller = scope["state"]["caller"]
    return caller.id if isinstance(caller, Caller) else f"address:{neighbourhood(scope['state']['address'])}"


def _headers(allowance: Allowance) -> list[tuple[bytes, bytes]]:
    return [
        (b"ratelimit-limit", b"%d" % allowance.limit),
        (b"ratelimit-remaining", b"%d" % allowance.remaining),
        (b"ratelimit-reset", b"%d" % allowance.reset_seconds),
    ]


async def _refuse(refusal: DomainError, scope: Scope, receive: Receive, send: Send) -> None:
    response = error_response(refusal, scope["state"]["request_id"])
    if isinstance(refusal, RateExceeded):
        response.raw_headers.extend(_headers(refusal.allowance))
    await response(scope, receive, send)
