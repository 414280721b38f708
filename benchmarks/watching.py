"""Watchers of all jobs in a process of its own: `python -m benchmarks.watching URL`; answers with one line of JSON.

It watches until its standard input ends. So that 200 watchers in one process keep up, each message is only stamped and
kept when it comes, and parsed once for all of them afterwards.
"""

import argparse
import asyncio
import json
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

READY: Final = "ready"
_HANDSHAKE: Final = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of it: how many changes were told, how often one was missed, and milliseconds until its receipt.

    `moves_ms` count from the moment that a job names (queued, started, ended). `behind_ms` are of all changes: how much
    later than the first watcher each of the others was told.
    """

    changes: int
    missed: int
    moves_ms: list[float]
    behind_ms: list[float]


class _Watcher:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.received: list[tuple[float, str]] = []

    async def watch(self) -> None:
        try:
            while True:
                text = await self.connection.recv()
                self.received.append((time.time(), str(text)))
        except ConnectionClosed:
            return


async def watch(url: str, headers: Sequence[tuple[str, str]], *, watchers: int, deaf: int) -> Watched:
    """Watch with so many until standard input ends, beside so many who never read."""
    async with AsyncExitStack() as stack:
        deaf_ones = [stack.enter_context(_deaf(url, headers)) for _ in range(deaf)]
        opened = [
            _Watcher(await stack.enter_async_context(connect(url, additional_headers=dict(headers), proxy=None)))
            for _ in range(watchers)
        ]
        watching = [asyncio.create_task(watcher.watch()) for watcher in opened]
        print(READY, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await asyncio.gather(*(watcher.connection.close() for watcher in opened))
        await asyncio.gather(*watching)
        for raw in deaf_ones:
            raw.close()
    return measured([watcher.received for watcher in opened])


def measured(received: Sequence[Sequence[tuple[float, str]]]) -> Watched:
    """Hold what all have received side by side; each begins with its snapshot."""
    parsed: dict[str, dict[str, Any]] = {}
    told: dict[int, list[float]] = {}
    moments: dict[int, float | None] = {}
    for one in received:
        for at, text in one:
            message = parsed.get(text)
            if message is None:
                message = parsed[text] = json.loads(text)
            if message["type"] == "job":
                told.setdefault(message["seq"], []).append(at)
                moments.setdefault(message["seq"], _moment(message["job"]))
    return Watched(
        changes=len(told),
        missed=sum(len(received) - len(times) for times in told.values()),
        moves_ms=[1000 * (at - moment) for seq, times in told.items() if (moment := moments[seq]) for at in times],
        behind_ms=[1000 * (at - min(times)) for times in told.values() for at in times],
    )


def _moment(job: dict[str, Any]) -> float | None:
    """When a change came about, where the job says so."""
    if job["completed_at"]:
        named = job["completed_at"]
    elif job["status"] == "pending" and job["version"] == 1:
        named = job["created_at"]
    elif job["current_step"] == "Starting" and job["progress"] == 0:
        named = job["started_at"]
    else:
        return None
    return datetime.fromisoformat(named).timestamp()


def _deaf(url: str, headers: Sequence[tuple[str, str]]) -> socket.socket:
    """A client that asks for a WebSocket and reads nothing, through the smallest of buffers."""
    parts = urlsplit(url)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((parts.hostname, parts.port))
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in headers)]
    raw.sendall("\r\n".join([*lines, *_HANDSHAKE, "", ""]).encode())
    return raw


def main() -> None:
    """Watch, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watching", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--header", action="append", default=[], help="such as `X-API-Key: ...`; any number of them")
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--deaf", type=int, default=0, help="clients that never read")
    given = parser.parse_args()
    headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in given.header)]
    print(json.dumps(asdict(asyncio.run(watch(given.url, headers, watchers=given.watchers, deaf=given.deaf)))))


if __name__ == "__main__":
    main()
