"""The security headers of every answer."""

from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DATA_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'; sandbox"
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pages load from this server only, and run no script or style that stands in a page."""
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_TLS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
RESPONSE_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
"""How an answer begins; the second where a WebSocket is refused at the handshake."""
_NOT_MODIFIED: Final = 304
_NOT_KEPT: Final = (b"cache-control", b"no-store")


class SecurityHeaders:
    """Adds them; answers of the API that say nothing of caches are kept by none.

    `connect` are the origins besides this one that the pages may ask.
    """

    def __init__(self, app: ASGIApp, *, tls: bool, connect: Iterable[str] = ()) -> None:
        self._app = app
        always = self._unchanged = (*_ALWAYS, _TLS_ONLY) if tls else _ALWAYS
        self._data = (*always, (b"content-security-policy", _DATA_POLICY))
        policy = _PAGE_POLICY.format(connect=" ".join(["'self'", *connect]))
        self._page = (*always, (b"content-security-policy", policy.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in RESPONSE_STARTS:
                headers = message.setdefault("headers", [])
                is_page = is_kept = False
                for name, value in headers:
                    is_page = is_page or (name == b"content-type" and value.startswith(b"text/html"))
                    is_kept = is_kept or name == b"cache-control"
                policy = self._page if is_page else self._data
                # a 304 tells no type, and a browser puts its headers in the place of those that it has kept
                added = self._unchanged if message["status"] == _NOT_MODIFIED else policy
                message["headers"] = [*headers, *added]
                if not is_kept and scope["path"].startswith("/api/"):
                    message["headers"].append(_NOT_KEPT)
            await send(message)

        await self._app(scope, receive, send_with_headers)
