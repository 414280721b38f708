"""What an executor is given beside its job: where to report, when to stop, and where to log."""

import math
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from api.models.job import Job
from api.services.job_errors import JobCancelled, JobInterrupted, JobStopped, JobTimedOut
from api.services.job_store import ProcessRef
from api.utils.secret_mask import SecretMask

_mask: Final = SecretMask()
_LONGEST_STEP: Final = 200  # characters; a step is one line on a screen


class StopReason(StrEnum):
    """Why a running job is told to end."""

    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    SHUTDOWN = "shutdown"
    LOST = "lost"


class JobOwner(Protocol):
    """Whoever keeps the books of the job: the job manager."""

    def report(self, job_id: str, changes: Mapping[str, object]) -> None:
        """Take news of a running job."""
        ...

    def note_child(self, job_id: str, child: ProcessRef) -> None:
        """Journal the job's process.

        Raises:
            JournalUnavailable: it could not be written.
        """
        ...


class JobContext:
    """One running job as its executor sees it.

    Attributes:
        job: the job as it was when it started.
        log_path: the job's log; a child writes into it by its own descriptor, a thread through `log`.
        cancel_requested: set when the job is to end, for whatever reason; `check` then raises the fitting error.
        settled: set by the manager when the job's final state is written, or cannot be.
        unwritten: why the final state cannot be written at the moment; None when it can.
        timeout_seconds: how long the job may take in all.
        max_log_bytes: how much a child may print.
    """

    def __init__(
        self,
        job: Job,
        *,
        log_path: Path,
        timeout_seconds: float,
        max_log_bytes: int,
        owner: JobOwner,
    ) -> None:
        self.job = job
        self.log_path = log_path
        self.cancel_requested = threading.Event()
        self.settled = threading.Event()
        self.unwritten: str | None = None
        self.timeout_seconds = timeout_seconds
        self.max_log_bytes = max_log_bytes
        self._deadline = time.monotonic() + timeout_seconds  # not wall time, which may jump
        self._reason: StopReason | None = None
        self._reason_lock = threading.Lock()
        self._owner = owner

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the job is to end; None while it may go on."""
        return self._reason

    def request_stop(self, reason: StopReason) -> None:
        """Ask the executor to end. The first reason stands."""
        with self._reason_lock:
            self._reason = self._reason or reason
        self.cancel_requested.set()

    def check(self) -> None:
        """Return while the job may go on.

        Raises:
            JobCancelled, JobTimedOut, JobInterrupted: it is to end.
        """
        if self._reason is None and self.deadline_seconds_left() <= 0:
            self.request_stop(StopReason.TIMED_OUT)
        if self._reason is not None:
            raise self.stopped()

    def stopped(self) -> JobStopped:
        """The error that fits the reason for stopping."""
        if self._reason is StopReason.TIMED_OUT:
            return JobTimedOut(f"The job took longer than {self.timeout_seconds:g} seconds and was stopped")
        if self._reason in {StopReason.SHUTDOWN, StopReason.LOST}:
            return JobInterrupted("The server was shut down while the job was running")
        return JobCancelled("The job was cancelled")

    def deadline_seconds_left(self) -> float:
        """Seconds until the job times out, by the monotonic clock."""
        return self._deadline - time.monotonic()

    def report(
        self,
        progress: float | None = None,
        current_step: str | None = None,
        *,
        eta_seconds: float | None = None,
        tables_created: Sequence[str] | None = None,
    ) -> None:
        """Say how far the job is. Cheap: what comes too often is merged, at most four changes a second are written.

        Args:
            progress: percent; it never falls, and 100 is kept for the completed job.
            current_step: one line for people.
            eta_seconds: expected time to the end; None or not finite: unknown.
            tables_created: the tables built so far.
        """
        changes: dict[str, object] = {"eta_seconds": eta_seconds if _usable(eta_seconds) else None}
        if progress is not None and math.isfinite(progress):
            changes["progress"] = int(min(max(progress, 0.0), 99.0))
        if current_step is not None:
            changes["current_step"] = plain_text(current_step)[:_LONGEST_STEP]
        if tables_created is not None:
            # one string for all changes that name a table: the feed and the history keep hundreds of lists
            changes["tables_created"] = tuple(sys.intern(plain_text(name)) for name in tables_created)
        self._owner.report(self.job.job_id, changes)

    def note_child(self, child: ProcessRef) -> None:
        """Journal the process that works for the job, before it does.

        Raises:
            JournalUnavailable: it could not be written down, so the child must not start to work.
        """
        self._owner.note_child(self.job.job_id, child)

    def log(self, line: str) -> None:
        """Append a line to the job's log."""
        with self.log_path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{plain_text(line)}\n")


def plain_text(text: str) -> str:
    """Text that may be shown: secrets are masked; lone surrogates, which JSON cannot carry, become question marks."""
    return _mask(text.encode("utf-8", "replace").decode("utf-8"))


def _usable(seconds: float | None) -> bool:
    return seconds is not None and math.isfinite(seconds) and seconds >= 0
