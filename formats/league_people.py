"""The people of the league: the rosters of tracked games completed, and a row for everyone who is on a list."""

from typing import Final

import polars as pl

from formats.canonical import filled

_POSITIONS: Final = {"F": "Forward", "D": "Defense", "G": "Goalie"}
_OFFICIAL: Final = ("is_sub", "skill", "goals", "assists", "pim", "goals_against")


def complete_rosters(rosters: pl.DataFrame, games: pl.DataFrame, official: pl.DataFrame) -> pl.DataFrame:
    """The rosters with each side's team and what the league's own game sheet says of the player in that game."""
    teams = games.select("game_id", "home_team_id", "away_team_id")
    sheet = official.select(
        "game_id",
        "player_id",
        *(pl.col(name).alias(f"official_{name}") for name in ("jersey", "jersey_num", *_OFFICIAL)),
    )
    joined = rosters.join(teams, on="game_id", how="left", maintain_order="left").join(
        sheet, on=["game_id", "player_id"], how="left", maintain_order="left"
    )
    return joined.with_columns(
        *(pl.coalesce(name, f"official_{name}").alias(name) for name in ("jersey", "jersey_num", *_OFFICIAL)),
        team_id=pl.when(pl.col("side") == "home").then("home_team_id").otherwise("away_team_id"),
    ).select(rosters.columns)


def complete_players(
    players: pl.DataFrame, rosters: pl.DataFrame, official: pl.DataFrame, teams: pl.DataFrame, games: pl.DataFrame
) -> pl.DataFrame:
    """The list of players with a row for everyone whom a roster or a game sheet names; key player_id.

    What is known of such a player is taken from the latest game that says it.
    """
    columns = ["game_id", "player_id", "full_name", "position", "jersey_num", "skill", "team_id", "origin"]
    tracked = rosters.join(games.select("game_id", origin="source"), on="game_id", how="left", maintain_order="left")
    named = pl.concat([tracked.select(columns), official.select(columns)]).join(
        players, on="player_id", how="anti", maintain_order="left"
    )

    def latest(column: str) -> pl.Expr:
        return pl.col(column).drop_nulls().first()

    missing = (
        named.sort("game_id", descending=True, maintain_order=True)
        .group_by("player_id", maintain_order=True)
        .agg(
            latest("full_name"),
            latest("jersey_num"),
            latest("origin"),
            primary_position=latest("position").replace_strict(_POSITIONS, default=None, return_dtype=pl.String),
            current_skill_rating=latest("skill"),
            current_team_id=latest("team_id"),
        )
        .join(
            teams.select("team_id", current_team="team_name"), left_on="current_team_id", right_on="team_id", how="left"
        )
        .sort("player_id")
    )
    words = pl.col("full_name").str.splitn(" ", 2)
    inferred = missing.with_columns(
        first_name=words.struct.field("field_0"),
        last_name=words.struct.field("field_1"),
        is_inferred=pl.lit(value=True),
    )
    return pl.concat([players, filled(inferred, "players")])
