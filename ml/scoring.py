"""How good probabilities of outcomes were: log loss, Brier score, accuracy, calibration, paired differences."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ml.arrays import HOME, TIE, Floats, Ints
from ml.prediction import Region

BIN_WIDTH: Final = 0.1
_LEAST: Final = 1e-12
"""A probability counts as at least this, so that one impossible outcome does not make the mean infinite."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts whose probability lay in [low, high): how many, their mean, and how often it came true."""

    low: float
    high: float
    games: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Score:
    """Log loss (natural) and Brier score (sum over outcomes) per game; the standard error is of the log loss.

    `accuracy` is the share of games whose likeliest outcome happened.
    """

    games: int
    log_loss: float
    standard_error: float
    brier: float
    accuracy: float


def league_outcomes(forecast: Floats, outcome: Ints) -> Floats:
    """The forecast over the outcomes that the league has: where no game was level, the sides share the tie."""
    if (outcome == TIE).any():
        return forecast
    sides = forecast.copy()
    sides[:, TIE] = 0.0
    return np.asarray(sides / sides.sum(axis=1, keepdims=True), dtype=np.float64)


def log_losses(forecast: Floats, outcome: Ints) -> Floats:
    """Minus the natural logarithm of the probability that each game's outcome was given."""
    return np.asarray(-np.log(np.maximum(forecast[np.arange(len(outcome)), outcome], _LEAST)), dtype=np.float64)


def score(forecast: Floats, outcome: Ints) -> Score:
    """The score of forecasts (games, 3) for games that ended so."""
    losses = log_losses(forecast, outcome)
    happened = np.eye(3)[outcome]
    return Score(
        games=len(outcome),
        log_loss=float(losses.mean()),
        standard_error=standard_error(losses),
        brier=float(((forecast - happened) ** 2).sum(axis=1).mean()),
        accuracy=float((forecast.argmax(axis=1) == outcome).mean()),
    )


def standard_error(values: Floats) -> float:
    """The standard error of the mean; infinite for a single value."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")


@dataclass(frozen=True, slots=True)
class Calibration:
    """How home win probabilities compare with home wins: in bins of 0.1, and as a line in log odds.

    A well calibrated forecast has intercept 0 and slope 1; a slope below 1 means too bold. Games that ended level
    count as home wins not come true. `expected_error` is the mean distance of the bins' two figures, by games.
    """

    intercept: float
    slope: float
    expected_error: float
    mean_predicted: float
    mean_observed: float
    bins: tuple[Bin, ...]


def home_calibration(forecast: Floats, outcome: Ints) -> Calibration:
    """The calibration of home win probabilities."""
    chance, won = forecast[:, HOME], (outcome == HOME).astype(np.float64)
    bins = binned(chance, won)
    error = sum(b.games * abs(b.predicted - b.observed) for b in bins) / len(outcome)
    odds = np.log(np.maximum(chance, _LEAST) / np.maximum(1.0 - chance, _LEAST))
    return Calibration(*logistic_line(odds, won), float(error), float(chance.mean()), float(won.mean()), bins)


def favourite_calibration(forecast: Floats, outcome: Ints) -> tuple[Bin, ...]:
    """How often the likeliest outcome happened, by the probability that it was given: what confidence rests on."""
    return binned(forecast.max(axis=1), (forecast.argmax(axis=1) == outcome).astype(np.float64))


def binned(chance: Floats, came_true: Floats) -> tuple[Bin, ...]:
    """Forecast probabilities in bins of 0.1; empty bins are left out."""
    count = round(1.0 / BIN_WIDTH)
    place = np.clip((chance / BIN_WIDTH + 1e-9).astype(np.int64), 0, count - 1)
    return tuple(
        Bin(
            low=round(k * BIN_WIDTH, 10),
            high=round((k + 1) * BIN_WIDTH, 10),
            games=int((place == k).sum()),
            predicted=float(chance[place == k].mean()),
            observed=float(came_true[place == k].mean()),
        )
        for k in range(count)
        if (place == k).any()
    )


def logistic_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Intercept and slope of a logistic regression of y on x, with a faint prior at (0, 1) against separation."""
    design = np.column_stack([np.ones_like(x), x])
    beta, prior, start = np.array([0.0, 1.0]), np.eye(2) * 0.1, np.array([0.0, 1.0])
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (y - p) - prior @ (beta - start)
        step = np.linalg.solve((design * (p * (1.0 - p))[:, None]).T @ design + prior, slope)
        beta = beta + np.clip(step, -2.0, 2.0)
    return float(beta[0]), float(beta[1])


def regions_of(chance: Floats, came_true: Floats) -> tuple[Region, ...]:
    """Bins as the regions that confidences are read from."""
    return tuple(Region(b.low, b.high, b.games, b.predicted, b.observed) for b in binned(chance, came_true))
