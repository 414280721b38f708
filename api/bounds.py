"""Bounds on the body of a request: its size, how deep it is nested, and how long it may take to arrive."""

import asyncio
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as FrameworkError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import DomainError, InvalidRequest, TooLarge

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
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)  # an open one too, or it would be tried at each quote
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"[]{}"))
_SMALL: Final = 100_000


class TooDeep(InvalidRequest):
    """The JSON of the body is nested deeper than the service reads."""

    code = "too_deep"


class TooSlow(DomainError):
    """The body took longer to arrive than the server waits."""

    status = 408
    code = "too_slow"

    def headers(self) -> dict[str, str]:
        """The rest of the body may still come: the connection is of no more use."""
        return {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings allow."""

    max_bytes: int
    max_upload_bytes: int
    max_depth: int
    seconds: float


class BodyBounds:
    """Refuses a body when the route reads it, which is after it has let the caller in."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        limits = self._limits
        max_bytes = (
            max(limits.max_bytes, limits.max_upload_bytes) if scope["path"] in UPLOAD_PATHS else limits.max_bytes
        )
        await self._app(scope, _Body(scope, receive, max_bytes, limits).receive, send)


class _Body:
    """A body as it comes."""

    def __init__(self, scope: Scope, receive: Receive, max_bytes: int, limits: Limits) -> None:
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "0")
        self._announced = int(announced[:20]) if announced.isdecimal() else 0
        self._receive = receive
        self._max_bytes = max_bytes
        self._max_depth = limits.max_depth if "json" in headers.get("content-type", "").lower() else None
        self._give_up_at = asyncio.get_running_loop().time() + limits.seconds
        self._received = 0
        self._pieces: list[bytes] = []
        self._complete = False

    async def receive(self) -> Message:
        """The next piece.

        Raises:
            FrameworkError: with the refusal as its cause, since the framework lets its own refusals through while it
                reads a body, and no other exception.
        """
        if self._complete:
            return await self._receive()
        if self._announced > self._max_bytes:
            raise FrameworkError(413) from body_too_large(self._max_bytes)
        try:
            async with asyncio.timeout_at(self._give_up_at):
                message = await self._receive()
        except TimeoutError:
            raise FrameworkError(408) from TooSlow("The body of the request did not arrive in time")
        piece = message.get("body", b"")
        self._received += len(piece)
        if self._received > self._max_bytes:
            raise FrameworkError(413) from body_too_large(self._max_bytes)
        self._complete = not message.get("more_body", False)
        if self._max_depth is not None:
            self._pieces.append(piece)
            if self._complete:
                await self._check_depth(self._max_depth)
        return message

    async def _check_depth(self, max_depth: int) -> None:
        body = b"".join(self._pieces)
        self._pieces.clear()
        is_deep = (
            is_deeper(body, max_depth) if len(body) < _SMALL else await asyncio.to_thread(is_deeper, body, max_depth)
        )
        if is_deep:
            raise FrameworkError(400) from TooDeep(f"The body is nested deeper than {max_depth} levels")


def is_deeper(body: bytes, depth: int) -> bool:
    """Whether JSON is nested deeper than this; pairs without anything between them are taken out, level by level."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKET)
    for _ in range(depth):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    # what is left is too deep, or no JSON, which the parser says better
    return _deepest(_STRING.sub(b"", body).translate(None, _NO_BRACKET)) > depth


def _deepest(brackets: bytes) -> int:
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def body_too_large(max_bytes: int) -> TooLarge:
    """The refusal of a body over the limit."""
    return TooLarge(f"The body is larger than the {max_bytes:,} bytes that this server takes")
