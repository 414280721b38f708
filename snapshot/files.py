"""Files that several processes share: locks that end with their holder, and writes that are whole or not at all."""

import errno
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

_POLL_SECONDS: Final = 0.05
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_OF_THE_FRAME_ENGINE: Final = re.compile(r"\(os error (\d+)\)")  # its errors have the number in their text only


class LockHeld(RuntimeError):
    """Another process holds the lock."""


def is_full(error: BaseException | None) -> bool:
    """Whether this is how the system says that nothing more can be stored: no room, or no more for us."""
    if not isinstance(error, OSError):
        return False
    if error.errno is None and (told := _OF_THE_FRAME_ENGINE.search(str(error))):
        return int(told[1]) in _FULL
    return error.errno in _FULL


def replace_file(path: Path, content: bytes) -> None:
    """Write `path` so that a reader sees the old content or the new, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def exclusive(path: Path, *, wait_seconds: float | None = None) -> Iterator[IO[bytes]]:
    """Hold an exclusive lock on `path`; the system frees it when the process ends, however it ends.

    Waits for ever, or for `wait_seconds`. The file itself stays, and may hold a note about its holder.

    Raises:
        LockHeld: it was not free in time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = None if wait_seconds is None else time.monotonic() + wait_seconds
    with path.open("a+b") as file:
        while not _try_lock(file):
            if deadline is not None and time.monotonic() >= deadline:
                raise LockHeld(f"{path} is held by another process")
            time.sleep(_POLL_SECONDS)
        yield file


if sys.platform == "win32":  # pragma: no cover - the suite runs on Linux and macOS
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
