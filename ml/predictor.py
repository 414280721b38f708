"""Predictions from the trained models on disk, without their training: what a server calls.

Build a `Predictor` once per model version; it holds everything in memory. Any thread may ask it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

import msgspec

from ml import chemistry, goalies, in_game, outcome, scorers, season_odds, shot_quality, similarity
from ml.arrays import Floats
from ml.artifact import Artifact, load
from ml.errors import InvalidArtifact, UnknownName, near_matches
from ml.outcome import Outcome
from ml.prediction import Answer, Prediction
from ml.requests import (
    ExpectedGoalsRequest,
    GameOutcomeRequest,
    GoaliePerformanceRequest,
    GoalPredictionRequest,
    LineChemistryRequest,
    PlayoffProbabilityRequest,
    Request,
    SimilarPlayersRequest,
    WinProbabilityRequest,
)
from ml.season_simulation import SeasonOdds
from snapshot.layout import DataDir

_P = TypeVar("_P", bound=msgspec.Struct)
NAMES: Final = (
    outcome.NAME,
    in_game.NAME,
    season_odds.NAME,
    goalies.NAME,
    scorers.NAME,
    similarity.NAME,
    chemistry.NAME,
    shot_quality.NAME,
)
_MOST_ODDS: Final = 8
"""Numbers of simulations whose odds are kept; nearly everybody asks for the default one."""


@dataclass(frozen=True, slots=True)
class ScheduledGame:
    """A game still to play, with the prediction of its outcome."""

    game_id: int
    day: date
    home_team_id: str
    away_team_id: str
    prediction: Prediction


class Predictor:
    """All models of one training, ready to answer."""

    def __init__(self, artifact: Artifact, arrays: Mapping[str, Mapping[str, Floats]]) -> None:
        self.artifact = artifact
        entry = artifact.models[outcome.NAME]
        own = self._parameters(outcome.NAME, outcome.Parameters)
        self.outcome = Outcome(entry.method, own, arrays.get(outcome.NAME, {}))
        self.in_game = self._parameters(in_game.NAME, in_game.Parameters)
        self.season = self._parameters(season_odds.NAME, season_odds.Parameters)
        self.goalies = self._parameters(goalies.NAME, goalies.Parameters)
        self.scorers = self._parameters(scorers.NAME, scorers.Parameters)
        self.similarity = self._parameters(similarity.NAME, similarity.Parameters)
        self.chemistry = self._parameters(chemistry.NAME, chemistry.Parameters)
        self.shots = self._parameters(shot_quality.NAME, shot_quality.Parameters)
        self.odds: dict[int, SeasonOdds] = {}
        self.units = chemistry.units_of(dict(arrays.get(chemistry.NAME, {})))

    @classmethod
    def load(cls, data_dir: DataDir) -> "Predictor":
        """The current models of a data directory.

        Raises:
            NotTrained: there are none.
            InvalidArtifact: they were altered, are damaged, or are of another format version.
        """
        artifact, arrays = load(data_dir)
        try:
            return cls(artifact, arrays)
        except (KeyError, ValueError, msgspec.ValidationError) as error:
            raise InvalidArtifact(f"the trained models do not fit this version: train again ({error})") from error

    def predict(self, request: Request) -> Prediction:
        """Answer a request.

        Raises:
            UnknownName: a player or team that the models do not know, with near matches.
            TooLittleData: less evidence than the model's stated minimum.
        """
        answers: dict[type[object], Callable[..., Answer]] = {
            GameOutcomeRequest: self._game_outcome,
            WinProbabilityRequest: self._win_probability,
            PlayoffProbabilityRequest: self._playoff_probability,
            GoaliePerformanceRequest: self._goalie_performance,
            GoalPredictionRequest: self._goal_prediction,
            SimilarPlayersRequest: self._similar_players,
            LineChemistryRequest: self._line_chemistry,
            ExpectedGoalsRequest: self._expected_goals,
        }
        return self._signed(request.model, answers[type(request)](request))

    def upcoming(self) -> list[ScheduledGame]:
        """Every game of the newest season still to play, in date order, with its prediction."""
        p = self.outcome.parameters
        return [
            ScheduledGame(
                game.game_id,
                date.fromordinal(game.day),
                p.teams[game.home],
                p.teams[game.away],
                self._signed(outcome.NAME, outcome.answer(self.outcome, game.home, game.away, game.day)),
            )
            for game in p.scheduled
        ]

    def evaluation(self, model: str) -> Mapping[str, object]:
        """What a model was measured at.

        Raises:
            UnknownName: no such model, with near matches.
        """
        if model not in self.artifact.models:
            raise UnknownName("model", model, near_matches(model, NAMES))
        return self.artifact.models[model].evaluation

    def _signed(self, model: str, given: Answer) -> Prediction:
        entry, artifact = self.artifact.models[model], self.artifact
        return Prediction(
            model=model,
            prediction=given.prediction,
            confidence=given.confidence,
            interval=given.interval,
            details={"method": entry.method, **given.details},
            model_version=artifact.model_version,
            trained_at=artifact.trained_at,
            snapshot_id=artifact.source.snapshot_id,
            evaluation=entry.evaluation,
            warnings=(*entry.warnings, *given.warnings),
        )

    def _game_outcome(self, request: GameOutcomeRequest) -> Answer:
        f = request.features
        home, away = self._team(f.home_team_id), self._team(f.away_team_id)
        return outcome.answer(self.outcome, home, away, None if f.date is None else f.date.toordinal())

    def _win_probability(self, request: WinProbabilityRequest) -> Answer:
        home, away = self._team(request.features.home_team_id), self._team(request.features.away_team_id)
        return in_game.answer(self.outcome, self.in_game, request.features, home, away)

    def _playoff_probability(self, request: PlayoffProbabilityRequest) -> Answer:
        team, simulations = self._team(request.features.team_id), request.features.simulations
        odds = self.odds.get(simulations)
        if odds is None:  # the same seasons are drawn for every team, so they are played once
            if len(self.odds) >= _MOST_ODDS:
                self.odds.clear()
            odds = self.odds[simulations] = season_odds.odds_of(self.outcome, self.season, simulations)
        return season_odds.answer(self.outcome, self.season, team, odds)

    def _goalie_performance(self, request: GoaliePerformanceRequest) -> Answer:
        f = request.features
        player = _known("goalie", f.player_id, self.goalies.goalies)
        if f.opponent_team_id is not None:
            self._team(f.opponent_team_id)
        return goalies.answer(self.goalies, player, f.opponent_team_id)

    def _goal_prediction(self, request: GoalPredictionRequest) -> Answer:
        f = request.features
        player = _known("player", f.player_id, self.scorers.skaters)
        if f.game_context.opponent_team_id is not None:
            self._team(f.game_context.opponent_team_id)
        if f.game_context.goalie_player_id is not None:
            _known("goalie", f.game_context.goalie_player_id, self.goalies.goalies)
        return scorers.answer(self.scorers, self.outcome, self.goalies, player, f.game_context)

    def _similar_players(self, request: SimilarPlayersRequest) -> Answer:
        player = _known("player with 20 tracked minutes", request.features.player_id, self.similarity.profiles)
        return similarity.answer(self.similarity, player, request.features.count)

    def _line_chemistry(self, request: LineChemistryRequest) -> Answer:
        group = [_known("tracked skater", player, self.chemistry.players) for player in request.features.player_ids]
        return chemistry.answer(self.chemistry, self.units, group)

    def _expected_goals(self, request: ExpectedGoalsRequest) -> Answer:
        return shot_quality.answer(self.shots, request.features)

    def _team(self, team_id: str) -> int:
        teams = self.outcome.parameters.teams
        return teams.index(_known("team", team_id, teams))

    def _parameters(self, model: str, kind: type[_P]) -> _P:
        return msgspec.json.decode(self.artifact.models[model].parameters, type=kind)


def _known(kind: str, name: str, names: Iterable[str]) -> str:
    if name in names:
        return name
    raise UnknownName(kind, name, near_matches(name, names))
