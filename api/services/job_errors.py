"""What can go wrong with a job: the refusals that a caller sees, and how an executor says that its job ended."""

from collections.abc import Mapping, Sequence

from api.errors import Conflict, NotFound, TooManyRequests, Unavailable
from api.models.job import Job, Lane


class JobNotFound(NotFound):
    """No job has this id."""

    code = "job_not_found"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} not found")


class JobAlreadyFinished(Conflict):
    """A finished job cannot be cancelled."""

    code = "job_already_finished"

    def __init__(self, job: Job) -> None:
        super().__init__(f"Job {job.job_id} cannot be cancelled: it is already {job.status}")


class IdempotencyConflict(Conflict):
    """The idempotency key came before, with another request."""

    code = "idempotency_conflict"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used before with a different request; use a new key")


class QueueFull(TooManyRequests):
    """The lane has as many waiting jobs as it may."""

    code = "queue_full"

    def __init__(self, lane: Lane, waiting: int, *, retry_after_seconds: int) -> None:
        super().__init__(
            f"{waiting} jobs are already waiting in the {lane} queue; try again in {retry_after_seconds} seconds",
            retry_after_seconds=retry_after_seconds,
        )


class ShuttingDown(Unavailable):
    """The server is stopping and takes no new jobs."""

    code = "shutting_down"

    def __init__(self) -> None:
        super().__init__("The server is shutting down; try again in a moment")


class JobFailed(Exception):
    """Raised by an executor: the job failed, and `message` says why to the person who asked for it.

    `result` is what is worth keeping all the same, such as what became of each table.
    """

    def __init__(self, message: str, errors: Sequence[str] = (), *, result: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors = tuple(errors)
        self.result = result


class JobStopped(Exception):
    """The executor ended because it was told to, and has left nothing behind."""


class JobCancelled(JobStopped):
    """Somebody cancelled the job."""


class JobTimedOut(JobStopped):
    """The job took longer than it may."""


class JobInterrupted(JobStopped):
    """The server is stopping, or has lost the job to another one."""
