"""Jobs: tracked background work, its states and moves as data, and the request that queues an ETL job."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticSerializationError, to_json

from api.errors import Conflict


class JobStatus(StrEnum):
    """The five states of a job."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """What a job does."""

    ETL = "etl"
    UPLOAD = "upload"
    SCHEMA = "schema"
    TRAIN = "train"


class Lane(StrEnum):
    """One lane per thing protected: one job at a time in each, first come first served."""

    ETL = "etl"
    WAREHOUSE = "warehouse"
    TRAIN = "train"


LANE_OF: Final[Mapping[JobKind, Lane]] = MappingProxyType(
    {
        JobKind.ETL: Lane.ETL,
        JobKind.UPLOAD: Lane.WAREHOUSE,
        JobKind.SCHEMA: Lane.WAREHOUSE,
        JobKind.TRAIN: Lane.TRAIN,
    }
)

NEXT: Final[Mapping[JobStatus, frozenset[JobStatus]]] = MappingProxyType(
    {
        JobStatus.PENDING: frozenset({JobStatus.RUNNING, JobStatus.CANCELLED}),
        JobStatus.RUNNING: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
        JobStatus.COMPLETED: frozenset(),
        JobStatus.FAILED: frozenset(),
        JobStatus.CANCELLED: frozenset(),
    }
)
"""Every legal move. Nothing else moves a job."""

TERMINAL: Final = frozenset(status for status in JobStatus if not NEXT[status])
"""The final states: nothing leaves them."""


class IllegalTransition(Conflict):
    """A job was asked to make a move that `NEXT` does not have."""

    code = "illegal_transition"


def _as_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


UtcDatetime = Annotated[AwareDatetime, AfterValidator(_as_utc)]
"""A moment, held in UTC and written as ISO 8601 with `Z`."""

GameId = Annotated[int, Field(ge=0, le=2**53 - 1)]


def _writable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        to_json(value)
    except PydanticSerializationError as e:
        raise PydanticCustomError("not_unicode", "Text must be valid Unicode") from e
    return value


JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_writable)]
"""What a JSON file can hold; lone surrogates, which Python's parser lets through, are refused."""


class Job(BaseModel):
    """One job as it stands. Frozen: each change is a new `Job` whose `version` is one higher.

    `progress` is a percentage that never falls and is 100 only when the job completed. `eta_seconds` is the expected
    time to the end, null when nothing is known. `tables_created` is what the portal counts; null before the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    job_id: str
    kind: JobKind
    status: JobStatus = JobStatus.PENDING
    mode: str
    game_ids: tuple[GameId, ...] | None = None
    options: JsonObject = Field(default_factory=dict)
    created_at: UtcDatetime
    started_at: UtcDatetime | None = None
    completed_at: UtcDatetime | None = None
    progress: Annotated[int, Field(ge=0, le=100)] = 0
    current_step: str | None = None
    eta_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    result: JsonObject | None = None
    error: str | None = None
    errors: tuple[str, ...] = ()
    tables_created: tuple[str, ...] | None = None
    linked_to: str | None = Field(default=None, description="the job that this one belongs to")
    log_available: bool = False
    version: Annotated[int, Field(ge=1)] = 1

    @property
    def lane(self) -> Lane:
        """Where the job waits and runs."""
        return LANE_OF[self.kind]

    @property
    def finished(self) -> bool:
        """Whether the job is in a final state."""
        return self.status in TERMINAL

    def to(self, status: JobStatus, *, at: datetime, **changes: object) -> Self:
        """Move to another state, with the moment stamped and `version` one higher.

        Raises:
            IllegalTransition: `NEXT` has no such move.
        """
        if status not in NEXT[self.status]:
            raise IllegalTransition(f"Job {self.job_id} cannot become {status}: it is {self.status}")
        changes["status"] = status
        # a clock that was set back must not make a job end before it began
        changes["started_at" if status is JobStatus.RUNNING else "completed_at"] = max(
            at, self.started_at or self.created_at
        )
        if status in TERMINAL:
            changes["eta_seconds"] = None
        if status is JobStatus.COMPLETED:
            return self._changed({**changes, "progress": 100})
        return self._changed(self._never_back(changes))

    def with_changes(self, **changes: object) -> Self:
        """The job with other contents in the same state, `version` one higher; `progress` never falls or reaches 100.

        Raises:
            IllegalTransition: the job is finished, so nothing about it changes any more.
        """
        if self.finished:
            raise IllegalTransition(f"Job {self.job_id} cannot change any more: it is {self.status}")
        return self._changed(self._never_back(changes))

    def _never_back(self, changes: dict[str, object]) -> dict[str, object]:
        wanted = changes.get("progress")
        if isinstance(wanted, int | float):
            return {**changes, "progress": max(self.progress, min(int(wanted), 99))}
        return changes

    def _changed(self, changes: dict[str, object]) -> Self:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return self.model_validate({**fields, **changes, "version": self.version + 1})


class NewJob(BaseModel):
    """A wish for a job. Equal wishes are the same request, whatever their `idempotency_key` and `resolved`.

    `resolved` is what the service made of the request when it came, such as which snapshot is published: it becomes a
    part of the job's options, and is not what was asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: JobKind
    mode: str
    game_ids: tuple[GameId, ...] | None = None
    options: JsonObject = Field(default_factory=dict)
    resolved: JsonObject = Field(default_factory=dict)
    linked_to: str | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)] | None = None

    @property
    def job_options(self) -> dict[str, JsonValue]:
        """The options of the job that the wish becomes."""
        return {**self.options, **self.resolved}


