"""The one writer of jobs: the front of the job services, and the order in which they start, recover and stop."""

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from api.models.job import LANE_OF, Job, JobKind, JobStatus, Lane, NewJob
from api.services.deed import note_job
from api.services.job_context import JobContext, StopReason
from api.services.job_errors import JobAlreadyFinished, ShuttingDown
from api.services.job_feed import JobFeed
from api.services.job_intake import JobIntake
from api.services.job_lanes import Executor, JobLanes, Outcome, run_executor
from api.services.job_recovery import end_children, fail_orphans
from api.services.job_registry import JobRegistry
from api.services.job_running import RunningJobs
from api.services.job_settings import JobSettings
from api.services.job_store import JobChange, JobStore, JournalUnavailable
from api.services.process_birth import this_process

__all__ = ["Executor", "JobManager", "JobSettings"]

_CHANGEABLE: Final = frozenset(
    {"status", "progress", "current_step", "eta_seconds", "result", "error", "errors", "tables_created"}
)

_log = logging.getLogger(__name__)


class JobManager:
    """Queues, runs, reports and ends jobs.

    `executors` is looked up when a job starts, so services that need the manager can be put into it later. Reading is
    lock-free and never waits; everything that writes blocks for a disk write, so an async caller uses a thread.
    """

    def __init__(
        self,
        store: JobStore,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        settings: JobSettings,
        executors: Mapping[JobKind, Executor],
    ) -> None:
        self._store = store
        self._now = now
        self._settings = settings
        self._executors = executors
        self._owner = this_process()
        self._feed = JobFeed(store.changes_since)
        self._registry = JobRegistry(store, self._feed)
        self._lock = threading.Lock()  # whoever changes a job holds it
        self._intake = JobIntake(self._registry, now=now, new_id=new_id, settings=settings)
        self._running = RunningJobs(self._registry, self._lock, now=now, settings=settings, renew=self._renew)
        self._stopping = False
        self._lanes = JobLanes(claim=self.claim_next, execute=self._execute, finish=self.finish, tick=self.tick)

    def create_job(self, request: NewJob) -> str:
        """Queue a job and return its id.

        The same idempotency key and request give the same job, for as long as the job is kept; so does an identical
        request that is still waiting.

        Raises:
            IdempotencyConflict: the key came before with another request.
            QueueFull: the lane has as many waiting jobs as it may.
            ShuttingDown: the server is stopping.
            JournalUnavailable: the job could not be written down, so there is none.
        """
        lane = LANE_OF[request.kind]
        with self._lock:
            if self._stopping:
                raise ShuttingDown
            job_id = self._intake.accept(request)
        self._lanes.wake(lane)
        note_job(job_id)
        return job_id

    def known_job(self, request: NewJob) -> Job | None:
        """The job that the request's idempotency key stands for, whatever has become of the world since.

        Raises:
            IdempotencyConflict: the key came before with another request.
        """
        with self._lock:
            job_id = self._intake.known(request)
        return None if job_id is None else self.get_job(job_id)

    def get_job(self, job_id: str) -> Job:
        """The job as it stands; never waits.

        Raises:
            JobNotFound: there is none with this id.
        """
        return self._registry.record(job_id).job

    def list_jobs(
        self,
        *,
        status: JobStatus | None = None,
        kind: JobKind | None = None,
        mode: str | None = None,
        limit: int = 10,
        offset: int = 0,
    ) -> tuple[list[Job], int]:
        """The jobs that fit, newest first, and how many they are in all; never waits."""
        fit = [
            job
            for job in reversed(self._registry.jobs())
            if status in {None, job.status} and kind in {None, job.kind} and mode in {None, job.mode}
        ]
        return fit[offset : offset + limit], len(fit)

    def snapshot(self, limit: int) -> tuple[int, list[Job], int]:
        """The newest jobs and how many there are, with the `seq` of the last change that is in them (blocking)."""
        with self._lock:  # or a change could be in the jobs and come again after `seq`
            return self._feed.last, *self.list_jobs(limit=limit)

    def last_ended(self, kind: JobKind) -> Job | None:
        """The job of a kind that ended last, by the order of the journal; never waits."""
        return next((job for job in reversed(self._registry.ended()) if job.kind is kind), None)

    def update_job(self, job_id: str, **changes: object) -> Job:
        """Change what a job says about itself; `status` moves it. For a running job the executor's end still counts.

        Raises:
            JobNotFound: there is none with this id.
            IllegalTransition: the job is finished, or has no such move.
            JournalUnavailable: nothing was changed.
        """
        if unknown := changes.keys() - _CHANGEABLE:
            raise TypeError(f"update_job cannot change {sorted(unknown)}")
        with self._lock:
            record = self._registry.record(job_id)
            if "status" in changes:
                job = record.job.to(JobStatus(str(changes.pop("status"))), at=self._now(), **changes)
            else:
                job = record.job.with_changes(**changes)
            self._registry.commit(replace(record, job=job))
            if job.finished:
                self._running.stop(job_id, StopReason.CANCELLED)
                self._settle(job.lane)
            return job

    def cancel_job(self, job_id: str) -> Job:
        """End a job, wait until it has ended, and return it; a run that finishes first is returned as completed.

        The wait is bounded by `cancel_wait_seconds`; should the job resist longer it is returned as it is, still
        running, and is ended as soon as that is possible.

        Raises:
            JobNotFound: there is none with this id.
            JobAlreadyFinished: it is in a final state.
            JournalUnavailable: a waiting job could not be cancelled; or a running one has ended, which cannot be
                written down, so that it counts as running until it can.
        """
        with self._lock:
            record = self._registry.record(job_id)
            if record.job.finished:
                raise JobAlreadyFinished(record.job)
            context = self._running.stop(job_id, StopReason.CANCELLED)
            if context is None:
                job = record.job.to(JobStatus.CANCELLED, at=self._now(), current_step="Cancelled")
                self._registry.commit(replace(record, job=job))
                self._settle(job.lane)
                return job
        context.settled.wait(self._settings.cancel_wait_seconds)
        if context.unwritten is not None:
            raise JournalUnavailable(f"The job has ended, but is running until that can be stored: {context.unwritten}")
        return self.get_job(job_id)

    def subscribe(self, job_id: str | None = None, *, since: int = 0) -> AsyncGenerator[JobChange, None]:
        """Changes as they come, until `end_streams`; no number of subscribers slows the writers.

        Args:
            job_id: only this job; the stream ends after its final state. See `JobFeed.follow`.
            since: with a job its version last seen; without, the `seq` last seen: what came after it comes first.

        Raises:
            JobNotFound: at once, not at the first step.
        """
        if job_id is None:
            return self._feed.stream(min(since, self._feed.last))
        cursor = self._feed.last  # before the job is read: a change in between comes twice rather than never
        return self._feed.follow(self._registry.record(job_id).job, cursor, since)

    @property
    def last_change(self) -> int:
        """The `seq` of the latest change, for a subscription to what comes from now on."""
        return self._feed.last

    def check_journal(self) -> None:
        """Write to the journal, changing nothing (blocking).

        Raises:
            JournalUnavailable: it cannot be written.
        """
        self._store.check()

    def log_path(self, job_id: str) -> Path:
        """Where the job's log is, or will be when it starts.

        Raises:
            JobNotFound: there is none with this id.
        """
        return self._settings.log_of(self.get_job(job_id).job_id)

    def warnings(self) -> list[str]:
        """What an admin should know about the jobs."""
        return [] if self._registry.fault is None else [self._registry.fault]

    def start(self) -> list[Job]:
        """Recover, run what waits, and return the jobs that a crash had interrupted.

        Those are failed by then, and what was left of their processes is ended.

        Raises:
            JournalUnavailable: the journal cannot be read or written.
        """
        lost = self.recover()
        self._lanes.start()
        return lost

    def end_streams(self) -> None:
        """End every subscription; the first thing to do at a shutdown."""
        self._feed.close()

    def stop(self, deadline_seconds: float = 10.0) -> None:
        """Take no more jobs, end the running ones (they fail: interrupted), and close the store. Pending ones stay."""
        self.end_streams()
        with self._lock:
            self._stopping = True
            self._running.stop_all()
        if not self._lanes.stop(deadline_seconds):
            _log.error("a job did not end in %g seconds; the next start will fail it", deadline_seconds)
        self._store.close()

    def recover(self) -> list[Job]:
        """Read the journal and fail the jobs that an earlier server left running; `start` without the threads."""
        with self._lock:
            self._registry.load()
            orphans = self._store.orphans(self._now())
            end_children(orphans, self._settings)
            lost = fail_orphans(self._registry, orphans, self._now())
            self._intake.tidy()
            return lost

    def claim_next(self, lane: Lane) -> JobContext | None:
        """Start the job whose turn it is in a lane; None when nothing waits or something runs there."""
        with self._lock:
            if self._stopping:
                return None
            at = self._now()
            record = self._registry.claim(lane, owner=self._owner, at=at, lease_until=at + self._settings.lease)
            if record is None:
                return None
            context = self._running.begin(record)
            self._intake.show_positions(lane)
            return context

    def finish(self, context: JobContext, outcome: Outcome) -> None:
        """Write down how a job ended.

        Raises:
            JournalUnavailable: it still runs, as far as the journal knows.
        """
        with self._lock:
            try:
                self._running.end(context, outcome)
                context.unwritten = None
            except JournalUnavailable as error:
                context.unwritten = error.message
                raise
            finally:
                context.settled.set()
            self._settle(context.job.lane)

    def tick(self) -> float:
        """Do what is due by the clock; the seconds until the next time."""
        with self._lock:
            self._intake.tidy()
            return self._running.tick()

    def _execute(self, context: JobContext) -> Outcome:
        return run_executor(self._executors.get(context.job.kind), context)

    def _renew(self, job_id: str) -> bool:
        return self._store.renew(job_id, owner=self._owner, lease_until=self._now() + self._settings.lease)

    def _settle(self, lane: Lane) -> None:
        """A job of the lane has left it."""
        self._intake.show_positions(lane)
        self._intake.forget_old()
        self._lanes.wake(lane)
