"""Pins: snapshots that somebody still needs, and that publication therefore does not prune.

A pin is an empty file of `state/pins/`, named by the snapshot's id and its holder (a job's id, say), so that several
holders may pin one snapshot. Pin first, then check that the snapshot is there: pruning looks at the pins before it.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from snapshot.layout import DataDir

PUBLISHED: Final = "published"
"""The holder of what stands in the warehouse, by the last upload of this server."""
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


def mark_published(data_dir: DataDir, snapshot_ids: Collection[str]) -> None:
    """These, and no others, are what stands in the warehouse; those that are not on disk are left out."""
    for snapshot_id in snapshot_ids:
        if _NAME.fullmatch(snapshot_id) and (data_dir.snapshots / snapshot_id).is_dir():
            pin(data_dir, snapshot_id, PUBLISHED)
    for snapshot_id in published_ids(data_dir) - set(snapshot_ids):
        unpin(data_dir, snapshot_id, PUBLISHED)


def published_ids(data_dir: DataDir) -> frozenset[str]:
    """The snapshots that the tables of the warehouse equal, as far as this data directory knows."""
    return frozenset(snapshot_id for snapshot_id, holder in holders(data_dir) if holder == PUBLISHED)


def _path(data_dir: DataDir, snapshot_id: str, holder: str) -> Path:
    for name in (snapshot_id, holder):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a pin")
    return data_dir.pins / f"{snapshot_id}.{holder}"