ETL_MODES: Final = ("full", "incremental", "single", "test")
ETLMode = Literal["full", "incremental", "single", "test"]


def _known_mode(mode: object) -> object:
    if mode not in ETL_MODES:
        shown = mode.encode("utf-8", "replace").decode() if isinstance(mode, str) else repr(mode)
        raise PydanticCustomError(
            "invalid_mode",
            "Invalid mode '{mode}'. Valid modes: {valid}",
            {"mode": shown[:40], "valid": ", ".join(ETL_MODES)},
        )
    return mode


def or_empty(value: object) -> object:
    """No options at all for `null`, which clients send for them."""
    return {} if value is None else value


class ETLOptions(BaseModel):
    """How an ETL job runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wipe: bool = Field(default=False, description="drop the caches and read every file again")
    validate_data: bool = Field(default=True, alias="validate", description="false turns hockey checks into warnings")
    upload_to_supabase: bool = Field(default=False, description="upload the new snapshot when the job completes")
    regenerate_schema: bool = Field(default=False, description="write the database schema anew when the job completes")
    train: bool = Field(default=False, description="train the models anew when the job completes")

    @model_validator(mode="before")
    @classmethod
    def _known_options(cls, options: object) -> object:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [str(name) for name in options if name not in known] if isinstance(options, Mapping) else []
        if unknown:
            raise PydanticCustomError(
                "unknown_option",
                "Unknown option '{option}'. Valid options: {valid}",
                {"option": unknown[0].encode("utf-8", "replace").decode()[:40], "valid": ", ".join(known)},
            )
        return options


class TriggerETLRequest(BaseModel):
    """Queue an ETL job.

    `game_ids` names the games to read again: needed by `single`, allowed with `full` and `incremental`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Annotated[ETLMode, BeforeValidator(_known_mode)] = "full"
    game_ids: Annotated[tuple[GameId, ...], Field(max_length=10_000)] | None = None
    source: Literal["excel", "supabase"] = "excel"
    exclude_game_ids: Annotated[tuple[GameId, ...], Field(max_length=10_000)] | None = None
    options: Annotated[ETLOptions, BeforeValidator(or_empty)] = Field(default_factory=ETLOptions)

    @model_validator(mode="after")
    def _single_names_games(self) -> Self:
        if self.mode == "single" and not self.game_ids:
            raise PydanticCustomError("missing_game_ids", "Mode 'single' needs at least one game in game_ids")
        return self

    def as_new_job(self, *, idempotency_key: str | None = None) -> NewJob:
        """The job that this request asks for; the same games in another order are the same request."""
        return NewJob(
            kind=JobKind.ETL,
            mode=self.mode,
            game_ids=_distinct(self.game_ids),
            options={
                **self.options.model_dump(by_alias=True),
                "source": self.source,
                "exclude_game_ids": list(_distinct(self.exclude_game_ids) or ()),
            },
            idempotency_key=idempotency_key,
        )


def _distinct(game_ids: tuple[int, ...] | None) -> tuple[int, ...] | None:
    return tuple(sorted(set(game_ids))) if game_ids else None
