"""Intermediates: the zones that each stint began and ended in, and the faceoff that began it."""

from typing import Final

import polars as pl

from etl.registry import table
from etl.tables.expressions import ZONE_NAMES
from hockey.event_types import EVENT_TYPES
from hockey.zones import MIRRORED

_DEAD: Final = tuple(t.code for t in EVENT_TYPES if t.category in {"stoppage", "course", "penalty"})


@table(key=("game_id", "stint_idx"), grain="one valid stint with a known zone", from_tracking=True, per_game=True)
def stint_zones(plays: pl.DataFrame) -> pl.DataFrame:
    """First and last known zone of each valid stint as the home side sees it."""
    ends = {"start_zone": pl.struct("zone", "team").first(), "end_zone": pl.struct("zone", "team").last()}
    return (
        plays.lazy()
        .filter(pl.col("zone_known") & pl.col("shift_id").is_not_null() & pl.col("zone").is_not_null())
        .select("game_id", "stint_idx", "zone", "team")
        .group_by("game_id", "stint_idx")
        .agg(**ends)
        .with_columns(_seen_from_home(name).alias(name) for name in ends)
        .sort("game_id", "stint_idx")
        .collect()
    )


def _seen_from_home(name: str) -> pl.Expr:
    """The name of the zone in a struct of zone and team."""
    return _from_home(pl.col(name).struct.field("zone"), pl.col(name).struct.field("team"))


def _from_home(zone: pl.Expr, team: pl.Expr) -> pl.Expr:
    """The name of a zone that is given as the team sees it."""
    seen = pl.when(team == "away").then(zone.replace(MIRRORED)).otherwise(zone)
    return seen.replace_strict(ZONE_NAMES, default=None, return_dtype=pl.String)


@table(key=("game_id", "stint_idx"), grain="one valid stint begun by a faceoff", from_tracking=True, per_game=True)
def stint_faceoffs(plays: pl.DataFrame) -> pl.DataFrame:
    """The stints that a faceoff began, with its zone as the home side sees it.

    The faceoff is the first thing played in the stint: lines change at the whistle, and the clock runs on to the draw.
    Faceoffs whose zone nobody noted are not counted.
    """
    stint = ["game_id", "stint_idx"]
    return (
        plays.lazy()
        .filter(~pl.col("event_type").is_in(_DEAD), pl.col("stint_idx").is_not_null())
        .select(*stint, "event_type", "zone", "zone_known", "team")
        .group_by(stint)
        .agg(pl.all().first())
        .filter(pl.col("event_type") == "Faceoff", "zone_known", pl.col("team").is_not_null())
        .select(*stint, faceoff_zone=_from_home(pl.col("zone"), pl.col("team")))
        .sort(stint)
        .collect()
    )
