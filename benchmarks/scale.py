"""A league of a thousand games: full run, run after one changed game, and whether the cost is linear in the games."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.league import demo_league
from benchmarks.processes import Measured, measure

_GAMES: Final = 1000
_SMALLER: Final = 250
_WALL_S: Final = 60
_PEAK_MB: Final = 4096
_SHARE: Final = 0.25
_CHANGE: Final = (b'"Shot_OnNetSaved"', b'"Shot_Missed"')


def run(console: Console, games: int) -> None:
    """Full runs of 250 and 1000 games, the second again after one game changed, and bare reading and writing."""
    large = max(games, _GAMES)
    data_dir = demo_league(large)
    small = _full(demo_league(_SMALLER))
    full = _full(data_dir)
    with _one_changed_game(data_dir):
        incremental = measure([*_etl(data_dir), "--incremental"])
    bare = measure([sys.executable, "-m", "benchmarks.bare_io", str(data_dir)])
    bare = measure([sys.executable, "-m", "benchmarks.bare_io", str(data_dir)])  # the first made its Arrow files
    table = Table("run", "wall s", "CPU s", "peak MB, all processes", "target", title=f"{large} games")
    for name, measured, target in (
        (f"full, {_SMALLER} games", small, ""),
        (f"full, {large} games", full, f"{_WALL_S} s, {_PEAK_MB} MB on two cores"),
        ("incremental, one changed game", incremental, f"{_SHARE:.0%} of full"),
        ("bare reading and writing", bare, ""),
    ):
        table.add_row(name, f"{measured.wall:.1f}", f"{measured.cpu:.1f}", f"{measured.peak_mb:.0f}", target)
    console.print(table)
    console.print(f"incremental / full: {incremental.wall / full.wall:.2f} (target {_SHARE})")
    console.print(f"full / bare: {full.wall / bare.wall:.1f}")
    per_game = (full.wall / large) / (small.wall / _SMALLER)
    console.print(f"cost of a game among {large} against among {_SMALLER}: {per_game:.2f} (1 is linear)")


def _etl(data_dir: Path) -> list[str]:
    return [sys.executable, "run_etl.py", "--data-dir", str(data_dir)]


def _full(data_dir: Path) -> Measured:
    return measure([*_etl(data_dir), "--wipe"])


@contextmanager
def _one_changed_game(data_dir: Path) -> Iterator[None]:
    """One shot of one game told otherwise, and put right afterwards."""
    game = next(path for path in sorted((data_dir / "raw").rglob("*.json")) if _CHANGE[0] in path.read_bytes())
    content = game.read_bytes()
    game.write_bytes(content.replace(*_CHANGE, 1))
    try:
        yield
    finally:
        game.write_bytes(content)
