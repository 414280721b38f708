"""Games that are too broken to use: found before any table is made, left out, and named."""

from dataclasses import fields
from typing import Final

import polars as pl

from formats.canonical import LeagueFrames

LEFT_OUT: Final = {"game_id": pl.Int64, "reason": pl.String}


def without_unusable(league: LeagueFrames) -> tuple[LeagueFrames, pl.DataFrame]:
    """The league without tracked games that cannot be games, and those games with the reason (key game_id).

    A game left out keeps its row in the schedule and its flags; its status becomes Error.
    """
    left_out = _unusable(league)
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


def _unusable(league: LeagueFrames) -> pl.DataFrame:
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
    of_events = league.events.group_by("game_id").agg(
        has_events=pl.lit(value=True),
        has_sides=pl.col("team").is_not_null().any(),
        has_periods=pl.col("period").is_not_null().any(),
    )
    return (
        league.games.join(of_events, on="game_id", how="left")
        .with_columns(pl.col("has_events", "has_sides", "has_periods").fill_null(value=False))
        .select("game_id", reason=reason)
        .drop_nulls()
        .sort("game_id")
    )
