"""Predictions, what they are worth, and the job that learns them."""

from typing import Annotated, Final

from fastapi import Body, Header, Path, Response

from api.dependencies import Jobs, Models, Training
from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest, TooLarge
from api.models.job import Job, Lane
from api.models.ml import (
    BatchAnswer,
    BatchRequest,
    Calibration,
    ModelInfo,
    PredictionAnswer,
    PredictRequest,
    TrainRequest,
    UnknownModel,
    UpcomingGames,
)
from api.permissions import Operator, Viewer, role_router
from api.routes import examples, ml_examples
from api.routes.job_answers import UNAUTHENTICATED, Limit, Offset, StatusFilter, list_responses, newest_first
from api.services.job_errors import IdempotencyConflict, QueueFull, ShuttingDown
from api.services.job_reading import TRAIN_KINDS
from api.services.ml_service import HOW_TO_TRAIN, ModelsDamaged, NotTrained, TooLittleEvidence, UnknownSubject
from api.services.table_service import NothingPublished

ml_router = role_router("/api/ml", "ML")

_JSON: Final = "application/json"
_WRONG: Final = InvalidRequest(
    "features.away_team_id: Field required", [FieldError("features.away_team_id", "Field required")]
)
_UNREADY: Final = (
    UNAUTHENTICATED,
    NotTrained(f"No models are trained yet: {HOW_TO_TRAIN}"),
    ModelsDamaged(f"The trained models cannot be used: train again ({HOW_TO_TRAIN})"),
)
_TOO_LARGE: Final = TooLarge("The body is larger than the 1,000,000 bytes that this server takes")
_PREDICT_ERRORS: Final = documented(
    _WRONG,
    *_UNREADY,
    UnknownModel("goal_predictions"),
    UnknownSubject("Unknown player 'P10001'. Near matches: P100001, P110001, P100011."),
    TooLittleEvidence("A. Ace, B. Bell have 4.2 minutes and 9 attempts together at equal strength; ..."),
    _TOO_LARGE,
)
_BATCH_ERRORS: Final = documented(_WRONG, *_UNREADY, UnknownModel("goal_predictions"), _TOO_LARGE)
_TRAIN_ERRORS: Final = documented(
    InvalidRequest("seed: Input should be a valid integer", [FieldError("seed", "Input should be a valid integer")]),
    UNAUTHENTICATED,
    NothingPublished("Nothing is published yet: run the ETL first (POST /api/etl/trigger)"),
    IdempotencyConflict(),
    _TOO_LARGE,
    QueueFull(Lane.TRAIN, 50, retry_after_seconds=30),
    ShuttingDown(),
)


@ml_router.post(
    "/predict",
    response_model=PredictionAnswer,
    responses=_PREDICT_ERRORS | {200: examples.answer(ml_examples.PREDICTION, "The prediction, and what it is worth")},
)
def predict(
    caller: Viewer,
    request: Annotated[PredictRequest, Body(openapi_examples=ml_examples.PREDICT_REQUESTS)],
    models: Models,
) -> Response:
    """One prediction, from models that learned from this league's own games.

    `prediction` is the headline number, `confidence` how often the backtest was right where it was as sure as now,
    `evaluation` what the model was measured at on games it had not seen. With little history the answer is the
    prior's, and a warning says so.
    """
    return Response(models.predict(request.root), media_type=_JSON)


@ml_router.post(
    "/predict/batch",
    response_model=BatchAnswer,
    responses=_BATCH_ERRORS | {200: examples.answer(ml_examples.BATCH, "In the order of the requests")},
)
def predict_batch(
    caller: Viewer, batch: Annotated[BatchRequest, Body(openapi_examples=ml_examples.BATCH_REQUESTS)], models: Models
) -> Response:
    """Up to 1000 predictions, all from the same models. What cannot be answered has an error in its place."""
    return Response(models.predict_all([request.root for request in batch.requests]), media_type=_JSON)


@ml_router.get("/models", responses=documented(*_UNREADY) | {200: examples.answer(ml_examples.MODELS, "By name")})
def list_models(caller: Viewer, models: Models) -> list[ModelInfo]:
    """Every trained model: its method, training data, evaluation against baselines, and the schema of its features."""
    return models.models()


@ml_router.get(
    "/models/{name}/calibration",
    responses=documented(
        InvalidRequest("name: String should have at most 64 characters", [FieldError("name", "too long")]),
        *_UNREADY,
        UnknownModel("game_outcomes"),
    )
    | {200: examples.answer(ml_examples.CALIBRATION, "On games that the model had not seen")},
)
def model_calibration(
    caller: Viewer,
    name: Annotated[str, Path(description="as GET /api/ml/models lists it", examples=["game_outcome"], max_length=64)],
    models: Models,
) -> Calibration:
    """How often forecasts came true, by how sure they were."""
    return models.calibration(name)


@ml_router.get(
    "/upcoming",
    response_model=UpcomingGames,
    responses=documented(*_UNREADY) | {200: examples.answer(ml_examples.UPCOMING, "In date order")},
)
def upcoming_games(caller: Viewer, models: Models) -> Response:
    """Every scheduled game of the newest season with its prediction."""
    return Response(models.upcoming(), media_type=_JSON)


@ml_router.post(
    "/train",
    status_code=202,
    responses=_TRAIN_ERRORS
    | {
        202: examples.answer(
            ml_examples.QUEUED_TRAINING, "The job, queued", {"Location": "where to ask for its status"}
        )
    },
)
def train_models(
    caller: Operator,
    response: Response,
    training: Training,
    request: Annotated[TrainRequest | None, Body(openapi_examples=ml_examples.TRAIN_REQUESTS)] = None,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="a name for this very request: sent again, the same job"),
    ] = None,
) -> Job:
    """Queue a training of all models on what is published.

    Status, log and cancel are those of any job (`/api/etl/status/{job_id}`). Until it completes, and if it does not,
    predictions come from the models as they were.
    """
    job = training.train(request or TrainRequest(), idempotency_key=idempotency_key)
    response.headers["Location"] = f"/api/etl/status/{job.job_id}"
    return job


@ml_router.get("/history", responses=list_responses(ml_examples.TRAIN_JOBS))
async def training_history(
    caller: Viewer, response: Response, jobs: Jobs, limit: Limit = 10, offset: Offset = 0, status: StatusFilter = None
) -> list[Job]:
    """Training jobs, newest first."""
    return newest_first(response, jobs, TRAIN_KINDS, status=status, limit=limit, offset=offset)
