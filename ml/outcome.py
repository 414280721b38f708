"""`game_outcome`: home, tie and away probability, and expected goals of each side.

Training walks forward over all results and keeps the blend, which did best on simulated leagues, unless another
candidate's log loss is lower by more than a standard error, or the blend does not beat both baselines and another is
better. If that one does not beat both either, the better baseline is published, and says so.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from ml.arrays import AWAY, HOME, TIE, Floats
from ml.artifact import Trained
from ml.evaluation import Evaluation, evaluate
from ml.forecasting import BASELINES, CANDIDATES, METHOD, Forecaster, walk_all
from ml.goals_model import GoalsModel
from ml.league import League
from ml.margin_model import MarginModel
from ml.prediction import Answer, Region, measured
from ml.results import Games
from ml.scoring import league_outcomes

NAME: Final = "game_outcome"
FEATURES: Final = ("home_team_id", "away_team_id", "date", "results of all earlier games", "rest days", "season")
FEW_GAMES: Final = 5
"""Below this many games a team is hardly known."""
_MAKERS: Final = {**BASELINES, **CANDIDATES}


class Scheduled(msgspec.Struct, frozen=True):
    """A game still to play: teams by index, the day as an ordinal."""

    game_id: int
    day: int
    home: int
    away: int


class Parameters(msgspec.Struct, frozen=True):
    """What a prediction needs besides the arrays. `games_played` runs along `teams`; `last_day` is an ordinal."""

    teams: tuple[str, ...]
    team_names: tuple[str, ...]
    games_played: tuple[int, ...]
    last_day: int
    season: int
    has_ties: bool
    regions: tuple[Region, ...]
    scheduled: tuple[Scheduled, ...]


class Outcome:
    """The trained model: probabilities and expected goals for any fixture of the league's teams."""

    def __init__(self, method: str, parameters: Parameters, arrays: Mapping[str, Floats]) -> None:
        teams = len(parameters.teams)
        self.parameters = parameters
        self.forecaster = _MAKERS[method](teams)
        self.forecaster.restore(_under("outcome", arrays))
        self.goals = GoalsModel(teams)
        self.goals.restore(_under("goals", arrays))
        self.margin = MarginModel(teams)
        self.margin.restore(_under("margin", arrays))

    def fixture(self, home: int, away: int, day: int | None = None) -> Games:
        """One unplayed game; without a day, three days after the last result, when nobody is tired."""
        when = self.parameters.last_day + 3 if day is None else max(day, self.parameters.last_day)
        return _unplayed(self.parameters, [home], [away], [when])

    def fixtures(self, home: list[int], away: list[int], day: int) -> Games:
        """Several unplayed games of one day."""
        return _unplayed(self.parameters, home, away, [max(day, self.parameters.last_day)] * len(home))

    def probabilities(self, games: Games) -> Floats:
        """Home, tie and away probability per game of one day; the tie is 0 in a league without."""
        chances = self.forecaster.predict(games)
        if not self.parameters.has_ties:
            chances = league_outcomes(chances, np.array([HOME]))
        return chances

    def expected_goals(self, games: Games) -> Floats:
        """Mean goals of both sides per game of one day."""
        return self.goals.expected_goals(games)

    def interval(self, games: Games) -> tuple[float, float]:
        """The central 90 % of the belief about the home side's win probability in one game."""
        return self.margin.chance_interval(games)


def train(league: League) -> Trained:
    """Learn from all results; the evaluation is on the last two thirds of them, and on the last season alone."""
    played = league.games.played()
    forecasters, forecasts = walk_all(played)
    evaluation = _best(played, forecasts) if len(played) >= FEW_GAMES else None
    method = METHOD if evaluation is None else evaluation.method
    arrays = {
        **_over("outcome", forecasters[method]),
        **_over("margin", forecasters["margin"]),
        **_over("goals", forecasters["goals"]),
    }
    return Trained(
        method,
        _parameters(league, played, evaluation),
        arrays,
        FEATURES,
        {}
        if evaluation is None
        else {**evaluation.to_mapping(), "last_season": _last_season(played, forecasts, method)},
        _warnings(evaluation, method),
        method in BASELINES,
    )


def burn_in(games: Games) -> int:
    """Games learned from before scoring begins: the first third."""
    return len(games) // 3


