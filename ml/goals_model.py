"""Expected goals of both sides: Poisson goals on drifting attack and defence strengths.

    log rate of a side = league level +- home ice + own attack - opponent's defence + rest

The winner's goals are counted less one times the probability that the game was level after regulation, since a win by
one in a league without ties is often an overtime or shootout goal, which the totals include. Outcome probabilities
are those of two Poisson counts over the posterior of the rates, with the level share scaled to the league's own
(as Dixon and Coles correct low scores); where the league has no ties it goes to the sides, half by strength, half
evenly, since overtime and shootouts are closer to a coin flip than regulation.

Sources: Maher (1982), Modelling association football scores, Statistica Neerlandica 36; Dixon and Coles (1997),
Modelling association football scores and inefficiencies in the betting market, Applied Statistics 46.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ml.arrays import AWAY, HOME, TIE, Floats, Ints
from ml.ratings import Assumptions, Calendar, RatingBank, View
from ml.results import Games
from ml.ties import TieRate

ASSUMPTIONS: Final = Assumptions(spreads=(0.04, 0.06, 0.085, 0.12, 0.2, 0.35), drifts=(0.0, 0.2), carries=(0.7,))
LEVEL: Final = (1.1, 0.5)
"""Prior of the log of a side's goals: 3 per game, between 1.1 and 8 at two standard deviations."""
HOME_ICE: Final = (0.04, 0.04)
REST: Final = (-0.03, 0.02)
"""Prior effects on a side's log rate; the other side gets the opposite."""
_MOST: Final = 25
_COUNTS: Final = np.arange(_MOST + 1)
_LOG_FACTORIALS: Final = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, _MOST + 1)))])
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_PRIOR_TIES: Final = 15.0
_NEWTON_STEPS: Final = 5
_Z90: Final = 1.645


@dataclass(frozen=True, slots=True)
class Rates:
    """Beliefs about both sides' log rates in one game: each side's view, and members' covariance of the two."""

    home: View
    away: View
    covariance: Floats


