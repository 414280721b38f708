"""The step that makes a snapshot the current one, and what becomes of the older ones."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from snapshot.fence import Fence
from snapshot.files import replace_file
from snapshot.layout import DataDir
from snapshot.manifest import MANIFEST_FILE, Manifest
from snapshot.pins import pinned_ids
from snapshot.reader import list_ids

PARTIAL: Final = ".partial-"
"""What the name of a directory begins with that is no whole snapshot, or none any more."""
_ID_TIME: Final = "%Y%m%dT%H%M%S%fZ"


class PublishFailed(RuntimeError):
    """The snapshot could not be written or made current; the message says what is in the way."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Which snapshots are kept: the last `count`, and those made within `days` before the latest publication.

    Days count from that publication and not from today, so that a league in its summer break loses nothing.
    """

    count: int = 5
    days: int = 0


USUAL: Final = Retention()


def snapshot_id_for(data_dir: DataDir, now: datetime, run_id: str) -> str:
    """The id of a snapshot that this run publishes, in the order of ids above all that are there.

    A clock that was set back must not make a league look older to the database than what it replaces.
    """
    at = now.astimezone(UTC)
    latest = max(filter(None, map(_made_at, list_ids(data_dir))), default=None)
    if latest is not None and latest >= at:
        at = latest + timedelta.resolution
    return f"{at:{_ID_TIME}}-{run_id[:8]}"


def stamp(now: datetime) -> str:
    """A time as a manifest holds it."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def complete(data_dir: DataDir, partial: Path, manifest: Manifest, before_step: Callable[[], None]) -> None:
    """Make a directory of tables the snapshot that its manifest tells of, and that the current one.

    `before_step` is called when nothing may interrupt.

    Raises:
        Superseded: the fence names another run; nothing was changed.
        PublishFailed: something that is no link lies at `output`.
    """
    path = partial / MANIFEST_FILE
    path.write_bytes(manifest.to_json())
    to_disk(path)
    to_disk(partial)
    with Fence(data_dir).hold(manifest.run_id):
        before_step()
        partial.rename(data_dir.snapshots / manifest.snapshot_id)
        to_disk(data_dir.snapshots)
        make_current(data_dir, manifest.snapshot_id)


def prune(data_dir: DataDir, current: str, kept: Retention = USUAL) -> None:
    """Remove the snapshots that retention does not keep; never the current one nor a pinned one."""
    ids = list_ids(data_dir)
    spared = {current, *ids[-kept.count :], *_younger(ids, current, kept.days)} | pinned_ids(data_dir)
    for snapshot_id in ids:
        if snapshot_id not in spared:
            # renamed first, so that nobody finds a snapshot with half of its files
            gone = data_dir.snapshots / f"{PARTIAL}{snapshot_id}"
            with suppress(OSError):
                (data_dir.snapshots / snapshot_id).rename(gone)
                shutil.rmtree(gone, ignore_errors=True)


def to_disk(path: Path) -> None:
    """Have the system write a file, or a directory's entries, down for good."""
    if path.is_dir() and os.name == "nt":  # pragma: no cover - Windows cannot sync directories
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_current(data_dir: DataDir, snapshot_id: str) -> None:
    """Replace the link in one step; where links cannot be made, a file that holds the snapshot's name."""
    link = data_dir.root / f".output.{snapshot_id}"
    try:
        link.symlink_to(Path("snapshots") / snapshot_id, target_is_directory=True)
    except OSError:  # pragma: no cover - Windows without the right to make links
        replace_file(data_dir.output, snapshot_id.encode())
        return
    try:
        link.replace(data_dir.output)
    except OSError as error:
        link.unlink()
        raise PublishFailed(f"{data_dir.output} is in the way: {error.strerror}") from error
    to_disk(data_dir.root)


def _younger(ids: list[str], current: str, days: int) -> list[str]:
    """The snapshots made in the last days before the current one."""
    latest = _made_at(current)
    if latest is None or not days:
        return []
    since = latest - timedelta(days=days)
    return [snapshot_id for snapshot_id in ids if (made := _made_at(snapshot_id)) is not None and made >= since]


def _made_at(snapshot_id: str) -> datetime | None:
    try:
        return datetime.strptime(snapshot_id.partition("-")[0], _ID_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
