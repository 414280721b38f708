"""Shot attempts and saves."""

from typing import Final

import polars as pl

from etl.columns import events as c
from etl.columns import keys as k
from etl.columns.lineage import explained
from etl.columns.lineage_play import SHOT
from etl.registry import table
from etl.tables.expressions import MOMENT, SIDE, numbered
from hockey.details import DETAILS

RESULTS: Final = {d.code: d.category for d in DETAILS if d.event_type == "Shot"}
SAVED: Final = tuple(code for code, category in RESULTS.items() if category == "saved")


def shot_result() -> pl.Expr:
    """goal, saved, blocked or missed, by the first detail of a Shot; null for a code outside the vocabulary."""
    return pl.col("detail1").replace_strict(RESULTS, default=None, return_dtype=pl.String)


@table(
    key=("shot_id",),
    grain="one shot attempt",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.SHOT_KEY,
            c.EVENT_REFERENCE,
            *k.MOMENT,
            *k.SIDE,
            c.SHOOTER_ID,
            c.SHOOTER_NAME,
            c.GOALIE_ID,
            c.GOALIE_NAME,
            c.BLOCKER_ID,
            c.SHOT_RESULT,
            c.SHOT_TYPE,
            c.IS_ON_NET,
            c.IS_BLOCKED,
            c.SHOT_IS_GOAL,
            c.STRENGTH,
            c.SITUATION,
            c.PUCK_X,
            c.PUCK_Y,
            k.SHIFT_ID,
            c.OFF_REBOUND,
            c.OFF_RUSH,
            c.AFTER_TURNOVER,
            c.XG_SHOT_TYPE,
            c.XG_SITUATION,
            c.FLURRY,
            c.SHOT_XG,
            c.SHOT_XG_ADJ,
        ),
        SHOT,
    ),
)
def fact_shots(plays: pl.DataFrame, dim_player: pl.DataFrame, shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Every Shot row: the Corsi events, with expected goals. A goal's Shot_Goal row is its attempt."""
    names = dim_player.select("player_id", "player_full_name")
    result = pl.col("shot_result")
    blocked_by_opponent = pl.col("detail1") == "Shot_Blocked"
    return (
        plays.filter(pl.col("event_type") == "Shot")
        .with_columns(shot_result=shot_result())
        .join(names.rename({"player_full_name": "shooter_name"}), left_on="player_1", right_on="player_id", how="left")
        .join(
            names.rename({"player_full_name": "goalie_name"}),
            left_on="goalie_player_id",
            right_on="player_id",
            how="left",
        )
        .join(_worth(shot_xg), on="event_id", how="left")
        .sort("game_id", "event_idx")
        .select(
            numbered("ST", "event_idx").alias("shot_id"),
            "event_id",
            *MOMENT,
            *SIDE,
            pl.col("player_1").alias("shooter_player_id"),
            "shooter_name",
            "goalie_player_id",
            "goalie_name",
            pl.when(blocked_by_opponent).then("opponent_1").alias("blocker_player_id"),
            "shot_result",
            pl.col("detail2").alias("shot_type"),
            result.is_in(["saved", "goal"]).fill_null(value=False).alias("is_on_net"),
            (result == "blocked").fill_null(value=False).alias("is_blocked"),
            (result == "goal").fill_null(value=False).alias("is_goal"),
            "strength",
            "situation",
            pl.col("puck_x0").alias("puck_x_start"),
            pl.col("puck_y0").alias("puck_y_start"),
            "shift_id",
            *_WORTH,
        )
    )


_WORTH: Final = (
    "off_rebound",
    "off_rush",
    "after_turnover",
    "xg_shot_type",
    "xg_situation",
    "flurry_event_id",
    "xg",
    "xg_adj",
)


def _worth(shot_xg: pl.DataFrame) -> pl.DataFrame:
    """What each attempt was worth, and what that was made from."""
    names = {
        "is_rebound": "off_rebound",
        "is_rush": "off_rush",
        "shot_type": "xg_shot_type",
        "situation": "xg_situation",
        "xg_flurry_adjusted": "xg_adj",
    }
    return shot_xg.rename(names).with_columns(flurry_event_id=numbered("EV", "flurry")).select("event_id", *_WORTH)


@table(
    key=("save_key",),
    grain="one save",
    from_tracking=True,
    per_game=True,
    columns=(
        c.SAVE_KEY,
        c.EVENT_REFERENCE,
        *k.MOMENT,
        *k.SIDE,
        c.SAVER_ID,
        c.GOALIE_NAME,
        c.SHOOTER_ID,
        c.SHOOTER_NAME,
        c.SAVE_OUTCOME,
        c.SAVE_TYPE,
        c.STRENGTH,
        k.SHIFT_ID,
    ),
)
def fact_saves(plays: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """Every Save row; the team is the goalie's. Together with the goals these are the other side's shots on goal."""
    names = dim_player.select("player_id", "player_full_name")
    return (
        plays.filter(pl.col("event_type") == "Save")
        .join(names.rename({"player_full_name": "goalie_name"}), left_on="player_1", right_on="player_id", how="left")
        .join(
            names.rename({"player_full_name": "shooter_name"}), left_on="opponent_1", right_on="player_id", how="left"
        )
        .sort("game_id", "event_idx")
        .select(
            numbered("SV", "event_idx").alias("save_key"),
            "event_id",
            *MOMENT,
            *SIDE,
            "goalie_player_id",
            "goalie_name",
            pl.col("opponent_1").alias("shooter_player_id"),
            "shooter_name",
            pl.col("detail1").alias("save_outcome"),
            pl.col("detail2").alias("save_type"),
            "strength",
            "shift_id",
        )
    )
