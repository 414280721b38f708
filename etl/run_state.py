"""What a run has made so far, and what it says of it in the end."""

from dataclasses import dataclass, field

import polars as pl

from etl.extract import Extraction
from etl.progress_events import LeftOut, Quarantined, RunResult
from etl.quality import CHECK_RESULTS, CheckResult
from etl.tables.catalog import league_tables
from etl.usability import LEFT_OUT


@dataclass(slots=True)
class Made:
    """What a run has made so far.

    `read` is the extraction without its frames, `games` the ids of the games that are in, templates among them,
    `unusable` those that were read and are not (id and reason), `rows` the height of each table, `tables` the few that
    are kept for the end, `tracked` the games with events.
    """

    read: Extraction
    games: list[int]
    unusable: pl.DataFrame
    rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    tracked: tuple[int, ...] = ()
    checks: tuple[CheckResult, ...] = ()

    @property
    def left_out(self) -> pl.DataFrame:
        """Every tracked game that cannot be used, with the reason."""
        unread = pl.DataFrame(list(self.read.left_out), schema=LEFT_OUT, orient="row")
        return pl.concat([unread, self.unusable])

    @property
    def check_warnings(self) -> tuple[str, ...]:
        """The checks that warn, each with an example."""
        return tuple(str(r) for r in self.checks if r.level == "warn" and r.offending.height)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything that an admin should know."""
        unusable = (f"game {game_id} is left out: {reason}" for game_id, reason in self.unusable.rows())
        return (*self.read.warnings, *unusable, *self.check_warnings)

    def result(self, snapshot_id: str | None, *, is_published: bool) -> RunResult:
        """The run's result, but for how long it took."""
        names = sorted(declared.name for declared in league_tables().published + CHECK_RESULTS.published)
        return RunResult(
            tables_created=tuple(names),
            rows_written=sum(self.rows[name] for name in names),
            games=len(self.tracked),
            games_read=len(self.read.changed_games),
            snapshot_id=snapshot_id,
            published=is_published,
            duration_seconds=0,
            warnings=self.warnings,
            quarantined=tuple(Quarantined(file=path, reason=reason) for path, reason in self.read.quarantined),
            left_out=tuple(LeftOut(game_id=game_id, reason=reason) for game_id, reason in self.left_out.rows()),
        )


def games_with_events(fact_game_status: pl.DataFrame) -> tuple[int, ...]:
    """The games that somebody tracked, in whole or in part, in order; a template is none of them."""
    return tuple(fact_game_status.filter(pl.col("events") > 0)["game_id"].sort())
