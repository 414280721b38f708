"""The outcome model: an ordered logit of the goal margin on drifting team strengths.

The margin, home minus away, falls into one of the classes -6 or worse, ..., -1, 0, 1, ..., 6 or better. A game's
latent advantage is

    home strength - away strength + home ice + rest

in logits; the margin class is where advantage plus standard logistic noise falls between cut points. So a win by one,
often an overtime or an empty-net affair, says little more than that a game was close, a win by four says more, and a
win by eight no more than one by six. The cut points follow the league's own margins so far. Without ties the middle
class has no width, and the model is a logistic regression for the winner that also learns from margins.

Sources: Goddard (2005), Regression models for forecasting goals and match results, Int. J. Forecasting 21;
Koning (2000), Balance in competition in Dutch soccer, The Statistician 49. The filter is described in `ml.ratings`.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ml.arrays import Floats, logistic
from ml.ratings import Assumptions, Calendar, RatingBank, View
from ml.results import Games
from ml.ties import TieRate

ASSUMPTIONS: Final = Assumptions(
    spreads=(0.06, 0.1, 0.16, 0.25, 0.4, 0.65, 1.0),  # logits: from near parity to recreational disparity
    drifts=(0.0, 0.15, 0.4),
    carries=(0.4, 0.85),
)
HOME_ICE: Final = (0.15, 0.1)
"""Prior of home ice in logits: a level home side wins 53.7 % (48.8 to 58.6 % at two standard deviations)."""
REST: Final = (-0.12, 0.08)
"""Prior of playing the second day in a row against a rested side, in logits: three percentage points of winning.
Source: arcticicehockey.com, Impact of back-to-back games (2012): 2.5 wins per 82 games."""
WIDEST: Final = 6
"""Margins beyond this count as this: blowouts say no more."""
_PRIOR_GAMES: Final = 20.0
_PRIOR_DECAY: Final = 0.65
"""Before any game, a margin of k + 1 is 0.65 times as frequent as one of k, worth 20 games of evidence."""
_FAR: Final = 60.0
_NEWTON_STEPS: Final = 4


def _spread_out(variance: Floats) -> Floats:
    """How much a normal spread of the argument flattens the logistic curve (MacKay 1992): E s(x) = s(mean / this)."""
    return np.asarray(np.sqrt(1.0 + np.pi / 8.0 * variance), dtype=np.float64)


class MarginModel:
    """Outcome probabilities from margins. Learns day by day; predicts from what it has learned."""

    name = "margin"

    def __init__(self, teams: int, assumptions: Assumptions = ASSUMPTIONS) -> None:
        self.teams = teams
        self.bank = RatingBank(assumptions, teams, (HOME_ICE, REST))
        self.calendar = Calendar(teams)
        self.ties = TieRate()
        prior = _PRIOR_DECAY ** np.arange(WIDEST, dtype=np.float64)
        prior[-1] /= 1.0 - _PRIOR_DECAY
        self.margins = _PRIOR_GAMES * prior / prior.sum()  # decided games by margin 1, 2, ..., WIDEST and more
        self.advantage_sq = 2.0 * self.bank.spread**2  # mean square of predicted advantages, per member
        self.advantages = 10.0

    def predict(self, games: Games) -> Floats:
        """Probabilities of (home, tie, away) for games of one day, not before the last one learned."""
        bank = self.calendar.ahead(self.bank, games)
        level = self._cuts()[0]
        return np.array([self._outcome(view, level) for view in self._views(bank, games)]).reshape(-1, 3)

    def learn(self, games: Games) -> None:
        """Take in the results of one day."""
        self.calendar.age(self.bank, games)
        cuts = self._cuts()
        views = self._views(self.bank, games)
        squares = sum((v.mean**2 + v.variance for v in views), np.zeros_like(self.advantage_sq))
        for row, margin in enumerate(games.home_goals - games.away_goals):
            self._learn_margin(self._view(self.bank, games, row), int(np.clip(margin, -WIDEST, WIDEST)), cuts)
        self.advantage_sq = (self.advantage_sq * self.advantages + squares) / (self.advantages + len(games))
        self.advantages += len(games)
        width = np.abs(games.home_goals - games.away_goals)
        np.add.at(self.margins, np.clip(width[width > 0], 1, WIDEST) - 1, 1.0)
        self.ties.note(int((width == 0).sum()), len(games))
        self.calendar.note(games)

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays."""
        counts = np.array([self.ties.ties, self.ties.games, self.advantages], dtype=np.float64)
        own = {"counts": counts, "margins": self.margins, "advantage_sq": self.advantage_sq}
        return {**own, **self.bank.state(), **self.calendar.state()}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
        self.bank.restore(state)
        self.calendar.restore(state)
        self.ties = TieRate(int(state["counts"][0]), int(state["counts"][1]))
        self.advantages = float(state["counts"][2])
        self.margins, self.advantage_sq = state["margins"].copy(), state["advantage_sq"].copy()

    def strengths(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each team's strength in logits, over the whole bank."""
        weights = self.bank.weights[:, None]
        means = self.bank.mean[:, : self.teams]
        variances = np.diagonal(self.bank.cov, axis1=1, axis2=2)[:, : self.teams]
        mean = (weights * means).sum(axis=0)
        return mean, np.sqrt((weights * (variances + (means - mean) ** 2)).sum(axis=0))

    def tie_width(self) -> Floats:
        """Half the width of the class of level games, per member, in logits."""
        return np.asarray(self._cuts()[0], dtype=np.float64)

    def chance_interval(self, games: Games, coverage: float = 0.9) -> tuple[float, float]:
        """The central interval of the belief about the home side's win probability in the first of these games."""
        seen = self._view(self.calendar.ahead(self.bank, games), games, 0)
        spots = np.linspace(-3.5, 3.5, 141)
        chances = logistic(seen.mean[:, None] + np.sqrt(seen.variance)[:, None] * spots - self._cuts()[0][:, None])
        density = np.exp(-(spots**2) / 2.0)
        mass = (self.bank.weights[:, None] * density / density.sum()).ravel()
        order = np.argsort(chances, axis=None)
        total = np.cumsum(mass[order])
        tail = (1.0 - coverage) / 2.0
        low, high = np.searchsorted(total, [tail, 1.0 - tail])
        return float(chances.ravel()[order[low]]), float(chances.ravel()[order[min(high, len(order) - 1)]])

    def _view(self, bank: RatingBank, games: Games, row: int) -> View:
        slots = np.array([games.home[row], games.away[row], self.teams, self.teams + 1])
        tired = self.calendar.tired(games.take(slice(row, row + 1)))[0]
        return bank.view(slots, np.array([1.0, -1.0, 1.0, tired]))

    def _views(self, bank: RatingBank, games: Games) -> list[View]:
        return [self._view(bank, games, row) for row in range(len(games))]

    def _outcome(self, seen: View, level: Floats) -> Floats:
        flat = _spread_out(seen.variance)
        weights = self.bank.weights
        home = float(weights @ logistic((seen.mean - level) / flat))
        away = float(weights @ logistic((-seen.mean - level) / flat))
        return np.array([home, 1.0 - home - away, away])

    def _cuts(self) -> Floats:
        """Upper cut point of |margin| = 0, 1, ..., WIDEST for each member: shape (WIDEST + 1, members).

        Chosen so that over games with the advantages seen so far, the model gives the league's shares of margins.
        """
        tie = self.ties.share
        decided = self.margins / self.margins.sum() * (1.0 - tie)
        at_least = np.cumsum(decided[::-1])[::-1]  # share of |margin| >= 1, 2, ...
        standard = -np.log(at_least / 2.0 / (1.0 - at_least / 2.0))
        flat = _spread_out(self.advantage_sq)
        return np.vstack([standard[:, None] * flat, np.full(len(flat), _FAR)])

    def _learn_margin(self, seen: View, margin: int, cuts: Floats) -> None:
        low, high = _interval(margin, cuts)
        flat = _spread_out(seen.variance)
        likelihood = logistic((high - seen.mean) / flat) - logistic((low - seen.mean) / flat)
        self.bank.log_weight += np.log(np.maximum(likelihood, 1e-12))
        mode = seen.mean.copy()
        for _ in range(_NEWTON_STEPS):
            above, below = logistic(high - mode), logistic(low - mode)
            slope = above + below - 1.0 - (mode - seen.mean) / seen.variance
            mode += slope / (above * (1.0 - above) + below * (1.0 - below) + 1.0 / seen.variance)
        above, below = logistic(high - mode), logistic(low - mode)
        self.bank.learn(seen, mode, 1.0 / (above * (1.0 - above) + below * (1.0 - below) + 1.0 / seen.variance))


def _interval(margin: int, cuts: Floats) -> tuple[Floats, Floats]:
    """The interval of the noisy advantage that gives this margin."""
    width = abs(margin)
    if width == 0:
        return -cuts[0], cuts[0]
    if margin > 0:
        return cuts[width - 1], cuts[width]
    return -cuts[width], -cuts[width - 1]
