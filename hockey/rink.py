"""The rink in feet. Origin at centre ice, x along the boards, y down the drawing: x -100..100, y -42.5..42.5."""

from typing import Final

HALF_LENGTH_FT: Final = 100.0
HALF_WIDTH_FT: Final = 42.5
CORNER_RADIUS_FT: Final = 14.0
GOAL_LINE_X_FT: Final = 89.0
BLUE_LINE_X_FT: Final = 25.0
DOT_END_X_FT: Final = 69.0
DOT_NEUTRAL_X_FT: Final = 20.0
DOT_Y_FT: Final = 20.5

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
