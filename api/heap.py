"""The C library's heap, set so that a server's memory follows what it holds and not what its threads once held."""

import ctypes
import sys
from contextlib import suppress
from typing import Final

_ARENAS: Final = -8  # M_ARENA_MAX of malloc.h


def share_one_heap() -> None:
    """Have all threads use one heap, where the C library is glibc; elsewhere this does nothing.

    Otherwise each thread gets one of its own, up to eight for each core, which keeps the most that the thread ever
    needed: an answer of a megabyte costs that in every heap in turn. Python lets one thread work at a time, so nobody
    waits for the one heap. To be called before the first thread is started.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_ARENAS, 1)
