"""What a full ETL run costs beyond its unavoidable part: reading every input and writing every output."""

import statistics
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.league import demo_league
from benchmarks.processes import Measured, measure

_RUNS: Final = 5
_SLOW_LEAGUE: Final = 300  # games from which on one pair of runs says enough


def run(console: Console, games: int) -> None:
    """Full runs without caches and bare reading and writing in turn; then runs that find the games in the cache."""
    data_dir = demo_league(games)
    full = [sys.executable, "run_etl.py", "--data-dir", str(data_dir)]
    bare = [sys.executable, "-m", "benchmarks.bare_io", str(data_dir)]
    measure([*full, "--wipe"])
    pairs = 1 if games >= _SLOW_LEAGUE else _RUNS
    wiped, bares = [], []
    for _ in range(pairs):
        wiped.append(measure([*full, "--wipe"]))
        bares.append(measure(bare))
    cached = [measure(full) for _ in range(pairs)]
    unchanged = [measure([*full, "--incremental"]) for _ in range(pairs)]
    table = Table(
        "run", "wall s", "CPU s", "peak MB", "ms per game", "ratio to bare", title=f"{games} games, median of {pairs}"
    )
    rows = {
        "bare reading and writing": bares,
        "full, nothing cached": wiped,
        "full, games cached": cached,
        "incremental, nothing new": unchanged,
    }
    base = _median(bares, "wall")
    for name, measured in rows.items():
        wall = _median(measured, "wall")
        figures = (f"{wall:.2f}", f"{_median(measured, 'cpu'):.2f}", f"{_median(measured, 'peak_mb'):.0f}")
        table.add_row(name, *figures, f"{1000 * wall / games:.1f}", f"{wall / base:.2f}")
    console.print(table)
    _print_costs(console, data_dir)


def _median(measured: list[Measured], figure: str) -> float:
    return float(statistics.median(getattr(one, figure) for one in measured))


def _print_costs(console: Console, data_dir: Path) -> None:
    from snapshot.layout import DataDir  # noqa: PLC0415 - the measured processes come first
    from snapshot.reader import published  # noqa: PLC0415

    snapshot = published(DataDir(data_dir))
    if snapshot is None:
        raise RuntimeError("the runs published nothing")
    table = Table("step or table", "seconds", title="top costs of the last published run")
    for name, seconds in sorted(snapshot.manifest.timings.items(), key=lambda item: -item[1])[:10]:
        table.add_row(name, f"{seconds:.3f}")
    console.print(table)
