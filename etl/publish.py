"""Publication: a new snapshot directory, written under a temporary name and made the current one in a single step.

A reader that resolved `output` keeps the directory it found; a run that fails or is killed before the step changes
nothing. What a dead run left half-written is cleared when the next one begins.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import polars as pl

from etl.part_file import DATETIME_FORMAT, Part
from etl.registry import Table
from snapshot.fence import Fence
from snapshot.files import replace_file
from snapshot.layout import DataDir
from snapshot.manifest import MANIFEST_FILE, Manifest
from snapshot.manifest import Table as ManifestTable
from snapshot.pins import pinned_ids
from snapshot.reader import list_ids, sha256_of

KEPT_SNAPSHOTS: Final = 5
_PARTIAL: Final = ".partial-"


class PublishFailed(RuntimeError):
    """The snapshot could not be written or made current; the message says what is in the way."""


def clear_leftovers(data_dir: DataDir) -> None:
    """Remove what runs that died left half-written. Only the holder of the ETL lock may ask for it."""
    for path in data_dir.snapshots.glob(f"{_PARTIAL}*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in data_dir.root.glob(".output.*"):
        path.unlink(missing_ok=True)


class SnapshotWriter:
    """Writes one snapshot. `write` may be called from several threads; `publish` once, after the last table."""

    def __init__(self, data_dir: DataDir, snapshot_id: str) -> None:
        self.data_dir = data_dir
        self.snapshot_id = snapshot_id
        self.tables: dict[str, ManifestTable] = {}
        self._partial = data_dir.snapshots / f"{_PARTIAL}{snapshot_id}"
        self._partial.mkdir(parents=True)

    def write(self, declared: Table, frame: pl.DataFrame) -> None:
        """Write a table's CSV file: RFC 4180, UTF-8, nothing for null, a quoted nothing for an empty text."""
        path = self._path_of(declared)
        frame.write_csv(path, datetime_format=DATETIME_FORMAT)
        self._take_up(declared, frame.height, sha256_of(path))

    def write_parts(self, declared: Table, parts: Iterable[Part]) -> None:
        """Write a table's CSV file from the parts that it was made in, in their order."""
        rows, digest = 0, hashlib.sha256()
        with self._path_of(declared).open("wb") as file:

            def put(data: bytes) -> None:
                digest.update(data)
                file.write(data)

            put(",".join(column.name for column in declared.columns).encode() + b"\n")
            for part in parts:
                rows += part.tables[declared.name].rows
                for data in part.csv(declared.name):
                    put(data)
        self._take_up(declared, rows, digest.hexdigest())

    def _path_of(self, declared: Table) -> Path:
        return self._partial / f"{declared.name}.csv"

    def _take_up(self, declared: Table, rows: int, sha256: str) -> None:
        path = self._path_of(declared)
        _to_disk(path)
        self.tables[declared.name] = ManifestTable(
            name=declared.name,
            file=path.name,
            category=declared.category,
            grain=declared.grain,
            description=declared.description,
            columns=tuple(column.to_manifest() for column in declared.columns),
            primary_key=declared.key,
            references=declared.references,
            from_tracking=declared.from_tracking,
            rows=rows,
            sha256=sha256,
        )

    def publish(self, manifest: Manifest, before_step: Callable[[], None]) -> None:
        """Make this the current snapshot, then prune old ones. `before_step` is called when nothing may interrupt.

        Raises:
            Superseded: the fence names another run; nothing was changed.
            PublishFailed: something that is no link lies at `output`.
        """
        path = self._partial / MANIFEST_FILE
        path.write_bytes(manifest.to_json())
        _to_disk(path)
        _to_disk(self._partial)
        with Fence(self.data_dir).hold(manifest.run_id):
            before_step()
            self._partial.rename(self.data_dir.snapshots / self.snapshot_id)
            _to_disk(self.data_dir.snapshots)
            _point(self.data_dir, self.snapshot_id)
        prune(self.data_dir, self.snapshot_id)

    def discard(self) -> None:
        """Remove what was written; does nothing after publication."""
        shutil.rmtree(self._partial, ignore_errors=True)


def prune(data_dir: DataDir, current: str) -> None:
    """Remove all but the last few snapshots, the current one and the pinned ones."""
    spared = {current, *list_ids(data_dir)[-KEPT_SNAPSHOTS:]} | pinned_ids(data_dir)
    for snapshot_id in list_ids(data_dir):
        if snapshot_id not in spared:
            # renamed first, so that nobody finds a snapshot with half of its files
            gone = data_dir.snapshots / f"{_PARTIAL}{snapshot_id}"
            with suppress(OSError):
                (data_dir.snapshots / snapshot_id).rename(gone)
                shutil.rmtree(gone, ignore_errors=True)


def _point(data_dir: DataDir, snapshot_id: str) -> None:
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
    _to_disk(data_dir.root)


def _to_disk(path: Path) -> None:
    """Have the system write a file, or a directory's entries, down for good."""
    if path.is_dir() and os.name == "nt":  # pragma: no cover - Windows cannot sync directories
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
