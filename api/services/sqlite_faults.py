"""What is wrong with a SQLite file, in words for people."""

import sqlite3
from collections.abc import Mapping
from typing import Final

_REASONS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_CANTOPEN: "its folder cannot be used",
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_NOTADB: "it is not a SQLite file",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
}
_PRIMARY: Final = 0xFF  # the low byte of an extended result code


def reason_of(error: sqlite3.Error) -> str:
    """What to say after "the file does not work: "."""
    return _REASONS.get(getattr(error, "sqlite_errorcode", -1) & _PRIMARY, "the disk or the file has a fault")
