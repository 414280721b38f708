"""What a request does, noted where it is done and written to the audit log when it is answered."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from api.models.access import Caller
from api.models.audit import TableChange

MOST_ROWS: Final = 100
_current: ContextVar["Deed | None"] = ContextVar("deed", default=None)


@dataclass(slots=True)
class Deed:
    """What is known so far of what a request does. `by` is set where a request says only in its body who asks."""

    job_id: str | None = None
    by: Caller | None = None
    changes: list[TableChange] = field(default_factory=list)


@contextmanager
def noted() -> Iterator[Deed]:
    """Gather the notes of everything that is done within, also in the threads that it starts for it."""
    deed = Deed()
    token = _current.set(deed)
    try:
        yield deed
    finally:
        _current.reset(token)


def note_job(job_id: str) -> None:
    """The request concerns this job."""
    deed = _current.get()
    if deed is not None:
        deed.job_id = job_id


def note_caller(caller: Caller) -> None:
    """It is this caller who asks."""
    deed = _current.get()
    if deed is not None:
        deed.by = caller


def note_change(table_name: str, before: Sequence[Mapping[str, object]], after: Sequence[Mapping[str, object]]) -> None:
    """The request changes these rows of a table into those."""
    deed = _current.get()
    if deed is not None:
        deed.changes.append(
            TableChange.model_validate(
                {
                    "table_name": table_name,
                    "rows_before": len(before),
                    "rows_after": len(after),
                    "before": [dict(row) for row in before[:MOST_ROWS]],
                    "after": [dict(row) for row in after[:MOST_ROWS]],
                }
            )
        )
