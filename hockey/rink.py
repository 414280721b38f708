"""The rink in feet. Origin at centre ice, x along the boards, y down the drawing: x -100..100, y -42.5..42.5."""

from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final, Literal

Danger = Literal["high", "medium", "low"]

HALF_LENGTH_FT: Final = 100.0
HALF_WIDTH_FT: Final = 42.5
CORNER_RADIUS_FT: Final = 14.0
GOAL_LINE_X_FT: Final = 89.0
BLUE_LINE_X_FT: Final = 25.0
DOT_END_X_FT: Final = 69.0
DOT_NEUTRAL_X_FT: Final = 20.0
DOT_Y_FT: Final = 20.5
CIRCLE_TOP_X_FT: Final = 54.0  # an end-zone circle has a radius of 15 feet
POST_Y_FT: Final = 3.0
SLOT_Y_FT: Final = 9.0  # half the width of the slot: between the inner edges of the circles' hash marks

NET_WIDTH_IN: Final = 72.0
NET_HEIGHT_IN: Final = 48.0
# Older trackers gave the net target from the middle of the mouth, in steps of 1.2 inches, y up.
NET_STEP_IN: Final = 1.2
NET_CENTRE_X_IN: Final = NET_WIDTH_IN / 2
NET_CENTRE_Y_IN: Final = NET_HEIGHT_IN / 2


def zone_at(x_ft: float) -> str:
    """The zone of a point whose x is in the attack frame (the team attacks +x): o, n or d. A blue line is neutral."""
    if x_ft > BLUE_LINE_X_FT:
        return "o"
    return "d" if x_ft < -BLUE_LINE_X_FT else "n"


def net_target(x: float, y: float) -> tuple[float, float]:
    """A net target in inches as the shooter sees it: x 0..72 from the left post, y 0..48 from the bar.

    Any negative value shows the older, centred writing: X = 36 + 1.2 x, Y = 24 - 1.2 y.
    """
    if x < 0 or y < 0:
        return NET_CENTRE_X_IN + NET_STEP_IN * x, NET_CENTRE_Y_IN - NET_STEP_IN * y
    return x, y


def home_plate_half_width(x_ft: float) -> float:
    """Half the width of the home plate at x: from the posts out to the dots, then straight up to the circles' tops.

    The home plate is the area that most scoring chances are counted from. It reaches from the goal line to the tops of
    the circles.
    """
    share = min(1.0, (GOAL_LINE_X_FT - x_ft) / (GOAL_LINE_X_FT - DOT_END_X_FT))
    return POST_Y_FT + share * (DOT_Y_FT - POST_Y_FT)


def danger_at(x_ft: float, y_ft: float) -> Danger:
    """How dangerous a shot from a place is, in the attack frame: by the home plate and the slot within it.

    High: the inner slot, from the dots in and at most 9 feet off the middle. Medium: the rest of the home plate.
    """
    if not CIRCLE_TOP_X_FT <= x_ft <= GOAL_LINE_X_FT or abs(y_ft) > home_plate_half_width(x_ft):
        return "low"
    return "high" if x_ft >= DOT_END_X_FT and abs(y_ft) <= SLOT_Y_FT else "medium"


@dataclass(frozen=True, slots=True)
class RinkZone:
    """A rectangle of the rink in the attack frame; `zone` is o, n or d, `danger` that of a shot from its middle."""

    name: str
    zone: str
    lane: str
    x_ft: tuple[float, float]
    y_ft: tuple[float, float]
    danger: Danger


_END_BANDS: Final = ("behind the net", "low", "circles", "point")
_BANDS: Final = (
    *(("d", f"Defensive {band}") for band in _END_BANDS),
    *(("n", f"Neutral {half} half") for half in ("own", "far")),
    *(("o", f"Offensive {band}") for band in reversed(_END_BANDS)),
)
_LANES: Final = ("left", "middle", "right")
_AHEAD: Final = (0.0, BLUE_LINE_X_FT, CIRCLE_TOP_X_FT, DOT_END_X_FT, GOAL_LINE_X_FT, HALF_LENGTH_FT)
X_CUTS_FT: Final = (*(-x for x in reversed(_AHEAD[1:])), *_AHEAD)
Y_CUTS_FT: Final = (-HALF_WIDTH_FT, -SLOT_Y_FT, SLOT_Y_FT, HALF_WIDTH_FT)
RINK_ZONES: Final[tuple[RinkZone, ...]] = tuple(
    RinkZone(f"{band}, {lane}", zone, lane, x, y, danger_at(sum(x) / 2, sum(y) / 2))
    for ((zone, band), x), (lane, y) in product(
        zip(_BANDS, pairwise(X_CUTS_FT), strict=True), zip(_LANES, pairwise(Y_CUTS_FT), strict=True)
    )
)
