"""Real servers for the warehouse tests: each test gets a database of its own."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from snapshot.layout import DataDir
from warehouse.base import Backend, Warehouse
from warehouse.embedded import EmbeddedPostgres
from warehouse.postgres import PostgresWarehouse

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
        yield server.dsn


@pytest.fixture(scope="session")
def tcp_dsn() -> str:
    dsn = os.environ.get(TCP_VARIABLE)  # noqa: TID251 - the tests' own composition root
    if not dsn:
        pytest.skip(f"{TCP_VARIABLE} names no PostgreSQL to test on over TCP")
    return dsn


def new_database(server: str) -> Iterator[str]:
    name = f"bs_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield make_conninfo(server, dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def embedded_database(embedded_dsn: str) -> Iterator[str]:
    yield from new_database(embedded_dsn)


@pytest.fixture
def tcp_database(tcp_dsn: str) -> Iterator[str]:
    yield from new_database(tcp_dsn)


@pytest.fixture(params=["embedded", "tcp"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """Every backend in turn."""
    dsn = request.getfixturevalue(f"{request.param}_database")
    backend = Backend.EMBEDDED if request.param == "embedded" else Backend.POSTGRES
    warehouse = PostgresWarehouse(dsn, backend=backend)
    yield Stand(warehouse, dsn)
    warehouse.close()
