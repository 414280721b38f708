"""Shutdown begins at the signal.

Uvicorn first waits for open answers and only then tells the application; an answer that waits for the application
would wait for ever. So the signal itself begins the shutdown: long polls and streams are told and end at once, jobs'
children are ended meanwhile, and connections whose client neither reads nor writes are dropped after a grace.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI

if TYPE_CHECKING:
    from uvicorn import Server

CONNECTION_GRACE_SECONDS: Final = 5
JOBS_GRACE_SECONDS: Final = 9.0
"""Time for the children of jobs: 5 s after SIGTERM, then SIGKILL and its aftermath; all within 10 s of the signal."""
_STOP_SECONDS: Final = 9.5
_SHORTEST_CLOSING_SECONDS: Final = 0.5
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Shutdown:
    """Whether this server is shutting down; made in the event loop that serves."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun = asyncio.Event()

    @property
    def begun(self) -> bool:
        """Whether the shutdown has begun."""
        return self._begun.is_set()

    def begin(self) -> None:
        """Begin it; from any thread or signal handler, any number of times."""
        self._loop.call_soon_threadsafe(self._begun.set)

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until it begins, or for so long; whether it has begun."""
        try:
            await asyncio.wait_for(self._begun.wait(), seconds)
        except TimeoutError:
            return False
        return True


def stop_in_time(stop_jobs: Callable[[float], object], close_database: Callable[[float], object]) -> None:
    """Stop the jobs, then close the database in what is left of ten seconds; each is told how long it may take."""
    since = time.monotonic()
    stop_jobs(JOBS_GRACE_SECONDS)
    close_database(max(_STOP_SECONDS - (time.monotonic() - since), _SHORTEST_CLOSING_SECONDS))


def is_shutting_down(app: FastAPI) -> bool:
    """Whether this application's server is."""
    shutdown = getattr(app.state, "shutdown", None)
    return isinstance(shutdown, Shutdown) and shutdown.begun


@contextmanager
def begun_by_signals(shutdown: Shutdown, server: "Server") -> Iterator[None]:
    """Begin the shutdown at SIGINT and SIGTERM, and hand each signal on to the server."""
    if server.config.timeout_graceful_shutdown is None:
        server.config.timeout_graceful_shutdown = CONNECTION_GRACE_SECONDS

    def on_signal(number: int, frame: FrameType | None) -> None:
        shutdown.begin()
        server.handle_exit(number, frame)

    replaced = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    if server.should_exit:  # the signal came first
        shutdown.begin()
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


def serving_uvicorn() -> "Server | None":
    """The Uvicorn server that runs us; None under a test client or another server."""
    from uvicorn import Server  # noqa: PLC0415 - loaded already where it serves; `import api.main` does without it

    owner = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return owner if isinstance(owner, Server) else None
