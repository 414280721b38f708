"""Smaller answers: what may be large is compressed for whoever takes it."""

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_MAY_BE_LARGE: Final = (
    *("/portal/", "/docs/files/", "/openapi.json"),
    *("/api/tables", "/api/staging/", "/api/games", "/api/explain/"),
    *("/api/etl/history", "/api/upload/history", "/api/upload/schema", "/api/ml/"),
)
"""Not what is polled, which would cost time and save nothing; nor what holds a secret, which its length could tell."""
_LEAST_BYTES: Final = 1_000
_LEVEL: Final = 5
"""A quarter of the time of the usual 9 (2 ms for the shifts of a game) for a sixth more bytes."""


class Compression:
    """Compresses the files of the pages, tables and lists with gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=_LEAST_BYTES, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        large = scope["type"] == "http" and scope["path"].startswith(_MAY_BE_LARGE)
        await (self._compressed if large else self._app)(scope, receive, send)
