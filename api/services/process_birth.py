"""What names a process so that no other one, earlier or later, is taken for it."""

import os
import socket
from pathlib import Path
from typing import Final

RUN_MARKER: Final = "BENCHSIGHT_RUN_ID"
"""The environment variable by which everything that a run has started is known."""


def birth_mark(pid: int) -> str | None:
    """What tells a process from an earlier or later one with the same number; None when there is none.

    On Linux the boot, the pid namespace and the kernel's start tick: unlike a time of day, none of them moves when
    somebody sets the clock. Elsewhere the start time.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        ticks = stat.rpartition(")")[2].split()[19]  # field 22; the name in brackets may hold spaces
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}/{ticks}"
    except (OSError, IndexError):
        pass
    import psutil  # noqa: PLC0415 - the server starts without it

    try:
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return None


def this_process() -> str:
    """A name for this process that no other has, on any machine, now or later."""
    return f"{socket.gethostname()}:{os.getpid()}:{birth_mark(os.getpid())}"
