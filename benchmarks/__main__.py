"""`make bench`: run the benchmarks and print their tables. `python -m benchmarks --help` lists them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks import (
    etl_run,
    polling,
    portal_paint,
    prediction_latency,
    scale,
    season_memory,
    small_league,
    soak,
    start,
    warehouse_upload,
    watchers,
)

BENCHMARKS: Final[dict[str, tuple[str, Callable[[Console, int], None]]]] = {
    "etl": ("seconds per game against merely reading the inputs and writing the outputs", etl_run.run),
    "scale": ("a league of 1000 games, and one changed game in it", scale.run),
    "start": ("the import, the time until ready, the memory of an idle server", start.run),
    "polling": ("status polls of a server as deployed against a bare handler, and beside a run", polling.run),
    "portal": ("when the portal is painted in Chromium, and what it fetches", portal_paint.run),
    "watchers": ("200 WebSocket watchers while runs work: what each is told, and how soon", watchers.run),
    "predictions": ("latency of predictions on a server against a bare handler", prediction_latency.run),
    "memory": ("a season of games through the API: all processes together", season_memory.run),
    "warehouse": ("rows per second into each kind of database, to bare loading of the same rows", warehouse_upload.run),
}


def main() -> None:
    """Run the benchmarks named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], "small", "soak", *BENCHMARKS],
        metavar="NAME",
        help=f"any of: {', '.join(['small', 'soak', *BENCHMARKS])}",
    )
    parser.add_argument("--games", type=int, default=60, help="tracked games in the league (default 60, a season)")
    parser.add_argument("--minutes", type=float, default=1.0, help="soak: how long (default 1)")
    parser.add_argument("--raw", type=Path, metavar="DIR", help="small: games of your own instead of demo ones")
    arguments = parser.parse_args()
    console = Console()
    if "small" in (arguments.names or ["small"]):
        console.rule("small: interpreter start to published snapshot")
        small_league.run(console, arguments.raw)
    if "soak" in (arguments.names or ["soak"]):
        console.rule("soak: the memory of a busy server")
        soak.run(console, arguments.minutes)
    for name in [name for name in arguments.names or BENCHMARKS if name in BENCHMARKS]:
        about, run = BENCHMARKS[name]
        console.rule(f"{name}: {about}")
        run(console, arguments.games)


if __name__ == "__main__":
    main()
