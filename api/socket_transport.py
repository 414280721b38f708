"""What Uvicorn's WebSockets lack: an end for clients that do not read."""

import logging
from typing import Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_LINGER_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)


class PromptSocket(WebSocketsSansIOProtocol):
    """A socket that closes when told to; Uvicorn's own waits until the client has read everything, be it for ever.

    The close frame goes behind what is unread. Who reads within the time to linger learns the code; then the connection
    is cut.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Uvicorn's own, passed on
        super().__init__(*args, **options)
        self.logger = self.conn.logger = _log

    async def send(self, message: Any) -> None:  # noqa: ANN401 - the type is private to Uvicorn
        """Send a message of the application."""
        if self.close_sent:
            raise ClientDisconnected
        if message["type"] == "websocket.close":
            self.writable.set()
            self.loop.call_later(_LINGER_SECONDS, self._cut)
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # or Uvicorn would log an error for each handshake that is refused

    def shutdown(self) -> None:
        """The server stops."""
        super().shutdown()
        self.loop.call_later(_LINGER_SECONDS, self._cut)

    def _cut(self) -> None:
        if not self.disconnected:
            self.transport.abort()
