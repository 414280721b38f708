"""Pins: snapshots that somebody still needs, and that publication therefore does not prune.

A pin is an empty file of `state/pins/`, named by the snapshot's id and its holder (a job's id, say), so that several
holders may pin one snapshot. Pin first, then check that the snapshot is there: pruning looks at the pins before it.
"""

import re
from pathlib import Path
from typing import Final

from snapshot.layout import DataDir

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


def pin(data_dir: DataDir, snapshot_id: str, holder: str) -> None:
    """Keep the snapshot until `holder` unpins it; ValueError when a name is not of letters, digits, _ and -."""
    path = _path(data_dir, snapshot_id, holder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def unpin(data_dir: DataDir, snapshot_id: str, holder: str) -> None:
    """The holder needs the snapshot no more; does nothing when it was not pinned."""
    _path(data_dir, snapshot_id, holder).unlink(missing_ok=True)


def pinned_ids(data_dir: DataDir) -> frozenset[str]:
    """The ids of all pinned snapshots."""
    if not data_dir.pins.is_dir():
        return frozenset()
    return frozenset(path.name.split(".")[0] for path in data_dir.pins.iterdir())


def holders(data_dir: DataDir) -> list[tuple[str, str]]:
    """Every pin as (snapshot id, holder)."""
    if not data_dir.pins.is_dir():
        return []
    names = (path.name.partition(".") for path in data_dir.pins.iterdir())
    return sorted((snapshot_id, holder) for snapshot_id, dot, holder in names if dot)


def _path(data_dir: DataDir, snapshot_id: str, holder: str) -> Path:
    for name in (snapshot_id, holder):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a pin")
    return data_dir.pins / f"{snapshot_id}.{holder}"
