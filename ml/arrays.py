"""Names for the arrays that the models pass around, and the two functions that all of them use."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

HOME, TIE, AWAY = 0, 1, 2
"""Columns of every outcome forecast, an array of shape (games, 3)."""


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float64)


def softmax(log_weights: Floats) -> Floats:
    """Weights that sum to one, from their logarithms up to a constant."""
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)
