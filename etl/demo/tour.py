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
from warehouse.base import Query, Value
from warehouse.errors import WarehouseError
from warehouse.opening import Choice, open_warehouse

STANDINGS: Final = "v_standings_current"
FINAL: Final = frozenset({"completed", "failed", "cancelled"})
PAGES: Final = (
    ("/", "the portal: correct, run, publish, look around"),
    ("/docs", "every endpoint, to try out"),
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
        show_summary(console, job)
        show_upload(console, run_upload(console, server))
        show_standings(console, standings(data_dir))
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
    return _watched(console, server, "ETL", server.ask("POST", "/api/etl/trigger", json={"mode": "full"}))


def run_upload(console: Console, server: Server) -> dict[str, Any]:
    """Upload what is published into the embedded database and watch it; the finished job.

    Raises:
        TourFailed: the job failed or was cancelled, with its error.
    """
    return _watched(console, server, "Upload", server.ask("POST", "/api/upload/to-supabase", json={"mode": "all"}))


def _watched(console: Console, server: Server, what: str, job: dict[str, Any]) -> dict[str, Any]:
    with _bar(console) as bar:
        task = bar.add_task(what, total=100)
        while job["status"] not in FINAL:
            time.sleep(POLL_SECONDS)
            job = server.ask("GET", f"/api/etl/status/{job['job_id']}")
            bar.update(task, completed=job["progress"] or 0, description=_doing(what, job))
    if job["status"] != "completed":
        raise TourFailed(f"The {what} job {job['status']}: {job['error'] or 'no reason given'}")
    return job


def _doing(what: str, job: dict[str, Any]) -> str:
    left = job.get("eta_seconds")
    return f"{what}: {job['current_step'] or job['status']}" + ("" if left is None else f", about {left:.0f} s left")


def standings(data_dir: Path) -> list[dict[str, Value]]:
    """The current season's table, best team first, read back from the embedded database as the dashboard reads it.

    Raises:
        TourFailed: the database does not answer, or has no standings.
    """
    try:
        with open_warehouse(DataDir(data_dir), Choice()) as opened:  # the API's own server, joined as a guest
            return opened.warehouse.read(Query(table=STANDINGS, order=("standing", "team_name")))
    except WarehouseError as error:
        raise TourFailed(f"The standings cannot be read back from the database: {error}") from error


def show_upload(console: Console, job: dict[str, Any]) -> None:
    """Print what the upload wrote."""
    result = job["result"] or {}
    console.print(
        f"[bold]Uploaded[/bold] {len(result.get('tables_uploaded') or ())} tables into the {result.get('backend')} "
        f"PostgreSQL: {result.get('rows_uploaded'):,} rows, {result.get('rows_written'):,} of them written, in "
        f"{result.get('duration_seconds', 0):.1f} s",
        highlight=False,
    )


def show_summary(console: Console, job: dict[str, Any]) -> None:
    """Print what the job made."""
    result = job["result"] or {}
    warnings = result.get("warnings") or []
    console.print(
        f"\n[bold]Published[/bold] {result.get('snapshot_id')}: {result.get('games')} tracked games, "
        f"{len(result.get('tables_created') or ())} tables, {result.get('rows_written'):,} rows in "
        f"{result.get('duration_seconds', 0):.1f} s, {len(warnings)} warnings",
        highlight=False,
    )


def show_standings(console: Console, rows: Iterable[dict[str, Value]]) -> None:
    """Print the standings."""
    table = Table(title="Standings, read back from the database")
    columns = ("team_name", "games_played", "wins", "losses", "ties", "goals_for", "goals_against", "points")
    for name, column in zip(("Team", "GP", "W", "L", "T", "GF", "GA", "P"), columns, strict=True):
        table.add_column(name, justify="left" if column == "team_name" else "right")
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    console.print(table)


def _serve(server: Server) -> None:
    code = server.process.wait()
    raise TourFailed(f"the API ended by itself (exit code {code}); see {server.log}")


if __name__ == "__main__":
    sys.exit(main())
