"""Bounds on what comes before a request is one: its head, which Uvicorn takes at any length and waits for for ever."""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.utils.logger import logger

LONGEST_HEAD_BYTES: Final = 65_536
_REFUSALS: Final = {
    408: ("Request Timeout", "head_too_slow", "The head of the request did not arrive in time"),
    431: ("Request Header Fields Too Large", "head_too_large", "The head of the request is too large"),
}


class BoundedHeads(HttpToolsProtocol):
    """A connection whose next request has to show its whole head within some time, and not too large a one.

    Whoever sends nothing at all is hung up on without a word.
    """

    patience_seconds = 30.0
    _head_bytes = 0
    _is_in_head = False
    _is_upgraded = False
    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its own base
        """The first head is due."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._is_in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection is another protocol's from now on."""
        self._is_upgraded = True
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Take in a piece, and see what is due after it."""
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD_BYTES:
                self._refuse(431)
        if not self._is_waiting():
            self._stop_waiting()
        elif self._giving_up is None:
            self._wait()

    def _is_waiting(self) -> bool:
        """Whether the rest of a head is due, or the end of whatever is sent after a request was answered."""
        if self._is_upgraded or self.transport.is_closing():
            return False
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and (self._is_in_head or self.timeout_keep_alive_task is None)

    def _wait(self) -> None:
        self._giving_up = self.loop.call_later(self.patience_seconds, self._refuse, 408)

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _refuse(self, status: int) -> None:
        """Hang up; where a head has begun and nothing else is being answered, say why."""
        self._stop_waiting()
        if self._is_in_head and (self.cycle is None or self.cycle.response_complete):
            reason, code, sentence = _REFUSALS[status]
            body = f'{{"detail":"{sentence}","code":"{code}","request_id":""}}'
            head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            self.transport.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
            logger.info("request_refused", status=status, code=code)
        self.transport.close()
