"""When the tracked games were played: dates, seasons and rows of the schedule, inferred where nobody wrote them."""

from datetime import date
from typing import Final

import polars as pl

from formats.canonical import filled
from formats.league_teams import MADE_PREFIX

_FIRST_MONTH: Final = 7  # a season runs from summer to summer


def with_dates(games: pl.DataFrame, schedule: pl.DataFrame, seasons: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """The tracked games with `date`, `season_id`, `season`, and whether these were inferred.

    The date is the schedule's, else the one of the game's own files, else the day of the save in the league's time
    zone; the season is the schedule's, else the list's last one begun by then, else one made for the whole league.
    """
    scheduled = schedule.select("game_id", scheduled_date="date", scheduled_season_id="season_id")
    saved_on = pl.col("saved_at").dt.convert_time_zone(time_zone).dt.date()
    known_date = pl.coalesce("scheduled_date", "date")
    dated = (
        games.drop("season_id")
        .join(scheduled, on="game_id", how="left", maintain_order="left")
        .with_columns(date=pl.coalesce(known_date, saved_on), date_is_inferred=known_date.is_null())
    )
    begun = (
        seasons.filter(pl.col("start_date").is_not_null()).select(begun_id="season_id", date="start_date").sort("date")
    )
    placed = (
        dated.sort("date", maintain_order=True)
        .join_asof(begun, on="date", strategy="backward", check_sortedness=False)
        .sort("game_id")
    )
    return placed.with_columns(
        season_id=pl.coalesce("scheduled_season_id", "begun_id", pl.lit(_made_season(placed["date"].min())[0])),
        season_is_inferred=pl.col("scheduled_season_id").is_null(),
    )


def _made_season(first: object) -> tuple[str, str | None]:
    """Id and name of the one season of a league without a list of seasons, from its first game."""
    if not isinstance(first, date):
        return f"{MADE_PREFIX}SEASON", None
    year = first.year if first.month >= _FIRST_MONTH else first.year - 1
    return f"{MADE_PREFIX}{year}{year + 1}", f"{year}{year + 1}"


def complete_seasons(seasons: pl.DataFrame, games: pl.DataFrame, schedule: pl.DataFrame) -> pl.DataFrame:
    """The list of seasons with a row for every id that games and schedule refer to; key season_id."""
    referred = pl.concat(
        [
            schedule.select("season_id", "season", "date", "origin"),
            games.select("season_id", "date", season=pl.lit(None, pl.String), origin="source").select(
                "season_id", "season", "date", "origin"
            ),
        ]
    )
    made = pl.col("season_id").str.strip_prefix(MADE_PREFIX)
    is_made = pl.col("season_id").str.contains(rf"^{MADE_PREFIX}\d{{8}}$")
    missing = (
        referred.filter(pl.col("season_id").is_not_null())
        .join(seasons, on="season_id", how="anti", maintain_order="left")
        .group_by("season_id", maintain_order=True)
        .agg(pl.col("season").drop_nulls().first(), start_date=pl.col("date").min(), origin=pl.col("origin").first())
        .with_columns(season=pl.coalesce("season", pl.when(is_made).then(made)), is_inferred=pl.lit(value=True))
    )
    return pl.concat([seasons, filled(missing, "seasons")])


def complete_schedule(schedule: pl.DataFrame, games: pl.DataFrame, seasons: pl.DataFrame) -> pl.DataFrame:
    """The schedule with a row for every tracked game that it lacks, without a score; key game_id."""
    missing = games.join(schedule, on="game_id", how="anti", maintain_order="left").join(
        seasons.select("season_id", "season"), on="season_id", how="left", maintain_order="left"
    )
    inferred = missing.with_columns(
        schedule_type=pl.lit("Past"),
        include=pl.lit(value=True),
        period_length_s=pl.col("period_len_s").list.first().cast(pl.Int64),
        ot_period_length_s=pl.col("period_len_s").list.last().cast(pl.Int64),
        is_inferred=pl.lit(value=True),
        origin="source",
    )
    return pl.concat([schedule, filled(inferred, "schedule")]).sort("game_id")
