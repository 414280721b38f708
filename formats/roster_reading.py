"""Who dressed: the rosters of tracked games, one row per player."""

import re
from typing import Final

import polars as pl

from formats.flags import flags_of, quoted
from formats.lookup import looked_up
from hockey import aliases

_NOT_A_WORD: Final = re.compile(r"[\W_]+")


def slug(name: str | None) -> str:
    """A name as part of an id: "Team A" gives TEAM_A; UNKNOWN where nothing is left."""
    return _NOT_A_WORD.sub("_", (name or "").upper()).strip("_") or "UNKNOWN"


def read_rosters(raw: pl.DataFrame, games: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rosters with typed columns (key game_id, player_id; file order), and the flags of their flaws.

    A line without an id gets one made from team and number, so that the player is the same in every game.
    """
    labels = games.select("game_id", "home_team", "away_team")
    lines = (
        raw.join(labels, on="game_id", how="inner", maintain_order="left")
        .with_columns(
            side=looked_up(raw, "side", aliases.side, pl.String),
            jersey_num=looked_up(raw, "jersey", aliases.whole_number, pl.Int64),
            position=looked_up(raw, "position", aliases.position, pl.String),
        )
        .filter(pl.col("side").is_not_null())
        .with_columns(team=pl.when(pl.col("side") == "home").then("home_team").otherwise("away_team"))
    )
    made = pl.concat_str(
        pl.lit("X-"),
        looked_up(lines, "team", slug, pl.String),
        pl.lit("-"),
        pl.coalesce(pl.col("jersey"), looked_up(lines, "full_name", slug, pl.String)),
    )
    lines = lines.with_columns(is_made=pl.col("player_id").is_null(), player_id=pl.coalesce("player_id", made))
    again = lines.select(pl.struct("game_id", "player_id").is_first_distinct().not_()).to_series()
    flags = [
        flags_of(
            lines.filter("is_made"),
            "player_inferred",
            pl.concat_str(pl.lit("roster line without an id, number "), quoted("jersey")),
        ),
        flags_of(
            lines.filter(again),
            "dup_player",
            pl.concat_str(pl.lit("player "), quoted("player_id"), pl.lit(" stands twice on the rosters")),
        ),
    ]
    return lines.filter(~again), pl.concat(flags)


def numbers(rosters: pl.DataFrame) -> pl.DataFrame:
    """Who wears which number on which side; key game_id, side, jersey_num. Of two with one number the first counts."""
    return (
        rosters.filter(pl.col("jersey_num").is_not_null())
        .unique(["game_id", "side", "jersey_num"], keep="first", maintain_order=True)
        .select("game_id", "side", "jersey_num", "player_id")
    )
