"""Predictions over HTTP: what is asked, what is answered, and what a model was measured at."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, model_validator
from pydantic_core import PydanticCustomError

from api.errors import NotFound
from ml.errors import near_matches
from ml.requests import KINDS, PlayoffProbabilityRequest, Request

MOST_IN_A_BATCH: Final = 1000
_MOST_SIMULATIONS: Final = 100_000


class UnknownModel(NotFound):
    """No model has this name."""

    code = "unknown_model"

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown model '{name[:64]}'. Near matches: {', '.join(near_matches(name[:64], KINDS))}")


class PredictRequest(RootModel[Request]):
    """A model and its features, which `model` tells apart."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_model(cls, request: object) -> object:
        """UnknownModel, which is a 404 and no wrong field, where `model` names none."""
        name = request.get("model") if isinstance(request, Mapping) else None
        if isinstance(name, str) and name not in KINDS:
            raise UnknownModel(name.encode("utf-8", "replace").decode())
        return request


class BatchRequest(BaseModel):
    """Many predictions at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: Annotated[list[PredictRequest], Field(min_length=1, max_length=MOST_IN_A_BATCH)]

    @model_validator(mode="after")
    def _simulations_are_bounded(self) -> Self:
        asked = (request.root for request in self.requests)
        counts = {one.features.simulations for one in asked if isinstance(one, PlayoffProbabilityRequest)}
        if sum(counts) > _MOST_SIMULATIONS:
            raise PydanticCustomError(
                "too_many_simulations",
                "The different values of simulations in one batch may add up to {most} at most",
                {"most": _MOST_SIMULATIONS},
            )
        return self


class TrainRequest(BaseModel):
    """Train all models on the snapshot that is published when the job begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(
        default=0, ge=0, lt=2**31, description="recorded with the models; the same league and seed give the same models"
    )


class PredictionAnswer(BaseModel):
    """A prediction, where it comes from, and what its model was measured at."""

    model: str
    prediction: float = Field(description="the headline number; docs/models.md says of what, per model")
    confidence: float | None = Field(
        default=None,
        description="how often the backtest was right, or its interval held, in this region; null: nothing measured",
    )
    interval: tuple[float, float] | None = Field(
        default=None, description="the central 90 %; docs/models.md says of what"
    )
    details: dict[str, JsonValue]
    model_version: str
    trained_at: str = Field(description="UTC, ISO 8601 with Z")
    snapshot_id: str = Field(description="the published league that the model was trained on")
    evaluation: dict[str, JsonValue] = Field(description="measured on games that the model had not seen")
    warnings: list[str]


class ItemError(BaseModel):
    """Why one request of a batch has no prediction; as the body of the single request's error."""

    detail: str
    code: str


class BatchItem(BaseModel):
    """One request's prediction, or why it has none."""

    prediction: PredictionAnswer | None = None
    error: ItemError | None = None


class BatchAnswer(BaseModel):
    """A prediction or an error per request, in the order of the requests; all from the same models."""

    model_version: str
    predictions: list[BatchItem]


class TrainingData(BaseModel):
    """What models were trained from: a snapshot, the tables read with their hashes, and the seed."""

    snapshot_id: str
    inputs_fingerprint: str
    software_version: str
    tables: dict[str, str]
    seed: int


class ModelInfo(BaseModel):
    """A trained model. `is_baseline`: no candidate beat this baseline, so it is what is published."""

    name: str
    method: str
    is_baseline: bool
    model_version: str
    trained_at: str
    training_data: TrainingData
    features: list[str]
    feature_schema: dict[str, JsonValue] = Field(description="JSON schema of `features` in a request")
    evaluation: dict[str, JsonValue]
    warnings: list[str]


class ReliabilityBin(BaseModel):
    """Forecasts of the backtest with a probability in [low, high): their mean, and how often they came true."""

    low: float
    high: float
    games: int
    predicted: float
    observed: float


class Calibration(BaseModel):
    """How well a model's probabilities and intervals did on games it had not seen; null where not measured.

    `bins` are of the headline probability, `confidence` of the likeliest call, from which `confidence` in predictions
    is read. `slope` and `intercept` are of the logistic recalibration (1 and 0 are perfect).
    """

    model: str
    method: str
    model_version: str
    trained_at: str
    snapshot_id: str
    bins: list[ReliabilityBin] | None = None
    slope: float | None = None
    intercept: float | None = None
    expected_error: float | None = None
    confidence: list[ReliabilityBin] | None = None
    interval_coverage: float | None = Field(default=None, description="share of outcomes in the 90 % intervals")
    identification_percentile: float | None = Field(
        default=None,
        description="similar_players: share of others further from a player's even games than his own odd games are",
    )
    warnings: list[str]


class UpcomingGame(BaseModel):
    """A scheduled game with the prediction of its outcome."""

    game_id: int
    date: str
    home_team_id: str
    away_team_id: str
    prediction: float = Field(description="home win")
    confidence: float | None = None
    interval: tuple[float, float] | None = None
    details: dict[str, JsonValue]
    warnings: list[str]


class UpcomingGames(BaseModel):
    """Every game of the newest season still to play, in date order."""

    model_version: str
    trained_at: str
    snapshot_id: str
    evaluation: dict[str, JsonValue]
    games: list[UpcomingGame]
