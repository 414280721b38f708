"""The limits of the job services."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Limits of the job services.

    Attributes:
        logs: the folder with one file per job.
        timeout_seconds: how long a job may run.
        max_queued: how many may wait in each lane.
        keep_finished: how many finished jobs are remembered, with their logs and idempotency keys.
        keep_for: how long at most.
        lease: how long a running job belongs to its server without a sign of life.
        progress_seconds: the shortest time between two progress writes of a job.
        cancel_wait_seconds: how long a cancel waits for the end; more than SIGTERM, the grace and SIGKILL take.
        max_log_bytes: how much a child may print.
    """

    logs: Path
    timeout_seconds: float = 3600.0
    max_queued: int = 50
    keep_finished: int = 500
    keep_for: timedelta = timedelta(days=90)
    lease: timedelta = timedelta(seconds=60)
    progress_seconds: float = 0.25
    cancel_wait_seconds: float = 15.0
    max_log_bytes: int = 256 * 2**20

    def log_of(self, job_id: str) -> Path:
        """The log file of a job."""
        return self.logs / f"{job_id}.log"
