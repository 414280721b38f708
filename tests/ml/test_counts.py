"""Shrunk counts: proper distributions, shrinkage that finds what is there, honest intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.counts import (
    beta_binomial_log,
    count_interval,
    fit_chance_strength,
    fit_rate_shape,
    negative_binomial_log,
    success_interval,
)
from ml.prediction import Region, measured


@given(st.floats(0.2, 500.0), st.floats(0.01, 8.0))
def test_a_negative_binomial_sums_to_one_with_its_mean(shape: float, mean: float) -> None:
    count = np.arange(800.0)
    chance = np.exp(negative_binomial_log(count, np.full_like(count, shape), np.full_like(count, mean)))
    assert chance.sum() == pytest.approx(1.0, abs=1e-6)
    assert (chance * count).sum() == pytest.approx(mean, rel=1e-3)


@given(st.integers(1, 60), st.floats(0.5, 300.0), st.floats(0.5, 300.0))
def test_a_beta_binomial_sums_to_one_with_its_mean(trials: int, a: float, b: float) -> None:
    n = np.arange(trials + 1.0)
    full = np.full_like(n, trials)
    chance = np.exp(beta_binomial_log(n, full, np.full_like(n, a), np.full_like(n, b)))
    assert chance.sum() == pytest.approx(1.0)
    assert (chance * n).sum() == pytest.approx(trials * a / (a + b))


def test_the_shape_of_rates_is_found() -> None:
    rng = np.random.default_rng(5)
    expected = np.full(400, 20.0)
    for shape in (3.0, 30.0):
        counts = rng.poisson(expected * rng.gamma(shape, 1 / shape, 400)).astype(float)
        assert fit_rate_shape(counts, expected) == pytest.approx(shape, rel=0.5)
    alike = rng.poisson(expected).astype(float)
    assert fit_rate_shape(alike, expected) > 200


def test_the_strength_of_chances_is_found() -> None:
    rng = np.random.default_rng(6)
    trials = np.full(300, 400.0)
    chances = rng.beta(90.0, 10.0, 300)
    saves = rng.binomial(400, chances).astype(float)
    assert fit_chance_strength(saves, trials, 0.9) == pytest.approx(100.0, rel=0.5)


def test_without_anybody_the_shrinkage_is_a_fixed_choice() -> None:
    none = np.empty(0)
    assert fit_rate_shape(none, none) > 0
    assert fit_chance_strength(none, none, 0.9) > 0


def test_intervals_hold_at_least_what_they_claim() -> None:
    rng = np.random.default_rng(7)
    low, high = count_interval(5.0, 2.0)
    draws = rng.poisson(rng.gamma(5.0, 2.0 / 5.0, 20_000))
    assert ((draws >= low) & (draws <= high)).mean() > 0.89
    low, high = success_interval(28, 90.0, 10.0)
    saves = rng.binomial(28, rng.beta(90.0, 10.0, 20_000))
    assert ((saves >= low) & (saves <= high)).mean() > 0.89


def test_a_confidence_is_the_measured_hit_rate_steadied() -> None:
    regions = (Region(0.5, 0.6, 90, 0.55, 0.5), Region(0.6, 0.7, 10, 0.65, 0.8))
    assert measured(regions, 0.55) == pytest.approx((45 + 5.5) / 100)
    assert measured(regions, 0.65) == pytest.approx((8 + 6.5) / 20)
    assert measured(regions, 0.95) == pytest.approx((8 + 9.5) / 20)
    assert measured((), 0.6) is None
