"""One small demo league for the whole ring; each test works on a copy of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import ROOT


@pytest.fixture(scope="session")
def demo_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demo league of four tracked games, as `python -m etl.demo` writes it."""
    data_dir = tmp_path_factory.mktemp("demo")
    command = [
        sys.executable,
        "-m",
        "etl.demo",
        "--data-dir",
        str(data_dir),
        "--games",
        "4",
        "--seed",
        "7",
        "--flaws",
        "none",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=100)
    return data_dir


@pytest.fixture
def league(demo_league: Path, tmp_path: Path) -> Path:
    """A copy that a test may do anything to."""
    return Path(shutil.copytree(demo_league, tmp_path / "league"))
