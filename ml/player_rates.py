"""How often players score, assist and earn points: gamma-Poisson rates that shrink to position and skill.

    count of player i in game g ~ Poisson(theta_i * expected_ig),   theta_i ~ Gamma(k, k)
    expected_ig = rate of the player's position and skill * team's expected goals in g / league mean

`expected` carries opponent and team strength (the goals model's walk-forward forecast); theta what is the player's own.
Older games may count less: their weight fades by a factor per appearance, chosen, like k, by the marginal likelihood of
the games before the evaluation. Predictions are negative binomial. Source: Gelman et al., BDA3, ch. 2; Albert (1992),
A Bayesian analysis of a Poisson random effects model, The American Statistician 46.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ml.arrays import Bools, Floats, Ints
from ml.counts import fit_rate_shape, negative_binomial_log

STATS: Final = ("goals", "assists", "points")
FADES: Final = (1.0, 0.98, 0.95)
"""Candidate weights of a game against the player's next one: no fading, half-lives of 34 and of 14 games."""
_GROUP_GAMES: Final = 30.0
"""A skill group's own rate counts against this many games at its position's rate."""


@dataclass(frozen=True, slots=True)
class Appearances:
    """One row per skater and game, in date order.

    `counts` is (rows, STATS); `environment` the team's expected goals in that game over the league's mean; `group`
    indexes (position, skill) groups, `position` positions.
    """

    day: Ints
    player: Ints
    position: Ints
    group: Ints
    environment: Floats
    counts: Floats

    def take(self, rows: Ints | Bools) -> "Appearances":
        """These rows."""
        return Appearances(
            self.day[rows],
            self.player[rows],
            self.position[rows],
            self.group[rows],
            self.environment[rows],
            self.counts[rows],
        )

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """What is learned of the league: rate per group (groups, STATS), gamma shape and fade per stat."""

    group_rate: Floats
    shape: Floats
    fade: Floats


@dataclass(frozen=True, slots=True)
class Totals:
    """Faded counts and expectations per player: (players, STATS) each."""

    counts: Floats
    expected: Floats


def group_rates(seen: Appearances, groups: int, position_of: Ints) -> Floats:
    """Counts per game of each group in an average environment, shrunk to its position's, that to the league's."""
    overall = _rate(seen.counts.sum(axis=0), np.array(seen.environment.sum()), np.full(len(STATS), 0.3), 1.0)
    positions = int(position_of.max()) + 1 if len(position_of) else 0
    by_position = _rate(*_sums(seen, seen.position, positions), overall, _GROUP_GAMES)
    return _rate(*_sums(seen, seen.group, groups), by_position[position_of], _GROUP_GAMES)


def learn_shrinkage(seen: Appearances, players: int, position_of: Ints) -> Shrinkage:
    """Fit group rates, and per stat the shape and fade under which the league's counts are likeliest."""
    rates = group_rates(seen, len(position_of), position_of)
    total = totals(seen, rates, np.ones(len(STATS)), players)
    known = total.expected[:, 0] > 0
    shape = np.array([fit_rate_shape(total.counts[known, s], total.expected[known, s]) for s in range(len(STATS))])
    likelihood = np.array([_likelihood(seen, Shrinkage(rates, shape, np.full(3, fade)), players) for fade in FADES])
    return Shrinkage(rates, shape, np.array(FADES)[likelihood.argmax(axis=0)])


def totals(seen: Appearances, rates: Floats, fade: Floats, players: int) -> Totals:
    """What each player did, and what his group would have done, older games fading."""
    running = Totals(np.zeros((players, len(STATS))), np.zeros((players, len(STATS))))
    for rows in days(seen):
        _add(running, seen.take(rows), rates, fade)
    return running


def walk(seen: Appearances, learned: Shrinkage, players: int) -> tuple[Floats, Floats]:
    """Predictive shape and mean (rows, STATS) of every row, each from earlier days only."""
    running = Totals(np.zeros((players, len(STATS))), np.zeros((players, len(STATS))))
    shape, mean = np.empty(seen.counts.shape), np.empty(seen.counts.shape)
    for rows in days(seen):
        today = seen.take(rows)
        shape[rows] = learned.shape + running.counts[today.player]
        theta = shape[rows] / (learned.shape + running.expected[today.player])
        mean[rows] = theta * learned.group_rate[today.group] * today.environment[:, None]
        _add(running, today, learned.group_rate, learned.fade)
    return shape, mean


def days(seen: Appearances) -> Iterator[Ints]:
    """The rows of each day."""
    for first, last in pairwise(np.flatnonzero(np.diff(seen.day, prepend=-1, append=-1))):
        yield np.arange(first, last)


def _add(running: Totals, today: Appearances, rates: Floats, fade: Floats) -> None:
    players = np.unique(today.player)
    running.counts[players] *= fade
    running.expected[players] *= fade
    np.add.at(running.counts, today.player, today.counts)
    np.add.at(running.expected, today.player, rates[today.group] * today.environment[:, None])


def _likelihood(seen: Appearances, learned: Shrinkage, players: int) -> Floats:
    shape, mean = walk(seen, learned, players)
    return np.asarray(negative_binomial_log(seen.counts, shape, mean).sum(axis=0), dtype=np.float64)


def _sums(seen: Appearances, index: Ints, size: int) -> tuple[Floats, Floats]:
    counts, exposure = np.zeros((size, len(STATS))), np.zeros((size, 1))
    np.add.at(counts, index, seen.counts)
    np.add.at(exposure, index, seen.environment[:, None])
    return counts, exposure


def _rate(counts: Floats, exposure: Floats, prior: Floats, weight: float) -> Floats:
    return np.asarray((counts + prior * weight) / (exposure + weight), dtype=np.float64)
