"""Publication: a new snapshot directory, written under a temporary name and made the current one in a single step.

A reader that resolved `output` keeps the directory it found; a run that fails or is killed before the step changes
nothing. What a dead run left half-written is cleared when the next one begins.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import polars as pl

from etl.part_file import DATETIME_FORMAT, Part
from etl.registry import Table
from snapshot.layout import DataDir
from snapshot.manifest import Manifest
from snapshot.manifest import Table as ManifestTable
from snapshot.publication import PARTIAL, USUAL, Retention, complete, prune, to_disk
from snapshot.reader import sha256_of

_EMPTIED_AT_MOST: Final = 100  # times; each finds at most what a few threads wrote meanwhile


def clear_leftovers(data_dir: DataDir) -> None:
    """Remove what runs that died left half-written. Only the holder of the ETL lock may ask for it."""
    for path in data_dir.snapshots.glob(f"{PARTIAL}*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in data_dir.root.glob(".output.*"):
        path.unlink(missing_ok=True)


class SnapshotWriter:
    """Writes one snapshot. `write` may be called from several threads; `publish` once, after the last table."""

    def __init__(self, data_dir: DataDir, snapshot_id: str, kept: Retention = USUAL) -> None:
        self.data_dir = data_dir
        self.snapshot_id = snapshot_id
        self.tables: dict[str, ManifestTable] = {}
        self._kept = kept
        self._partial = data_dir.snapshots / f"{PARTIAL}{snapshot_id}"
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
        to_disk(path)
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
        complete(self.data_dir, self._partial, manifest, before_step)
        prune(self.data_dir, self.snapshot_id, self._kept)

    def discard(self) -> None:
        """Remove what was written; does nothing after publication.

        Other threads may still be writing: a file that comes while the folder is emptied keeps it from going, so it is
        emptied again. Once it is gone, none can come.
        """
        for _ in range(_EMPTIED_AT_MOST):
            if not self._partial.exists():
                return
            shutil.rmtree(self._partial, ignore_errors=True)
