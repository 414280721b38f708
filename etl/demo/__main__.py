"""`python -m etl.demo`: write a demo league."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from etl.demo.flaws import DEFAULT, UnknownFlaw, known, parse
from etl.demo.generate import NotADemo, Request, generate

DEFAULT_GAMES: Final = 24
MAX_GAMES: Final = 5000
TODAY: Final = date(2026, 1, 18)  # fixed, so that a seed alone decides the bytes


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = [f"  {'*' if f.name in DEFAULT else ' '} {f.name:24} {f.about}" for f in known().values()]
    result = argparse.ArgumentParser(
        prog="python -m etl.demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write a simulated league in the real formats: raw/ with a master workbook, tracked games as\n"
        "tracker exports and workbooks, league.toml; and demo_truth.json, what really happened, for tests.",
        epilog="flaws (* = in the default sprinkle):\n" + "\n".join(lines),
    )
    result.add_argument("--data-dir", type=Path, default=Path("demo-data"), help="where to write (default demo-data)")
    result.add_argument("--games", type=int, default=DEFAULT_GAMES, metavar="N", help="tracked games (default 24)")
    result.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default 1)")
    result.add_argument("--flaws", default="default", help="all, none, default, or names separated by commas")
    result.add_argument("--today", type=_day, default=TODAY, help=f"the present day (default {TODAY})")
    result.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes (default 2)")
    return result


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like {TODAY}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 refused, 2 usage."""
    known_parser = parser()
    args = known_parser.parse_args(arguments)
    if not 1 <= args.games <= MAX_GAMES:
        known_parser.error(f"--games must be between 1 and {MAX_GAMES}, not {args.games}")
    try:
        flaws = parse(args.flaws)
    except UnknownFlaw as error:
        known_parser.error(str(error))
    request = Request(args.data_dir, args.games, args.seed, flaws, args.today, args.workers)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("playing", total=args.games)
        try:
            summary = generate(
                request, lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
            )
        except NotADemo as error:
            console.print(f"[red]{error}[/red]")
            return 1
    console.print(
        f"{args.data_dir}: {summary.scheduled} scheduled games, {summary.played} played, {summary.tracked} tracked"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
