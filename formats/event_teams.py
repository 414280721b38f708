"""The event team where the file does not say it: the side whose players have the event roles."""

from typing import Final

import polars as pl

from formats.flags import flags_of, quoted
from formats.roster_reading import numbers
from hockey.event_types import WITHOUT_PLAYERS

_KEY: Final = ["game_id", "event_idx"]


def with_teams(events: pl.DataFrame, players: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    """The events with `team` filled where it is null: by the event players, else the opponents, else the chain.

    A number that both sides wear has no voice. Marks without players stay without a team.
    """
    teamless = events.filter(pl.col("team").is_null(), ~pl.col("event_type").is_in(WITHOUT_PLAYERS)).select(_KEY)
    if teamless.is_empty():
        return events
    votes = _votes(players.join(teamless, on=_KEY, how="semi"), rosters)
    voted = events.join(votes, on=_KEY, how="left", maintain_order="left").with_columns(
        team=pl.coalesce("team", pl.col("voted"))
    )
    nearest = (
        pl.col("team").backward_fill().over("game_id", "chain"),
        pl.col("team").forward_fill().over("game_id", "chain"),
    )
    chained = pl.when(pl.col("chain").is_not_null()).then(pl.coalesce(nearest))
    is_teamless = pl.struct(_KEY).is_in(teamless.select(pl.struct(_KEY)).to_series().implode())
    return voted.with_columns(team=pl.when(is_teamless).then(pl.coalesce("team", chained)).otherwise("team")).drop(
        "voted"
    )


def _votes(players: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    """The side that each event belongs to by its players, as `voted`; key game_id, event_idx."""
    sides = numbers(rosters).group_by("game_id", "jersey_num").agg(pl.col("side").unique())
    only = sides.filter(pl.col("side").list.len() == 1).with_columns(pl.col("side").list.first())
    lean = pl.when(pl.col("side") == "home").then(1).otherwise(-1) * pl.when(pl.col("side_role") == "opp").then(
        -1
    ).otherwise(1)  # of an opponent on the away side, the event team is home
    counted = (
        players.join(only, on=["game_id", "jersey_num"], how="inner")
        .with_columns(lean=lean)
        .group_by(_KEY)
        .agg(
            own=pl.col("lean").filter(pl.col("side_role") != "opp").sum(),
            opposing=pl.col("lean").filter(pl.col("side_role") == "opp").sum(),
        )
        .with_columns(lean=pl.when(pl.col("own") != 0).then("own").otherwise("opposing"))
    )
    home, away = pl.col("lean") > 0, pl.col("lean") < 0
    return counted.select(*_KEY, voted=pl.when(home).then(pl.lit("home")).when(away).then(pl.lit("away")))
