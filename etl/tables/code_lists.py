"""The closed vocabularies as tables, in the order of `hockey/`. Their rows are constant."""

import polars as pl

from etl.columns import codes
from etl.columns import league as c
from etl.registry import table
from hockey.details import COUNTING_GOALS, DETAILS, DETAILS_2
from hockey.event_types import EVENT_TYPES
from hockey.periods import PERIODS
from hockey.play_details import PLAY_DETAILS
from hockey.roles import PLAYER_ROLES
from hockey.shift_starts import SHIFT_STARTS
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


@table(
    key=("event_detail_id",),
    grain="one first-level event detail",
    columns=(
        codes.EVENT_DETAIL_ID,
        codes.EVENT_DETAIL_CODE,
        codes.EVENT_DETAIL_NAME,
        codes.DETAIL_EVENT_TYPE,
        codes.CATEGORY,
        *codes.OUTCOMES,
    ),
)
def dim_event_detail() -> pl.DataFrame:
    """What an event turned out to be; a menu lists those of its event type."""
    shots = {d.code: d.category for d in DETAILS if d.event_type == "Shot"}
    return pl.DataFrame(
        {
            "event_detail_id": _numbered("ED", len(DETAILS)),
            "event_detail_code": [d.code for d in DETAILS],
            "event_detail_name": [d.name for d in DETAILS],
            "event_type": [d.event_type for d in DETAILS],
            "category": [d.category for d in DETAILS],
            "is_shot_on_goal": [shots.get(d.code) in {"saved", "goal"} for d in DETAILS],
            "is_goal": [d.code in COUNTING_GOALS for d in DETAILS],
            "is_miss": [shots.get(d.code) == "missed" for d in DETAILS],
            "is_block": [shots.get(d.code) == "blocked" for d in DETAILS],
        }
    )


@table(
    key=("event_detail_2_id",),
    grain="one second-level event detail",
    columns=(
        codes.EVENT_DETAIL_2_ID,
        codes.EVENT_DETAIL_2_CODE,
        codes.EVENT_DETAIL_2_NAME,
        codes.DETAIL_EVENT_TYPE,
        codes.CATEGORY,
    ),
)
def dim_event_detail_2() -> pl.DataFrame:
    """How an event was done. The code's part before the first _ is the category that menus filter by."""
    return pl.DataFrame(
        {
            "event_detail_2_id": _numbered("EE", len(DETAILS_2)),
            "event_detail_2_code": [d.code for d in DETAILS_2],
            "event_detail_2_name": [d.name for d in DETAILS_2],
            "event_type": [d.event_type for d in DETAILS_2],
            "category": [d.category for d in DETAILS_2],
        }
    )


@table(
    key=("play_detail_id",),
    grain="one tag of a player in an event, first level",
    columns=(codes.PLAY_DETAIL_ID, codes.PLAY_DETAIL_CODE, codes.PLAY_DETAIL_NAME, codes.PLAY_CATEGORY),
)
def dim_play_detail() -> pl.DataFrame:
    """What a single player did within an event."""
    return pl.DataFrame(
        {
            "play_detail_id": _numbered("PD", len(PLAY_DETAILS)),
            "play_detail_code": [d.code for d in PLAY_DETAILS],
            "play_detail_name": [d.name for d in PLAY_DETAILS],
            "play_category": [d.category for d in PLAY_DETAILS],
        }
    )


@table(
    key=("play_detail_2_id",),
    grain="one tag of a player in an event, second level",
    columns=(
        codes.PLAY_DETAIL_2_ID,
        codes.PLAY_DETAIL_2_CODE,
        codes.PLAY_DETAIL_2_ALIAS,
        codes.PLAY_DETAIL_2_NAME,
        codes.PLAY_CATEGORY,
    ),
)
def dim_play_detail_2() -> pl.DataFrame:
    """What else that player did: both levels take their tags from one list."""
    return pl.DataFrame(
        {
            "play_detail_2_id": _numbered("PE", len(PLAY_DETAILS)),
            "play_detail_2_code": [d.code for d in PLAY_DETAILS],
            "play_detail_code": [d.code for d in PLAY_DETAILS],
            "play_detail_2_name": [d.name for d in PLAY_DETAILS],
            "play_category": [d.category for d in PLAY_DETAILS],
        }
    )


@table(
    key=("role_id",),
    grain="one role of a player in an event",
    columns=(codes.ROLE_ID, codes.ROLE_CODE, codes.ROLE_NAME, codes.ROLE_TYPE, codes.SORT_ORDER),
)
def dim_player_role() -> pl.DataFrame:
    """The fourteen roles: six players and a goalie of the acting side, and of the other."""
    return pl.DataFrame(
        {
            "role_id": _numbered("RL", len(PLAYER_ROLES), digits=2),
            "role_code": [r.code for r in PLAYER_ROLES],
            "role_name": [r.name for r in PLAYER_ROLES],
            "role_type": [r.side for r in PLAYER_ROLES],
            "sort_order": pl.Series(range(1, len(PLAYER_ROLES) + 1), dtype=pl.Int32),
        }
    )


@table(
    key=("shift_start_type_id",),
    grain="one way in which a stint begins",
    columns=(codes.SHIFT_START_ID, codes.SHIFT_START_CODE, codes.SHIFT_START_NAME, codes.IS_FACEOFF),
)
def dim_shift_start_type() -> pl.DataFrame:
    """How stints begin: with a draw, or with a change on the fly."""
    return pl.DataFrame(
        {
            "shift_start_type_id": _numbered("SS", len(SHIFT_STARTS), digits=2),
            "shift_start_type_code": [s.code for s in SHIFT_STARTS],
            "shift_start_type_name": [s.name for s in SHIFT_STARTS],
            "is_faceoff": [s.is_faceoff for s in SHIFT_STARTS],
        }
    )


def _numbered(prefix: str, count: int, digits: int = 4) -> list[str]:
    return [f"{prefix}{n:0{digits}}" for n in range(1, count + 1)]
