"""What the tests of the service share: a service on an empty data directory, its ETL program the stand-in."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import structlog
from psycopg.conninfo import conninfo_to_dict

from snapshot.layout import DataDir
from tests.api.serving import Client, service
from tests.warehouse.servers import new_database
from warehouse.embedded import EmbeddedPostgres


def url_of(dsn: str) -> str:
    """A DSN of keywords as the URL that the settings take."""
    parts = conninfo_to_dict(dsn)
    host, rest = quote(str(parts["host"]), safe=""), f"{parts['port']}/{parts['dbname']}"
    return f"postgresql://{parts['user']}:{quote(str(parts['password']))}@{host}:{rest}"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def client(data_dir: Path) -> Iterator[Client]:
    with service(data_dir) as client:
        yield client


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """A real PostgreSQL in a folder that a service user can reach, which pytest's own are not for root."""
    folder = Path(tempfile.mkdtemp(prefix="bs-"))
    folder.chmod(0o755)
    with EmbeddedPostgres(DataDir(folder)) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        yield server.dsn
    shutil.rmtree(folder)


@pytest.fixture
def database(database_server: str) -> Iterator[str]:
    """An empty database, as a URL."""
    with new_database(database_server) as dsn:
        yield url_of(dsn)
