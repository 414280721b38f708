"""Real servers for the warehouse tests: each test gets a database of its own."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from snapshot.layout import DataDir
from tests.postgrest.server import SERVICE_KEY, PostgrestDouble
from tests.warehouse.snapshots import league, make_snapshot
from warehouse.base import Backend, Warehouse
from warehouse.embedded import EmbeddedPostgres
from warehouse.postgres import PostgresWarehouse
from warehouse.schema import generate
from warehouse.supabase import SupabaseWarehouse

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
    dsn = os.environ.get(TCP_VARIABLE)
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


class Databases:
    """Databases with the tables of the test league, lent to one test at a time.

    What a test leaves behind is deleted; a database whose tables it changed is thrown away.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        self._made = ExitStack()

    @contextmanager
    def lend(self) -> Iterator[str]:
        dsn = self._free.pop() if self._free else self._made.enter_context(new_database(self._server, self._template))
        shape = self._shape(dsn)
        yield dsn
        if self._shape(dsn) == shape:
            self._empty(dsn)
            self._free.append(dsn)

    def close(self) -> None:
        self._made.close()

    def _shape(self, dsn: str) -> object:
        with psycopg.connect(dsn, autocommit=True) as connection:
            return connection.execute("select warehouse_catalog() - 'published'").fetchone()

    def _empty(self, dsn: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            tables = connection.execute(
                "select schemaname, tablename from pg_tables where schemaname ~ '^(public|benchsight|benchsight_load)$'"
            ).fetchall()
            deletes = (sql.SQL("delete from {}").format(sql.Identifier(*names)) for names in tables)
            # as a replica: references are not checked, so the order does not matter
            connection.execute(sql.SQL("; ").join([sql.SQL("set session_replication_role = replica"), *deletes]))


@contextmanager
def new_template(server: str, folder: Path) -> Iterator[str]:
    """A database with the tables of the test league, to copy from; gives its name."""
    manifest = make_snapshot(folder, league(0)).manifest
    with new_database(server) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(generate(manifest).text.encode())
        yield str(conninfo_to_dict(dsn)["dbname"])


@contextmanager
def new_databases(server: str, folder: Path) -> Iterator[Databases]:
    with new_template(server, folder) as template:
        databases = Databases(server, template)
        yield databases
        databases.close()


@pytest.fixture(scope="session")
def embedded_databases(embedded_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with new_databases(embedded_dsn, tmp_path_factory.mktemp("template")) as databases:
        yield databases


@pytest.fixture(scope="session")
def tcp_databases(tcp_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with new_databases(tcp_dsn, tmp_path_factory.mktemp("template")) as databases:
        yield databases


@contextmanager
def open_stand(backend: str, dsn: str, request: pytest.FixtureRequest) -> Iterator[Stand]:
    warehouse: Warehouse
    if backend == "supabase":
        double: PostgrestDouble = request.getfixturevalue("postgrest")
        warehouse = SupabaseWarehouse(double.url(str(conninfo_to_dict(dsn)["dbname"])), SERVICE_KEY)
    else:
        warehouse = PostgresWarehouse(dsn, backend=Backend.EMBEDDED if backend == "embedded" else Backend.POSTGRES)
    yield Stand(warehouse, dsn)
    warehouse.close()


BACKENDS = {"embedded": "embedded", "tcp": "tcp", "supabase": "embedded"}  # and the server that each stands on


@pytest.fixture(params=list(BACKENDS))
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """Every backend in turn, with the tables of the test league."""
    databases: Databases = request.getfixturevalue(f"{BACKENDS[request.param]}_databases")
    with databases.lend() as dsn, open_stand(request.param, dsn, request) as opened:
        yield opened


@pytest.fixture(params=list(BACKENDS))
def bare(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """Every backend in turn, on an empty database."""
    server = request.getfixturevalue(f"{BACKENDS[request.param]}_dsn")
    with new_database(server) as dsn, open_stand(request.param, dsn, request) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgrest(embedded_dsn: str) -> Iterator[PostgrestDouble]:
    with psycopg.connect(embedded_dsn, autocommit=True) as connection:
        connection.execute((files("warehouse") / "sql" / "roles.sql").read_bytes())
    with PostgrestDouble(embedded_dsn) as double:
        yield double
