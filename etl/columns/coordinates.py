"""Columns of places on the ice, in feet from centre ice, turned so that the acting side attacks +x."""

from dataclasses import replace
from typing import Final

from etl.columns.column import boolean, count, numeric, text
from etl.columns.events import EVENT_REFERENCE, EVENT_TYPE, SHOOTER_NAME
from etl.columns.keys import PLAYER_ID
from etl.columns.league import ZONE_CODE, ZONE_NAME

_FRAME: Final = "from centre ice, turned so that the acting side attacks +x"
_RINK_ZONES: Final = "hockey/rink.py"

SHOT_ID: Final = text("shot_id", "ST, game number and five-digit event index, as in fact_shots.")
SHOT_EVENT: Final = replace(EVENT_REFERENCE, description="The Shot event.")
SHOOTER_ID: Final = replace(PLAYER_ID, description="Who shot; null when nobody is named.")
SHOOTER: Final = replace(SHOOTER_NAME, name="player_name", description="Name of the shooter.")
SHOT_EVENT_TYPE: Final = replace(EVENT_TYPE, description="Goal for an attempt that scored, else Shot.")
RESULT: Final = text("shot_result", "Goal, Saved, Blocked or Missed.")
X: Final = numeric("x_coord", f"Where it was shot from, {_FRAME}.", "ft", nullable=False)
Y: Final = numeric("y_coord", "The same, across; positive to the right of who attacks.", "ft", nullable=False)
X_FRACTION: Final = numeric(
    "x_fraction",
    "x_coord as a share of the rink's length, 0 at the end boards defended, 1 at those attacked.",
    nullable=False,
    formula="(x_coord + 100) / 200",
)
Y_FRACTION: Final = numeric(
    "y_fraction", "y_coord as a share of the rink's width.", nullable=False, formula="(y_coord + 42.5) / 85"
)
DISTANCE: Final = numeric(
    "distance_ft", "From there to the middle of the goal line.", "ft", formula="sqrt((89 - x_coord)^2 + y_coord^2)"
)
ANGLE: Final = numeric(
    "angle_deg", "Off the rink's long axis, seen from the goal.", "deg", formula="atan2(|y_coord|, 89 - x_coord)"
)
XG: Final = numeric("xg", "Expected goals of the attempt; 0 when blocked.", source="hockey/expected_goals.py")
DANGER_ZONE: Final = text(
    "danger_zone",
    "high, medium or low, by the place.",
    nullable=False,
    formula="high: from the end-zone dots in, at most 9 ft off the middle; medium: the rest of the home plate (posts, "
    "dots, tops of the circles); low: elsewhere",
    source=_RINK_ZONES,
)
RINK_ZONE_REFERENCE: Final = text(
    "rink_zone_id", "The rectangle of the rink it lies in.", references="dim_rink_zone.rink_zone_id"
)

PUCK_KEY: Final = text("puck_xy_key", "event_id and the point's number, joined by _.")
PUCK_EVENT_KEY: Final = text("puck_xy_key", "The event_id again.")
PLAYER_KEY: Final = text("player_xy_key", "The row's key in fact_event_players and the point's number, joined by _.")
PLAYER_EVENT_KEY: Final = text("player_xy_key", "The row's key in fact_event_players.")
POINT_NUMBER: Final = count("point_number", "Order of the point in the event, from 1.")
POINT_X: Final = numeric("x", f"{_FRAME[0].upper()}{_FRAME[1:]}.", "ft", nullable=False)
POINT_Y: Final = numeric("y", "The same, across; positive to the right of who attacks.", "ft", nullable=False)
IS_START: Final = boolean("is_start", "The first point of the event.", nullable=False)
IS_STOP: Final = boolean("is_stop", "The last point of the event.", nullable=False)
IS_EVENT_TEAM: Final = boolean("is_event_team", "True when the player is on the acting side.", nullable=False)
POINT_COUNT: Final = count("point_count", "Points recorded.")
WIDE_POINTS: Final = 10  # the tracker records at most ten
WIDE: Final = tuple(
    numeric(f"{axis}_{n}", f"Point {n}, {about}; null when there are fewer.", "ft")
    for n in range(1, WIDE_POINTS + 1)
    for axis, about in (("x", _FRAME), ("y", "across"))
)

RINK_ZONE_ID: Final = text("rink_zone_id", "RZ and two digits, from the defended end to the attacked one.")
RINK_ZONE_NAME: Final = text("rink_zone_name", "Name of the rectangle, as Offensive low, middle.", nullable=False)
LANE: Final = text("lane", "left, middle or right, as seen by who attacks.", nullable=False)
BOUNDS: Final = tuple(
    numeric(f"{axis}_{end}_ft", f"Its {about} {axis}, {_FRAME}.", "ft", nullable=False)
    for axis in ("x", "y")
    for end, about in (("min", "smallest"), ("max", "largest"))
)
RINK_DANGER: Final = text("danger", "high, medium or low: that of a shot from its middle.", nullable=False)
ZONE_OF_RINK: Final = (replace(ZONE_CODE, nullable=False), replace(ZONE_NAME, nullable=False))
