"""Restoring a backup: unpacked and tried beside what stands in the data directory, whose place it takes if it works."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from api.services.access_errors import AccessStoreDown
from api.services.access_store import AccessStore
from api.services.backup_archive import ACCESS, DATABASE, JOURNAL, Archive, BackupFailed, Contents, Progress
from api.services.job_store import JournalBroken
from api.services.job_store_sqlite import SqliteJobStore
from snapshot.files import LockHeld, exclusive, is_full
from snapshot.layout import DataDir
from snapshot.publication import make_current
from snapshot.reader import DamagedSnapshot, load
from warehouse.embedded import running_dsn
from warehouse.embedded_dump import load_dump
from warehouse.embedded_place import MAJOR_VERSION, existing_home, remember_home
from warehouse.errors import WarehouseError

_UNPACKED: Final = ".restore-"
_EMPTY_DATABASE_BYTES: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where what stood there before is kept; None when nothing did."""

    contents: Contents
    kept: Path | None


@dataclass(frozen=True, slots=True)
class Restore:
    """A backup to be restored into a data directory."""

    data_dir: DataDir
    now: datetime
    progress: Progress

    def run(self, path: Path, *, replace: bool) -> Restored:
        """Unpack it, load its database, try it; then let it take the place of what stands there.

        Raises:
            BackupFailed: the data directory is in use or not empty, or the backup does not work; nothing was changed.
        """
        with Archive(path) as archive:
            self._refuse_newer_database(archive.contents)
            with self._sole():
                if not replace and _holds_anything(self.data_dir):
                    raise BackupFailed(
                        f"{self.data_dir.root} holds a league already; `--replace` restores in its place and keeps it"
                    )
                self._refuse_no_room(archive.contents)
                try:
                    with self._unpacked(archive) as unpacked:
                        return Restored(archive.contents, self._exchange(unpacked))
                except OSError as error:
                    if is_full(error):
                        raise BackupFailed("There is no room to restore the backup; make some and try again") from error
                    raise

    @contextmanager
    def _sole(self) -> Iterator[None]:
        """Be alone in the data directory, which is made when it is missing."""
        layout = self.data_dir
        with ExitStack() as stack:
            try:
                for lock in (layout.server_lock, layout.etl_lock):
                    stack.enter_context(exclusive(lock, wait_seconds=0))
            except LockHeld as error:
                raise BackupFailed(f"{layout.root} is in use by a server or an ETL run; stop it first") from error
            except OSError as error:
                raise BackupFailed(f"{layout.root} cannot be used as the data directory: {error.strerror}") from error
            if running_dsn(layout) is not None:
                raise BackupFailed(f"The database in {layout.root} still runs; try again in a moment")
            yield

    @contextmanager
    def _unpacked(self, archive: Archive) -> Iterator[DataDir]:
        """The backup as a data directory of its own, which works, on the same disk."""
        for left in self.data_dir.root.glob(f"{_UNPACKED}*"):  # of a restore that was killed
            _remove(DataDir(left))
        unpacked = DataDir(self.data_dir.root / f"{_UNPACKED}{_stamp(self.now)}")
        try:
            unpacked.create()
            archive.unpack(unpacked.root, self.progress)
            _try_files(unpacked, archive.contents)
            self._load_database(unpacked)
            yield unpacked
        finally:
            _remove(unpacked)

    def _load_database(self, unpacked: DataDir) -> None:
        dump = unpacked.root / DATABASE
        if not dump.exists():
            return
        self.progress("into the database", 0)
        try:
            load_dump(unpacked, dump)
        except WarehouseError as error:
            raise BackupFailed(str(error)) from error
        dump.unlink()

    def _exchange(self, unpacked: DataDir) -> Path | None:
        """Move what stands there aside and the backup to its place; only this changes the data directory."""
        kept = DataDir(self.data_dir.root / f"replaced-{_stamp(self.now)}")
        kept.state.mkdir(parents=True)
        _move(self.data_dir, kept)
        home, was_beside = existing_home(unpacked), unpacked.state.resolve()
        _move(unpacked, self.data_dir)
        if home is not None and home.is_relative_to(was_beside):
            remember_home(self.data_dir, self.data_dir.state.resolve() / home.name)
        if _holds_anything(kept):
            return kept.root
        shutil.rmtree(kept.root)
        return None

    def _refuse_newer_database(self, contents: Contents) -> None:
        if contents.postgres is not None and contents.postgres > MAJOR_VERSION:
            raise BackupFailed(
                f"The backup's database is of PostgreSQL {contents.postgres}, this version has {MAJOR_VERSION}; "
                f"restore it with the version that made it ({contents.software_version})"
            )

    def _refuse_no_room(self, contents: Contents) -> None:
        dump = sum(entry.bytes for entry in contents.part(DATABASE))
        needed = contents.bytes + (_EMPTY_DATABASE_BYTES + 2 * dump if dump else 0)  # the rows, and their log
        free = shutil.disk_usage(self.data_dir.root).free
        if free < needed:
            have = f"{free / 1e6:,.0f} MB are free"
            raise BackupFailed(f"The backup needs about {needed / 1e6:,.0f} MB in {self.data_dir.root}; {have}")


def _try_files(unpacked: DataDir, contents: Contents) -> None:
    """Open all that the server opens, by the server's own means; BackupFailed where it would not start with it."""
    try:
        if (journal := unpacked.root / JOURNAL).exists():
            journal.chmod(0o600)
            SqliteJobStore(journal).close()
            with closing(sqlite3.connect(journal, isolation_level=None)) as db:
                # processes of another machine, or of another time: their numbers mean nothing here
                db.execute("UPDATE jobs SET child_pid = NULL, child_born = NULL")
        if (access := unpacked.root / ACCESS).exists():
            access.chmod(0o600)
            AccessStore(unpacked.state).close()
        if contents.published is not None:
            load(unpacked.snapshots / contents.published).verify()
            make_current(unpacked, contents.published)
    except (JournalBroken, AccessStoreDown, DamagedSnapshot) as error:
        raise BackupFailed(f"The backup does not work: {error}. Nothing was changed") from error


def _move(source: DataDir, target: DataDir) -> None:
    """Move what a backup restores, and what belongs to it, from one data directory to another on the same disk."""
    locks = {source.server_lock.name, source.etl_lock.name}  # held, and looked for in their place
    state = [path for path in source.state.iterdir() if path.name not in locks]
    folders = [source.raw, source.snapshots, source.root / "models", source.logs, source.output]
    for path in [*state, *(folder for folder in folders if folder.is_symlink() or folder.exists())]:
        place = target.root / path.relative_to(source.root)
        path.rename(place)


def _holds_anything(layout: DataDir) -> bool:
    locks = {layout.server_lock, layout.etl_lock}
    folders = (layout.raw, layout.snapshots, layout.root / "models", layout.logs, layout.state)
    return layout.output.is_symlink() or any(
        not path.is_dir() and path not in locks for folder in folders for path in folder.rglob("*")
    )


def _remove(unpacked: DataDir) -> None:
    """Remove an unpacked backup, with its database where that has its place elsewhere."""
    home = existing_home(unpacked) if unpacked.root.exists() else None
    for place in (home, unpacked.root):
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%SZ}"
