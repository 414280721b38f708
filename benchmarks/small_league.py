"""A few games, as a league begins: from the start of the interpreter to the published snapshot."""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.league import demo_league
from benchmarks.processes import Measured, measure

_GAMES: Final = 4
_RUNS: Final = 5
_TARGET_S: Final = 1.5


def run(console: Console, raw: Path | None) -> None:
    """Cold runs on four demo games, or on the files below `raw`."""
    source = demo_league(_GAMES) / "raw" if raw is None else raw
    runs = [_cold(source) for _ in range(_RUNS)]
    walls = [run.wall for run in runs]
    table = Table("figure", "value", title=f"cold start to published, median of {_RUNS}")
    table.add_row("wall", f"{statistics.median(walls):.2f} s (target {_TARGET_S})")
    table.add_row("CPU", f"{statistics.median(run.cpu for run in runs):.2f} s")
    table.add_row("slowest", f"{max(walls):.2f} s")
    console.print(table)


def _cold(raw: Path) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(raw, Path(folder) / "raw")
        return measure([sys.executable, "run_etl.py", "--data-dir", folder])
