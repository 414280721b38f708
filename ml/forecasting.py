"""Walk-forward evaluation: every game is predicted from the days before it, and from nothing else."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import numpy as np

from ml.arrays import Floats, softmax
from ml.baselines import BaseRate, PlainElo
from ml.goals_model import GoalsModel
from ml.margin_model import MarginModel
from ml.results import Games

SHARES: Final = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""Shares of the second forecast in the mixtures of a blend."""
_LEAST: Final = 1e-12


class Forecaster(Protocol):
    """Predicts games of a day, then learns that day's results. Days come in order."""

    def predict(self, games: Games) -> Floats:
        """Probabilities of (home, tie, away) per game, without looking at its goals."""
        ...

    def learn(self, games: Games) -> None:
        """Take in the results of one day's games."""
        ...


class Blend:
    """Two forecasts mixed in log odds (a geometric mean made to sum to one), in proportions learned as results come.

    Five mixtures, from all first to all second, are kept; the forecast is their average, each weighted by the
    likelihood of the outcomes so far under it. All start equal.
    """

    name = "blend"

    def __init__(self, first: Forecaster, second: Forecaster) -> None:
        self.first, self.second = first, second
        self.log_weight = np.zeros(len(SHARES))

    def predict(self, games: Games) -> Floats:
        """Probabilities of (home, tie, away)."""
        return np.asarray(np.tensordot(softmax(self.log_weight), self._mixtures(games), axes=1), dtype=np.float64)

    def learn(self, games: Games) -> None:
        """Weigh the mixtures by how they did, then let both parts learn."""
        chances = self._mixtures(hidden(games))[:, np.arange(len(games)), games.outcome]
        self.log_weight += np.log(np.maximum(chances, _LEAST)).sum(axis=1)
        self.first.learn(games)
        self.second.learn(games)

    def _mixtures(self, games: Games) -> Floats:
        """Each mixture's probabilities: shape (mixtures, games, 3)."""
        logs = [np.log(np.maximum(part.predict(games), _LEAST)) for part in (self.first, self.second)]
        share = SHARES[:, None, None]
        chances = np.exp((1.0 - share) * logs[0] + share * logs[1])
        return np.asarray(chances / chances.sum(axis=2, keepdims=True), dtype=np.float64)


def walk_forward(games: Games, forecaster: Forecaster) -> Floats:
    """The forecaster's probabilities (games, 3) for played games, each from earlier days only."""
    forecast = np.empty((len(games), 3))
    for day in games.days():
        today = games.take(day)
        forecast[day] = forecaster.predict(hidden(today))
        forecaster.learn(today)
    return forecast


def hidden(games: Games) -> Games:
    """The same games without their results."""
    unknown = np.full(len(games), -1, dtype=np.int64)
    return Games(games.teams, games.day, games.season, games.home, games.away, unknown, unknown)


BASELINES: Mapping[str, Callable[[int], Forecaster]] = {"base_rate": lambda _teams: BaseRate(), "elo": PlainElo}
CANDIDATES: Mapping[str, Callable[[int], Forecaster]] = {
    "margin": MarginModel,
    "goals": GoalsModel,
    "blend": lambda teams: Blend(MarginModel(teams), GoalsModel(teams)),
    "elo_margin": lambda teams: PlainElo(teams, by_margin=True),
}
METHOD: Final = "blend"
"""The candidate that stands for `game_outcome`; docs/models.md has the comparison."""
