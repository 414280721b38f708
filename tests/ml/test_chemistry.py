"""Planted chemistry is found, and absent chemistry is not invented."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from hockey.league import LeagueRules
from ml import chemistry
from ml.league import COLUMNS, League, league_of


def league(spread: float, seed: int = 1) -> tuple[League, np.ndarray]:
    """One team of ten skaters in random fives, and what each pair adds to the share of attempts."""
    rng = np.random.default_rng(seed)
    frames = {name: pl.DataFrame(schema=schema) for name, schema in COLUMNS.items()}
    own = rng.normal(0.0, 0.01, 10)
    pairs = np.triu(rng.normal(0.0, spread, (10, 10)), 1)
    shifts, players = [], []
    for n in range(6000):
        five = np.sort(rng.permutation(10)[:5])
        share = 0.5 + own[five].sum() + pairs[np.ix_(five, five)].sum()
        attempts = int(rng.poisson(2.0))
        own_attempts = int(rng.binomial(attempts, np.clip(share, 0.05, 0.95)))
        shifts.append((f"S{n}", n // 50, "5v5", 45.0, own_attempts, attempts - own_attempts))
        players += [(f"S{n}", f"P{p}", "home", False) for p in five]
    frames["fact_shifts"] = pl.DataFrame(shifts, schema=COLUMNS["fact_shifts"], orient="row")
    frames["fact_shift_players"] = pl.DataFrame(players, schema=COLUMNS["fact_shift_players"], orient="row")
    return league_of("s", LeagueRules(), frames), pairs


def test_pairs_that_are_more_than_their_parts_are_found() -> None:
    made, pairs = league(0.03)
    trained = chemistry.train(made)
    assert trained.method == "shrunk_residual"
    assert isinstance(trained.parameters, chemistry.Parameters)
    units = chemistry.units_of(dict(trained.arrays))
    found, truth = [], []
    for i, j in combinations(range(10), 2):
        found.append(chemistry.answer(trained.parameters, units, [f"P{i}", f"P{j}"]).prediction)
        truth.append(pairs[i, j])
    # about 2600 attempts a pair: a standard error of 0.01 against a spread of 0.03, part of it in the own effects
    assert np.corrcoef(found, truth)[0, 1] > 0.6
    assert np.abs(found).mean() < np.abs(truth).mean()
    pair = chemistry.answer(trained.parameters, units, ["P0", "P1"]).details
    trio = chemistry.answer(trained.parameters, units, ["P0", "P1", "P2"]).details
    assert trio["minutes_together"] < pair["minutes_together"]


def test_where_pairs_are_their_parts_no_chemistry_is_published() -> None:
    trained = chemistry.train(league(0.0, seed=3)[0])
    assert isinstance(trained.parameters, chemistry.Parameters)
    answer = chemistry.answer(trained.parameters, chemistry.units_of(dict(trained.arrays)), ["P0", "P1"])
    assert answer.prediction == pytest.approx(0.0, abs=0.02)
    held_out = trained.evaluation["held_out_squared_error"]
    assert held_out <= trained.evaluation["baselines"]["sum_of_parts"]["held_out_squared_error"]
