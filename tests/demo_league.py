"""One fully tracked demo league, played and published once for all workers of a test run. Read only."""

import fcntl
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from etl.demo.generate import Request, generate
from snapshot.layout import DataDir

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 1, 18)
GAMES = 24  # eight for each of the teams that were tracked: enough for what asks for a minimum of games


def publish_demo_league(folder: Path) -> DataDir:
    """A league without flaws below `folder`, made and published by the real program."""
    generate(Request(folder, GAMES, 1, frozenset(), TODAY), lambda *_: None)
    command = [sys.executable, "run_etl.py", "--data-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return DataDir(folder)


@pytest.fixture(scope="session")
def demo_league(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-league"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "output").exists():
            publish_demo_league(shared)
    return DataDir(shared)
