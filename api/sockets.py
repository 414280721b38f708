"""What happens to every WebSocket: a record, one way to refuse and to close, and bounds on how long it may go on.

A socket is closed with 4000 and the status that a request would have been answered with: 4401, 4404, 4429. Browsers
tell a page nothing of a handshake that fails, so whoever is refused is let through it to read why; only a page of
another site and a foreign machine are refused at the door.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from api.error_handlers import body_of, error_response
from api.errors import DomainError, NotFound
from api.models.access import Caller
from api.permissions import declared_role, require
from api.services.access_errors import BadCredentials, ForeignPage, OnThisMachineOnly
from api.services.job_errors import ShuttingDown
from api.services.together import first_of
from api.utils.logger import lines_of_request, logger

if TYPE_CHECKING:
    from uvicorn import Server

    from api.services.metrics import SocketMetrics

PROTOCOL: Final = "benchsight"
"""The sub-protocol; browsers that offer one (see `api.identity`) hang up unless one is chosen."""
LONGEST_MESSAGE_BYTES: Final = 4096
"""Of what a client sends, which is nothing that anybody waits for; longer messages are not even read (1009)."""
LONGEST_SEND_SECONDS: Final = 10.0
"""How long a client may leave unread what was sent; the server keeps no more than that for it meanwhile."""
LOOK_AGAIN_SECONDS: Final = 2.0
"""How often a caller is looked at again; with `SYNC_SECONDS` a revoked key ends its sockets within five seconds."""
_AT_THE_DOOR: Final = (ForeignPage, OnThisMachineOnly)
_ENDED_BY_RESTART: Final = 1012
_UNEXPECTED: Final = 1011
_HUNG_UP: Final = 1006
_LONGEST_REASON_BYTES: Final = 123  # of a close frame
_FIRST_CODE: Final = 4000


class ClientTooSlow(DomainError):
    """The client has not read for too long; it can connect again and resume."""

    status = 408
    code = "client_too_slow"

    def __init__(self) -> None:
        super().__init__(f"You have read nothing for {LONGEST_SEND_SECONDS:g} seconds; connect again and resume")


class SocketRecord:
    """Logs and counts each WebSocket, from its handshake to its end."""

    def __init__(self, app: ASGIApp, metrics: "SocketMetrics", request_id_of: Callable[[Scope], str]) -> None:
        self._app = app
        self._metrics = metrics
        self._request_id_of = request_id_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        code = _HUNG_UP

        async def receive_noting_the_end() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = int(message.get("code", code))
            return message

        async def send_noting_the_end(message: Message) -> None:
            nonlocal code
            code = _code_in(message) or code
            await send(_with_id(message, request_id))

        started = time.perf_counter()
        with lines_of_request(request_id), self._metrics.one_open():
            try:
                await self._app(scope, receive_noting_the_end, send_noting_the_end)
            finally:
                route = getattr(scope.get("route"), "path", None)
                self._metrics.ended(route or "unmatched", code)
                seconds = round(time.perf_counter() - started, 3)
                logger.info("socket", route=route or str(scope["path"])[:200], code=code, seconds=seconds)


def _code_in(message: Message) -> int | None:
    """How a message ends the socket: its code, or the status of a handshake that is refused."""
    if message["type"] == "websocket.close":
        return int(message.get("code", 1000))
    return int(message["status"]) if message["type"] == "websocket.http.response.start" else None


def _with_id(message: Message, request_id: str) -> Message:
    if message["type"] in {"websocket.accept", "websocket.http.response.start"}:
        message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
    return message


class SocketErrors:
    """Tells the client what ends its socket, whichever layer has raised it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        is_open = False

        async def send_noting_the_start(message: Message) -> None:
            nonlocal is_open
            if message["type"] == "websocket.close" and not is_open:  # the router's way to say it
                raise NotFound(f"There is nothing at {scope['path'][:200]}")
            is_open = is_open or message["type"] == "websocket.accept"
            await send(message)

        try:
            await self._app(scope, receive, send_noting_the_start)
        except WebSocketDisconnect:
            return
        except DomainError as error:
            if isinstance(error, _AT_THE_DOOR) and not is_open:
                await error_response(error, scope["state"]["request_id"])(scope, receive, send)
            else:
                await _end(scope, send, error, is_open=is_open)
        except Exception as error:  # noqa: BLE001 - the outermost catch, as for requests
            logger.exception("unexpected_error", route=scope["path"][:200], error=type(error).__name__)
            with suppress(OSError):
                await send({"type": "websocket.close", "code": _UNEXPECTED, "reason": "Internal server error"})


def acceptance(scope: Scope) -> dict[str, Any]:
    """The message that accepts a socket."""
    return {"type": "websocket.accept", "subprotocol": PROTOCOL if PROTOCOL in scope["subprotocols"] else None}


async def _end(scope: Scope, send: Send, error: DomainError, *, is_open: bool) -> None:
    with suppress(OSError):  # it has gone already
        if not is_open:
            await send(acceptance(scope))
        if not isinstance(error, ClientTooSlow):
            body = {"type": "error"} | body_of(error, scope["state"]["request_id"])
            await send({"type": "websocket.send", "text": json.dumps(body)})
        code = _ENDED_BY_RESTART if isinstance(error, ShuttingDown) else _FIRST_CODE + error.status
        reason = error.message.encode("utf-8", "replace")[:_LONGEST_REASON_BYTES].decode("utf-8", "ignore")
        await send({"type": "websocket.close", "code": code, "reason": reason})


class SocketBounds:
    """Ends a socket whose client does not read, or whose caller may not be there any more."""

    def __init__(self, app: ASGIApp, *, send_seconds: float, look_seconds: float) -> None:
        self._app = app
        self._send_seconds = send_seconds
        self._look_seconds = look_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        route: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def send_in_time(message: Message) -> None:
            if message["type"] == "websocket.accept" and not route.done():
                route.set_result(scope.get("route"))
            try:
                async with asyncio.timeout(self._send_seconds):
                    await send(message)
            except TimeoutError:
                raise ClientTooSlow from None

        async def serve() -> None:
            await self._app(scope, receive, send_in_time)

        await first_of(serve(), self._while_allowed(scope, route))

    async def _while_allowed(self, scope: Scope, route: Awaitable[Any]) -> None:
        """Return never: raise why the caller may be here no more. The route, and so the role, is the handshake's."""
        accepted = await route
        needed = None if accepted is None else declared_role(accepted)
        while needed is None:
            await asyncio.Event().wait()
        while True:
            await asyncio.sleep(self._look_seconds)
            caller: Caller = await scope["state"]["ask_again"]()
            if caller.expires_at is not None and caller.expires_at <= scope["app"].state.now():
                raise BadCredentials("What you came in with has expired; log in again")
            require(caller, needed)


def bound_sockets(server: "Server") -> None:
    """Give a Uvicorn that is starting sockets with bounds, whatever it was started with.

    Without compression: each client would have a compressor of its own, and each message be compressed for each.
    """
    from api.socket_transport import PromptSocket  # noqa: PLC0415 - loads what only a server needs

    logging.getLogger(PromptSocket.__module__).setLevel(logging.WARNING)  # one line for each socket is enough, ours
    server.config.ws_protocol_class = PromptSocket
    server.config.ws_max_size = LONGEST_MESSAGE_BYTES
    server.config.ws_per_message_deflate = False
