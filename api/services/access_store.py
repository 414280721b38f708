"""The file with the keys and the audit log: SQLite, shared by the server and the key command without a lock of ours."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from api.services.access_errors import AccessStoreDown
from api.services.sqlite_faults import reason_of

ACCESS_FILE: Final = "access.sqlite3"
_LAYOUT: Final = 1
_BUSY_SECONDS: Final = 5.0
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, prefix TEXT NOT NULL UNIQUE, digest BLOB NOT NULL UNIQUE,
        role TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT, last_used_at TEXT, revoked_at TEXT)""",
    """CREATE TABLE IF NOT EXISTS audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor_id TEXT NOT NULL, actor TEXT NOT NULL,
        actor_kind TEXT NOT NULL, role TEXT, address TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
        table_name TEXT, job_id TEXT, status INTEGER NOT NULL, request_id TEXT NOT NULL, changes TEXT)""",
    "CREATE INDEX IF NOT EXISTS audit_of_table ON audit (table_name, id)",
    "CREATE INDEX IF NOT EXISTS audit_of_job ON audit (job_id, id)",
    """CREATE TRIGGER IF NOT EXISTS audit_is_never_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_is_never_deleted BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
)


class AccessStore:
    """One connection to the file, for one thread at a time."""

    def __init__(self, state: Path) -> None:
        """Open the file in this folder, or make it, for its owner only.

        Raises:
            AccessStoreDown: it is damaged, cannot be written, or was made by a newer version.
        """
        self._lock = threading.Lock()
        path = state / ACCESS_FILE
        try:
            state.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise AccessStoreDown(f"The file of keys {path} cannot be opened") from error
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._db.close()
            raise AccessStoreDown(
                f"The file of keys {path} cannot be used; make the disk or the file usable, or restore it from a backup"
            ) from error
        except AccessStoreDown:
            self._db.close()
            raise

    def read(self, sql: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
        """The rows of a query.

        Raises:
            AccessStoreDown: the file cannot be read.
        """
        with self._working() as db:
            return db.execute(sql, values).fetchall()

    def write(self, *statements: tuple[str, Mapping[str, Any]]) -> int:
        """Run the statements in one transaction; how many rows the first one changed.

        Raises:
            AccessStoreDown: nothing was written.
        """
        with self._working() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                counts = [db.execute(sql, values).rowcount for sql, values in statements]
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite rolls back by itself when the disk is full
                    db.execute("ROLLBACK")
                raise
            return counts[0]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _prepare(self, path: Path) -> None:
        db = self._db
        db.row_factory = sqlite3.Row
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > _LAYOUT:
            raise AccessStoreDown(f"The file of keys {path} was made by a newer version; update the server")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN IMMEDIATE")
        for statement in (*_SCHEMA, f"PRAGMA user_version = {_LAYOUT}"):
            db.execute(statement)
        db.execute("COMMIT")

    @contextmanager
    def _working(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise AccessStoreDown(f"The file of keys does not work: {reason_of(error)}") from error


def columns(row: sqlite3.Row, names: Sequence[str]) -> dict[str, Any]:
    """Some columns of a row by name."""
    return {name: row[name] for name in names}
