"""What every model answers, and the measured reliability that its confidence comes from. Loads no numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

import msgspec

PRIOR_FORECASTS: Final = 10.0
"""A bin's measured hit rate counts against this many forecasts that did exactly as well as they said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's own part of a prediction. `prediction` is the headline number; docs/models.md says of what."""

    prediction: float
    confidence: float | None
    interval: tuple[float, float] | None
    details: Mapping[str, object]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction with where it comes from. `confidence` is None where nothing measured stands behind it."""

    model: str
    prediction: float
    confidence: float | None
    interval: tuple[float, float] | None
    details: Mapping[str, object]
    model_version: str
    trained_at: str
    snapshot_id: str
    evaluation: Mapping[str, object]
    warnings: tuple[str, ...] = field(default=())

    def to_mapping(self) -> dict[str, object]:
        """The prediction as plain data."""
        return asdict(self)


class Region(msgspec.Struct, frozen=True):
    """Forecasts of the backtest with a probability in [low, high): how many, their mean, how often they were right."""

    low: float
    high: float
    games: int
    predicted: float
    observed: float


def measured(regions: Sequence[Region], probability: float) -> float | None:
    """The hit rate of the backtest where it was as sure as this, steadied towards the probability itself.

    None without any backtest; the probability's own nearest region where it lies beyond all of them.
    """
    if not regions:
        return None
    near = min(regions, key=lambda r: max(r.low - probability, probability - r.high, 0.0))
    return (near.observed * near.games + probability * PRIOR_FORECASTS) / (near.games + PRIOR_FORECASTS)
