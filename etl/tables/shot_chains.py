"""What led to each attempt, and which attempts were scoring chances."""

from typing import Final

import polars as pl

from etl.columns import events as e
from etl.columns import keys as k
from etl.columns import possession as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import CHAIN, OF_SHOT
from etl.registry import table
from etl.tables.expressions import MOMENT, SIDE, numbered
from etl.tables.possession import EVENT
from etl.tables.puck_play import crossing_means
from etl.tables.shots import shot_result
from hockey.expected_goals import HIGH_DANGER_XG, MEDIUM_DANGER_XG

_NEW: Final = (
    (pl.col("sequence_index") != pl.col("sequence_index").shift()) | (pl.col("game_id") != pl.col("game_id").shift())
).fill_null(value=True)
_SAME_STRETCH: Final = (
    (pl.col("stretch") == pl.col("stretch").shift()) & (pl.col("game_id") == pl.col("game_id").shift())
).fill_null(value=False)
_NONE: Final = -1
_CONTEXT: Final = (
    pl.col("is_rush").alias("is_rush_shot"),
    pl.col("is_rebound").alias("is_rebound_shot"),
    "after_turnover",
)
_CONTEXT_COLUMNS: Final = (c.IS_RUSH_SHOT, c.IS_REBOUND_SHOT, c.AFTER_TURNOVER)


def _from_start(value: str) -> pl.Expr:
    """The value of the sequence's first event."""
    return pl.when("new").then(value).forward_fill()


def _so_far(flag: str) -> pl.Expr:
    """How often the flag was set in the sequence, this event included."""
    total = pl.col(flag).cast(pl.Int32).cum_sum()
    return total - pl.when("new").then(total - pl.col(flag).cast(pl.Int32)).forward_fill()


@table(key=("game_id", "event_idx"), grain="one shot attempt of a side in play", from_tracking=True, per_game=True)
def attempt_chains(possession: pl.DataFrame) -> pl.DataFrame:
    """For each attempt what its sequence held until then: how it began, passes, the last entry, the event before.

    `start_idx`, `entry_idx` and `previous_idx` are those events.
    """
    entered = pl.when("enters").then("event_idx").when("new").then(_NONE).forward_fill()
    entered_t = pl.when("enters").then("t").forward_fill()
    return (
        possession.lazy()
        .select(*EVENT, "stretch", "sequence_index", "play_index", "t", "enters", "passes", "shoots", new=_NEW)
        .with_columns(one=pl.lit(value=True))
        .with_columns(
            start_idx=_from_start("event_idx"),
            start_t=_from_start("t"),
            event_count=_so_far("one"),
            passes_completed=_so_far("passes"),
            entry_idx=entered,
            entry_t=entered_t,
            previous_idx=pl.when(_SAME_STRETCH).then(pl.col("event_idx").shift()),
            previous_t=pl.when(_SAME_STRETCH).then(pl.col("t").shift()),
        )
        .filter("shoots")
        .with_columns(entry_idx=pl.when(pl.col("entry_idx") != _NONE).then("entry_idx"))
        .select(
            *EVENT,
            "sequence_index",
            "play_index",
            "event_count",
            "passes_completed",
            "start_idx",
            "entry_idx",
            "previous_idx",
            duration_seconds=pl.col("t") - pl.col("start_t"),
            seconds_since_entry=pl.when(pl.col("entry_idx").is_not_null()).then(pl.col("t") - pl.col("entry_t")),
            seconds_since_previous=pl.col("t") - pl.col("previous_t"),
        )
        .collect()
    )


def _with_events(chains: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """The chains with what the events that they name say."""
    starts = plays.select("game_id", start_idx="event_idx", start_event_type="event_type")
    entries = plays.select("game_id", entry_idx="event_idx", entry_means=crossing_means())
    before = plays.select(
        "game_id", previous_idx="event_idx", previous_event_type="event_type", previous_event_detail="detail1"
    )
    for event, named in (("start_idx", starts), ("entry_idx", entries), ("previous_idx", before)):
        rows = named.join(chains, on=["game_id", event], how="semi")
        chains = chains.join(rows, on=["game_id", event], how="left", maintain_order="left")
    return chains


@table(
    key=("shot_chain_key",),
    grain="one shot attempt and what led to it",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.CHAIN_KEY,
            c.CHAIN_EVENT,
            *k.MOMENT,
            *k.SIDE,
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
        CHAIN,
    ),
)
def fact_shot_chains(
    attempt_chains: pl.DataFrame, plays: pl.DataFrame, shot_xg: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """Each attempt with the possession that led to it: how the puck was won, carried in and moved, and what it gave."""
    worth = shot_xg.select(*EVENT, "is_rush", "is_rebound", "after_turnover", "is_goal", "xg")
    names = dim_player.select(player_1="player_id", player_name="player_full_name")
    return (
        _with_events(attempt_chains, plays)
        .join(plays.drop("is_goal"), on=EVENT, maintain_order="left")
        .join(worth, on=EVENT, maintain_order="left")
        .join(names, on="player_1", how="left", maintain_order="left")
        .with_columns(shot_result=shot_result())
        .select(
            numbered("SC", "event_idx").alias("shot_chain_key"),
            "event_id",
            *MOMENT,
            *SIDE,
            pl.col("player_1").alias("player_id"),
            "player_name",
            numbered("SQ", "sequence_index").alias("sequence_key"),
            numbered("PL", "play_index").alias("play_key"),
            numbered("EV", "start_idx").alias("start_event_id"),
            "start_event_type",
            "event_count",
            "duration_seconds",
            "passes_completed",
            numbered("EV", "entry_idx").alias("entry_event_id"),
            "entry_means",
            "seconds_since_entry",
            numbered("EV", "previous_idx").alias("previous_event_id"),
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
    per_game=True,
    columns=explained(
        (
            c.CHANCE_KEY,
            c.CHANCE_EVENT,
            *k.MOMENT,
            *k.SIDE,
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
        OF_SHOT,
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
            "event_id",
            *MOMENT,
            *SIDE,
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
