"""The one writer of jobs."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.models.job import Job, JobKind, JobStatus, NewJob
from api.services.job_context import JobContext
from api.services.job_store import JobChange, JobStore

Executor = Callable[[Job, JobContext], Mapping[str, object]]
"""Does the work of one kind of job and returns its result (JSON). Raises `JobFailed` or `JobStopped`."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Limits of the job manager."""

    logs: Path
    timeout_seconds: float = 3600.0
    max_queued: int = 50
    keep_finished: int = 500
    keep_for: timedelta = timedelta(days=30)
    lease: timedelta = timedelta(seconds=60)
    progress_seconds: float = 0.25


class JobManager:
    """Registry, journal and lanes of all jobs. `executors` is looked up when a job starts, so it may be filled later."""

    def __init__(
        self,
        store: JobStore,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        settings: JobSettings,
        executors: Mapping[JobKind, Executor],
    ) -> None: ...

    def create_job(self, request: NewJob) -> str:
        """Queue a job and return its id (blocking: it writes; call it from a thread).

        Raises: IdempotencyConflict 409, QueueFull 429, ShuttingDown 503, JournalUnavailable 503.
        """
        ...

    def get_job(self, job_id: str) -> Job:
        """The job as it stands; never waits. Raises JobNotFound 404."""
        ...

    def update_job(self, job_id: str, **changes: object) -> Job:
        """Change a job that is not finished; `status` moves it."""
        ...

    def list_jobs(
        self,
        *,
        status: JobStatus | None = None,
        kind: JobKind | None = None,
        mode: str | None = None,
        limit: int = 10,
        offset: int = 0,
    ) -> tuple[list[Job], int]:
        """Newest first, and how many there are in all; never waits."""
        ...

    def cancel_job(self, job_id: str) -> Job:
        """End a job and wait until it has ended (blocking, bounded; call it from a thread).

        Raises: JobNotFound 404, JobAlreadyFinished 409, JournalUnavailable 503.
        """
        ...

    def subscribe(self, job_id: str | None = None, *, since: int = 0) -> AsyncIterator[JobChange]:
        """Changes as they come, first what `since` has missed. With a job: `since` is its version, the stream ends after the
        final state. Without: `since` is a `JobChange.seq`. Ends at `end_streams`. Raises JobNotFound 404 at once."""
        ...

    def log_path(self, job_id: str) -> Path:
        """Where the job's log is, or will be. Raises JobNotFound."""
        ...

    def warnings(self) -> list[str]:
        """What an admin should know, such as a journal that cannot be written."""
        ...

    def start(self) -> list[Job]:
        """Recover, start the lanes, and return the jobs that a crash had interrupted (now failed, children killed)."""
        ...

    def end_streams(self) -> None:
        """Close every subscription; the first thing at a shutdown."""
        ...

    def stop(self, deadline_seconds: float = 10.0) -> None:
        """Take no more jobs, end the running ones (failed: interrupted), close the store. Pending jobs stay."""
        ...
