"""What a walk-forward evaluation found: the chosen method against the baselines and the other candidates."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ml.arrays import TIE, Floats, Ints
from ml.forecasting import BASELINES
from ml.results import Games
from ml.scoring import (
    Bin,
    Calibration,
    Score,
    favourite_calibration,
    home_calibration,
    league_outcomes,
    log_losses,
    score,
    standard_error,
)


@dataclass(frozen=True, slots=True)
class Rival:
    """Another forecast's score, and its log loss minus the model's: above zero, the model is better.

    The standard error is that of the mean of the paired differences.
    """

    score: Score
    log_loss_minus_model: float
    difference_standard_error: float

    def to_mapping(self) -> dict[str, object]:
        """The comparison as plain data, in one level."""
        return {
            **asdict(self.score),
            "log_loss_minus_model": self.log_loss_minus_model,
            "difference_standard_error": self.difference_standard_error,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores on the games after the burn-in. `outcomes` are those that the league has."""

    method: str
    burn_in: int
    teams: int
    outcomes: tuple[str, ...]
    score: Score
    calibration: Calibration
    confidence: tuple[Bin, ...]
    baselines: Mapping[str, Rival]
    candidates: Mapping[str, Rival]

    def to_mapping(self) -> dict[str, object]:
        """The evaluation as plain data, as `--json` prints it and artifacts keep it."""
        return {
            "model": "game_outcome",
            "method": self.method,
            **asdict(self.score),
            "burn_in": self.burn_in,
            "teams": self.teams,
            "outcomes": list(self.outcomes),
            "calibration": asdict(self.calibration),
            "confidence": [asdict(b) for b in self.confidence],
            "baselines": {name: rival.to_mapping() for name, rival in self.baselines.items()},
            "candidates": {name: rival.to_mapping() for name, rival in self.candidates.items()},
        }


def evaluate(games: Games, forecasts: Mapping[str, Floats], method: str, burn_in: int) -> Evaluation:
    """Compare the forecasts (each of shape (games, 3)) on the games after the burn-in; `method` is the model's."""
    outcome = games.outcome
    shown = {name: league_outcomes(forecast, outcome)[burn_in:] for name, forecast in forecasts.items()}
    scored, model = outcome[burn_in:], shown[method]
    rivals = {name: _rival(forecast, model, scored) for name, forecast in shown.items() if name != method}
    return Evaluation(
        method=method,
        burn_in=burn_in,
        teams=len(games.teams),
        outcomes=("home", "tie", "away") if (outcome == TIE).any() else ("home", "away"),
        score=score(model, scored),
        calibration=home_calibration(model, scored),
        confidence=favourite_calibration(model, scored),
        baselines={name: rivals[name] for name in rivals if name in BASELINES},
        candidates={name: rivals[name] for name in rivals if name not in BASELINES},
    )


def _rival(forecast: Floats, model: Floats, scored: Ints) -> Rival:
    difference = log_losses(forecast, scored) - log_losses(model, scored)
    return Rival(score(forecast, scored), float(difference.mean()), standard_error(difference))
