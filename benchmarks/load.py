"""A load generator in a process of its own: `python -m benchmarks.load URL`; answers with one line of JSON.

It speaks just enough HTTP/1.1 to keep connections open, since a client library would cost more than the server does.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlsplit

_OK: Final = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests answered with 200, other answers, and the latency of each request in milliseconds."""

    requests: int
    failures: int
    seconds: float
    median_ms: float
    p95_ms: float
    p99_ms: float


class _Connection(asyncio.Protocol):
    """One open connection with at most one request on it."""

    def __init__(self) -> None:
        self._answer = bytearray()
        self._waiting: asyncio.Future[bool] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to send."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection has no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take in a piece; a whole answer ends the wait."""
        self._answer += data
        head_end = self._answer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._answer[:head_end]).lower()
        length_at = head.find(b"content-length:")
        length = int(head[length_at + 15 :].partition(b"\r\n")[0]) if length_at >= 0 else 0
        if len(self._answer) < head_end + 4 + length:
            return
        is_ok = self._answer.startswith(_OK)
        self._answer.clear()
        if self._waiting is not None:
            self._waiting.set_result(is_ok)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has hung up."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("the server closed the connection"))

    async def ask(self, request: bytes) -> bool:
        """Send a request; whether its answer is 200."""
        assert self._transport is not None  # noqa: S101 - asked after it was made
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting


async def flood(url: str, headers: Sequence[str], *, connections: int, seconds: float) -> Load:
    """Ask as fast as answers come."""
    request, lines = await _opened(url, headers, connections)
    begun = time.perf_counter()
    taken: list[float] = []
    failures = 0

    async def ask_on(line: _Connection) -> None:
        nonlocal failures
        while (since := time.perf_counter()) < begun + seconds:
            failures += not await line.ask(request)
            taken.append(time.perf_counter() - since)

    await asyncio.gather(*map(ask_on, lines))
    return _load(taken, failures, time.perf_counter() - begun)


async def pace(url: str, headers: Sequence[str], *, connections: int, seconds: float, rate: float) -> Load:
    """Ask so many times a second. The latency counts from when a request was due, so that a stall is not hidden."""
    request, lines = await _opened(url, headers, connections)
    begun = time.perf_counter()
    taken: list[float] = []
    failures = 0

    async def ask_on(place: int, line: _Connection) -> None:
        nonlocal failures
        for number in range(place, int(rate * seconds), connections):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            failures += not await line.ask(request)
            taken.append(time.perf_counter() - due)

    await asyncio.gather(*(ask_on(place, line) for place, line in enumerate(lines)))
    return _load(taken, failures, time.perf_counter() - begun)


async def _opened(url: str, headers: Sequence[str], connections: int) -> tuple[bytes, list[_Connection]]:
    parts = urlsplit(url)
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Accept: */*", *headers, "", ""]
    loop = asyncio.get_running_loop()
    place = (parts.hostname or "127.0.0.1", parts.port or 80)
    opened = [await loop.create_connection(_Connection, *place) for _ in range(connections)]
    return "\r\n".join(lines).encode(), [line for _, line in opened]


def _load(taken: list[float], failures: int, seconds: float) -> Load:
    ranked = sorted(1000 * one for one in taken)

    def at(share: float) -> float:
        return round(ranked[int(share * (len(ranked) - 1))], 3)

    return Load(len(taken) - failures, failures, round(seconds, 3), at(0.5), at(0.95), at(0.99))


def main() -> None:
    """Ask, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--header", action="append", default=[], help="such as `X-API-Key: ...`; any number of them")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rate", type=float, help="requests a second; as fast as answers come when absent")
    given = parser.parse_args()
    how = {"connections": given.connections, "seconds": given.seconds}
    asking = (
        flood(given.url, given.header, **how)
        if given.rate is None
        else pace(given.url, given.header, **how, rate=given.rate)
    )
    print(json.dumps(asdict(asyncio.run(asking))))


if __name__ == "__main__":
    main()
