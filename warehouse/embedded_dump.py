"""The embedded database as one file, by PostgreSQL's own programs, which the wheel holds beside the server."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from snapshot.layout import DataDir
from warehouse.embedded import EmbeddedPostgres
from warehouse.embedded_place import find_place
from warehouse.errors import WarehouseUnavailable

_LOCK_WAIT: Final = "60s"
"""A dump waits so long for an upload that changes the tables themselves; all else goes on beside it."""


@contextmanager
def dumped(data_dir: DataDir) -> Iterator[IO[bytes]]:
    """The whole database as of one moment, in pg_dump's own format, while others read and write it.

    The server is the one that runs already, or is started for the time of the dump.

    Raises:
        WarehouseUnavailable: it cannot be started, or the dump has failed; what was read is not to be used.
    """
    with EmbeddedPostgres(data_dir) as server, tempfile.TemporaryFile() as said:
        # what holds it is compressed as a whole
        options = ["--format=custom", "--compress=none", f"--lock-wait-timeout={_LOCK_WAIT}", "--no-password"]
        process = subprocess.Popen(  # noqa: S603 - our own binary and options
            [find_place(data_dir).binaries / "pg_dump", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=_environment(server.dsn),
        )  # fmt: skip
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            with process.stdout as dump:
                yield dump
        finally:
            code = process.wait()
        if code != 0:
            raise WarehouseUnavailable(f"The database cannot be dumped: {_last_line(said)}")


def load_dump(data_dir: DataDir, dump: Path) -> None:
    """Make the embedded database of a data directory that has none, from a dump; the server is stopped afterwards.

    Raises:
        WarehouseUnavailable: the server cannot start, or the dump cannot be loaded.
    """
    with EmbeddedPostgres(data_dir) as server, tempfile.TemporaryFile() as said:
        with psycopg.connect(server.dsn, autocommit=True) as connection:  # a dump holds no roles, and grants to them
            connection.execute((files("warehouse") / "sql" / "roles.sql").read_bytes())
        options = ["--dbname=postgres", "--single-transaction", "--exit-on-error", "--no-password"]
        done = subprocess.run(  # noqa: S603 - our own binary and options
            [find_place(data_dir).binaries / "pg_restore", *options, dump],
            check=False, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=_environment(server.dsn),
        )  # fmt: skip
        if done.returncode != 0:
            raise WarehouseUnavailable(f"The database cannot be restored: {_last_line(said)}")


def _environment(dsn: str) -> Mapping[str, str]:
    """How PostgreSQL's programs are told where the server is; a command line would show the password to everybody."""
    told = conninfo_to_dict(dsn)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE", "password": "PGPASSWORD"}
    return {variable: str(told[name]) for name, variable in names.items()}


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why"
