"""What each skater's game was worth, by the weights of `hockey.value`."""

from collections.abc import Mapping

import polars as pl

from etl.columns.value import SKATER_VALUE
from etl.registry import table
from etl.tables.credit import PLAYER
from etl.tables.expressions import DIGITS, percentage
from hockey.value import (
    GAME_SCORE,
    GAME_SCORE_BASE,
    GAME_SCORE_SCALE,
    GAR,
    GOALS_PER_WIN,
    MAX_RATING,
    MIN_RATING,
    NO_ADVANTAGE,
)


@table(
    key=("game_id", "player_id"),
    grain="one player of one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def game_ratings(rosters: pl.DataFrame, players: pl.DataFrame, player_on_ice: pl.DataFrame) -> pl.DataFrame:
    """The skill rating of everybody dressed or on the ice: the game sheet's, else the player's own; null if unknown."""
    listed = rosters.drop_nulls("skill").sort(*PLAYER, "side").unique(PLAYER, keep="first", maintain_order=True)
    everybody = pl.concat([rosters.select(PLAYER), player_on_ice.select(PLAYER)]).unique().sort(PLAYER)
    return (
        everybody.join(listed.select(*PLAYER, "skill"), on=PLAYER, how="left", maintain_order="left")
        .join(players.select("player_id", "current_skill_rating"), on="player_id", how="left", maintain_order="left")
        .select(*PLAYER, rating=pl.coalesce("skill", "current_skill_rating"))
    )


@table(
    key=("game_id", "player_id"), grain="one player of one penalty", kind="aggregate", from_tracking=True, per_game=True
)
def player_penalties(fact_penalties: pl.DataFrame) -> pl.DataFrame:
    """Penalties that gave an advantage, taken and drawn."""
    counted = fact_penalties.filter(~pl.col("penalty_type").is_in(NO_ADVANTAGE).fill_null(value=False))
    sides = [("penalties_taken", "player_id"), ("penalties_drawn", "fouled_player_id")]
    counts = [counted.select("game_id", player_id=who, kind=pl.lit(name)).drop_nulls() for name, who in sides]
    return (
        pl.concat(counts)
        .group_by(PLAYER)
        .agg((pl.col("kind") == name).sum().cast(pl.Int32).alias(name) for name, _ in sides)
        .sort(PLAYER)
    )


@table(
    key=("game_id", "player_id"),
    grain="one skater in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def skater_value(
    skater_lines: pl.DataFrame, player_penalties: pl.DataFrame, game_ratings: pl.DataFrame
) -> pl.DataFrame:
    """Game score, ratings, and goals and wins above replacement of every skater's game."""
    components = {name: pl.when("has_stints").then(_weighted(weights)) for name, weights in GAR.items()}
    return (
        skater_lines.join(player_penalties, on=PLAYER, how="left", maintain_order="left")
        .join(game_ratings.rename({"rating": "player_rating"}), on=PLAYER, how="left", maintain_order="left")
        .with_columns(pl.col("penalties_taken", "penalties_drawn").fill_null(0))
        .with_columns(game_score=GAME_SCORE_BASE + GAME_SCORE_SCALE * _weighted(GAME_SCORE), **components)
        .with_columns(
            adjusted_rating=pl.col("game_score").clip(MIN_RATING, MAX_RATING),
            performance_index=percentage("game_score", "player_rating"),
            gar_total=pl.sum_horizontal(*GAR, ignore_nulls=False).round(DIGITS),
        )
        .with_columns(war=pl.col("gar_total") / GOALS_PER_WIN)
        .select(*PLAYER, *(column.name for column in SKATER_VALUE))
    )


def _weighted(weights: Mapping[str, float]) -> pl.Expr:
    """As `hockey.value.weighted`, over the columns of that name."""
    return pl.sum_horizontal(weight * pl.col(name).fill_null(0) for name, weight in weights.items()).round(DIGITS)


@table(
    key=("game_id", "side"),
    grain="one side of one tracked game with skaters",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def side_skaters(skater_lines: pl.DataFrame, skater_value: pl.DataFrame) -> pl.DataFrame:
    """What a side's skaters sum or average to."""
    side = ["game_id", "side"]
    return (
        skater_lines.select(*PLAYER, "side", "forechecks")
        .join(skater_value, on=PLAYER, maintain_order="left")
        .group_by(side)
        .agg(
            pl.col("forechecks").sum(),
            *(_sum_of_any(name) for name in ("gar_total", "war")),
            avg_game_score=pl.col("game_score").mean().round(DIGITS),
            avg_adjusted_rating=pl.col("adjusted_rating").mean().round(DIGITS),
        )
        .sort(side)
    )


def _sum_of_any(name: str) -> pl.Expr:
    """The sum; null where there is nothing to add."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum().round(DIGITS)).alias(name)
