"""What the tests of the service share: a service on an empty data directory, its ETL program the stand-in."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.api.serving import Client, service


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
