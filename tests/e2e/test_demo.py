"""`make demo ONCE=1`: from nothing to a published league and a summary, and nothing left running."""

import subprocess
import sys
from pathlib import Path

from snapshot.layout import DataDir
from snapshot.reader import published
from tests.e2e.server import ROOT, environment, free_port, nothing_left_behind


def test_the_tour_ends_with_a_published_league(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "etl.demo.tour", "--data-dir", str(tmp_path), "--port", str(port), "--once"]
    with nothing_left_behind(str(tmp_path)):
        tour = subprocess.run(
            command, cwd=ROOT, env=environment(tmp_path, port), capture_output=True, text=True, timeout=110, check=False
        )
    assert tour.returncode == 0, tour.stdout + tour.stderr
    snapshot = published(DataDir(tmp_path))
    assert snapshot is not None
    assert f"Published {snapshot.id}" in tour.stdout.replace("\n", " ")
    assert "Standings" in tour.stdout
    assert "/docs" in tour.stdout
