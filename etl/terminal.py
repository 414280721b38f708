"""A run on a terminal: a live bar, then a summary table and the standings."""

from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.display import describe_publication, latest_standings
from etl.progress_events import AnyEvent, Completed, Step, TableBuilt, Warned
from etl.run import Outcome

_STANDINGS = ("Team", "GP", "W", "L", "T", "Pts", "GF", "GA")


class TerminalDisplay:
    """Shows one bar for the whole run, and warnings above it."""

    def __init__(self, stream: IO[str]) -> None:
        self._console = Console(file=stream)
        columns = (TextColumn("{task.description:<28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task("Starting", total=1.0)
        self._bar.start()

    def __call__(self, event: AnyEvent) -> None:
        """Move the bar, or print a warning."""
        match event:
            case Step():
                self._bar.update(self._task, completed=event.fraction, description=event.title)
            case TableBuilt():
                self._bar.update(self._task, completed=event.fraction, description=event.table)
            case Warned():
                self._bar.console.print(f"warning: {event.message}", style="yellow", markup=False)
            case Completed():
                self._bar.stop()
                self._summarise(event)
            case _:
                self._bar.update(self._task)

    def close(self, outcome: Outcome | None) -> None:
        """Print the standings of the season that began last."""
        self._bar.stop()
        for title, rows in [] if outcome is None else latest_standings(outcome.tables):
            table = Table(title=title)
            for name in _STANDINGS:
                table.add_column(name, justify="left" if name == "Team" else "right")
            for row in rows:
                table.add_row(*row)
            self._console.print(table)

    def _summarise(self, event: Completed) -> None:
        result = event.result
        table = Table(title="ETL", show_header=False)
        table.add_row("Tracked games", f"{result.games}")
        table.add_row("Games read", f"{result.games_read}")
        table.add_row("Tables", str(len(result.tables_created)))
        table.add_row("Rows", f"{result.rows_written:,}")
        table.add_row("Seconds", f"{result.duration_seconds:.1f}")
        table.add_row("Warnings", str(len(result.warnings)))
        table.add_row("Files set aside", str(len(result.quarantined)))
        table.add_row("Games left out", str(len(result.left_out)))
        table.add_row("Snapshot", describe_publication(event))
        self._console.print(table)
