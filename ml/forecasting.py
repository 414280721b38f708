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

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays."""
        ...

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
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
        return self.average(self.mixtures(games))

    def learn(self, games: Games) -> None:
        """Weigh the mixtures by how they did, then let both parts learn."""
        self.learn_from(games, self.mixtures(hidden(games)))

    def average(self, mixtures: Floats) -> Floats:
        """The forecast that these mixtures make."""
        return np.asarray(np.tensordot(softmax(self.log_weight), mixtures, axes=1), dtype=np.float64)

    def learn_from(self, games: Games, mixtures: Floats) -> None:
        """Learn from a day whose mixtures are known already."""
        chances = mixtures[:, np.arange(len(games)), games.outcome]
        self.log_weight += np.log(np.maximum(chances, _LEAST)).sum(axis=1)
        self.first.learn(games)
        self.second.learn(games)

    def state(self) -> dict[str, Floats]:
        """What has been learned, as arrays: the parts' own under `first.` and `second.`."""
        parts = {f"{name}.{key}": value for name, part in self._parts() for key, value in part.state().items()}
        return {"log_weight": self.log_weight, **parts}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Take over what `state` gave."""
        self.log_weight = state["log_weight"].copy()
        for name, part in self._parts():
            part.restore({k.removeprefix(f"{name}."): v for k, v in state.items() if k.startswith(f"{name}.")})

    def _parts(self) -> tuple[tuple[str, Forecaster], ...]:
        return ("first", self.first), ("second", self.second)

    def mixtures(self, games: Games) -> Floats:
        """Each mixture's probabilities, from all first to all second: shape (mixtures, games, 3)."""
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


def walk_all(games: Games) -> tuple[dict[str, Forecaster], dict[str, Floats]]:
    """Every baseline and candidate after all these games, with its forecasts; the parts of the blend run once."""
    teams = len(games.teams)
    blend = Blend(MarginModel(teams), GoalsModel(teams))
    forecasts = {name: np.empty((len(games), 3)) for name in ("margin", "goals", METHOD)}
    for day in games.days():
        today = games.take(day)
        mixtures = blend.mixtures(hidden(today))
        forecasts["margin"][day], forecasts["goals"][day] = mixtures[0], mixtures[-1]
        forecasts[METHOD][day] = blend.average(mixtures)
        blend.learn_from(today, mixtures)
    forecasters: dict[str, Forecaster] = {"margin": blend.first, "goals": blend.second, METHOD: blend}
    for name in (*BASELINES, *(c for c in CANDIDATES if c not in forecasters)):
        forecasters[name] = {**BASELINES, **CANDIDATES}[name](teams)
        forecasts[name] = walk_forward(games, forecasters[name])
    return forecasters, forecasts


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
