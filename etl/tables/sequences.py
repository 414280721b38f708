"""Possession sequences: one side's time with the puck."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import possession as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import HELD_BY_SEQUENCE
from etl.registry import table
from etl.tables.expressions import ZONE_NAMES, int32, numbered
from etl.tables.possession import EVENT, MILLISECONDS, SEQUENCE
from etl.tables.runs import condensed
from hockey.possession import WHISTLE
from hockey.zones import MIRRORED

_COUNTS: Final[dict[str, pl.Expr]] = {
    "event_count": pl.col("event_idx").is_not_null(),
    "passes_completed": pl.col("passes"),
    "zone_entries": pl.col("enters"),
    "zone_exits": pl.col("exits"),
    "shots": pl.col("shoots"),
    "goals": pl.col("scores"),
}
_NEW: Final = (pl.col("sequence_index") != pl.col("sequence_index").shift()) | (
    pl.col("game_id") != pl.col("game_id").shift()
)


def _outcome() -> pl.Expr:
    return (
        pl.when(pl.col("goals") > 0)
        .then(pl.lit("goal"))
        .when(pl.col("shots") > 0)
        .then(pl.lit("shot"))
        .when(pl.col("event_type_at_end") == WHISTLE)
        .then(pl.lit("whistle"))
        .otherwise(pl.lit("lost"))
    )


def _zone_of_owner() -> pl.Expr:
    """The zone that a place, given from the home view, is for the side with the puck."""
    turned = pl.when(pl.col("owner") == "away").then(pl.col("place").replace(MIRRORED)).otherwise("place")
    return turned.replace_strict(ZONE_NAMES, default=None, return_dtype=pl.String)


@table(
    key=("sequence_key",),
    grain="one possession sequence",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.SEQUENCE_KEY,
            k.GAME_ID,
            c.SEQUENCE_INDEX,
            k.PERIOD,
            k.CLOCK_SECONDS,
            k.GAME_SECONDS,
            *k.SIDE,
            c.START_EVENT_ID,
            c.START_TYPE,
            c.START_DETAIL,
            c.SEQUENCE_ZONE,
            c.END_EVENT_ID,
            c.END_TYPE,
            c.END_DETAIL,
            c.SEQUENCE_SECONDS,
            c.EVENT_COUNT,
            c.PASSES,
            c.ENTRIES,
            c.EXITS,
            c.SHOT_COUNT,
            c.GOAL_COUNT,
            c.OUTCOME,
        ),
        HELD_BY_SEQUENCE,
    ),
)
def fact_sequences(possession: pl.DataFrame, plays: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """One side's spells with the puck in order: how each was won, what it held and how it ended.

    A spell that nobody is known to have (a stretch without a puck event) has no team.
    """
    names = game_sides.select("game_id", "team_id", "team_name", owner="side")
    what = plays.select(*EVENT, "event_type", "detail1")
    starts = plays.select(*EVENT, "event_type", "detail1", "clock_start", "game_t")
    return (
        condensed(
            possession,
            _NEW,
            [*SEQUENCE, "event_idx", "period", "owner", "place"],
            [pl.col("event_idx").alias("end_idx")],
            {**_COUNTS, "milliseconds": MILLISECONDS},
        )
        .join(starts, on=EVENT, maintain_order="left")
        .join(what, left_on=["game_id", "end_idx"], right_on=EVENT, maintain_order="left", suffix="_at_end")
        .join(names, on=["game_id", "owner"], how="left", maintain_order="left")
        .select(
            numbered("SQ", "sequence_index").alias("sequence_key"),
            *SEQUENCE,
            pl.col("period").cast(pl.Int32),
            int32("clock_start").alias("time_start_total_seconds"),
            int32("game_t").alias("game_seconds"),
            "team_id",
            "team_name",
            pl.col("owner").alias("team_venue"),
            numbered("EV", "event_idx").alias("start_event_id"),
            pl.col("event_type").alias("start_event_type"),
            pl.col("detail1").alias("start_event_detail"),
            _zone_of_owner().alias("start_zone_of_team"),
            numbered("EV", "end_idx").alias("end_event_id"),
            pl.col("event_type_at_end").alias("end_event_type"),
            pl.col("detail1_at_end").alias("end_event_detail"),
            (pl.col("milliseconds") / 1000).alias("duration_seconds"),
            pl.col(*_COUNTS).cast(pl.Int32),
            _outcome().alias("outcome"),
        )
    )
