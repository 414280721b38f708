"""The lines that a run writes about its progress: one JSON object each, `event` says which."""

import msgspec


class ProgressEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """A line of the progress file."""


class Started(ProgressEvent, tag="started", frozen=True, kw_only=True):
    """The run holds the lock and begins."""

    run_id: str
    mode: str


class Step(ProgressEvent, tag="step", frozen=True, kw_only=True):
    """How far a step is. `fraction` is of the whole run, 0-1, and never falls; `eta_seconds` is null when unknown."""

    step: str
    title: str
    done: int
    total: int
    fraction: float
    eta_seconds: float | None = None


class TableBuilt(ProgressEvent, tag="table_built", frozen=True, kw_only=True):
    """A table is built, checked and written. `done` and `total` count tables, intermediates included."""

    table: str
    rows: int
    seconds: float
    done: int
    total: int
    fraction: float
    eta_seconds: float | None = None


class Warned(ProgressEvent, tag="warning", frozen=True, kw_only=True):
    """Something that an admin should know, and that does not stop the run."""

    message: str


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A file that cannot be used."""

    file: str
    reason: str


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A game that cannot be used."""

    game_id: int
    reason: str


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did. `games` counts those with tracked events, `games_read` whatever was read in this run.

    `snapshot_id` is the league that is current after it; null before the first publication.
    """

    tables_created: tuple[str, ...]
    rows_written: int
    games: int
    games_read: int
    snapshot_id: str | None
    published: bool
    duration_seconds: float
    warnings: tuple[str, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Completed(ProgressEvent, tag="completed", frozen=True, kw_only=True):
    """The run is over, with success. The last line."""

    result: RunResult


class Failed(ProgressEvent, tag="failed", frozen=True, kw_only=True):
    """The run is over, without success. The last line."""

    error: str
    exit_code: int


AnyEvent = Started | Step | TableBuilt | Warned | Completed | Failed
