"""Polars expressions that several tables need: ids, names of codes, shares and rates."""

from typing import Final

import polars as pl

from hockey.strength import FULL_SKATERS

POSITIONS: Final = {"F": "Forward", "D": "Defense", "G": "Goalie"}
ZONE_NAMES: Final = {"o": "Offensive", "n": "Neutral", "d": "Defensive"}
DIGITS: Final = 9  # of sums of fractions: the order of adding on several threads changes the last bits
OTHER_SIDE: Final = {"home": "away", "away": "home"}


def int32(column: str | pl.Expr) -> pl.Expr:
    """The column as whole numbers, halves down; a value too large for the type becomes null."""
    expression = pl.col(column) if isinstance(column, str) else column
    return expression.cast(pl.Float64).floor().cast(pl.Int32, strict=False)


MOMENT: Final = (
    "game_id",
    pl.col("period").cast(pl.Int32),
    int32("clock_start").alias("time_start_total_seconds"),
    int32("game_t").alias("game_seconds"),
)
"""The columns `keys.MOMENT` of an event."""
SIDE: Final = ("team_id", "team_name", pl.col("team").alias("team_venue"))
"""The columns `keys.SIDE` of an event."""


def numbered(prefix: str, index: str, game: str = "game_id") -> pl.Expr:
    """The id of a row of a game: prefix, game number and five-digit index; null when the index is."""
    digits = pl.col(index).cast(pl.String).str.zfill(5)
    return pl.concat_str(pl.lit(prefix), pl.col(game).cast(pl.String), digits)


def position_name(column: str) -> pl.Expr:
    """Forward, Defense or Goalie for F, D or G; null for anything else."""
    return pl.col(column).replace_strict(POSITIONS, default=None, return_dtype=pl.String)


def other_side(column: str) -> pl.Expr:
    """The other side: away where it says home, and the reverse."""
    return pl.col(column).replace_strict(OTHER_SIDE, default=None, return_dtype=pl.String)


def percentage(part: str | pl.Expr, whole: str | pl.Expr) -> pl.Expr:
    """100 * part / whole; null when the whole is 0."""
    return ratio(part, whole) * 100


def ratio(part: str | pl.Expr, whole: str | pl.Expr) -> pl.Expr:
    """Part / whole; null when the whole is 0."""
    top = pl.col(part) if isinstance(part, str) else part
    bottom = pl.col(whole) if isinstance(whole, str) else whole
    return pl.when(bottom != 0).then(top / bottom)


def per_60(counted: str, seconds: str = "toi_seconds") -> pl.Expr:
    """Per hour of ice time; null without any."""
    return ratio(pl.col(counted) * 3600.0, pl.col(seconds))


def manpower(own_skaters: str, opp_skaters: str, own_goalie_on: str, opp_goalie_on: str) -> pl.Expr:
    """EV, PP or SH as seen by one side; EN when a net is empty; null without a stint.

    A power play needs both goalies on the ice: that is how the tracker's format tells one from a pulled goalie. Whether
    penalties give an advantage as well is `man_advantage`.
    """
    own, opp = pl.col(own_skaters), pl.col(opp_skaters)
    return (
        pl.when(own.is_null() | opp.is_null())
        .then(None)
        .when(~(pl.col(own_goalie_on) & pl.col(opp_goalie_on)))
        .then(pl.lit("EN"))
        .when(own > opp)
        .then(pl.lit("PP"))
        .when(own < opp)
        .then(pl.lit("SH"))
        .otherwise(pl.lit("EV"))
    )


def man_advantage(own_skaters: str, other_skaters: str) -> pl.Expr:
    """`hockey.strength.man_advantage` as an expression; null without a stint."""
    own, other = (pl.col(skaters).clip(upper_bound=FULL_SKATERS) for skaters in (own_skaters, other_skaters))
    return (own - other).cast(pl.Int32)


def side_value(side: str, column: str) -> pl.Expr:
    """`home_<column>` or `away_<column>`, whichever side the row is of."""
    return pl.when(pl.col(side) == "home").then(pl.col(f"home_{column}")).otherwise(pl.col(f"away_{column}"))
