"""What `postmaster.pid` tells about a server, and whether to believe it."""

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

import psutil

_LINES: Final = 8  # pid, data directory, start time, port, socket directory, address, shared memory, state
_TAIL_BYTES: Final = 2000
_PASSING: Final = ("shared memory block", "lock file", "is another postmaster")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server that a data directory's `postmaster.pid` names; pid 0 when it names none."""

    data: Path
    pid: int
    host: str
    port: int
    state: str

    @classmethod
    def of(cls, data: Path) -> Self:
        """Read the file; a missing or half-written one names nobody."""
        nobody = cls(data, 0, "", 0, "")
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            lines += [""] * (_LINES - len(lines))
            host = lines[4].strip() or lines[5].strip()
            return cls(data, int(lines[0]), host, int(lines[3] or 0), lines[7].strip())
        except (OSError, ValueError, IndexError):
            return nobody

    @property
    def is_ready(self) -> bool:
        """Whether the server says that it takes connections."""
        return self.state == "ready"

    def is_alive(self) -> bool:
        """Whether the process of that pid is this server: pids are used again, so its command line must say so.

        Its start would not tell: the system's times of day, but not the file's, move when somebody sets the clock.
        """
        return self._process() is not None

    def end_leftover(self, seconds: float) -> None:
        """Stop the server if it still runs, and clear the file away if it is stale.

        Only for the owner: a server that it has not started itself belongs to an owner that is gone.
        """
        process = self._process()
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(2)  # SIGINT: a fast shutdown
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(seconds)
                if process.is_running():
                    process.kill()
                    process.wait(seconds)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    @staticmethod
    def may_retry(log: Path) -> bool:
        """Whether the log's end tells of something that passes by itself."""
        with contextlib.suppress(OSError), log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            tail = file.read().decode("utf-8", "replace")
            return any(word in tail for word in _PASSING)
        return False

    def _process(self) -> psutil.Process | None:
        if self.pid <= 0:
            return None
        try:
            process = psutil.Process(self.pid)
            is_server = self._is_named_in(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        return process if is_server else None

    def _is_named_in(self, command: Sequence[str]) -> bool:
        """Whether a command runs a server on this directory."""
        with contextlib.suppress(OSError):
            return any(o == "-D" and Path(value).samefile(self.data) for o, value in pairwise(command))
        return False


def free_port() -> int:
    """A TCP port on this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
