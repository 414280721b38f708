"""How wishes become waiting jobs, and how old jobs are forgotten. The caller holds the manager's lock."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from api.models.job import LANE_OF, Job, Lane, NewJob
from api.services.job_errors import IdempotencyConflict, QueueFull
from api.services.job_queue import fingerprint, outdated, retry_after_seconds, waiting
from api.services.job_registry import JobRegistry
from api.services.job_settings import JobSettings
from api.services.job_store import JournalUnavailable, KeyHolder, StoredJob, VersionConflict

_MOST_KEYS: Final = 100  # idempotency keys that may stand for one job


class JobIntake:
    """The way into the registry, and out of it."""

    def __init__(
        self,
        registry: JobRegistry,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        settings: JobSettings,
    ) -> None:
        self._registry = registry
        self._now = now
        self._new_id = new_id
        self._settings = settings

    def accept(self, request: NewJob) -> str:
        """The id of the job that now stands for the request: the one that its key names, an equal waiting one, or new.

        Raises:
            IdempotencyConflict: the key came before with another request.
            QueueFull: the lane has as many waiting jobs as it may.
            JournalUnavailable: nothing was changed.
        """
        known = self.known(request)
        if known is not None:
            return known
        mark = fingerprint(request)
        holder = self._join(request, mark) or self._add(request, mark)
        if holder.fingerprint != mark:
            raise IdempotencyConflict
        return holder.job_id

    def known(self, request: NewJob) -> str | None:
        """The id of the job that the request's key stands for; None when it has no key, or a new one.

        Raises:
            IdempotencyConflict: the key came before with another request.
        """
        key = request.idempotency_key
        holder = self._registry.key_holder(key) if key is not None else None
        if holder is None:
            return None
        if holder.fingerprint != fingerprint(request):
            raise IdempotencyConflict
        return holder.job_id

    def tidy(self) -> None:
        """Do what a change of a job may have left undone, and what time brings."""
        for lane in Lane:
            self.show_positions(lane)
        self.forget_old()

    def show_positions(self, lane: Lane) -> None:
        """Let each waiting job of a lane show its place. No move: when the journal fails, the next one does it."""
        moved = []
        for place, record in enumerate(self._registry.pending(lane), start=1):
            if record.job.current_step != waiting(place):
                moved.append(replace(record, job=record.job.with_changes(current_step=waiting(place))))
        if moved:
            with suppress(JournalUnavailable, VersionConflict):
                self._registry.commit(*moved)

    def forget_old(self) -> None:
        """Forget finished jobs beyond the limits of age and count, and delete their logs."""
        settings = self._settings
        gone = outdated(self._registry.ended(), keep=settings.keep_finished, since=self._now() - settings.keep_for)
        if not gone:
            return
        try:
            self._registry.forget(gone)
        except JournalUnavailable:
            return
        for job_id in gone:
            with suppress(OSError):
                settings.log_of(job_id).unlink(missing_ok=True)

    def _join(self, request: NewJob, mark: str) -> KeyHolder | None:
        """The equal job that still waits, if there is one; a new key then stands for it as well."""
        queue = self._registry.pending(LANE_OF[request.kind])
        same = next((r for r in queue if r.fingerprint == mark and r.job.options == request.job_options), None)
        if same is None:
            return None
        if request.idempotency_key is None:
            return KeyHolder(same.job.job_id, mark)
        if self._registry.keys_of(same.job.job_id) >= _MOST_KEYS:
            raise self._full(same.job.lane, len(queue))
        return self._registry.bind_key(request.idempotency_key, same)

    def _add(self, request: NewJob, mark: str) -> KeyHolder:
        lane = LANE_OF[request.kind]
        ahead = len(self._registry.pending(lane))
        if ahead >= self._settings.max_queued:
            raise self._full(lane, ahead)
        job = Job(
            job_id=self._new_id(),
            kind=request.kind,
            mode=request.mode,
            game_ids=request.game_ids,
            options=request.job_options,
            linked_to=request.linked_to,
            created_at=self._now(),
            current_step=waiting(ahead + 1),
        )
        return self._registry.insert(StoredJob(job, mark), request.idempotency_key)

    def _full(self, lane: Lane, queued: int) -> QueueFull:
        return QueueFull(lane, queued, retry_after_seconds=retry_after_seconds(self._registry.jobs(), lane))
