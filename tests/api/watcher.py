"""A client of the WebSockets, as another program has it."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.api.server_process import Server
from tests.leaks import leaks_in

Message = dict[str, Any]


class Watcher:
    """One WebSocket. `messages` are those that have come; none may hold a secret."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.messages: list[Message] = []

    @property
    def code(self) -> int | None:
        return self.connection.close_code

    def next(self, seconds: float = 10) -> Message:
        text = self.connection.recv(timeout=seconds)
        assert isinstance(text, str)
        assert leaks_in(text.encode(), "a WebSocket") == []
        self.messages.append(json.loads(text))
        return self.messages[-1]

    def until(self, fits: Callable[[Message], bool], seconds: float = 20) -> Message:
        give_up_at = time.monotonic() + seconds
        while True:
            message = self.next(max(0.01, give_up_at - time.monotonic()))
            if fits(message):
                return message

    def to_the_end(self, seconds: float = 20) -> list[Message]:
        """Every message that still comes, until the server closes."""
        begin, give_up_at = len(self.messages), time.monotonic() + seconds
        try:
            while True:
                self.next(max(0.01, give_up_at - time.monotonic()))
        except ConnectionClosed:
            return self.messages[begin:]

    def jobs(self) -> list[Message]:
        return [message["job"] for message in self.messages if message["type"] == "job"]


@contextmanager
def watching(
    server: Server,
    path: str,
    *,
    origin: str | None = None,
    token: str | None = None,
    **headers: str,
) -> Iterator[Watcher]:
    """A watcher; with a token it offers sub-protocols, as a browser does. Names of headers have `_` for `-`."""
    with connect(
        f"ws://127.0.0.1:{server.port}{path}",
        origin=None if origin is None else Origin(origin),
        subprotocols=None if token is None else [Subprotocol("benchsight"), Subprotocol(f"bearer.{token}")],
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        max_size=None,
        proxy=None,
    ) as connection:
        yield Watcher(connection)


def refusal(server: Server, path: str, **how: Any) -> tuple[int | None, str]:
    """The close code of a socket that is refused, and the code that its one message names."""
    with watching(server, path, **how) as watcher:
        messages = watcher.to_the_end()
    assert [message["type"] for message in messages] == ["error"]
    return watcher.code, messages[0]["code"]


def shaken_hands(server: Server, path: str, **headers: str) -> socket.socket:
    """The connection of a client that has asked for a WebSocket and reads nothing by itself."""
    raw = socket.create_connection(("127.0.0.1", server.port))
    lines = [f"GET {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if "Host" not in headers:
        lines.append(f"Host: 127.0.0.1:{server.port}")
    lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    raw.sendall("\r\n".join([*lines, "", ""]).encode())
    return raw


def door(server: Server, path: str, **headers: str) -> httpx.Response:
    """The answer to a handshake that is refused."""
    with shaken_hands(server, path, **headers) as raw:
        raw.settimeout(10)
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return httpx.Response(int(head.split()[1]), content=body)
