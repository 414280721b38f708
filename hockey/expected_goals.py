"""Expected goals: how likely a shot attempt is to be a goal, by one logistic formula with fixed coefficients.

    xG = 1 / (1 + exp(-(intercept + sum of the coefficients that apply)))

Blocked attempts have no chance (0). Most games are tracked without coordinates, so the main form knows the shot's type,
rebound, rush, a turnover just before, and manpower; with coordinates it also knows distance and angle.

Sources
-------
- `shot_type` without coordinates: log-odds of the NHL's 2018-19 shooting percentages against the wrist shot's
  (dobberhockey.com, Frozen Tools, 24 July 2020: wrist 8.82, backhand 11.36, slap 6.68, tip-in 16.55, snap 10.57,
  wrap-around 7.20, deflected 15.17 %). `rebound`: 28.98 % off rebounds against 9.47 % of all in the same table.
- with coordinates: `distance_per_ft` of a logistic regression on 71,089 NHL shots (R. Yurko, GitHub, intro-sports-
  analytics-research, s2_fit_initial_logit_model.R: -0.0461 per foot); types, rebound (2.130) and rush (1.671) are the
  logs of the multipliers of the hockey-statistics.com model, which are for equal place (types against its wrist 0.865).
  `open_net` is geometry: seen from an angle the mouth is cos(angle) as wide, so its log is added.
- `rush` without coordinates: the same 1.671.
- Judgement, where nothing was published: one-timer and poke as snap and backhand, bat as tip, a shot from a dump-in as
  one from 70 ft, after a turnover half a rush, a power play 1.35 to 1 as in the simulator, six of ten at an empty net.
- `intercept`: this league, not the NHL. 17 goals of 324 unblocked attempts in the four complete tracked games (5.2 %;
  7.3 % of shots on goal). Without coordinates: the mean over the attempts of two of them is made that. With
  coordinates: an average attempt (27 ft out, 28 degrees off, as in the one game tracked so) is made that.

A change of any number is a new `version`; the manifest of a snapshot names the version that made its figures.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hockey.rink import GOAL_LINE_X_FT

REBOUND_SECONDS: Final = 3.0  # HockeyViz and others: a shot within 3 s of the one before by the same side
RUSH_SECONDS: Final = (
    4.0  # HockeyViz, hockey-statistics.com: within 4 s of the puck outside the zone; here of the rush's entry
)
TURNOVER_SECONDS: Final = 4.0  # the same span after the puck was won from the other side
HIGH_DANGER_XG: Final = 0.10  # about twice the average attempt: a rebound, a tip off the rush, an empty net
MEDIUM_DANGER_XG: Final = 0.06
MIN_OPEN_NET: Final = 0.1  # from beside or behind the goal line a sliver is left, for banks and wraps


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Log-odds of one form of the model. A shot type or situation that is not listed adds nothing."""

    intercept: float
    shot_type: Mapping[str, float]
    situation: Mapping[str, float]
    rebound: float
    rush: float
    after_turnover: float
    distance_per_ft: float = 0.0
    open_net: float = 0.0


VERSION: Final = "1"  # of all coefficients together
_SITUATION: Final[Mapping[str, float]] = {"PP": 0.30, "EN": 3.5}
WITHOUT_COORDINATES: Final = Coefficients(
    intercept=-3.38,
    shot_type={
        "Backhand": 0.281,
        "Slap": -0.301,
        "Snap": 0.200,
        "OneTime": 0.200,
        "Tip": 0.718,
        "Bat": 0.718,
        "Poke": 0.281,
        "WrapAround": -0.221,
        "Dumpin": -1.5,
    },
    situation=_SITUATION,
    rebound=1.361,
    rush=0.513,
    after_turnover=0.257,
)
WITH_COORDINATES: Final = Coefficients(
    intercept=-1.75,
    shot_type={
        "Backhand": -0.275,
        "Slap": 0.300,
        "Snap": 0.273,
        "OneTime": 0.273,
        "Tip": -0.216,
        "Bat": -0.216,
        "Poke": -0.275,
        "WrapAround": -0.888,
    },
    situation=_SITUATION,
    rebound=0.756,
    rush=0.513,
    after_turnover=0.257,
    distance_per_ft=-0.0461,
    open_net=1.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What the model looks at. `shot_type` is Wrist, Backhand, Tip ... (None: unknown, as a wrist shot).

    `situation` is EV, PP, SH, or EN for an attempt at an empty net. `x_ft`, `y_ft` are in the attack frame: feet from
    centre ice, +x towards the net attacked; without both the form without coordinates is used.
    """

    shot_type: str | None = None
    situation: str | None = None
    is_rebound: bool = False
    is_rush: bool = False
    after_turnover: bool = False
    is_blocked: bool = False
    x_ft: float | None = None
    y_ft: float | None = None


def expected_goals(attempt: Attempt) -> float:
    """The chance of a goal, 0-1; 0 for a blocked attempt. The one scoring function: the ETL's columns agree with it."""
    return 0.0 if attempt.is_blocked else 1 / (1 + math.exp(-log_odds(attempt)))


def log_odds(attempt: Attempt) -> float:
    """The sum of the coefficients that apply."""
    located = attempt.x_ft is not None and attempt.y_ft is not None
    c = WITH_COORDINATES if located else WITHOUT_COORDINATES
    total = (
        c.intercept
        + c.shot_type.get(attempt.shot_type or "", 0.0)
        + c.situation.get(attempt.situation or "", 0.0)
        + c.rebound * attempt.is_rebound
        + c.rush * attempt.is_rush
        + c.after_turnover * attempt.after_turnover
    )
    if attempt.x_ft is None or attempt.y_ft is None:
        return total
    distance, angle = distance_and_angle(attempt.x_ft, attempt.y_ft)
    open_net = max(math.cos(math.radians(angle)), MIN_OPEN_NET)
    return total + c.distance_per_ft * distance + c.open_net * math.log(open_net)


def distance_and_angle(x_ft: float, y_ft: float) -> tuple[float, float]:
    """Feet to the middle of the goal line, and degrees off its axis: 0 in front, 90 on the goal line, more behind it.

    From the middle of the goal itself the angle is 0.
    """
    ahead = GOAL_LINE_X_FT - x_ft
    return math.hypot(ahead, y_ft), math.degrees(math.atan2(abs(y_ft), ahead))


def flurry_adjusted(chances: Iterable[float]) -> list[float]:
    """The expected goals of a flurry's attempts in order, each worth its chance that no earlier one went in.

    A flurry is a run of attempts of one side, each a rebound of the one before. xG_i * prod(1 - xG_j, j < i): the sum
    is the chance of at least one goal, which three shots in three seconds cannot exceed. MoneyPuck's adjustment.
    """
    left, adjusted = 1.0, []
    for chance in chances:
        adjusted.append(chance * left)
        left *= 1 - chance
    return adjusted
