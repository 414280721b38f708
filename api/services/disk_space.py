"""A full disk, said in one way wherever it is met."""

import tempfile
from pathlib import Path
from typing import Final

from api.errors import Unavailable
from snapshot.files import is_full

_PROBE: Final = bytes(1 << 16)


class DiskFull(Unavailable):
    """The disk of the data directory, or the server's share of it, is used up."""

    code = "disk_full"

    def __init__(self) -> None:
        super().__init__("The disk is full, so nothing was stored; make room and try again")


def has_no_room(folder: Path) -> bool:
    """Whether next to nothing can be stored in a folder; tried, since the figures of a disk say nothing of a quota."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            return file.write(_PROBE) < len(_PROBE)
    except OSError as error:
        return is_full(error)
