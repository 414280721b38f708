"""Games that are too broken to use: found before any table is made, left out, and named."""

from dataclasses import fields
from typing import Final

import polars as pl

from formats.canonical import LeagueFrames
from formats.game_summary import summarise

LEFT_OUT: Final = {"game_id": pl.Int64, "reason": pl.String}


def without_unusable(league: LeagueFrames, summary: pl.DataFrame | None = None) -> tuple[LeagueFrames, pl.DataFrame]:
    """The league without tracked games that cannot be games, and those games with the reason (key game_id).

    A game left out keeps its row in the schedule and its flags; its status becomes Error. `summary` says what the
    events of each game have, where the league's frames hold no events.
    """
    left_out = _unusable(league.games, summarise(league.events) if summary is None else summary)
    if left_out.is_empty():
        return league, left_out
    tracked = ("games", "rosters", "events", "event_players", "shifts")
    kept = {
        field.name: frame.join(left_out, on="game_id", how="anti", maintain_order="left")
        if field.name in tracked
        else frame
        for field in fields(league)
        for frame in (getattr(league, field.name),)
    }
    return LeagueFrames(**kept), left_out


def _unusable(games: pl.DataFrame, summary: pl.DataFrame) -> pl.DataFrame:
    home, away = pl.col("home_team_id"), pl.col("away_team_id")
    reason = (
        pl.when(home.is_null() | away.is_null())
        .then(pl.lit("one of its teams is unknown"))
        .when(home == away)
        .then(pl.format("both teams are {}", "home_team_id"))
        .when(pl.col("has_events") & ~pl.col("has_sides"))
        .then(pl.lit("no event says which side it is of"))
        .when(pl.col("has_events") & ~pl.col("has_periods"))
        .then(pl.lit("no event has a period"))
    )
    return (
        games.join(summary.with_columns(has_events=pl.lit(value=True)), on="game_id", how="left")
        .with_columns(pl.col("has_events", "has_sides", "has_periods").fill_null(value=False))
        .select("game_id", reason=reason)
        .drop_nulls()
        .sort("game_id")
    )
