"""One server per data directory: the lock that says so, and a start that can fail with one clear line."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from api.shutdown import Shutdown
from snapshot.files import LockHeld, exclusive
from snapshot.layout import DataDir

LOCK_WAIT_SECONDS: Final = 30.0
"""A new process waits so long for the old one, so that deploys may overlap."""
_TRY_EVERY_SECONDS: Final = 0.2


class StartFailed(Exception):
    """The server cannot start; the message is one line for whoever started it, and names the variable to change."""


@asynccontextmanager
async def sole_server(
    data_dir: DataDir, shutdown: Shutdown, *, wait_seconds: float = LOCK_WAIT_SECONDS
) -> AsyncIterator[None]:
    """Make the data directory's folders and be its only server.

    Raises:
        StartFailed: another server has it and keeps it, or it cannot be used.
    """
    with ExitStack() as stack:
        try:
            data_dir.create()
            await _lock(stack, data_dir, shutdown, wait_seconds)
        except OSError as error:
            raise StartFailed(
                f"BENCHSIGHT_DATA_DIR: {data_dir.root} cannot be used as the data directory ({error.strerror})"
            ) from error
        yield


async def _lock(stack: ExitStack, data_dir: DataDir, shutdown: Shutdown, wait_seconds: float) -> None:
    give_up_at = asyncio.get_running_loop().time() + wait_seconds
    while True:
        try:
            file = stack.enter_context(exclusive(data_dir.server_lock, wait_seconds=0))
        except LockHeld:
            if asyncio.get_running_loop().time() >= give_up_at:
                raise StartFailed(
                    f"BENCHSIGHT_DATA_DIR: {data_dir.root} is in use by another server{_holder(data_dir)}"
                ) from None
        else:
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
            file.flush()
            return
        if await shutdown.wait(_TRY_EVERY_SECONDS):
            raise StartFailed("stopped while waiting for another server to end")


def _holder(data_dir: DataDir) -> str:
    """The process that the lock file names, which is the last that held it."""
    try:
        note = data_dir.server_lock.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return f" (process {note})" if note.isdigit() else ""
