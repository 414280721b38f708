"""`make bench`: run the benchmarks and print their tables. `python -m benchmarks --help` lists them."""

import argparse
from collections.abc import Callable
from typing import Final

from rich.console import Console

from benchmarks import etl_run, prediction_latency, season_memory, warehouse_upload

BENCHMARKS: Final[dict[str, tuple[str, Callable[[Console, int], None]]]] = {
    "etl": ("seconds per game against merely reading the inputs and writing the outputs", etl_run.run),
    "predictions": ("latency of predictions on a server against a bare handler", prediction_latency.run),
    "memory": ("a season of games through the API: all processes together", season_memory.run),
    "warehouse": ("rows per second into each kind of database, to bare loading of the same rows", warehouse_upload.run),
}


def main() -> None:
    """Run the benchmarks named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME", help=f"any of: {', '.join(BENCHMARKS)}"
    )
    parser.add_argument("--games", type=int, default=60, help="tracked games in the league (default 60, a season)")
    arguments = parser.parse_args()
    console = Console()
    for name in arguments.names or BENCHMARKS:
        about, run = BENCHMARKS[name]
        console.rule(f"{name}: {about}")
        run(console, arguments.games)


if __name__ == "__main__":
    main()
