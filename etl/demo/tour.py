"""`python -m etl.demo.tour`: the whole way once, for a newcomer.

A demo league if there is none, the API, a full ETL job through it with live progress, a summary, and the addresses to
open. Then it keeps serving until Ctrl-C.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.demo.__main__ import DEFAULT_GAMES
from etl.demo.flaws import DEFAULT
from etl.demo.generate import Request, generate
from etl.demo.tour_server import POLL_SECONDS, ROOT, Server, TourFailed, free_port, running
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, published

STANDINGS: Final = "fact_team_season_stats_basic"
FINAL: Final = frozenset({"completed", "failed", "cancelled"})
PAGES: Final = (
    ("/docs", "every endpoint, to try out"),
    ("/redoc", "the same, to read"),
    ("/api/health", "is it alive"),
    ("/api/status", "jobs, last ETL, published snapshot"),
    ("/api/etl/history", "the jobs so far"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tour: 0 done, 1 something failed (said on the console)."""
    parser = argparse.ArgumentParser(prog="python -m etl.demo.tour", description=(__doc__ or "").split("\n\n", 1)[1])
    parser.add_argument("--data-dir", type=Path, default=Path("demo-data"), help="default demo-data")
    parser.add_argument("--port", type=int, default=8000, help="another is taken when it is busy (default 8000)")
    parser.add_argument("--once", action="store_true", help="end after the summary instead of serving on")
    args = parser.parse_args(arguments)
    console = Console()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
    try:
        _tour(console, ROOT / args.data_dir, args.port, once=args.once)
    except TourFailed as error:
        console.print(f"[bold red]{error}[/bold red]", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped.")
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the tour as Ctrl-C does, so that the server goes with it."""
    del frame
    sys.exit(128 + number)


def _tour(console: Console, data_dir: Path, wanted: int, *, once: bool) -> None:
    make_league(console, data_dir)
    port = free_port(wanted)
    if port != wanted:
        console.print(f"Port {wanted} is taken; using {port}.")
    with running(data_dir, port) as server:
        console.print(f"The API runs at {server.url} (its log: {server.log})", highlight=False)
        job = run_etl(console, server)
        show_summary(console, job, standings(data_dir))
        for path, about in PAGES:
            console.print(f"  {server.url}{path:20} {about}", highlight=False)
        if not once:
            console.print("\nServing until Ctrl-C.")
            _serve(server)


def make_league(console: Console, data_dir: Path) -> None:
    """Write the demo league, unless `raw/` has files already."""
    raw = data_dir / "raw"
    if raw.is_dir() and any(p.is_file() for p in raw.rglob("*")):
        console.print(f"Using the league in {raw}")
        return
    today = date.today()  # noqa: DTZ011 - the person's own calendar day: the season is in progress where he sits
    request = Request(data_dir, DEFAULT_GAMES, seed=1, flaws=DEFAULT, today=today)
    with _bar(console) as bar:
        task = bar.add_task("Playing a demo league", total=DEFAULT_GAMES)
        summary = generate(request, lambda done, total, _: bar.update(task, completed=done, total=total))
    console.print(f"A demo league in {data_dir}: {summary.played} games played, {summary.tracked} of them tracked")


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def run_etl(console: Console, server: Server) -> dict[str, Any]:
    """Trigger a full ETL job and watch it to its end; the finished job.

    Raises:
        TourFailed: the job failed or was cancelled, with its error.
    """
    job: dict[str, Any] = server.ask("POST", "/api/etl/trigger", json={"mode": "full"})
    with _bar(console) as bar:
        task = bar.add_task("ETL", total=100)
        while job["status"] not in FINAL:
            time.sleep(POLL_SECONDS)
            job = server.ask("GET", f"/api/etl/status/{job['job_id']}")
            bar.update(task, completed=job["progress"] or 0, description=_doing(job))
    if job["status"] != "completed":
        raise TourFailed(f"The ETL job {job['status']}: {job['error'] or 'no reason given'}")
    return job


def _doing(job: dict[str, Any]) -> str:
    left = job.get("eta_seconds")
    return f"ETL: {job['current_step'] or job['status']}" + ("" if left is None else f", about {left:.0f} s left")


def standings(data_dir: Path) -> list[dict[str, str]]:
    """The regular season's table of the newest season, best team first, from the published snapshot.

    Raises:
        TourFailed: there is no snapshot, or it cannot be read.
    """
    try:
        snapshot = published(DataDir(data_dir))
        if snapshot is None:
            raise TourFailed(f"{data_dir}: the job completed, but nothing is published")
        rows = [r for r in snapshot.rows(STANDINGS) if r["game_type"] == "Regular"]
    except (DamagedSnapshot, OSError, KeyError) as error:
        raise TourFailed(f"{data_dir}: the published snapshot cannot be read: {error}") from error
    newest = max((r["season_id"] for r in rows), default="")
    return sorted(
        (r for r in rows if r["season_id"] == newest),
        key=lambda r: (-int(r["points"]), -int(r["goal_diff"]), r["team_name"]),
    )


def show_summary(console: Console, job: dict[str, Any], rows: Iterable[dict[str, str]]) -> None:
    """Print what the job made and the standings."""
    result = job["result"] or {}
    warnings = result.get("warnings") or []
    console.print(
        f"\n[bold]Published[/bold] {result.get('snapshot_id')}: {result.get('games')} games, "
        f"{len(result.get('tables_created') or ())} tables, {result.get('rows_written'):,} rows in "
        f"{result.get('duration_seconds', 0):.1f} s, {len(warnings)} warnings",
        highlight=False,
    )
    table = Table(title="Standings")
    columns = ("team_name", "games_played", "wins", "losses", "ties", "goals_for", "goals_against", "points")
    for name, column in zip(("Team", "GP", "W", "L", "T", "GF", "GA", "P"), columns, strict=True):
        table.add_column(name, justify="left" if column == "team_name" else "right")
    for row in rows:
        table.add_row(*(row[column] for column in columns))
    console.print(table)


def _serve(server: Server) -> None:
    code = server.process.wait()
    raise TourFailed(f"the API ended by itself (exit code {code}); see {server.log}")


if __name__ == "__main__":
    sys.exit(main())
