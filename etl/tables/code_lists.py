"""The closed vocabularies as tables: event types, periods and zones. Their rows are constant."""

import polars as pl

from etl.columns import league as c
from etl.registry import table
from hockey.event_types import EVENT_TYPES
from hockey.periods import PERIODS
from hockey.zones import ZONES


@table(
    key=("event_type_id",),
    grain="one trackable event type",
    columns=(
        c.EVENT_TYPE_ID,
        c.EVENT_TYPE_CODE,
        c.EVENT_TYPE_NAME,
        c.EVENT_CATEGORY,
        c.IS_CORSI,
        c.IS_FENWICK,
        c.DESCRIPTION,
    ),
)
def dim_event_type() -> pl.DataFrame:
    """The event types of the tracker, with what they mean and which are shot attempts."""
    return pl.DataFrame(
        {
            "event_type_id": [f"ET{n:04}" for n in range(1, len(EVENT_TYPES) + 1)],
            "event_type_code": [t.code for t in EVENT_TYPES],
            "event_type_name": [t.name for t in EVENT_TYPES],
            "event_category": [t.category for t in EVENT_TYPES],
            "is_corsi": [t.is_corsi for t in EVENT_TYPES],
            "is_fenwick": [t.is_fenwick for t in EVENT_TYPES],
            "description": [t.description for t in EVENT_TYPES],
        }
    )


@table(
    key=("period_id",),
    grain="one period of a game",
    columns=(c.PERIOD_ID, c.PERIOD_NUMBER, c.PERIOD_CODE, c.PERIOD_NAME, c.PERIOD_TYPE),
)
def dim_period() -> pl.DataFrame:
    """The periods: three of regulation, overtime as the fourth, a shootout as the fifth."""
    return pl.DataFrame(
        {
            "period_id": [f"P{p.number:02}" for p in PERIODS],
            "period_number": pl.Series([p.number for p in PERIODS], dtype=pl.Int32),
            "period_code": [p.code for p in PERIODS],
            "period_name": [p.name for p in PERIODS],
            "period_type": [p.category for p in PERIODS],
        }
    )


@table(key=("zone_id",), grain="one zone of the rink", columns=(c.ZONE_ID, c.ZONE_CODE, c.ZONE_NAME, c.DESCRIPTION))
def dim_zone() -> pl.DataFrame:
    """The three zones as the acting team sees them."""
    return pl.DataFrame(
        {
            "zone_id": [f"ZN{n:02}" for n in range(1, len(ZONES) + 1)],
            "zone_code": [z.code for z in ZONES],
            "zone_name": [z.name for z in ZONES],
            "description": [z.description for z in ZONES],
        }
    )
