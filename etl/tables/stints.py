"""Stints of the whole ice, the players in them, and what happened during each."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import shifts as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import OF_STINT, STINT
from etl.registry import table
from etl.tables.expressions import int32, other_side
from formats.canonical import SIDES, SLOTS
from hockey.details import DETAILS, PENALTY_SHOT

BLOCKED: Final = tuple(d.code for d in DETAILS if d.event_type == "Shot" and d.category == "blocked")
_SITUATIONS: Final = {"EV": "Even Strength", "PP": "Power Play", "SH": "Penalty Kill", "EN": "Empty Net"}
_SLOT_NAMES: Final = {
    "f1": "forward_1",
    "f2": "forward_2",
    "f3": "forward_3",
    "d1": "defense_1",
    "d2": "defense_2",
    "x": "xtra",
    "g": "goalie",
}


@table(
    key=("game_id", "stint_idx", "side"),
    grain="one side of one valid stint with attempts",
    from_tracking=True,
    per_game=True,
)
def stint_attempts(plays: pl.DataFrame, shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Attempts, shots on goal, goals and expected goals of each side in each valid stint, by its own situation.

    Corsi: every Shot row. Fenwick: those not blocked. On goal: the opponents' Save rows and the goals. `_even`: at even
    strength with both goalies in. `_power_play` and `_short_handed` go by the man advantage, as plus/minus does, empty
    net or not. A goal on a penalty shot is on goal and no more: nobody else is on the ice for it.
    """
    kind = pl.col("event_type")
    shot, goal, save = kind == "Shot", pl.col("is_goal") == 1, kind == "Save"
    scored = goal & (pl.col("detail1") != PENALTY_SHOT)
    blocked = pl.col("detail1").is_in(BLOCKED).fill_null(value=False)
    advantage, even = pl.col("advantage"), pl.col("situation") == "EV"
    event = ["game_id", "event_idx"]
    return (
        plays.lazy()
        .filter((shot | goal | save) & pl.col("shift_id").is_not_null() & pl.col("team").is_not_null())
        .select(*event, "stint_idx", "event_type", "detail1", "team", "is_goal", "situation", "advantage")
        .join(shot_xg.lazy().select(*event, "xg"), on=event, how="left")
        .with_columns(side=pl.when(save).then(other_side("team")).otherwise("team"))
        .group_by("game_id", "stint_idx", "side")
        .agg(
            corsi=shot.sum(),
            fenwick=(shot & ~blocked).sum(),
            on_goal=(save | goal).sum(),
            goals=scored.sum(),
            goals_power_play=(scored & (advantage > 0)).sum(),
            goals_short_handed=(scored & (advantage < 0)).sum(),
            corsi_even=(shot & even).sum(),
            goals_even=(scored & even).sum(),
            on_ice_xg=pl.col("xg").sum(),
            on_ice_xg_even=pl.col("xg").filter(even).sum(),
        )
        .sort("game_id", "stint_idx", "side")
        .collect()
    )


_START: Final = int32("clock_start")
_END: Final = int32("clock_end")
_STOPPED: Final = pl.concat_str("stop_side", "stop_reason", separator=" ", ignore_nulls=True).replace("", None)


@table(
    key=("shift_id",),
    grain="one valid stint: all players on the ice of both teams between two changes",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            k.SHIFT_ID,
            c.SHIFT_KEY,
            c.EVERYBODY,
            k.GAME_ID,
            c.SHIFT_INDEX,
            k.PERIOD,
            c.START_MIN,
            c.START_SEC,
            c.END_MIN,
            c.END_SEC,
            c.START_TOTAL,
            c.END_TOTAL,
            c.SHIFT_DURATION,
            c.STOPPAGE_TIME,
            c.START_TYPE,
            c.STOP_TYPE,
            *c.SLOT_NUMBERS,
            *c.SIDE_STRENGTHS,
            c.STINT_STRENGTH,
            c.STINT_SITUATION,
            *c.POWER_PLAYS_BEGUN,
            c.FACEOFF_ZONE,
            c.START_ZONE,
            c.END_ZONE,
            c.SHOTS_FOR,
            c.SHOTS_AGAINST,
            c.CORSI_FOR,
            c.CORSI_AGAINST,
            c.STINT_VIDEO_TIME,
        ),
        STINT,
    ),
)
def fact_shifts(
    stints: pl.DataFrame,
    stint_attempts: pl.DataFrame,
    stint_zones: pl.DataFrame,
    stint_faceoffs: pl.DataFrame,
    games: pl.DataFrame,
) -> pl.DataFrame:
    """The line-change segments. Placeholder and unfinished rows of the tracker are left out (see qa_input_flags)."""
    stint = ["game_id", "stint_idx"]
    for_home = stint_attempts.filter(pl.col("side") == "home").select(*stint, sf="on_goal", cf="corsi")
    for_away = stint_attempts.filter(pl.col("side") == "away").select(*stint, sa="on_goal", ca="corsi")
    counts = [pl.col(name).fill_null(0).cast(pl.Int32) for name in ("sf", "sa", "cf", "ca")]
    return (
        stints.join(for_home, on=stint, how="left", maintain_order="left")
        .join(for_away, on=stint, how="left", maintain_order="left")
        .join(stint_zones, on=stint, how="left", maintain_order="left")
        .join(stint_faceoffs, on=stint, how="left", maintain_order="left")
        .join(
            games.select("game_id", "video_offset_s", "period_len_s"), on="game_id", how="left", maintain_order="left"
        )
        .select(*_WHEN, *_LINE_UP, "start_zone", "end_zone", *counts, _video_second().alias("running_video_time"))
    )


