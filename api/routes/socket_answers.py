"""What the WebSocket routes share: how messages go out, beside heartbeats, until something ends them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.errors import InvalidRequest
from api.services.job_errors import ShuttingDown
from api.services.job_messages import HEARTBEAT
from api.services.together import all_of, first_of
from api.shutdown import Shutdown
from api.sockets import acceptance

HEARTBEAT_SECONDS: Final = 10.0
_FINISHED: Final = 1000


class UnwantedMessage(InvalidRequest):
    """A client has sent a message; these sockets take none."""

    code = "unwanted_message"

    def __init__(self) -> None:
        super().__init__("This WebSocket takes no messages: what it tells is chosen in its address")


async def tell(socket: WebSocket, *sources: AsyncGenerator[str, None]) -> None:
    """Accept a socket, tell what all the sources have, and close it when they have no more.

    A client that reads slowly holds up nobody but itself: its sources wait where they are.

    Raises:
        ShuttingDown: the server is stopping.
        UnwantedMessage: the client has sent something.
        WebSocketDisconnect: it has gone.
    """
    await socket.receive()
    await socket.send(acceptance(socket.scope))
    teller = _Teller(socket)
    shutdown: Shutdown = socket.app.state.shutdown
    await first_of(_until(shutdown), all_of(*map(teller.tell, sources)), _listen(socket), teller.beat())
    await socket.close(_FINISHED, "The job has finished")


class _Teller:
    """Sends texts, and remembers when it last did."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._now = asyncio.get_running_loop().time
        self._told_at = self._now()

    async def tell(self, texts: AsyncGenerator[str, None]) -> None:
        async with aclosing(texts):
            async for text in texts:
                await self._send(text)

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(self._told_at + HEARTBEAT_SECONDS - self._now())
            if self._now() >= self._told_at + HEARTBEAT_SECONDS:
                await self._send(HEARTBEAT)

    async def _send(self, text: str) -> None:
        await self._socket.send_text(text)
        self._told_at = self._now()


async def _until(shutdown: Shutdown) -> None:
    await shutdown.wait()
    raise ShuttingDown


async def _listen(socket: WebSocket) -> None:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", _FINISHED))
    raise UnwantedMessage
