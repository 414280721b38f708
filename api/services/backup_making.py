"""Making a backup while the server works.

The order is what makes the parts fit together. Every snapshot is pinned first, so that none goes while it is copied.
The journal is copied before the database and the files: what a job did after that is there although the job counts as
running, which a restart tells as "its outcome is unknown"; never the other way round. The keys and the audit log come
last, so that nothing is there of which the log does not know.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import psutil

from api.services.backup_archive import (
    ACCESS,
    DATABASE,
    JOURNAL,
    ArchiveWriter,
    BackupFailed,
    Contents,
    Progress,
    pieces_of,
    writing,
)
from api.services.log_masking import masked_piece
from api.services.sqlite_faults import reason_of
from api.utils.secret_mask import SecretMask
from ml.pointer import models_dir
from snapshot.layout import DataDir
from snapshot.pins import holders, pin, unpin
from snapshot.reader import list_ids, published_id
from warehouse.embedded_dump import dumped
from warehouse.embedded_place import MAJOR_VERSION, was_used
from warehouse.errors import WarehouseError

_HOLDER: Final = "backup-"
_HALF: Final = ".half"
"""The end of the name of a file that is still being uploaded."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup of one data directory, to be made at `now` by this version of the software.

    `secrets` are masked in the logs.
    """

    data_dir: DataDir
    now: datetime
    software_version: str
    secrets: Sequence[str]
    progress: Progress

    def create(self, path: Path) -> Contents:
        """Write it to a file; what is in it.

        Raises:
            BackupFailed: there is nothing to back up, or a part of it cannot be read; no file was left.
        """
        self._refuse_nothing()
        if path.resolve().is_relative_to(self.data_dir.root.resolve()):
            raise BackupFailed(f"{path} is in the data directory; put a backup somewhere else, best on another disk")
        with writing(path, self.progress) as archive, _pinned(self.data_dir) as pinned:
            try:
                self._copy_sqlite(archive, JOURNAL, path.parent)
                self._copy_database(archive)
                published = published_id(self.data_dir)
                self._copy_files(archive, pinned())
                self._copy_sqlite(archive, ACCESS, path.parent)
            except WarehouseError as error:
                raise BackupFailed(str(error)) from error
            return archive.finish(
                software_version=self.software_version,
                created_at=self.now.isoformat(timespec="seconds"),
                published=published,
                postgres=MAJOR_VERSION,
            )

    def _refuse_nothing(self) -> None:
        layout = self.data_dir
        if not any(place.exists() for place in (layout.raw, layout.snapshots, layout.state)):
            raise BackupFailed(f"BENCHSIGHT_DATA_DIR: there is no league in {layout.root}")

    def _copy_sqlite(self, archive: ArchiveWriter, name: str, beside: Path) -> None:
        source = self.data_dir.root / name
        if not source.exists():
            return
        with tempfile.TemporaryDirectory(dir=beside, prefix=".backup-") as folder:
            copy = Path(folder) / source.name
            try:
                with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as target:
                    live.backup(target)
            except sqlite3.Error as error:
                raise BackupFailed(f"{source} cannot be copied: {reason_of(error)}") from error
            with copy.open("rb") as file:
                archive.add(name, pieces_of(file), modified_ns=copy.stat().st_mtime_ns)

    def _copy_database(self, archive: ArchiveWriter) -> None:
        if was_used(self.data_dir):
            with dumped(self.data_dir) as dump:
                archive.add(DATABASE, pieces_of(dump), modified_ns=int(self.now.timestamp() * 1e9))

    def _copy_files(self, archive: ArchiveWriter, snapshot_ids: Iterable[str]) -> None:
        layout = self.data_dir
        for folder in (layout.raw, models_dir(layout)):
            for path in _files_below(folder):
                self._copy_file(archive, path, pieces_of)
        self._copy_snapshots(archive, snapshot_ids)
        for path in _files_below(layout.logs):
            self._copy_file(archive, path, self._masked_pieces)
        for snapshot_id, holder in holders(layout):
            if not holder.startswith(_HOLDER):
                self._copy_file(archive, layout.pins / f"{snapshot_id}.{holder}", pieces_of)

    def _copy_snapshots(self, archive: ArchiveWriter, snapshot_ids: Iterable[str]) -> None:
        """Copy each file once: a snapshot that was gone back to shares its tables with the one that it is made of."""
        copied: dict[tuple[int, int], str] = {}
        for snapshot_id in snapshot_ids:
            for path in _files_below(self.data_dir.snapshots / snapshot_id):
                status, name = path.stat(), path.relative_to(self.data_dir.root).as_posix()
                first = copied.setdefault((status.st_dev, status.st_ino), name)
                if first == name:
                    self._copy_file(archive, path, pieces_of)
                else:
                    archive.add_again(name, first)

    def _copy_file(self, archive: ArchiveWriter, path: Path, read: Callable[[BinaryIO, int], Iterable[bytes]]) -> None:
        """Copy a file, unless it has been removed since it was found; what has to be there is pinned."""
        with suppress(FileNotFoundError), path.open("rb") as file:
            status = os.fstat(file.fileno())  # a log may grow while it is copied
            name = path.relative_to(self.data_dir.root).as_posix()
            archive.add(name, read(file, status.st_size), modified_ns=status.st_mtime_ns, size=status.st_size)

    def _masked_pieces(self, file: BinaryIO, size: int) -> Iterator[bytes]:
        """A log as it is shown: what a job that still runs has printed is not masked on the disk yet."""
        mask, offset = SecretMask(self.secrets), 0
        while piece := masked_piece(file, offset, mask)[: size - offset]:
            offset += len(piece)
            yield piece


def _files_below(folder: Path) -> Iterator[Path]:
    """Every file at any depth that is whole, by name. Links are followed where an ETL run follows them."""
    root = folder.resolve()
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            is_ours = not path.is_symlink() or path.resolve().is_relative_to(root)
            if is_ours and path.is_file() and not name.endswith(_HALF):
                yield path


@contextmanager
def _pinned(data_dir: DataDir) -> Iterator[Callable[[], list[str]]]:
    """Keep the snapshots of now; calling what is given keeps also those that came since, and tells all of them."""
    kept: set[str] = set()
    holder = f"{_HOLDER}{os.getpid()}"

    def pin_all() -> list[str]:
        for snapshot_id in set(list_ids(data_dir)) - kept:
            pin(data_dir, snapshot_id, holder)
            kept.add(snapshot_id)
        return [snapshot_id for snapshot_id in list_ids(data_dir) if snapshot_id in kept]

    for snapshot_id, other in holders(data_dir):  # of a backup that was killed
        number = other.removeprefix(_HOLDER)
        if other.startswith(_HOLDER) and not (number.isdecimal() and psutil.pid_exists(int(number))):
            unpin(data_dir, snapshot_id, other)
    try:
        pin_all()
        yield pin_all
    finally:
        for snapshot_id in kept:
            unpin(data_dir, snapshot_id, holder)
