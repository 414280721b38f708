"""Counts with uncertain rates: gamma-Poisson and beta-binomial, their shrinkage fitted to a league.

Sources: Gelman et al., Bayesian Data Analysis, 3rd ed., ch. 2 and 5; Efron and Morris (1975), Data
analysis using Stein's estimator, JASA 70. The shrinkage strengths maximise the marginal likelihood over a fixed grid
(empirical Bayes).
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from ml.arrays import Floats

STRENGTHS: Final = np.geomspace(2.0, 2000.0, 25)
"""Candidate prior strengths, in trials or in units of expected count."""
_lgamma: Callable[[Floats], Floats] = np.vectorize(math.lgamma, otypes=[np.float64])


def negative_binomial_log(count: Floats, shape: Floats, mean: Floats) -> Floats:
    """Log probability of a count whose rate is gamma with this shape and mean."""
    share = mean / (mean + shape)
    return np.asarray(
        _lgamma(count + shape)
        - _lgamma(shape)
        - _lgamma(count + 1.0)
        + shape * np.log1p(-share)
        + count * np.log(np.maximum(share, 1e-300)),
        dtype=np.float64,
    )


def beta_binomial_log(successes: Floats, trials: Floats, a: Floats, b: Floats) -> Floats:
    """Log probability of successes in so many trials whose chance is Beta(a, b)."""
    choose = _lgamma(trials + 1.0) - _lgamma(successes + 1.0) - _lgamma(trials - successes + 1.0)
    after = _lgamma(successes + a) + _lgamma(trials - successes + b) - _lgamma(trials + a + b)
    return np.asarray(choose + after - _lgamma(a) - _lgamma(b) + _lgamma(a + b), dtype=np.float64)


def fit_rate_shape(count: Floats, expected: Floats) -> float:
    """Gamma shape of individuals' rates about what is expected of them, from total counts and expectations."""
    if not len(count):
        return float(STRENGTHS[len(STRENGTHS) // 3])
    fits = [float(negative_binomial_log(count, np.full_like(count, s), expected).sum()) for s in STRENGTHS]
    return float(STRENGTHS[int(np.argmax(fits))])


def fit_chance_strength(successes: Floats, trials: Floats, mean: float) -> float:
    """Beta strength a + b of individuals' chances about this mean."""
    if not len(trials):
        return float(STRENGTHS[-1])
    fits = [
        float(
            beta_binomial_log(
                successes, trials, np.full_like(trials, s * mean), np.full_like(trials, s - s * mean)
            ).sum()
        )
        for s in STRENGTHS
    ]
    return float(STRENGTHS[int(np.argmax(fits))])


def count_interval(shape: float, mean: float, coverage: float = 0.9) -> tuple[float, float]:
    """The central interval of a negative binomial count: at least `coverage` of the probability."""
    counts = np.arange(max(30, int(mean * 10 + 30)), dtype=np.float64)
    size = np.full_like(counts, shape)
    return _quantiles(counts, np.exp(negative_binomial_log(counts, size, np.full_like(counts, mean))), coverage)


def success_interval(trials: int, a: float, b: float, coverage: float = 0.9) -> tuple[float, float]:
    """The central interval of a beta-binomial number of successes."""
    n = np.arange(trials + 1, dtype=np.float64)
    full = np.full_like(n, float(trials))
    return _quantiles(n, np.exp(beta_binomial_log(n, full, np.full_like(n, a), np.full_like(n, b))), coverage)


def _quantiles(values: Floats, chances: Floats, coverage: float) -> tuple[float, float]:
    total = np.cumsum(chances) / chances.sum()
    tail = (1.0 - coverage) / 2.0
    low, high = np.searchsorted(total, tail), np.searchsorted(total, 1.0 - tail)
    return float(values[min(int(low), len(values) - 1)]), float(values[min(int(high), len(values) - 1)])
