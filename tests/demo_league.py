"""Demo leagues, each played and published once for all workers of a test run. Read only."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from etl.demo.flaws import DEFAULT
from etl.demo.generate import Request, generate
from snapshot.layout import DataDir

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 1, 18)
GAMES = 24  # eight for each of the teams that were tracked: enough for what asks for a minimum of games


def publish_demo_league(
    folder: Path, games: int = GAMES, seed: int = 1, flaws: frozenset[str] = frozenset()
) -> DataDir:
    """A league below `folder`, made and published by the real program."""
    generate(Request(folder, games, seed, flaws, TODAY), lambda *_: None)
    command = [sys.executable, "run_etl.py", "--data-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return DataDir(folder)


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], DataDir]) -> DataDir:
    """What the first worker that asks has made."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return DataDir(shared) if (shared / "output").exists() else make(shared)


@pytest.fixture(scope="session")
def demo_league(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """Without flaws: everything that can be tracked is."""
    return _once(tmp_path_factory, "demo-league", publish_demo_league)


@pytest.fixture(scope="session")
def flawed_league(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """Five games with the usual flaws of tracked ones."""
    return _once(tmp_path_factory, "flawed-league", partial(publish_demo_league, games=5, seed=3, flaws=DEFAULT))
