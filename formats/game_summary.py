"""What the league must know of each tracked game before anyone reads its events again: one row a game."""

from typing import Final

import polars as pl

from formats.canonical import SIDES, SLOTS, GameFrames
from hockey.details import COUNTING_GOALS

SUMMARY: Final = {
    "game_id": pl.Int64,
    "home_goals": pl.Int64,
    "away_goals": pl.Int64,
    "has_sides": pl.Boolean,
    "has_periods": pl.Boolean,
}
PEOPLE: Final = {"game_id": pl.Int64, "player_id": pl.String}


def summarise(events: pl.DataFrame) -> pl.DataFrame:
    """Tracked goals by side, and whether any event has a side and a period; key game_id, games with events only."""
    return (
        events.lazy()
        .group_by("game_id", maintain_order=True)
        .agg(
            *(_goals(side).cast(pl.Int64).alias(f"{side}_goals") for side in SIDES),
            has_sides=pl.col("team").is_not_null().any(),
            has_periods=pl.col("period").is_not_null().any(),
        )
        .collect()
    )


def exchange_goals(summary: pl.DataFrame, game_ids: list[int]) -> pl.DataFrame:
    """The summary with the sides of these games exchanged."""
    is_swapped = pl.col("game_id").is_in(game_ids)
    home, away = pl.col("home_goals"), pl.col("away_goals")
    return summary.with_columns(
        home_goals=pl.when(is_swapped).then(away).otherwise(home),
        away_goals=pl.when(is_swapped).then(home).otherwise(away),
    )


def people_of(frames: GameFrames) -> pl.DataFrame:
    """Everyone whom a game's rosters, events or stints name; key game_id, player_id."""
    named = ["game_id", "player_id"]
    slots = [f"{side}_{slot}_id" for side in SIDES for slot in SLOTS]
    on_ice = frames.shifts.lazy().select("game_id", *slots).unpivot(slots, index="game_id", value_name="player_id")
    return (
        pl.concat(
            [frames.rosters.lazy().select(named), frames.event_players.lazy().select(named), on_ice.select(named)]
        )
        .drop_nulls("player_id")
        .unique()
        .sort(named)
        .collect()
    )


def _goals(side: str) -> pl.Expr:
    counts = pl.col("detail1").is_in(COUNTING_GOALS)
    return ((pl.col("team") == side) & (pl.col("event_type") == "Goal") & counts).sum()
