"""Shutdown begins at the signal.

Uvicorn first waits for open answers and only then tells the application; an answer that waits for the application
would wait for ever. So the signal itself begins the shutdown: long polls and streams are told and end at once, jobs'
children are ended meanwhile, and connections whose client neither reads nor writes are dropped after a grace.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

CONNECTION_GRACE_SECONDS: Final = 5
JOBS_GRACE_SECONDS: Final = 9.0
"""Time for the children of jobs: 5 s after SIGTERM, then SIGKILL and its aftermath; all within 10 s of the signal."""
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


class _UvicornConfig(Protocol):
    timeout_graceful_shutdown: int | None


class _UvicornServer(Protocol):
    """What is used of `uvicorn.Server`, whose method `handle_exit` is the handler of its signals."""

    config: _UvicornConfig
    should_exit: bool


@contextmanager
def begun_by_signals(shutdown: Shutdown) -> Iterator[None]:
    """Begin the shutdown at SIGINT and SIGTERM, and hand the signal on to the Uvicorn server that runs us.

    Does nothing where no Uvicorn server handles the signals: whoever runs the application then ends it by the lifespan.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    replaced = {number: handler for number in _SIGNALS if (handler := _uvicorn_handler(number))}
    for number, (handler, server) in replaced.items():
        if server.config.timeout_graceful_shutdown is None:
            server.config.timeout_graceful_shutdown = CONNECTION_GRACE_SECONDS
        signal.signal(number, _both(shutdown, handler))
    try:
        yield
    finally:
        for number, (handler, _) in replaced.items():
            signal.signal(number, handler)


def _uvicorn_handler(number: int) -> "tuple[_Handler, _UvicornServer] | None":
    from uvicorn import Server  # noqa: PLC0415 - already loaded where it serves; elsewhere the import is not worth it

    handler = signal.getsignal(number)
    owner = getattr(handler, "__self__", None)
    return (handler, owner) if callable(handler) and isinstance(owner, Server) else None
