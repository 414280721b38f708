"""Predictions from the trained models on disk: loaded once per version, and again when a new one is published."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from api.errors import Conflict, DomainError, NotFound
from api.models.ml import Calibration, ModelInfo, ReliabilityBin, TrainingData, UnknownModel
from ml.errors import InvalidArtifact, PredictionError, TooLittleData, UnknownName
from ml.errors import NotTrained as NoModels
from ml.pointer import current_version
from ml.requests import KINDS, Request
from snapshot.layout import DataDir
from snapshot.reader import published_id

if TYPE_CHECKING:
    from ml.predictor import Predictor

HOW_TO_TRAIN: Final = "POST /api/ml/train, or trigger an ETL job with the option train"


class NotTrained(Conflict):
    """No models are trained yet; the message says how to."""

    code = "not_trained"


class ModelsDamaged(Conflict):
    """The trained models were altered, are damaged or of another version: they are refused."""

    code = "models_damaged"


class UnknownSubject(NotFound):
    """No player or team of this id is known to the models; the message has near matches."""

    code = "unknown_name"


class TooLittleEvidence(Conflict):
    """The model has a stated minimum of evidence, and there is less."""

    code = "too_little_data"


class MLService:
    """Answers from the current models of one data directory. Safe from any thread: a loaded predictor never changes."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._loaded: Predictor | None = None

    def predict(self, request: Request) -> bytes:
        """A `PredictionAnswer` as JSON.

        Raises:
            NotTrained, ModelsDamaged: there are no models to ask.
            UnknownSubject: a player or team that they do not know.
            TooLittleEvidence: less than the model's stated minimum.
        """
        return msgspec.json.encode(self._answer(self._predictor(), request))

    def predict_all(self, requests: Sequence[Request]) -> bytes:
        """A `BatchAnswer` as JSON: what cannot be answered is an error of its own. Raises NotTrained, ModelsDamaged."""
        predictor = self._predictor()
        items = [self._item(predictor, request) for request in requests]
        return msgspec.json.encode({"model_version": predictor.artifact.model_version, "predictions": items})

    def upcoming(self) -> bytes:
        """`UpcomingGames` as JSON. Raises NotTrained, ModelsDamaged."""
        predictor = self._predictor()
        shared = {"model_version", "trained_at", "snapshot_id", "evaluation", "model"}
        games = []
        for game in predictor.upcoming():
            own = {name: value for name, value in game.prediction.to_mapping().items() if name not in shared}
            own["warnings"] = [*game.prediction.warnings, *self._stale(predictor)]
            place = {"home_team_id": game.home_team_id, "away_team_id": game.away_team_id}
            games.append({"game_id": game.game_id, "date": game.day.isoformat(), **place, **own})
        artifact = predictor.artifact
        head = {"model_version": artifact.model_version, "trained_at": artifact.trained_at}
        evaluation = predictor.evaluation("game_outcome")
        origin = {"snapshot_id": artifact.source.snapshot_id, "evaluation": evaluation}
        return msgspec.json.encode({**head, **origin, "games": games})

    def models(self) -> list[ModelInfo]:
        """Every trained model with its evaluation. Raises NotTrained, ModelsDamaged."""
        predictor = self._predictor()
        artifact = predictor.artifact
        source = TrainingData.model_validate(msgspec.to_builtins(artifact.source))
        return [
            ModelInfo(
                name=name,
                method=entry.method,
                is_baseline=entry.is_baseline,
                model_version=artifact.model_version,
                trained_at=artifact.trained_at,
                training_data=source,
                features=list(entry.features),
                feature_schema=_features_of(name),
                evaluation=_plain(entry.evaluation),
                warnings=[*entry.warnings, *self._stale(predictor)],
            )
            for name, entry in artifact.models.items()
        ]

    def calibration(self, name: str) -> Calibration:
        """How well a model's probabilities did. Raises UnknownModel, NotTrained, ModelsDamaged."""
        if name not in KINDS:
            raise UnknownModel(name)
        predictor = self._predictor()
        artifact, entry = predictor.artifact, predictor.artifact.models[name]
        measured = _plain(entry.evaluation)
        line = measured.get("calibration") or {}
        return Calibration(
            model=name,
            method=entry.method,
            model_version=artifact.model_version,
            trained_at=artifact.trained_at,
            snapshot_id=artifact.source.snapshot_id,
            bins=_bins(line.get("bins")),
            slope=line.get("slope"),
            intercept=line.get("intercept"),
            expected_error=line.get("expected_error"),
            confidence=_bins(measured.get("confidence")),
            interval_coverage=measured.get("interval_coverage"),
            identification_percentile=measured.get("identification_percentile"),
            warnings=list(entry.warnings),
        )

    def _predictor(self) -> "Predictor":
        """The models that are current now, by the pointer's version; loads numpy when first asked."""
        from ml.predictor import Predictor  # noqa: PLC0415 - the server starts without numpy

        version, loaded = current_version(self._data_dir), self._loaded
        if loaded is not None and loaded.artifact.model_version == version:
            return loaded
        with self._lock:
            if self._loaded is None or self._loaded.artifact.model_version != version:
                self._loaded = _translated(lambda: Predictor.load(self._data_dir))
            return self._loaded

    def _answer(self, predictor: "Predictor", request: Request) -> dict[str, Any]:
        given = _translated(lambda: predictor.predict(request)).to_mapping()
        return {**given, "warnings": [*given["warnings"], *self._stale(predictor)]}

    def _item(self, predictor: "Predictor", request: Request) -> dict[str, object]:
        try:
            return {"prediction": self._answer(predictor, request), "error": None}
        except DomainError as error:
            return {"prediction": None, "error": {"detail": error.message, "code": error.code}}

    def _stale(self, predictor: "Predictor") -> tuple[str, ...]:
        newest = published_id(self._data_dir)
        if newest in {None, predictor.artifact.source.snapshot_id}:
            return ()
        return ("a newer snapshot is published than the models were trained on: train again",)


def _translated(ask: "Callable[[], Any]") -> Any:  # noqa: ANN401 - whatever is asked for
    """The one place where refusals of the models become errors with a status."""
    try:
        return ask()
    except NoModels as error:
        raise NotTrained(f"No models are trained yet: {HOW_TO_TRAIN}") from error
    except InvalidArtifact as error:
        raise ModelsDamaged(f"The trained models cannot be used: train again ({HOW_TO_TRAIN})") from error
    except UnknownName as error:
        raise UnknownSubject(str(error)) from error
    except (TooLittleData, PredictionError) as error:
        raise TooLittleEvidence(str(error)) from error


def _features_of(name: str) -> dict[str, Any]:
    features = KINDS[name].model_fields["features"].annotation
    schema: dict[str, Any] = features.model_json_schema()  # type: ignore[union-attr]  # every kind has features of a model
    return schema


def _plain(evaluation: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(evaluation))  # NaN, where there is one, as null
    return plain


def _bins(found: object) -> list[ReliabilityBin] | None:
    return [ReliabilityBin.model_validate(one) for one in found] if isinstance(found, list | tuple) else None
