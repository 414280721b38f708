"""What a prediction has to beat: the base rate so far and plain Elo. Also Elo with margins, as a candidate."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ml.arrays import HOME, TIE, Floats
from ml.results import Games

SCALE: Final = 400.0 / np.log(10.0)
"""Elo points per logit."""
PLAIN_FACTORS: Final = (6.0, 10.0, 20.0, 40.0)
"""K-factors of plain Elo; it uses the one that predicted best so far, so that the baseline is not weak by a bad K."""
_SEASON_CARRY: Final = 0.7


class BaseRate:
    """The league's shares of home wins, ties and away wins so far, each counted once more."""

    name = "base_rate"

    def __init__(self) -> None:
        self.counts = np.ones(3)

    def predict(self, games: Games) -> Floats:
        """The same three probabilities for every game."""
        return np.tile(self.counts / self.counts.sum(), (len(games), 1))

    def learn(self, games: Games) -> None:
        """Count outcomes."""
        self.counts += np.bincount(games.outcome, minlength=3)

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays."""
        return {"counts": self.counts}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
        self.counts = state["counts"].copy()


class PlainElo:
    """Elo with wins, ties and losses only; home ice is the league's own home share so far.

    All start at the same rating; expected score E = 1 / (1 + 10^(-(difference + home) / 400)), change K (score - E).
    Ratings keep 70 % of their distance from the mean over a summer. Ties get their share so far,
    one game of each outcome counted in advance.
    """

    name = "elo"

    def __init__(self, teams: int, factors: tuple[float, ...] = PLAIN_FACTORS, *, by_margin: bool = False) -> None:
        self.factors = np.array(factors)
        self.by_margin = by_margin
        self.rating = np.zeros((len(factors), teams))
        self.loss = np.zeros(len(factors))
        self.home_score, self.ties, self.games = 1.0, 0, 0
        self.season = -1

    def predict(self, games: Games) -> Floats:
        """Probabilities of (home, tie, away), by the K-factor with the least loss so far."""
        score = self._expected(games)[int(np.argmin(self.loss))]
        tie = (self.ties + 1.0) / (self.games + 3.0)
        return np.column_stack([score * (1.0 - tie), np.full(len(games), tie), (1.0 - score) * (1.0 - tie)])

    def learn(self, games: Games) -> None:
        """Move ratings by one day's results."""
        self._start_season(int(games.season.max()))
        expected = self._expected(games)
        score = np.where(games.outcome == HOME, 1.0, np.where(games.outcome == TIE, 0.5, 0.0))
        self.loss -= (score * np.log(expected) + (1.0 - score) * np.log(1.0 - expected)).sum(axis=1)
        step = self.factors[:, None] / SCALE * (score - expected) * self._weight(games, expected)
        rows = np.arange(len(self.factors))[:, None]
        np.add.at(self.rating, (rows, games.home), step)
        np.add.at(self.rating, (rows, games.away), -step)
        self.home_score += float(score.sum())
        self.ties += int((games.outcome == TIE).sum())
        self.games += len(games)

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays."""
        counts = np.array([self.home_score, self.ties, self.games, self.season], dtype=np.float64)
        return {"counts": counts, "rating": self.rating, "loss": self.loss}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
        self.rating, self.loss = state["rating"].copy(), state["loss"].copy()
        self.home_score = float(state["counts"][0])
        self.ties, self.games, self.season = (int(x) for x in state["counts"][1:])

    def _start_season(self, season: int) -> None:
        if season > self.season >= 0:
            self.rating *= _SEASON_CARRY
        self.season = max(season, self.season)

    def _expected(self, games: Games) -> Floats:
        share = self.home_score / (self.games + 2.0)
        home_ice = np.log(share / (1.0 - share))
        difference = self.rating[:, games.home] - self.rating[:, games.away] + home_ice
        return np.asarray(1.0 / (1.0 + np.exp(-difference)), dtype=np.float64)

    def _weight(self, games: Games, expected: Floats) -> Floats:
        """Weight by margin, less where the winner was the favourite (FiveThirtyEight's NHL Elo); 1 for plain Elo."""
        if not self.by_margin:
            return np.ones_like(expected)
        margin = games.home_goals - games.away_goals
        favoured = SCALE * np.log(expected / (1.0 - expected)) * np.sign(margin)
        size = 0.6686 * np.log(np.maximum(np.abs(margin), 1)) + 0.8048
        return np.asarray(size * 2.05 / (favoured * 0.001 + 2.05), dtype=np.float64)
