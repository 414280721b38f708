"""What led to each attempt, and which attempts were scoring chances."""

from typing import Final

import polars as pl

from etl.columns import events as e
from etl.columns import keys as k
from etl.columns import possession as c
from etl.registry import table
from etl.tables.expressions import int32, numbered
from etl.tables.possession import EVENT, SEQUENCE
from etl.tables.puck_play import crossing_means
from etl.tables.shots import shot_result
from hockey.expected_goals import HIGH_DANGER_XG, MEDIUM_DANGER_XG

_NEW: Final = (pl.struct(SEQUENCE) != pl.struct(SEQUENCE).shift()).fill_null(value=True)
_OWN: Final = (pl.col("team") == pl.col("owner")).fill_null(value=False)
_ENTERS: Final = _OWN & (pl.col("detail1") == "Zone_Entry").fill_null(value=False)
_PASSES: Final = _OWN & (pl.col("detail1") == "Pass_Completed").fill_null(value=False)
_CONTEXT: Final = (
    pl.col("is_rush").alias("is_rush_shot"),
    pl.col("is_rebound").alias("is_rebound_shot"),
    "after_turnover",
)
_CONTEXT_COLUMNS: Final = (c.IS_RUSH_SHOT, c.IS_REBOUND_SHOT, c.AFTER_TURNOVER)
_WHEN: Final = (
    "event_id",
    "game_id",
    pl.col("period").cast(pl.Int32),
    int32("clock_start").alias("time_start_total_seconds"),
    int32("game_t").alias("game_seconds"),
    "team_id",
    "team_name",
    pl.col("team").alias("team_venue"),
)
_WHEN_COLUMNS: Final = (
    k.GAME_ID,
    k.PERIOD,
    k.CLOCK_SECONDS,
    k.GAME_SECONDS,
    k.TEAM_ID,
    k.TEAM_NAME,
    k.TEAM_VENUE,
)


def _from_start(value: str) -> pl.Expr:
    """The value of the sequence's first event."""
    return pl.when("new").then(value).forward_fill()


def _so_far(flag: str) -> pl.Expr:
    """How often the flag was set in the sequence, this event included."""
    total = pl.col(flag).cast(pl.Int32).cum_sum()
    return total - pl.when("new").then(total - pl.col(flag).cast(pl.Int32)).forward_fill()


def _of_entry(value: pl.Expr, nothing: str | float) -> pl.Expr:
    """The value of the side's last entry in the sequence; null when there is none."""
    kept = pl.when("enters").then(value).when("new").then(pl.lit(nothing)).forward_fill()
    return pl.when(kept != nothing).then(kept)


