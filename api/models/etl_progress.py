"""The lines that a child writes into its progress file: one JSON object each, told apart by `event`.

An ETL run and a training say their steps alike; a run ends with `completed`, a training with `trained`.

This is all that the service knows of the program it runs. Fields that a line has beyond these are ignored, and so are
lines of another kind, so that the program may say more than an older service understands.
"""

from typing import Annotated

import msgspec

Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Started(msgspec.Struct, frozen=True, tag_field="event", tag="started"):
    """The run has begun."""

    run_id: str


class Step(msgspec.Struct, frozen=True, tag_field="event", tag="step"):
    """How far a step is, and the whole run with it (`fraction`); `title` is for people."""

    step: str
    title: str
    done: Count
    total: Count
    fraction: Fraction
    eta_seconds: Seconds | None = None


class TableBuilt(msgspec.Struct, frozen=True, tag_field="event", tag="table_built"):
    """One more table is ready."""

    table: str
    rows: Count
    done: Count
    total: Count
    fraction: Fraction
    eta_seconds: Seconds | None = None


class Warned(msgspec.Struct, frozen=True, tag_field="event", tag="warning"):
    """Something that a person should know; the run goes on."""

    message: str


class RunResult(msgspec.Struct, frozen=True):
    """What a run did. `tables_created` are names; `quarantined` files and `left_out` games come with a reason."""

    tables_created: list[str]
    rows_written: Count
    games: Count
    snapshot_id: str | None
    duration_seconds: Seconds
    games_read: Count = 0
    published: bool = False
    warnings: list[str] = []
    quarantined: list[dict[str, object]] = []
    left_out: list[dict[str, object]] = []


class Completed(msgspec.Struct, frozen=True, tag_field="event", tag="completed"):
    """The run has done its work; the last line."""

    result: RunResult


class TrainingResult(msgspec.Struct, frozen=True):
    """What a training made: the version, the snapshot it learned from, and each model's published method."""

    model_version: str
    snapshot_id: str
    models: dict[str, str]
    warnings: list[str] = []


class Trained(msgspec.Struct, frozen=True, tag_field="event", tag="trained"):
    """The training has published its models; the last line."""

    result: TrainingResult


class Failed(msgspec.Struct, frozen=True, tag_field="event", tag="failed"):
    """The run has failed for this reason, one readable sentence; the last line."""

    error: str
    exit_code: int = 1


ProgressEvent = Started | Step | TableBuilt | Warned | Completed | Trained | Failed

_DECODER: msgspec.json.Decoder[ProgressEvent] = msgspec.json.Decoder(ProgressEvent)


def read_event(line: bytes) -> ProgressEvent | None:
    """One line as an event; None for a line that is not one of them."""
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
