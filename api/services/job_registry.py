"""All jobs in memory, and the only way to change them: journal first, then memory, then the watchers.

Writers hold the manager's lock. Readers take the mapping that stands at the moment, which is never changed in place,
so they wait for nobody, not even for a write to the disk.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType

from api.models.job import Job, JobStatus, Lane
from api.services.job_errors import JobNotFound
from api.services.job_feed import JobFeed
from api.services.job_store import JobChange, JobStore, JournalUnavailable, KeyHolder, StoredJob, VersionConflict

_log = logging.getLogger(__name__)


class JobRegistry:
    """The jobs that the journal holds, oldest first.

    Attributes:
        fault: what is wrong with the journal at the moment, or None.
    """

    def __init__(self, store: JobStore, feed: JobFeed) -> None:
        self._store = store
        self._feed = feed
        self._records: Mapping[str, StoredJob] = MappingProxyType({})
        self._keys: dict[str, KeyHolder] = {}
        self._ended: dict[str, None] = {}  # finished jobs in the order of their end; times of day may jump
        self.fault: str | None = None

    def load(self) -> None:
        """Read the journal."""
        with self._journalling():
            rows, self._keys = self._store.load()
        self._records = MappingProxyType({record.job.job_id: record for record, _ in rows})
        ended = sorted((seq, record.job.job_id) for record, seq in rows if record.job.finished)
        self._ended = dict.fromkeys(job_id for _, job_id in ended)
        self._feed.begin_after(max((seq for _, seq in rows), default=0))

    def record(self, job_id: str) -> StoredJob:
        """One job with its inner facts.

        Raises:
            JobNotFound: there is none.
        """
        try:
            return self._records[job_id]
        except KeyError:
            raise JobNotFound(job_id) from None

    def find(self, job_id: str) -> StoredJob | None:
        """One job with its inner facts, or None when it has been forgotten."""
        return self._records.get(job_id)

    def jobs(self) -> list[Job]:
        """Every job, oldest first."""
        return [record.job for record in self._records.values()]

    def ended(self) -> list[Job]:
        """The finished jobs, in the order in which they ended."""
        return [self._records[job_id].job for job_id in self._ended]

    def pending(self, lane: Lane) -> list[StoredJob]:
        """Who waits in a lane, in the order of the queue."""
        return [r for r in self._records.values() if r.job.status is JobStatus.PENDING and r.job.lane is lane]

    def key_holder(self, idempotency_key: str) -> KeyHolder | None:
        """The job that the key stands for."""
        return self._keys.get(idempotency_key)

    def keys_of(self, job_id: str) -> int:
        """How many keys stand for the job."""
        return sum(holder.job_id == job_id for holder in self._keys.values())

    def insert(self, record: StoredJob, idempotency_key: str | None) -> KeyHolder:
        """Add a job, unless its key is taken; return who holds the key then."""
        with self._journalling():
            change = self._store.insert(record, idempotency_key)
        if isinstance(change, KeyHolder):  # of another server that shares the store
            self._catch_up([change.job_id])
            return change
        holder = KeyHolder(record.job.job_id, record.fingerprint)
        if idempotency_key is not None:
            self._keys[idempotency_key] = holder
        self._put([record], [change])
        return holder

    def bind_key(self, idempotency_key: str, record: StoredJob) -> KeyHolder:
        """Let a further key stand for a job; return who holds it then."""
        with self._journalling():
            holder = self._store.bind_key(idempotency_key, KeyHolder(record.job.job_id, record.fingerprint))
        self._keys[idempotency_key] = holder
        return holder

    def commit(self, *records: StoredJob) -> None:
        """Change jobs, all or none.

        Raises:
            JournalUnavailable: nothing was changed.
            VersionConflict: somebody else changed one of them; memory has caught up with the journal.
        """
        try:
            with self._journalling():
                changes = self._store.compare_and_set(records)
        except VersionConflict:
            self._catch_up([record.job.job_id for record in records])
            raise
        self._put(records, changes)

    def claim(self, lane: Lane, *, owner: str, at: datetime, lease_until: datetime) -> StoredJob | None:
        """Start the oldest pending job of a lane where none runs."""
        with self._journalling():
            claimed = self._store.claim(lane, owner=owner, at=at, lease_until=lease_until)
        if claimed is None:
            return None
        record, seq = claimed
        self._put([record], [JobChange(seq, record.job)])
        return record

    def forget(self, job_ids: Collection[str]) -> None:
        """Delete jobs from the journal and from memory."""
        gone = frozenset(job_ids)
        with self._journalling():
            self._store.delete(gone)
        self._records = MappingProxyType({name: r for name, r in self._records.items() if name not in gone})
        self._keys = {key: holder for key, holder in self._keys.items() if holder.job_id not in gone}
        self._ended = {job_id: None for job_id in self._ended if job_id not in gone}

    def _put(self, records: Collection[StoredJob], changes: Collection[JobChange]) -> None:
        self._records = MappingProxyType({**self._records, **{record.job.job_id: record for record in records}})
        self._ended.update(dict.fromkeys(record.job.job_id for record in records if record.job.finished))
        self._feed.publish(list(changes))

    def _catch_up(self, job_ids: Collection[str]) -> None:
        with self._journalling():
            found = [stored for job_id in job_ids if (stored := self._store.read(job_id)) is not None]
        self._put([record for record, _ in found], [JobChange(seq, record.job) for record, seq in found])

    @contextmanager
    def _journalling(self) -> Iterator[None]:
        try:
            yield
        except JournalUnavailable as e:
            if self.fault is None:  # once, not at each of the attempts that follow
                _log.error("jobs cannot be journalled: %s", e)
            self.fault = e.message
            raise
        if self.fault is not None:
            _log.warning("jobs can be journalled again")
        self.fault = None
