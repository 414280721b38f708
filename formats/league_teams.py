"""The teams of the league: ids for the labels of tracked games, and rows for teams that no list has."""

from typing import Final

import polars as pl

from formats.canonical import SIDES, filled
from formats.lookup import looked_up
from formats.roster_reading import slug
from formats.team_names import ids_by_name, name_key

MADE_PREFIX: Final = "X-"  # no id of the league begins so


def made_team_id(name: str | None) -> str:
    """An id for a team that has none, the same for every spelling of its name: "Team A" gives X-TEAM_A."""
    return MADE_PREFIX + slug(name)


def with_labels(games: pl.DataFrame, schedule: pl.DataFrame, teams: pl.DataFrame) -> pl.DataFrame:
    """The tracked games with names and ids of their teams, the schedule's where it has the game.

    Adds `is_scheduled` and `team_is_made` (an id was made from a name).
    """
    scheduled = schedule.select(
        "game_id",
        *(pl.col(f"{side}_team{part}").alias(f"scheduled_{side}{part}") for side in SIDES for part in ("", "_id")),
        is_scheduled=pl.lit(value=True),
    )
    names = ids_by_name(teams).rename({"found_id": "named_id"})
    games = games.join(scheduled, on="game_id", how="left", maintain_order="left").with_columns(
        pl.col("is_scheduled").fill_null(value=False)
    )
    for side in SIDES:
        name = pl.coalesce(f"scheduled_{side}", f"{side}_team", pl.lit(f"Unknown {side} team of ") + _number())
        games = games.with_columns(name.alias(f"{side}_team"))
        games = (
            games.join(
                names,
                left_on=name_key(f"{side}_team"),
                right_on="key",
                how="left",
                maintain_order="left",
            )
            .with_columns(
                pl.coalesce(f"scheduled_{side}_id", "named_id").alias(f"{side}_team_id"),
            )
            .drop("named_id")
        )
    is_made = pl.any_horizontal(pl.col(f"{side}_team_id").is_null() for side in SIDES)
    return games.with_columns(
        *(
            pl.coalesce(f"{side}_team_id", looked_up(games, f"{side}_team", made_team_id, pl.String)).alias(
                f"{side}_team_id"
            )
            for side in SIDES
        ),
        team_is_made=is_made,
    )


def _number() -> pl.Expr:
    return pl.col("game_id").cast(pl.String)


def complete_teams(
    teams: pl.DataFrame, games: pl.DataFrame, schedule: pl.DataFrame, official: pl.DataFrame
) -> pl.DataFrame:
    """The list of teams with a row for every id that the other frames refer to; key team_id."""
    named = [
        frame.select(team_id=f"{side}_team_id", team_name=f"{side}_team", origin=origin)
        for frame, origin in ((games, pl.col("source")), (schedule, pl.col("origin")))
        for side in SIDES
    ]
    named += [
        official.select("team_id", "team_name", "origin"),
        official.select(team_id="opp_team_id", team_name="opp_team_name", origin="origin"),
    ]
    missing = (
        pl.concat(named)
        .filter(pl.col("team_id").is_not_null())
        .join(teams, on="team_id", how="anti", maintain_order="left")
        .group_by("team_id", maintain_order=True)
        .agg(pl.col("team_name").drop_nulls().first(), pl.col("origin").first())
    )
    inferred = missing.select(
        "team_id",
        team_name=pl.coalesce("team_name", "team_id"),
        is_inferred=pl.lit(value=True),
        origin="origin",
    )
    return pl.concat([teams, filled(inferred, "teams")])
