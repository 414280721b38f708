"""The scores are the textbook's."""

import numpy as np
import pytest

from ml.arrays import AWAY, HOME, TIE
from ml.scoring import favourite_calibration, home_calibration, league_outcomes, logistic_line, score

FORECAST = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6], [0.6, 0.1, 0.3]])
OUTCOME = np.array([HOME, AWAY, TIE])


def test_log_loss_brier_and_accuracy_by_hand() -> None:
    result = score(FORECAST, OUTCOME)
    assert result.games == 3
    assert result.log_loss == pytest.approx(-(np.log(0.5) + np.log(0.6) + np.log(0.1)) / 3)
    assert result.brier == pytest.approx((0.375 + 0.24 + (0.36 + 0.81 + 0.09)) / 3)
    assert result.accuracy == pytest.approx(2 / 3)


def test_without_ties_the_sides_share_their_probability() -> None:
    assert league_outcomes(FORECAST, OUTCOME) is FORECAST
    sides = league_outcomes(FORECAST, np.array([HOME, AWAY, HOME]))
    assert sides[0].tolist() == pytest.approx([2 / 3, 0, 1 / 3])
    assert np.allclose(sides.sum(axis=1), 1.0)


def test_one_impossible_outcome_does_not_make_the_score_infinite() -> None:
    assert np.isfinite(score(np.array([[1.0, 0.0, 0.0]]), np.array([AWAY])).log_loss)


def test_calibration_finds_boldness() -> None:
    rng = np.random.default_rng(3)
    odds = rng.normal(0.0, 1.0, 40_000)
    won = (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)
    assert logistic_line(odds, won) == pytest.approx((0.0, 1.0), abs=0.06)
    assert logistic_line(2 * odds, won)[1] == pytest.approx(0.5, abs=0.03)


def test_calibration_bins_count_every_game_once() -> None:
    calibration = home_calibration(FORECAST, OUTCOME)
    assert [(b.low, b.games) for b in calibration.bins] == [(0.2, 1), (0.5, 1), (0.6, 1)]
    assert calibration.mean_observed == pytest.approx(1 / 3)
    assert [(b.low, b.observed) for b in favourite_calibration(FORECAST, OUTCOME)] == [(0.5, 1.0), (0.6, 0.5)]
