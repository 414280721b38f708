"""Coefficients of the expected-goals formula that a league's attempts speak for, pulled to the present ones.

Penalised logistic regression by Newton's method: each coefficient has a normal prior about its present value, so a
league with few attempts proposes hardly any change. One form (with or without coordinates) at a time.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from hockey.expected_goals import MIN_OPEN_NET, WITH_COORDINATES, WITHOUT_COORDINATES, Attempt, distance_and_angle
from ml.arrays import Bools, Floats, logistic

_PRIOR_SD: Final[Mapping[str, float]] = {"intercept": 1.0, "distance_per_ft": 0.01}
_OTHER_SD: Final = 0.3
_STEPS: Final = 12


def present(attempts: Sequence[Attempt]) -> dict[str, float]:
    """The coefficients in force of the form of these attempts; types and situations as `shot_type.Tip`."""
    located = _is_located(attempts)
    c = WITH_COORDINATES if located else WITHOUT_COORDINATES
    worth = {"intercept": c.intercept, "rebound": c.rebound, "rush": c.rush, "after_turnover": c.after_turnover}
    worth |= {f"shot_type.{name}": value for name, value in c.shot_type.items()}
    worth |= {f"situation.{name}": value for name, value in c.situation.items()}
    return worth | ({"distance_per_ft": c.distance_per_ft, "open_net": c.open_net} if located else {})


def fitted(attempts: Sequence[Attempt], goals: Floats, rows: Bools) -> dict[str, float]:
    """The coefficients that these rows of the attempts make likeliest, with their priors."""
    worth = present(attempts)
    prior = np.array(list(worth.values()))
    precision = 1.0 / np.array([_PRIOR_SD.get(name, _OTHER_SD) for name in worth]) ** 2
    seen, came = _design(attempts, list(worth))[rows], goals[rows]
    beta = prior.copy()
    for _ in range(_STEPS):
        chance = logistic(seen @ beta)
        slope = seen.T @ (came - chance) - precision * (beta - prior)
        curve = (seen * (chance * (1.0 - chance))[:, None]).T @ seen + np.diag(precision)
        beta = beta + np.clip(np.linalg.solve(curve, slope), -1.0, 1.0)
    return dict(zip(worth, beta.tolist(), strict=True))


def log_odds_with(attempts: Sequence[Attempt], worth: Mapping[str, float]) -> Floats:
    """The log odds of each attempt under these coefficients."""
    return np.asarray(_design(attempts, list(worth)) @ np.array(list(worth.values())), dtype=np.float64)


def _design(attempts: Sequence[Attempt], names: Sequence[str]) -> Floats:
    return np.array([_row(attempt, names) for attempt in attempts], dtype=np.float64).reshape(-1, len(names))


def _row(attempt: Attempt, names: Sequence[str]) -> list[float]:
    values = {
        "intercept": 1.0,
        "rebound": float(attempt.is_rebound),
        "rush": float(attempt.is_rush),
        "after_turnover": float(attempt.after_turnover),
        f"shot_type.{attempt.shot_type}": 1.0,
        f"situation.{attempt.situation}": 1.0,
    }
    if attempt.x_ft is not None and attempt.y_ft is not None:
        distance, angle = distance_and_angle(attempt.x_ft, attempt.y_ft)
        values["distance_per_ft"] = distance
        values["open_net"] = math.log(max(math.cos(math.radians(angle)), MIN_OPEN_NET))
    return [values.get(name, 0.0) for name in names]


def _is_located(attempts: Sequence[Attempt]) -> bool:
    return bool(attempts) and attempts[0].x_ft is not None and attempts[0].y_ft is not None
