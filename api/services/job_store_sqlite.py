"""The job journal in one SQLite file.

One server owns the file at a time (the lock of the data directory sees to that), so opening it ends every lease.
Write-ahead log, because then a backup or an admin's `sqlite3` never blocks the server. `synchronous=FULL`, because a
job that was answered with 202 must survive a power cut; with at most four progress writes a second per job that costs
one fsync each, which is a few milliseconds.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from api.models.job import Job, Lane
from api.services.job_store import (
    JobChange,
    JournalBroken,
    JournalUnavailable,
    KeyHolder,
    ProcessRef,
    StoredJob,
    VersionConflict,
)
from api.services.sqlite_faults import reason_of

JOURNAL_FILE: Final = "jobs.sqlite3"
_LAYOUT: Final = 1  # goes up with the statements below and the fields of Job
_BUSY_SECONDS: Final = 5.0

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS jobs (
         place INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE, lane TEXT NOT NULL,
         status TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, fingerprint TEXT NOT NULL,
         owner TEXT, lease_until REAL, child_pid INTEGER, child_born TEXT, document TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS changes (
         seq INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL, status TEXT NOT NULL, document TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS keys (
         idempotency_key TEXT PRIMARY KEY, job_id TEXT NOT NULL, fingerprint TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS one_running_per_lane ON jobs (lane) WHERE status = 'running'",
    "CREATE INDEX IF NOT EXISTS changes_of_job ON changes (job_id, status, seq)",
    "CREATE INDEX IF NOT EXISTS keys_of_job ON keys (job_id)",
)
_COLUMNS: Final = "document, fingerprint, owner, lease_until, child_pid, child_born, seq"


class SqliteJobStore:
    """A `JobStore` in a file; one connection, one writer at a time."""

    def __init__(self, path: Path) -> None:
        """Open the journal, or make it.

        Raises:
            JournalBroken: the file is damaged, cannot be written, or was made by a newer version.
        """
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as e:
            raise JournalBroken(f"The job journal {path} cannot be opened: {_reason(e)}") from e
        try:
            self._prepare(path)
        except (sqlite3.Error, JournalUnavailable) as e:
            self._db.close()
            cause = e.__cause__ if isinstance(e.__cause__, Exception) else e
            raise JournalBroken(
                f"The job journal {path} cannot be used: {_reason(cause)}. Make the disk or the file usable, "
                "or move the file away to start with an empty history"
            ) from e
        except JournalBroken:
            self._db.close()
            raise

    def insert(self, record: StoredJob, idempotency_key: str | None) -> JobChange | KeyHolder:
        """See `JobStore.insert`."""
        job = record.job
        with self._transaction() as db:
            if idempotency_key is not None:
                holder = _hold(db, idempotency_key, KeyHolder(job.job_id, record.fingerprint))
                if holder.job_id != job.job_id:
                    return holder
            change = _journal(db, job)
            db.execute(
                "INSERT INTO jobs (job_id, lane, status, version, seq, fingerprint, document) VALUES (?,?,?,?,?,?,?)",
                (job.job_id, job.lane, job.status, job.version, change.seq, record.fingerprint, job.model_dump_json()),
            )
            return change

    def bind_key(self, idempotency_key: str, holder: KeyHolder) -> KeyHolder:
        """See `JobStore.bind_key`."""
        with self._transaction() as db:
            return _hold(db, idempotency_key, holder)

    def compare_and_set(self, records: Sequence[StoredJob]) -> list[JobChange]:
        """See `JobStore.compare_and_set`."""
        with self._transaction() as db:
            return [_replace(db, record) for record in records]

    def claim(self, lane: Lane, *, owner: str, at: datetime, lease_until: datetime) -> tuple[StoredJob, int] | None:
        """See `JobStore.claim`."""
        with self._transaction() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE lane = ?1 AND status = 'pending' AND NOT EXISTS "  # noqa: S608 - our constant
                "(SELECT 1 FROM jobs WHERE lane = ?1 AND status = 'running') ORDER BY place LIMIT 1",
                (lane,),
            ).fetchone()
            if row is None:
                return None
            claimed = _record(row).claimed(owner=owner, at=at, lease_until=lease_until)
            return claimed, _replace(db, claimed).seq

    def renew(self, job_id: str, *, owner: str, lease_until: datetime) -> bool:
        """See `JobStore.renew`."""
        with self._transaction() as db:
            done = db.execute(
                "UPDATE jobs SET lease_until = ? WHERE job_id = ? AND owner = ? AND status = 'running'",
                (lease_until.timestamp(), job_id, owner),
            )
            return done.rowcount == 1

    def orphans(self, at: datetime) -> list[StoredJob]:
        """See `JobStore.orphans`."""
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE status = 'running' "  # noqa: S608 - our constant
                "AND (lease_until IS NULL OR lease_until <= ?) ORDER BY place",
                (at.timestamp(),),
            )
            return [_record(row) for row in rows]

    def read(self, job_id: str) -> tuple[StoredJob, int] | None:
        """See `JobStore.read`."""
        with self._reading() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE job_id = ?", (job_id,)).fetchone()  # noqa: S608 - our constant
            return None if row is None else (_record(row), int(row[6]))

    def load(self) -> tuple[list[tuple[StoredJob, int]], dict[str, KeyHolder]]:
        """See `JobStore.load`."""
        with self._reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM jobs ORDER BY place").fetchall()  # noqa: S608 - our constant
            keys = db.execute("SELECT idempotency_key, job_id, fingerprint FROM keys").fetchall()
            return [(_record(row), int(row[6])) for row in rows], {key: KeyHolder(*holder) for key, *holder in keys}

    def changes_since(self, seq: int, *, limit: int = 1000) -> list[JobChange]:
        """See `JobStore.changes_since`."""
        with self._reading() as db:
            rows = db.execute("SELECT seq, document FROM changes WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit))
            return [JobChange(number, Job.model_validate_json(document)) for number, document in rows]

    def delete(self, job_ids: Collection[str]) -> None:
        """See `JobStore.delete`."""
        with self._transaction() as db:
            for table in ("jobs", "changes", "keys"):
                db.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job_id,) for job_id in job_ids])  # noqa: S608 - our constants

    def check(self) -> None:
        """See `JobStore.check`."""
        with self._transaction() as db:
            db.execute(f"PRAGMA user_version = {_LAYOUT}")

    def close(self) -> None:
        """See `JobStore.close`."""
        with self._lock:
            self._db.close()

    def _prepare(self, path: Path) -> None:
        db = self._db
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > _LAYOUT:
            raise JournalBroken(f"The job journal {path} was made by a newer version of this server; update the server")
        damage = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise JournalBroken(f"The job journal {path} is damaged; move it away to start with an empty history")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA journal_size_limit = 1048576")
        with self._transaction():
            for statement in _SCHEMA:
                db.execute(statement)
            db.execute("UPDATE jobs SET lease_until = NULL WHERE status = 'running'")
            db.execute(
                f"PRAGMA user_version = {_LAYOUT}"
            )  # always a write: a full disk shows here, not at the first job

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite rolls back by itself when the disk is full
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except (sqlite3.Error, ValidationError) as e:
                raise JournalUnavailable(f"The job journal does not work: {_reason(e)}") from e


def _reason(e: Exception) -> str:
    if isinstance(e, sqlite3.Error):
        return reason_of(e)
    return "a row cannot be read" if isinstance(e, ValidationError) else "its folder cannot be made"


def _hold(db: sqlite3.Connection, key: str, holder: KeyHolder) -> KeyHolder:
    db.execute("INSERT INTO keys VALUES (?,?,?) ON CONFLICT DO NOTHING", (key, holder.job_id, holder.fingerprint))
    return KeyHolder(*db.execute("SELECT job_id, fingerprint FROM keys WHERE idempotency_key = ?", (key,)).fetchone())


def _journal(db: sqlite3.Connection, job: Job) -> JobChange:
    """Write the journal row; of the rows between two moves the first and the last are kept."""
    db.execute(
        "DELETE FROM changes WHERE job_id = ?1 AND status = ?2 "
        "AND seq > (SELECT min(seq) FROM changes WHERE job_id = ?1 AND status = ?2)",
        (job.job_id, job.status),
    )
    written = db.execute(
        "INSERT INTO changes (job_id, status, document) VALUES (?,?,?)",
        (job.job_id, job.status, job.model_dump_json()),
    )
    return JobChange(written.lastrowid or 0, job)


def _replace(db: sqlite3.Connection, record: StoredJob) -> JobChange:
    job, child = record.job, record.child
    change = _journal(db, job)
    done = db.execute(
        "UPDATE jobs SET status = ?, version = ?, seq = ?, owner = ?, lease_until = ?, child_pid = ?, child_born = ?, "
        "document = ? WHERE job_id = ? AND version = ?",
        (
            *(job.status, job.version, change.seq, record.owner),
            record.lease_until.timestamp() if record.lease_until else None,
            *((child.pid, child.born) if child else (None, None)),
            *(job.model_dump_json(), job.job_id, job.version - 1),
        ),
    )
    if done.rowcount != 1:
        raise VersionConflict(f"Job {job.job_id} was changed by somebody else")
    return change


def _record(row: tuple[str, str, str | None, float | None, int | None, str | None, int]) -> StoredJob:
    document, fingerprint, owner, lease_until, pid, born, _ = row
    return StoredJob(
        Job.model_validate_json(document),
        fingerprint,
        owner,
        None if lease_until is None else datetime.fromtimestamp(lease_until, UTC),
        ProcessRef(pid, born) if pid is not None and born is not None else None,
    )
