"""What a person sees of a run: a live bar and a summary on a terminal, plain lines elsewhere."""

from typing import IO, Protocol

import polars as pl

from etl.progress_events import AnyEvent, Completed, Started, Step, Warned
from etl.run import Outcome

_MAX_WARNINGS = 20


class Display(Protocol):
    """Shows events as they come, and the outcome at the end."""

    def __call__(self, event: AnyEvent) -> None:
        """Show one event."""

    def close(self, outcome: Outcome | None) -> None:
        """Show what came of the run; None when it failed."""


def display_for(stream: IO[str]) -> Display:
    """The display that suits where the output goes."""
    if stream.isatty():
        from etl.terminal import TerminalDisplay  # noqa: PLC0415 - only a terminal needs rich

        return TerminalDisplay(stream)
    return PlainDisplay(stream)


class PlainDisplay:
    """A line per step, per tenth of a step and per warning."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._last = ""

    def __call__(self, event: AnyEvent) -> None:
        """Print the event, if it is worth a line."""
        match event:
            case Started():
                self._print(f"run {event.run_id}: {event.mode}")
            case Step():
                tenth = 10 * event.done // max(event.total, 1)
                self._once(
                    f"{event.step} {event.title} {tenth}",
                    f"[{event.fraction:4.0%}] {event.title} {event.done}/{event.total}",
                )
            case Warned():
                self._print(f"warning: {event.message}")
            case Completed():
                result = event.result
                self._print(
                    f"done: {result.games} tracked games, {len(result.tables_created)} tables, "
                    f"{result.rows_written} rows in {result.duration_seconds:.1f} s; {describe_publication(event)}"
                )
            case _:
                pass

    def close(self, outcome: Outcome | None) -> None:
        """Print the standings."""
        if outcome is None:
            return
        for title, rows in latest_standings(outcome.tables):
            self._print(title)
            for row in rows:
                self._print("  " + "  ".join(row))

    def _once(self, key: str, line: str) -> None:
        if key != self._last:
            self._last = key
            self._print(line)

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def describe_publication(event: Completed) -> str:
    """What readers see now."""
    if event.result.published:
        return f"published as {event.result.snapshot_id}"
    return f"nothing published; current is {event.result.snapshot_id or 'nothing'}"


def latest_standings(tables: dict[str, pl.DataFrame]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Title and rows (team, games, wins, losses, ties, points, goals) of the season that began last; none without."""
    standings, seasons = tables.get("fact_team_season_stats_basic"), tables.get("dim_season")
    if standings is None or seasons is None or standings.is_empty():
        return []
    played = seasons.join(standings, on="season_id", how="semi").sort("start_date", "season_id", nulls_last=False)
    season = played.row(-1, named=True)
    of_season = standings.filter((pl.col("season_id") == season["season_id"]) & (pl.col("game_type") == "Regular"))
    columns = ("team_name", "games_played", "wins", "losses", "ties", "points", "goals_for", "goals_against")
    rows = of_season.sort("points", "wins", "goal_diff", "team_name", descending=[True, True, True, False])
    return [(f"Standings {season['season_id']}", [tuple(map(str, row)) for row in rows.select(columns).rows()])]
