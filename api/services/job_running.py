"""The jobs that run in this server: what they report, how long they may take, and that they are still ours."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from api.models.job import JobStatus
from api.services.job_context import JobContext, StopReason
from api.services.job_lanes import Outcome
from api.services.job_registry import JobRegistry
from api.services.job_settings import JobSettings
from api.services.job_store import JournalUnavailable, ProcessRef, StoredJob, VersionConflict

_IDLE_SECONDS: Final = 30.0
_RENEWALS_PER_LEASE: Final = 3
_LAST_STEP: Final = {JobStatus.COMPLETED: "Completed", JobStatus.CANCELLED: "Cancelled"}  # a failure keeps its step

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    """A job with its news that are not journalled yet; the times are monotonic."""

    context: JobContext
    news: dict[str, object] = field(default_factory=dict)
    written_at: float = -1.0
    renewed_at: float = field(default_factory=time.monotonic)


class RunningJobs:
    """The books of the running jobs. `report` and `note_child` take the manager's lock; for the rest, callers do."""

    def __init__(
        self,
        registry: JobRegistry,
        lock: threading.Lock,
        *,
        now: Callable[[], datetime],
        settings: JobSettings,
        renew: Callable[[str], bool],
    ) -> None:
        """`renew(job_id)` lengthens a lease; false when the job has been taken away."""
        self._registry = registry
        self._lock = lock
        self._now = now
        self._settings = settings
        self._renew = renew
        self._jobs: dict[str, _Running] = {}

    def begin(self, record: StoredJob) -> JobContext:
        """Open the books of a job that was just claimed."""
        job_id = record.job.job_id
        log_path = self._settings.log_of(job_id)
        with suppress(OSError):  # on a full disk the executor finds out, and says so
            log_path.parent.mkdir(parents=True, exist_ok=True)
            log_path.touch()
        context = JobContext(
            record.job,
            log_path=log_path,
            timeout_seconds=self._settings.timeout_seconds,
            max_log_bytes=self._settings.max_log_bytes,
            owner=self,
        )
        self._jobs[job_id] = _Running(context)
        return context

    def stop(self, job_id: str, reason: StopReason) -> JobContext | None:
        """Tell a job to end; its context, or None when it does not run here."""
        running = self._jobs.get(job_id)
        if running is None:
            return None
        running.context.request_stop(reason)
        if reason is StopReason.CANCELLED:
            running.news["current_step"] = "Cancelling"
            self._journal_news(running)
        return running.context

    def stop_all(self) -> None:
        """Tell every job to end, because the server does."""
        for running in self._jobs.values():
            running.context.request_stop(StopReason.SHUTDOWN)

    def end(self, context: JobContext, outcome: Outcome) -> None:
        """Journal how a job ended and close its books. What somebody else has decided about it before stands.

        Raises:
            JournalUnavailable: it still runs, as far as the journal knows; the books stay open.
        """
        job_id = context.job.job_id
        record = self._registry.find(job_id)
        if record is not None and not record.job.finished:
            last_step = {"current_step": _LAST_STEP[outcome.status]} if outcome.status in _LAST_STEP else {}
            news = self._jobs[job_id].news if job_id in self._jobs else {}
            changes = {**news, **last_step, **outcome.changes}
            job = record.job.to(outcome.status, at=self._now(), **changes)
            try:
                self._registry.commit(replace(record, job=job, owner=None, lease_until=None, child=None))
            except VersionConflict:
                _log.error("job %s was changed by another server; its end as %s is dropped", job_id, outcome.status)
        self._jobs.pop(job_id, None)

    def report(self, job_id: str, changes: Mapping[str, object]) -> None:
        """Take news; see `JobContext.report`."""
        with self._lock:
            running = self._jobs.get(job_id)
            if running is None:
                return
            stopping = running.context.stop_reason is not None  # the step then says that the job is ending
            running.news.update({k: v for k, v in changes.items() if not (stopping and k == "current_step")})
            if time.monotonic() - running.written_at >= self._settings.progress_seconds:
                self._journal_news(running)

    def note_child(self, job_id: str, child: ProcessRef) -> None:
        """Journal a job's process; see `JobContext.note_child`."""
        with self._lock:
            record = self._registry.record(job_id)
            self._registry.commit(replace(record, job=record.job.with_changes(), child=child))

    def tick(self) -> float:
        """Write news that have waited, end jobs whose time is up, renew leases; the seconds until the next time."""
        for running in self._jobs.values():
            if running.context.deadline_seconds_left() <= 0:
                running.context.request_stop(StopReason.TIMED_OUT)
            if running.news:
                self._journal_news(running)
            self._keep(running)
        return self._settings.progress_seconds if self._jobs else _IDLE_SECONDS

    def _keep(self, running: _Running) -> None:
        now = time.monotonic()
        if now - running.renewed_at < self._settings.lease.total_seconds() / _RENEWALS_PER_LEASE:
            return
        with suppress(JournalUnavailable):
            if not self._renew(running.context.job.job_id):
                running.context.request_stop(StopReason.LOST)
            running.renewed_at = now

    def _journal_news(self, running: _Running) -> None:
        """Write the news, unless they say nothing new. They are no move: when the journal fails, they wait."""
        record = self._registry.find(running.context.job.job_id)
        running.written_at = time.monotonic()
        if record is None or record.job.finished:  # somebody has ended it from outside
            running.news.clear()
            return
        with suppress(JournalUnavailable):
            try:
                job = record.job.with_changes(**running.news)
                if job.model_copy(update={"version": record.job.version}) != record.job:
                    self._registry.commit(replace(record, job=job))
                running.news.clear()
            except VersionConflict:
                running.context.request_stop(StopReason.LOST)
