"""A bank of Gaussian rating models that differ only in their assumptions, updated together.

Each member of the bank holds the joint posterior of all ratings (team strengths, home ice, rest) as a mean and a
covariance: a linear-Gaussian state space, of which a game observes one linear combination through some likelihood
(ordered logit, Poisson). The update is the exact one for that combination with its posterior replaced by the Gaussian
at its mode (an extended Kalman filter with a Laplace step). Source: Fahrmeir and Tutz, Multivariate Statistical
Modelling Based on Generalized Linear Models, 2nd ed., ch. 8; for teams' results
Knorr-Held (2000), Glickman (2001).

Members are averaged by how well each predicted the results so far (Bayesian model averaging), so that how far teams lie
apart, how fast they drift and how much of last season counts are learned from the league, day by day, never tuned.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from ml.arrays import Floats, Ints, softmax
from ml.results import Games

DRIFT_DAYS: Final = 182.0
"""Days to which a drift share refers: one professional regular season."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The grid of assumptions: every combination is one member.

    `spreads` are prior standard deviations of a team's rating; `drifts` the shares of a rating's variance that are
    renewed within `DRIFT_DAYS`; `carries` the correlation of a rating between one season's end and the next's start.
    """

    spreads: tuple[float, ...]
    drifts: tuple[float, ...]
    carries: tuple[float, ...]

    def columns(self) -> tuple[Floats, Floats, Floats]:
        """Spread, drift and carry of each member."""
        grid = np.array(list(product(self.spreads, self.drifts, self.carries)), dtype=np.float64)
        return grid[:, 0], grid[:, 1], grid[:, 2]


@dataclass(frozen=True, slots=True)
class View:
    """What each member believes of one linear combination of ratings: mean, variance, covariance with all ratings."""

    mean: Floats
    variance: Floats
    reach: Floats


class RatingBank:
    """The members' posteriors: `mean` (members, ratings), `cov` (members, ratings, ratings), log weights.

    The first `strengths` ratings belong to teams, drift, and are pulled together between seasons; the rest are
    constants of the league.
    """

    def __init__(self, assumptions: Assumptions, strengths: int, constants: tuple[tuple[float, float], ...]) -> None:
        """`constants` are prior mean and standard deviation of each rating after the team strengths."""
        self.spread, self.drift, self.carry = assumptions.columns()
        self.strengths = strengths
        members, size = len(self.spread), strengths + len(constants)
        self.mean = np.zeros((members, size))
        self.mean[:, strengths:] = [mean for mean, _ in constants]
        self.cov = np.zeros((members, size, size))
        teams = np.arange(strengths)
        self.cov[:, teams, teams] = (self.spread**2)[:, None]
        rest = np.arange(strengths, size)
        self.cov[:, rest, rest] = [sd**2 for _, sd in constants]
        self.log_weight = np.zeros(members)

    @property
    def weights(self) -> Floats:
        """How much each member is believed; sums to one."""
        return softmax(self.log_weight)

    def view(self, slots: Ints, factors: Floats) -> View:
        """The belief about the sum of `factors` times the ratings in `slots`."""
        reach = self.cov[:, :, slots] @ factors
        return View(self.mean[:, slots] @ factors, reach[:, slots] @ factors, reach)

    def learn(self, seen: View, mode: Floats, variance: Floats) -> None:
        """Replace the belief about a viewed combination by (mode, variance), and all ratings with it."""
        gain = seen.reach / seen.variance[:, None]
        self.mean += gain * (mode - seen.mean)[:, None]
        self.cov -= gain[:, :, None] * gain[:, None, :] * (seen.variance - variance)[:, None, None]

    def pass_days(self, days: int) -> None:
        """Let strengths drift for so many days: towards the league's mean, with new variance in its place."""
        if days > 0:
            self._renew((1.0 - self.drift) ** (days / DRIFT_DAYS))

    def start_season(self) -> None:
        """Carry strengths over a summer."""
        self._renew(self.carry)

    def copy(self) -> "RatingBank":
        """A bank of its own with the same beliefs."""
        twin = copy(self)
        twin.mean, twin.cov, twin.log_weight = self.mean.copy(), self.cov.copy(), self.log_weight.copy()
        return twin

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays."""
        grid = np.column_stack([self.spread, self.drift, self.carry])
        return {"mean": self.mean, "cov": self.cov, "log_weight": self.log_weight, "assumptions": grid}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: it was learned under other assumptions, or for other teams.
        """
        mine = self.state()
        if not np.array_equal(state["assumptions"], mine["assumptions"]) or state["mean"].shape != self.mean.shape:
            raise ValueError("the ratings were learned under other assumptions")
        self.mean, self.cov, self.log_weight = (state[name].copy() for name in ("mean", "cov", "log_weight"))

    def _renew(self, keep: Floats) -> None:
        n = self.strengths
        self.mean[:, :n] *= keep[:, None]
        self.cov[:, :n, :] *= keep[:, None, None]
        self.cov[:, :, :n] *= keep[:, None, None]
        teams = np.arange(n)
        self.cov[:, teams, teams] += ((1.0 - keep**2) * self.spread**2)[:, None]


class Calendar:
    """What day and season the ratings stand at, and when each team last played. Knows only games already learned."""

    def __init__(self, teams: int) -> None:
        self.day = 0
        self.season = -1
        self.last_played = np.full(teams, -(10**6), dtype=np.int64)

    def age(self, bank: RatingBank, games: Games) -> None:
        """Bring the ratings from where they stand to the day of these games, which all lie on one day."""
        if int(games.season.max()) > self.season >= 0:
            bank.start_season()
        elif self.day:
            bank.pass_days(int(games.day[0]) - self.day)

    def ahead(self, bank: RatingBank, games: Games) -> RatingBank:
        """The ratings as they are expected on the day of these games; `bank` itself stays as it is."""
        twin = bank.copy()
        self.age(twin, games)
        return twin

    def note(self, games: Games) -> None:
        """Remember what day it is and who played."""
        self.day, self.season = max(int(games.day[0]), self.day), max(int(games.season.max()), self.season)
        self.last_played[games.home] = games.day
        self.last_played[games.away] = games.day

    def state(self) -> dict[str, Floats]:
        """Where the calendar stands, as arrays."""
        now = np.array([self.day, self.season], dtype=np.float64)
        return {"now": now, "last_played": self.last_played.astype(np.float64)}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
        self.day, self.season = (int(x) for x in state["now"])
        self.last_played = state["last_played"].astype(np.int64)

    def tired(self, games: Games) -> Floats:
        """Per game: 1 when only the home side played the day before, -1 when only the away side did, else 0."""
        home = self.last_played[games.home] == games.day - 1
        away = self.last_played[games.away] == games.day - 1
        return np.asarray(home, dtype=np.float64) - np.asarray(away, dtype=np.float64)
