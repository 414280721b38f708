"""Bounds on what comes before a request is one: its head, which Uvicorn takes at any length and waits for for ever."""

import asyncio
import json
from abc import abstractmethod
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.utils.logger import lines_of_request, logger

LONGEST_HEAD_BYTES: Final = 65_536
_REFUSALS: Final = {
    408: ("Request Timeout", "head_too_slow", "The head of the request did not arrive in time"),
    431: ("Request Header Fields Too Large", "head_too_large", "The head of the request is too large"),
}


class _HeadTooLarge(Exception):
    """Ends the parsing of a piece."""


class BoundedHeads(HttpToolsProtocol):
    """A connection whose next request has to show its whole head within some time, and not too large a one.

    A head is measured by its parts, so that it is bounded in whatever pieces it comes; and one of which a part does not
    end by its pieces. Whoever sends nothing at all is hung up on without a word.
    """

    patience_seconds = 30.0
    _head_bytes = 0
    _open_bytes = 0
    _heads = 0
    _is_in_head = False
    _is_upgraded = False
    _giving_up: asyncio.TimerHandle | None = None

    @abstractmethod
    def request_id(self) -> str:
        """What the request, of which the head has begun, is called in its answer and the log."""

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
        self._head_bytes = 0
        self._heads += 1
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the request line."""
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is whole."""
        self._measure(len(name) + len(value) + len(b": \r\n"))
        super().on_header(name, value)

    def _measure(self, more: int) -> None:
        self._head_bytes += more
        if self._head_bytes > LONGEST_HEAD_BYTES:
            self._refuse(431)
            raise _HeadTooLarge

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._is_in_head = False
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection is another protocol's from now on."""
        self._is_upgraded = True
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Take in a piece, and see what is due after it."""
        before = max(self._heads, 1)  # a connection begins with a head
        super().data_received(data)
        is_all_of_it = self._is_in_head and self._heads == before  # else the piece begins with another request's end
        self._open_bytes = self._open_bytes + len(data) if is_all_of_it else 0
        if self._open_bytes > LONGEST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431)
        if not self._is_waiting():
            self._stop_waiting()
        elif self._giving_up is None:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Say that what came is no request, unless something was said already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

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
            request_id = self.request_id()
            body = json.dumps({"detail": sentence, "code": code, "request_id": request_id}, separators=(",", ":"))
            head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            head += f"x-request-id: {request_id}\r\ncontent-length: {len(body)}\r\n\r\n"
            self.transport.write(f"{head}{body}".encode())
            with lines_of_request(request_id):
                logger.info("request_refused", status=status, code=code)
        self.transport.close()
