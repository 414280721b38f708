"""Real servers for the warehouse tests: each test gets a database of its own."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from snapshot.layout import DataDir
from tests.warehouse.snapshots import league, make_snapshot
from warehouse.base import Backend, Warehouse
from warehouse.embedded import EmbeddedPostgres
from warehouse.postgres import PostgresWarehouse
from warehouse.schema import generate

TCP_VARIABLE = "BENCHSIGHT_TEST_POSTGRES_DSN"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Stand:
    """A warehouse under test, and the superuser's way into its database."""

    warehouse: Warehouse
    dsn: str

    def sql(self, statement: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def data_dir() -> Iterator[DataDir]:
    """A data directory that a service user can reach, which pytest's own temporary directories are not for root."""
    folder = Path(tempfile.mkdtemp(prefix="bs-"))
    folder.chmod(0o755)
    yield DataDir(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def embedded_dsn(data_dir: DataDir) -> Iterator[str]:
    with EmbeddedPostgres(data_dir) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("alter system set fsync = off")  # databases of tests need not outlive the machine
            connection.execute("select pg_reload_conf()")
        yield server.dsn


@pytest.fixture(scope="session")
def tcp_dsn() -> str:
    dsn = os.environ.get(TCP_VARIABLE)  # noqa: TID251 - the tests' own composition root
    if not dsn:
        pytest.skip(f"{TCP_VARIABLE} names no PostgreSQL to test on over TCP")
    return dsn


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """A database that is gone afterwards; gives its DSN."""
    name = f"bs_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        yield make_conninfo(server, dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def new_template(server: str, folder: Path) -> Iterator[str]:
    """A database with the tables of the test league, to copy from; gives its name."""
    manifest = make_snapshot(folder, league(0)).manifest
    with new_database(server) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(generate(manifest).text.encode())
        yield str(conninfo_to_dict(dsn)["dbname"])


@pytest.fixture(scope="session")
def embedded_template(embedded_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_template(embedded_dsn, tmp_path_factory.mktemp("template")) as name:
        yield name


@pytest.fixture(scope="session")
def tcp_template(tcp_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_template(tcp_dsn, tmp_path_factory.mktemp("template")) as name:
        yield name


@contextmanager
def open_stand(backend: str, dsn: str) -> Iterator[Stand]:
    warehouse = PostgresWarehouse(dsn, backend=Backend.EMBEDDED if backend == "embedded" else Backend.POSTGRES)
    yield Stand(warehouse, dsn)
    warehouse.close()


@pytest.fixture(params=["embedded", "tcp"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """Every backend in turn, with the tables of the test league."""
    server, template = (request.getfixturevalue(f"{request.param}_{what}") for what in ("dsn", "template"))
    with new_database(server, template) as dsn, open_stand(request.param, dsn) as opened:
        yield opened


@pytest.fixture(params=["embedded", "tcp"])
def bare(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """Every backend in turn, on an empty database."""
    with new_database(request.getfixturevalue(f"{request.param}_dsn")) as dsn, open_stand(request.param, dsn) as opened:
        yield opened
