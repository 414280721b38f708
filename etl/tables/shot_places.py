"""Where attempts were shot from, and the rectangles that the rink is divided into."""

from typing import Final

import polars as pl

from etl.columns import coordinates as c
from etl.columns import events as e
from etl.columns import keys as k
from etl.columns.lineage import explained
from etl.columns.lineage_play import OF_SHOT
from etl.registry import table
from etl.tables.events import NET_HEIGHT_IN
from etl.tables.expressions import SIDE, ZONE_NAMES, int32, numbered
from etl.tables.possession import EVENT
from etl.tables.shots import shot_result
from hockey.rink import (
    CIRCLE_TOP_X_FT,
    DOT_END_X_FT,
    DOT_Y_FT,
    GOAL_LINE_X_FT,
    HALF_LENGTH_FT,
    HALF_WIDTH_FT,
    POST_Y_FT,
    RINK_ZONES,
    SLOT_Y_FT,
    X_CUTS_FT,
    Y_CUTS_FT,
)


@table(
    key=("rink_zone_id",),
    grain="one rectangle of the rink",
    columns=(c.RINK_ZONE_ID, c.RINK_ZONE_NAME, *c.ZONE_OF_RINK, c.LANE, *c.BOUNDS, c.RINK_DANGER),
)
def dim_rink_zone() -> pl.DataFrame:
    """The rectangles that cover the rink without overlap, as the acting side sees it."""
    return pl.DataFrame(
        {
            "rink_zone_id": [f"RZ{n:02}" for n in range(1, len(RINK_ZONES) + 1)],
            "rink_zone_name": [z.name for z in RINK_ZONES],
            "zone_code": [z.zone for z in RINK_ZONES],
            "zone_name": [ZONE_NAMES[z.zone] for z in RINK_ZONES],
            "lane": [z.lane for z in RINK_ZONES],
            **{
                f"{axis}_{end}_ft": [getattr(z, f"{axis}_ft")[n] for z in RINK_ZONES]
                for axis in ("x", "y")
                for n, end in enumerate(("min", "max"))
            },
            "danger": [z.danger for z in RINK_ZONES],
        }
    )


def _band(value: pl.Expr, cuts: tuple[float, ...]) -> pl.Expr:
    """The number of the interval a value lies in; a blue line is neutral, and what is off the rink is of its edge."""
    inner = cuts[1:-1]
    return pl.sum_horizontal(value > cut if cut > 0 else value >= cut for cut in inner)


def rink_zone(x: str, y: str) -> pl.Expr:
    """The id in dim_rink_zone of a place in the attack frame."""
    lanes = len(Y_CUTS_FT) - 1
    number = _band(pl.col(x), X_CUTS_FT) * lanes + _band(pl.col(y), Y_CUTS_FT) + 1
    return pl.format("RZ{}", number.cast(pl.String).str.zfill(2))


def danger_zone(x: str, y: str) -> pl.Expr:
    """`hockey.rink.danger_at` as an expression."""
    along, across = pl.col(x), pl.col(y).abs()
    share = ((GOAL_LINE_X_FT - along) / (GOAL_LINE_X_FT - DOT_END_X_FT)).clip(upper_bound=1.0)
    on_plate = along.is_between(CIRCLE_TOP_X_FT, GOAL_LINE_X_FT) & (
        across <= POST_Y_FT + share * (DOT_Y_FT - POST_Y_FT)
    )
    in_slot = (along >= DOT_END_X_FT) & (across <= SLOT_Y_FT)
    return (
        pl.when(on_plate & in_slot).then(pl.lit("high")).when(on_plate).then(pl.lit("medium")).otherwise(pl.lit("low"))
    )


_SCORED: Final = pl.col("shot_result") == "Goal"


@table(
    key=("shot_id",),
    grain="one shot attempt with a place",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.SHOT_ID,
            k.GAME_ID,
            c.SHOT_EVENT,
            k.PERIOD,
            k.CLOCK_SECONDS,
            k.GAME_SECONDS,
            *k.SIDE,
            c.SHOOTER_ID,
            c.SHOOTER,
            e.STRENGTH,
            c.SHOT_EVENT_TYPE,
            c.RESULT,
            e.SHOT_IS_GOAL,
            c.X,
            c.Y,
            c.X_FRACTION,
            c.Y_FRACTION,
            c.DISTANCE,
            c.ANGLE,
            c.XG,
            c.DANGER_ZONE,
            c.RINK_ZONE_REFERENCE,
            e.NET_X,
            e.NET_Y,
        ),
        OF_SHOT,
    ),
)
def fact_shot_xy(plays: pl.DataFrame, shot_xg: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """Where each attempt was shot from. A goal is one row, that of its Shot event. Blocked attempts are included."""
    names = dim_player.select("player_id", player_name="player_full_name")
    return (
        plays.filter((pl.col("event_type") == "Shot") & pl.col("puck_x0").is_not_null())
        .join(shot_xg.select(*EVENT, "xg", "distance_ft", "angle_deg"), on=EVENT, how="left", maintain_order="left")
        .join(names, left_on="player_1", right_on="player_id", how="left", maintain_order="left")
        .with_columns(shot_result=shot_result().str.to_titlecase(), rink_zone_id=rink_zone("puck_x0", "puck_y0"))
        .select(
            numbered("ST", "event_idx").alias("shot_id"),
            "game_id",
            "event_id",
            pl.col("period").cast(pl.Int32),
            int32("clock_start").alias("time_start_total_seconds"),
            int32("game_t").alias("game_seconds"),
            *SIDE,
            pl.col("player_1").alias("player_id"),
            "player_name",
            "strength",
            pl.when(_SCORED).then(pl.lit("Goal")).otherwise(pl.lit("Shot")).alias("event_type"),
            "shot_result",
            _SCORED.fill_null(value=False).alias("is_goal"),
            pl.col("puck_x0").alias("x_coord"),
            pl.col("puck_y0").alias("y_coord"),
            ((pl.col("puck_x0") + HALF_LENGTH_FT) / (2 * HALF_LENGTH_FT)).alias("x_fraction"),
            ((pl.col("puck_y0") + HALF_WIDTH_FT) / (2 * HALF_WIDTH_FT)).alias("y_fraction"),
            "distance_ft",
            "angle_deg",
            "xg",
            danger_zone("puck_x0", "puck_y0").alias("danger_zone"),
            "rink_zone_id",
            "net_x",
            (NET_HEIGHT_IN - pl.col("net_y")).alias("net_y"),
        )
    )