def _video_second() -> pl.Expr:
    offset, length = (
        pl.col(name).list.get(pl.col("period") - 1, null_on_oob=True) for name in ("video_offset_s", "period_len_s")
    )
    return offset + length - pl.col("clock_start")


_EVERYBODY: Final = pl.concat_str(
    [f"{side}_{slot}_id" for side in SIDES for slot in SLOTS], separator=",", ignore_nulls=True
).replace("", None)
_WHEN: Final[tuple[str | pl.Expr, ...]] = (
    "shift_id",
    pl.col("shift_id").alias("shift_key"),
    _EVERYBODY.alias("player_id"),
    "game_id",
    pl.col("stint_idx").cast(pl.Int32).alias("shift_index"),
    pl.col("period").cast(pl.Int32),
    (_START // 60).alias("shift_start_min"),
    (_START % 60).alias("shift_start_sec"),
    (_END // 60).alias("shift_end_min"),
    (_END % 60).alias("shift_end_sec"),
    pl.col("clock_start").alias("shift_start_total_seconds"),
    pl.col("clock_end").alias("shift_end_total_seconds"),
    pl.col("duration_s").alias("shift_duration"),
    pl.col("stoppage_s").alias("stoppage_time"),
    pl.col("start_type").alias("shift_start_type"),
    _STOPPED.alias("shift_stop_type"),
)
_LINE_UP: Final[tuple[str | pl.Expr, ...]] = (
    *(
        int32(f"{side}_{slot}").alias(f"{side}_{name}")
        for side in ("home", "away")
        for slot, name in _SLOT_NAMES.items()
    ),
    *(pl.col(f"{side}_skaters").cast(pl.Int32).alias(f"{side}_team_strength") for side in ("home", "away")),
    "strength",
    pl.col("home_situation").replace_strict(_SITUATIONS, default=None, return_dtype=pl.String).alias("situation"),
    *(pl.col(f"{side}_gained").alias(f"{side}_power_plays_begun") for side in SIDES),
    "faceoff_zone",
)


@table(
    key=("shift_player_id",),
    grain="one player in one valid stint",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.SHIFT_PLAYER_KEY,
            k.SHIFT_ID,
            k.GAME_ID,
            c.SHIFT_INDEX,
            k.PERIOD,
            k.PLAYER_ID,
            k.TEAM_ID,
            k.TEAM_VENUE,
            c.SLOT,
            c.IS_GOALIE,
            c.SHIFT_DURATION,
            c.LOGICAL_SHIFT,
            c.IS_FIRST_SEGMENT,
        ),
        OF_STINT,
    ),
)
def fact_shift_players(stints: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """Everyone on the ice, stint by stint, with the real shift each stint belongs to.

    A real shift is a maximal run of consecutive valid stints with the player in any slot; the end of a period ends it.
    """
    player = ["game_id", "player_id"]
    return (
        _on_ice(stints)
        .with_columns(is_first_segment=~_FOLLOWS)
        .with_columns(logical_shift_number=pl.col("is_first_segment").cast(pl.Int32).cum_sum().over(player))
        .sort("game_id", "stint_idx", "variable")
        .with_columns(pl.col("variable").cast(pl.String))
        .with_columns(
            side=pl.col("variable").str.slice(0, 4), slot=pl.col("variable").str.slice(5).str.strip_suffix("_id")
        )
        .join(
            game_sides.select("game_id", "side", "team_id"), on=["game_id", "side"], how="left", maintain_order="left"
        )
        .select(
            pl.format("{}_{}", "shift_id", "player_id").alias("shift_player_id"),
            "shift_id",
            "game_id",
            pl.col("stint_idx").cast(pl.Int32).alias("shift_index"),
            pl.col("period").cast(pl.Int32),
            "player_id",
            "team_id",
            pl.col("side").alias("team_venue"),
            "slot",
            (pl.col("slot") == "g").alias("is_goalie"),
            pl.col("duration_s").alias("shift_duration"),
            pl.col("logical_shift_number").cast(pl.Int32),
            "is_first_segment",
        )
    )


# in rows sorted by game, player and place: whether a row is of the stint, or continues the shift, of the row before it
_SAME_PLAYER: Final = (pl.col("game_id") == pl.col("game_id").shift()) & (
    pl.col("player_id") == pl.col("player_id").shift()
)
_REPEATS: Final = (_SAME_PLAYER & (pl.col("place") == pl.col("place").shift())).fill_null(value=False)
_FOLLOWS: Final = (
    _SAME_PLAYER & (pl.col("place") == pl.col("place").shift() + 1) & (pl.col("period") == pl.col("period").shift())
).fill_null(value=False)


def _on_ice(stints: pl.DataFrame) -> pl.DataFrame:
    """A row per filled slot of each stint (`variable` names it), by game, player and place in the game.

    A player in two slots of a stint keeps the first.
    """
    slots = [f"{side}_{slot}_id" for side in SIDES for slot in SLOTS]
    stint = ["game_id", "stint_idx", "shift_id", "place", "period", "duration_s"]
    return (
        stints.select(*stint, *slots)
        .unpivot(slots, index=stint, value_name="player_id")
        .drop_nulls("player_id")
        .with_columns(pl.col("variable").cast(pl.Enum(slots)))
        .sort("game_id", "player_id", "place", "variable")
        .filter(~_REPEATS)
    )