class GoalsModel:
    """Expected goals, and outcome probabilities from them. Learns day by day."""

    name = "goals"

    def __init__(self, teams: int, assumptions: Assumptions = ASSUMPTIONS) -> None:
        self.teams = teams
        self.bank = RatingBank(assumptions, 2 * teams, (LEVEL, HOME_ICE, REST))
        self.calendar = Calendar(teams)
        self.ties = TieRate()
        self.expected_ties = 0.0

    def predict(self, games: Games) -> Floats:
        """Probabilities of (home, tie, away) for games of one day, not before the last one learned."""
        bank, weights = self.calendar.ahead(self.bank, games), self.bank.weights
        scale = self._tie_scale()
        raw = np.array([weights @ self._races(self._rates(bank, games, row))[:, :3] for row in range(len(games))])
        return self._share_ties(raw.reshape(-1, 3), scale)

    def expected_goals(self, games: Games) -> Floats:
        """Mean goals (home, away) per game of one day."""
        bank, weights = self.calendar.ahead(self.bank, games), self.bank.weights
        rates = [self._rates(bank, games, row) for row in range(len(games))]
        means = [[weights @ np.exp(v.mean + v.variance / 2.0) for v in (r.home, r.away)] for r in rates]
        return np.array(means, dtype=np.float64).reshape(-1, 2)

    def goals_interval(self, games: Games) -> Floats:
        """The central 90 % of the belief about both sides' mean goals: shape (games, 2, 2), low and high last."""
        bank, weights = self.calendar.ahead(self.bank, games), self.bank.weights
        rates = [self._rates(bank, games, row) for row in range(len(games))]
        return np.array([[_interval(weights, view) for view in (r.home, r.away)] for r in rates]).reshape(-1, 2, 2)

    def learn(self, games: Games) -> None:
        """Take in the results of one day."""
        self.calendar.age(self.bank, games)
        weights = self.bank.weights
        races = [self._races(self._rates(self.bank, games, row)) for row in range(len(games))]
        for row, race in enumerate(races):
            self._learn_goals(games, row, _overtime_share(race) * (1.0 - self.ties.allowed))
        self.expected_ties += float(sum(weights @ race[:, TIE] for race in races))
        self.ties.note(int((games.outcome == TIE).sum()), len(games))
        self.calendar.note(games)

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays."""
        counts = np.array([self.ties.ties, self.ties.games, self.expected_ties], dtype=np.float64)
        return {"counts": counts, **self.bank.state(), **self.calendar.state()}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
        self.bank.restore(state)
        self.calendar.restore(state)
        self.ties = TieRate(int(state["counts"][0]), int(state["counts"][1]))
        self.expected_ties = float(state["counts"][2])

    def _tie_scale(self) -> float:
        """How much more often games end level than two Poisson counts would; 1 until the league says otherwise."""
        if not self.ties.ties:
            return 1.0
        return (self.ties.ties + _PRIOR_TIES) / (self.expected_ties + _PRIOR_TIES)

    def _share_ties(self, raw: Floats, scale: float) -> Floats:
        level = raw[:, TIE] * scale * self.ties.allowed
        regulation = raw[:, HOME] / (raw[:, HOME] + raw[:, AWAY])
        # of games level after regulation: half by strength, half evenly
        overtime = raw[:, TIE] * (1.0 - self.ties.allowed)
        home = raw[:, HOME] + overtime * (0.25 + 0.5 * regulation)
        away = raw[:, AWAY] + overtime * (0.75 - 0.5 * regulation)
        rest = (1.0 - level) / (home + away)
        return np.column_stack([home * rest, level, away * rest])

    def _slots(self, games: Games, row: int, *, home: bool) -> tuple[Ints, Floats]:
        own, other = (games.home[row], games.away[row]) if home else (games.away[row], games.home[row])
        side = 1.0 if home else -1.0
        tired = float(self.calendar.tired(games.take(slice(row, row + 1)))[0])
        n = 2 * self.teams
        return np.array([own, self.teams + other, n, n + 1, n + 2]), np.array([1.0, -1.0, 1.0, side, side * tired])

    def _rates(self, bank: RatingBank, games: Games, row: int) -> Rates:
        slots, factors = self._slots(games, row, home=True)
        other_slots, other_factors = self._slots(games, row, home=False)
        home = bank.view(slots, factors)
        return Rates(home, bank.view(other_slots, other_factors), home.reach[:, other_slots] @ other_factors)

    def _races(self, rates: Rates) -> Floats:
        """Per member: probability of home win, level, away win after regulation, and of a one-goal margin."""
        spread = np.sqrt(np.maximum(rates.home.variance + rates.away.variance - 2.0 * rates.covariance, 1e-12))
        middle = ((rates.home.mean + rates.away.mean) / 2.0)[:, None]
        half = ((rates.home.mean - rates.away.mean)[:, None] + spread[:, None] * _NODES) / 2.0
        chances = race(np.exp(middle + half), np.exp(middle - half))
        return np.asarray(np.tensordot(chances, _NODE_WEIGHTS / _NODE_WEIGHTS.sum(), axes=(1, 0)), dtype=np.float64)

    def _learn_goals(self, games: Games, row: int, overtime: Floats) -> None:
        margin = int(games.home_goals[row] - games.away_goals[row])
        for home in (True, False):
            goals = float(games.home_goals[row] if home else games.away_goals[row])
            won_by_one = margin == (1 if home else -1)
            self._learn_count(self._slots(games, row, home=home), goals - overtime * won_by_one)

    def _learn_count(self, combination: tuple[Ints, Floats], goals: Floats) -> None:
        seen = self.bank.view(*combination)
        mode = seen.mean.copy()
        for _ in range(_NEWTON_STEPS):
            rate = np.exp(mode)
            step = (goals - rate - (mode - seen.mean) / seen.variance) / (rate + 1.0 / seen.variance)
            mode += np.clip(step, -1.0, 1.0)  # a wild score must not throw the search off
        variance = 1.0 / (np.exp(mode) + 1.0 / seen.variance)
        fit = goals * mode - np.exp(mode) - (mode - seen.mean) ** 2 / (2.0 * seen.variance)
        self.bank.log_weight += fit + np.log(variance / seen.variance) / 2.0
        self.bank.learn(seen, mode, variance)


def poisson(mean: Floats) -> Floats:
    """Probabilities of the counts 0 to 25 for each mean, along a last axis."""
    rate = np.maximum(mean, 1e-300)[..., None]
    return np.asarray(np.exp(_COUNTS * np.log(rate) - rate - _LOG_FACTORIALS), dtype=np.float64)


def race(home: Floats, away: Floats) -> Floats:
    """Two independent Poisson counts with these means: P(home more), P(level), P(away more), P(margin of one).

    Counts above 25 are left out. The result has the means' shape plus a last axis of four.
    """
    p, q = poisson(home), poisson(away)
    level = (p * q).sum(axis=-1)
    more = (p * (np.cumsum(q, axis=-1) - q)).sum(axis=-1)
    fewer = (q * (np.cumsum(p, axis=-1) - p)).sum(axis=-1)
    one = (p[..., 1:] * q[..., :-1]).sum(axis=-1) + (p[..., :-1] * q[..., 1:]).sum(axis=-1)
    return np.stack([more, level, fewer, one], axis=-1)


def _interval(weights: Floats, seen: View) -> tuple[float, float]:
    """Of the members' mixture of log-normal rates, taken as one log-normal of its mean and variance."""
    mean = float(weights @ seen.mean)
    deviation = float(weights @ (seen.variance + (seen.mean - mean) ** 2)) ** 0.5
    return float(np.exp(mean - _Z90 * deviation)), float(np.exp(mean + _Z90 * deviation))


def _overtime_share(chances: Floats) -> Floats:
    """Per member: probability that a game won by one goal was level after regulation."""
    level, one = chances[:, 1], chances[:, 3]
    return np.asarray(level / (level + one), dtype=np.float64)
