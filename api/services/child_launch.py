"""Started in place of a job's program; becomes it when told to.

Run by path as `python -I -S child_launch.py <parent pid> <program> <argument>...`, so it imports nothing of ours and
starts in a few milliseconds. It waits for one byte on stdin, which the parent sends when it has journalled this
process; end of file means that the parent is gone. It exists because `preexec_fn` may deadlock in a threaded parent.
"""

import os
import sys
from typing import Final

GO: Final = b"g"
NOT_STARTED: Final = 127
_PR_SET_PDEATHSIG: Final = 1
_SIGTERM: Final = 15


def main(parent: int, argv: list[str]) -> int:
    """Become the program; returns only when that does not come to pass."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here is it worth its start-up time

        # Kept over exec. It fires when the thread that started us ends: a lane's thread waits for its child to its end.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGTERM, 0, 0, 0)
    if os.getppid() != parent or os.read(0, 1) != GO:
        return NOT_STARTED
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the arguments come from our services, and no shell sees them
    except OSError as e:
        sys.stderr.write(f"{argv[0]} cannot be started: {e.strerror}\n")
    return NOT_STARTED


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
