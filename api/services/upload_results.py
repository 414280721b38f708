"""What an upload came to, as the result of its job: of one that succeeded, and of one that failed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

from api.services.disk_space import DiskFull
from api.services.job_context import JobContext
from api.services.job_errors import JobFailed
from snapshot.files import is_full
from snapshot.reader import DamagedSnapshot, Snapshot
from warehouse.base import Backend, PublishResult, TableResult
from warehouse.errors import BadData, WarehouseError, WarehouseUnavailable

_NO_CLEAN: Final = "Option 'clean' does nothing: an upload makes the tables equal to the snapshot in any case"
_PARTLY: Final = "Some tables were written before the upload failed: readers see old and new rows together"
_AGAIN: Final = "Nothing is half published: upload again when the database answers."
_MOST_ERRORS: Final = 50


def result_of(published_as: PublishResult, *, clean: bool) -> dict[str, object]:
    """The result of an upload that succeeded. `clean`: the request had the option that does nothing."""
    return {
        "snapshot_id": published_as.snapshot_id,
        "backend": published_as.backend.value,
        "atomic": published_as.atomic,
        "tables_uploaded": [table.table for table in published_as.tables],
        "rows_uploaded": published_as.rows,
        "rows_written": published_as.written,
        "duration_seconds": round(published_as.seconds, 3),
        "tables": [asdict(table) for table in published_as.tables],
        "warnings": [*published_as.notes, *([_NO_CLEAN] if clean else [])],
    }


def failed_upload(error: WarehouseError, backend: Backend, snapshot: Snapshot, tables: Sequence[str]) -> JobFailed:
    """The end of an upload that the warehouse refused, with what became of each table.

    Nothing was written, unless the upload could not be atomic: then `error.written` tells what was.
    """
    written = {table.table: table for table in error.written}
    rows = {table.name: table.rows for table in snapshot.manifest.tables}
    results = [written.get(name) or TableResult(table=name, rows=rows.get(name, 0)) for name in tables]
    result: Mapping[str, object] = {
        "snapshot_id": snapshot.id,
        "backend": backend.value,
        "atomic": not written,
        "tables_uploaded": sorted(written),
        "rows_uploaded": sum(table.rows for table in written.values()),
        "rows_written": sum(table.written for table in written.values()),
        "tables": [asdict(replace(t, error=str(error)) if t.table == error.table else t) for t in results],
        "warnings": [_PARTLY] if written else [],
    }
    return _failure(error, result)


def as_job(work: Callable[[], dict[str, object]], context: JobContext) -> dict[str, object]:
    """The one place where refusals of the warehouse become the end of a job.

    Raises:
        JobFailed: with the reason.
        JobCancelled, JobTimedOut, JobInterrupted: the job was stopped.
    """
    try:
        return work()
    except WarehouseError as error:
        context.check()  # a connection that is cut by a stop is no failure of its own
        raise _failure(error) from error
    except (DamagedSnapshot, OSError) as error:
        if is_full(error):
            raise JobFailed(DiskFull().message) from error
        raise JobFailed("The snapshot of this upload cannot be read any more: run the ETL again") from error


def _failure(error: WarehouseError, result: Mapping[str, object] | None = None) -> JobFailed:
    rows = [str(row) for row in error.rows[:_MOST_ERRORS]] if isinstance(error, BadData) else []
    message = f"{error.table}: {error}" if error.table and error.table not in str(error) else str(error)
    if isinstance(error, WarehouseUnavailable) and not error.written:
        message = f"{message} {_AGAIN}"
    return JobFailed(message, rows, result=result)