@table(key=("game_id", "event_idx"), grain="one shot attempt in play", from_tracking=True)
def attempt_chains(possession: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """For each attempt what its sequence held until then: how it began, passes, the last entry, the event before."""
    return (
        _in_sequences(possession, plays)
        .with_columns(
            start_t=_from_start("t"),
            start_event_id=_from_start("event_id"),
            start_event_type=_from_start("event_type"),
            event_count=_so_far("one"),
            passes_completed=_so_far("passes"),
            entry_event_id=_of_entry(pl.col("event_id"), ""),
            entry_means=_of_entry(crossing_means().fill_null(""), ""),
            entry_t=_of_entry(pl.col("t"), -1.0),
        )
        .filter(pl.col("event_type") == "Shot")
        .select(
            *EVENT,
            "sequence_index",
            "play_index",
            "start_event_id",
            "start_event_type",
            "event_count",
            "passes_completed",
            "entry_event_id",
            "entry_means",
            "previous_event_id",
            "previous_event_type",
            previous_event_detail="previous_detail1",
            duration_seconds=pl.col("t") - pl.col("start_t"),
            seconds_since_entry=pl.col("t") - pl.col("entry_t"),
            seconds_since_previous=pl.col("t") - pl.col("previous_t"),
        )
        .collect()
    )


def _in_sequences(possession: pl.DataFrame, plays: pl.DataFrame) -> pl.LazyFrame:
    """The events in play, with flags for `_from_start` and its like, and the event before in the live stretch."""
    rows = plays.lazy().select(*EVENT, "event_id", "event_type", "detail1", "detail2", "team")
    before = {name: pl.col(name).shift() for name in ("event_id", "event_type", "detail1", "t")}
    in_stretch = (pl.struct("game_id", "stretch") == pl.struct("game_id", "stretch").shift()).fill_null(value=False)
    previous = {f"previous_{name}": pl.when(in_stretch).then(value) for name, value in before.items()}
    return (
        possession.lazy()
        .select(*EVENT, "owner", "stretch", "sequence_index", "play_index", "t")
        .join(rows, on=EVENT, how="left", maintain_order="left")
        .with_columns(new=_NEW, enters=_ENTERS, passes=_PASSES, one=pl.lit(value=True), **previous)
    )


@table(
    key=("shot_chain_key",),
    grain="one shot attempt and what led to it",
    from_tracking=True,
    columns=(
        c.CHAIN_KEY,
        c.CHAIN_EVENT,
        *_WHEN_COLUMNS,
        c.SHOOTER_ID,
        c.SHOOTER_NAME,
        c.SEQUENCE_REFERENCE,
        c.PLAY_KEY,
        c.START_EVENT_ID,
        c.START_TYPE,
        c.CHAIN_EVENTS,
        c.CHAIN_SECONDS,
        c.CHAIN_PASSES,
        c.CHAIN_ENTRY,
        c.ENTRY_MEANS,
        c.SINCE_ENTRY,
        c.PREVIOUS_EVENT,
        c.PREVIOUS_TYPE,
        c.PREVIOUS_DETAIL,
        c.SINCE_PREVIOUS,
        *_CONTEXT_COLUMNS,
        e.SHOT_RESULT,
        e.SHOT_IS_GOAL,
        c.CHAIN_XG,
    ),
)
def fact_shot_chains(
    attempt_chains: pl.DataFrame, plays: pl.DataFrame, shot_xg: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """Each attempt with the possession that led to it: how the puck was won, carried in and moved, and what it gave."""
    worth = shot_xg.select(*EVENT, "is_rush", "is_rebound", "after_turnover", "is_goal", "xg")
    names = dim_player.select(player_1="player_id", player_name="player_full_name")
    return (
        attempt_chains.join(plays.drop("is_goal"), on=EVENT, how="left", maintain_order="left")
        .join(worth, on=EVENT, maintain_order="left")
        .join(names, on="player_1", how="left", maintain_order="left")
        .with_columns(shot_result=shot_result())
        .select(
            numbered("SC", "event_idx").alias("shot_chain_key"),
            *_WHEN,
            pl.col("player_1").alias("player_id"),
            "player_name",
            numbered("SQ", "sequence_index").alias("sequence_key"),
            numbered("PL", "play_index").alias("play_key"),
            "start_event_id",
            "start_event_type",
            "event_count",
            "duration_seconds",
            "passes_completed",
            "entry_event_id",
            "entry_means",
            "seconds_since_entry",
            "previous_event_id",
            "previous_event_type",
            "previous_event_detail",
            "seconds_since_previous",
            *_CONTEXT,
            "shot_result",
            "is_goal",
            "xg",
        )
    )


@table(
    key=("scoring_chance_key",),
    grain="one scoring chance",
    from_tracking=True,
    columns=(
        c.CHANCE_KEY,
        c.CHANCE_EVENT,
        *_WHEN_COLUMNS,
        c.SHOOTER_ID,
        c.SHOOTER_NAME,
        e.GOALIE_ID,
        c.DANGER,
        c.CHAIN_XG,
        *_CONTEXT_COLUMNS,
        e.SHOT_TYPE,
        e.SHOT_RESULT,
        e.SHOT_IS_GOAL,
        e.STRENGTH,
        e.SITUATION,
        k.SHIFT_ID,
    ),
)
def fact_scoring_chances(plays: pl.DataFrame, shot_xg: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """The unblocked attempts with a good chance of scoring, by their expected goals."""
    chances = shot_xg.filter(pl.col("is_unblocked") & (pl.col("xg") >= MEDIUM_DANGER_XG))
    worth = chances.select(*EVENT, "is_rush", "is_rebound", "after_turnover", "is_goal", "xg")
    names = dim_player.select(player_1="player_id", player_name="player_full_name")
    high = pl.when(pl.col("xg") >= HIGH_DANGER_XG).then(pl.lit("high")).otherwise(pl.lit("medium"))
    return (
        worth.join(plays.drop("is_goal"), on=EVENT, how="left", maintain_order="left")
        .join(names, on="player_1", how="left", maintain_order="left")
        .with_columns(shot_result=shot_result())
        .select(
            numbered("CH", "event_idx").alias("scoring_chance_key"),
            *_WHEN,
            pl.col("player_1").alias("player_id"),
            "player_name",
            "goalie_player_id",
            high.alias("danger"),
            "xg",
            *_CONTEXT,
            pl.col("detail2").alias("shot_type"),
            "shot_result",
            "is_goal",
            "strength",
            "situation",
            "shift_id",
        )
    )
