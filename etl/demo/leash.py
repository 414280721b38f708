"""Started in place of the server: becomes it, and dies with whoever started it.

Run by path as `python leash.py <parent pid> <program> <argument>...`. On Linux the kernel sends SIGTERM when the parent
ends, however it ends; elsewhere the parent's own clean-up has to do.
"""

import os
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_SIGTERM: Final = 15


def main(parent: int, argv: list[str]) -> int:
    """Become the program; returns only when the parent is already gone."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here is it needed

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGTERM, 0, 0, 0)
    if os.getppid() == parent:
        os.execv(argv[0], argv)  # noqa: S606 - our own interpreter, no shell
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