def answer(model: Outcome, home: int, away: int, day: int | None = None) -> Answer:
    """One game: the headline is the home win, the confidence the measured hit rate of the likeliest outcome."""
    games = model.fixture(home, away, day)
    chances = model.probabilities(games)[0]
    low, high = model.interval(games)
    goals = model.expected_goals(games)[0]
    ranges = model.goals.goals_interval(games)[0]
    p = model.parameters
    few = [p.team_names[t] for t in (home, away) if p.games_played[t] < FEW_GAMES]
    return Answer(
        prediction=float(chances[HOME]),
        confidence=measured(p.regions, float(chances.max())),
        interval=(min(low, float(chances[HOME])), max(high, float(chances[HOME]))),
        details={
            "home_team": p.team_names[home],
            "away_team": p.team_names[away],
            "home_win": float(chances[HOME]),
            "tie": float(chances[TIE]),
            "away_win": float(chances[AWAY]),
            "expected_home_goals": float(goals[0]),
            "expected_away_goals": float(goals[1]),
            "expected_home_goals_interval": tuple(ranges[0].tolist()),
            "expected_away_goals_interval": tuple(ranges[1].tolist()),
            "favourite": ("home", "tie", "away")[int(chances.argmax())],
        },
        warnings=tuple(f"{name} has played fewer than {FEW_GAMES} games: mostly the prior speaks" for name in few),
    )


def _best(games: Games, forecasts: Mapping[str, Floats]) -> Evaluation:
    """The evaluation of the method to publish."""
    chosen = evaluate(games, forecasts, METHOD, burn_in(games))
    gaps = {name: rival.log_loss_minus_model for name, rival in chosen.candidates.items()}
    rival = min(gaps, key=gaps.__getitem__)
    clear = gaps[rival] < -chosen.candidates[rival].difference_standard_error
    if clear or (_ahead(chosen) and gaps[rival] < 0):
        chosen = evaluate(games, forecasts, rival, burn_in(games))
    ahead = _ahead(chosen)
    return evaluate(games, forecasts, min(ahead, key=ahead.__getitem__), burn_in(games)) if ahead else chosen


def _ahead(found: Evaluation) -> dict[str, float]:
    """The log losses of the baselines that the method does not beat."""
    return {name: b.score.log_loss for name, b in found.baselines.items() if b.log_loss_minus_model <= 0}


def _last_season(games: Games, forecasts: Mapping[str, Floats], method: str) -> dict[str, object]:
    """The score of the newest season that has results, against the baselines."""
    rows = np.flatnonzero(games.season == games.season[-1])
    newest = {name: forecast[rows] for name, forecast in forecasts.items()}
    found = evaluate(games.take(rows), newest, method, 0)
    return {
        "games": found.score.games,
        "log_loss": found.score.log_loss,
        "baselines": {name: rival.to_mapping() for name, rival in found.baselines.items()},
    }


def _warnings(evaluation: Evaluation | None, method: str) -> tuple[str, ...]:
    if evaluation is None:
        return (f"fewer than {FEW_GAMES} results: nothing could be evaluated, the prior speaks",)
    if method in BASELINES:
        return (f"no candidate beat the baselines on {evaluation.score.games} games: published is {method}",)
    return ()


def _parameters(league: League, played: Games, evaluation: Evaluation | None) -> Parameters:
    games = np.bincount(np.concatenate([played.home, played.away]), minlength=len(played.teams))
    regions = () if evaluation is None else evaluation.confidence
    return Parameters(
        teams=played.teams,
        team_names=tuple(league.team_names[team] for team in played.teams),
        games_played=tuple(games.tolist()),
        last_day=int(played.day[-1]) if len(played) else 1,
        season=int(league.games.season[-1]) if len(league.games) else 0,
        has_ties=bool((played.outcome == TIE).any()) or not len(played),
        regions=tuple(Region(b.low, b.high, b.games, b.predicted, b.observed) for b in regions),
        scheduled=_scheduled(league),
    )


def _scheduled(league: League) -> tuple[Scheduled, ...]:
    """The unplayed games of the newest season, playoffs included; older ones will not be played any more."""
    games = league.games
    left = np.flatnonzero((games.home_goals < 0) & (games.season == games.season.max(initial=0)))
    return tuple(
        Scheduled(league.game_ids[i], int(games.day[i]), int(games.home[i]), int(games.away[i])) for i in left.tolist()
    )


def _unplayed(parameters: Parameters, home: list[int], away: list[int], day: list[int]) -> Games:
    goals = np.full(len(home), -1, dtype=np.int64)
    season = np.full(len(home), parameters.season, dtype=np.int64)
    return Games(parameters.teams, np.array(day), season, np.array(home), np.array(away), goals, goals)


def _over(prefix: str, forecaster: Forecaster) -> dict[str, Floats]:
    return {f"{prefix}.{key}": value for key, value in forecaster.state().items()}


def _under(prefix: str, arrays: Mapping[str, Floats]) -> dict[str, Floats]:
    return {key.removeprefix(f"{prefix}."): value for key, value in arrays.items() if key.startswith(f"{prefix}.")}
