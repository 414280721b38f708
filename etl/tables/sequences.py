"""Possession sequences: one side's time with the puck."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import possession as c
from etl.registry import table
from etl.tables.expressions import ZONE_NAMES, int32, numbered
from etl.tables.possession import EVENT, SEQUENCE
from hockey.possession import WHISTLE
from hockey.zones import MIRRORED

_TYPE: Final = pl.col("event_type")
_OWN: Final = pl.col("team") == pl.col("owner")


def _times(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False).sum().cast(pl.Int32)


_COUNTS: Final[dict[str, pl.Expr]] = {
    "event_count": pl.len().cast(pl.Int32),
    "passes_completed": _times(_OWN & (pl.col("detail1") == "Pass_Completed")),
    "zone_entries": _times(_OWN & (pl.col("detail1") == "Zone_Entry")),
    "zone_exits": _times(_OWN & (pl.col("detail1") == "Zone_Exit")),
    "shots": _times(_OWN & (_TYPE == "Shot")),
    "goals": _times(_OWN & (pl.col("is_goal") == 1)),
}
_ENDS: Final[dict[str, pl.Expr]] = {
    "start_event_id": pl.col("event_id").first(),
    "start_event_type": _TYPE.first(),
    "start_event_detail": pl.col("detail1").first(),
    "time_start_total_seconds": pl.col("clock_start").first(),
    "game_seconds": pl.col("game_t").first(),
    "end_event_id": pl.col("event_id").last(),
    "end_event_type": _TYPE.last(),
    "end_event_detail": pl.col("detail1").last(),
}


def _outcome() -> pl.Expr:
    return (
        pl.when(pl.col("goals") > 0)
        .then(pl.lit("goal"))
        .when(pl.col("shots") > 0)
        .then(pl.lit("shot"))
        .when(pl.col("end_event_type") == WHISTLE)
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
    columns=(
        c.SEQUENCE_KEY,
        k.GAME_ID,
        c.SEQUENCE_INDEX,
        k.PERIOD,
        k.CLOCK_SECONDS,
        k.GAME_SECONDS,
        k.TEAM_ID,
        k.TEAM_NAME,
        k.TEAM_VENUE,
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
)
def fact_sequences(possession: pl.DataFrame, plays: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """One side's spells with the puck in order: how each was won, what it held and how it ended.

    A spell that nobody is known to have (a stretch without a puck event) has no team.
    """
    names = game_sides.lazy().select("game_id", "team_id", "team_name", owner="side")
    of_event = ("event_id", "event_type", "detail1", "team", "is_goal", "clock_start", "game_t")
    return (
        possession.lazy()
        .join(plays.lazy().select(*EVENT, *of_event), on=EVENT, how="left", maintain_order="left")
        .group_by(SEQUENCE, maintain_order=True)
        .agg(
            pl.col("period", "owner", "place").first(),
            duration_seconds=pl.col("play_s").sum(),
            **_ENDS,
            **_COUNTS,
        )
        .join(names, on=["game_id", "owner"], how="left", maintain_order="left")
        .select(
            numbered("SQ", "sequence_index").alias("sequence_key"),
            *SEQUENCE,
            pl.col("period").cast(pl.Int32),
            int32("time_start_total_seconds"),
            int32("game_seconds"),
            "team_id",
            "team_name",
            pl.col("owner").alias("team_venue"),
            "start_event_id",
            "start_event_type",
            "start_event_detail",
            _zone_of_owner().alias("start_zone_of_team"),
            "end_event_id",
            "end_event_type",
            "end_event_detail",
            "duration_seconds",
            *_COUNTS,
            _outcome().alias("outcome"),
        )
        .collect()
    )
