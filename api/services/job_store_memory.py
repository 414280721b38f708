"""The job journal in memory: for tests, and the plainest statement of what a store does."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from api.models.job import JobStatus, Lane
from api.services.job_store import JobChange, JournalUnavailable, KeyHolder, StoredJob, VersionConflict


class MemoryJobStore:
    """A `JobStore` that ends with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = True
        self._seq = 0
        self._records: dict[str, tuple[StoredJob, int]] = {}
        self._keys: dict[str, KeyHolder] = {}
        self._journal: list[JobChange] = []

    def insert(self, record: StoredJob, idempotency_key: str | None) -> JobChange | KeyHolder:
        """See `JobStore.insert`."""
        with self._opened():
            if idempotency_key is not None:
                holder = KeyHolder(record.job.job_id, record.fingerprint)
                if (taken := self._keys.setdefault(idempotency_key, holder)) is not holder:
                    return taken
            return self._put(record)

    def bind_key(self, idempotency_key: str, holder: KeyHolder) -> KeyHolder:
        """See `JobStore.bind_key`."""
        with self._opened():
            return self._keys.setdefault(idempotency_key, holder)

    def compare_and_set(self, records: Sequence[StoredJob]) -> list[JobChange]:
        """See `JobStore.compare_and_set`."""
        with self._opened():
            for record in records:
                stored = self._records.get(record.job.job_id)
                if stored is None or stored[0].job.version != record.job.version - 1:
                    raise VersionConflict(f"Job {record.job.job_id} was changed by somebody else")
            return [self._put(record) for record in records]

    def claim(self, lane: Lane, *, owner: str, at: datetime, lease_until: datetime) -> tuple[StoredJob, int] | None:
        """See `JobStore.claim`."""
        with self._opened():
            in_lane = [record for record, _ in self._records.values() if record.job.lane is lane]
            if any(record.job.status is JobStatus.RUNNING for record in in_lane):
                return None
            oldest = next((record for record in in_lane if record.job.status is JobStatus.PENDING), None)
            if oldest is None:
                return None
            claimed = oldest.claimed(owner=owner, at=at, lease_until=lease_until)
            return claimed, self._put(claimed).seq

    def renew(self, job_id: str, *, owner: str, lease_until: datetime) -> bool:
        """See `JobStore.renew`."""
        with self._opened():
            stored = self._records.get(job_id)
            if stored is None or stored[0].owner != owner or stored[0].job.status is not JobStatus.RUNNING:
                return False
            self._records[job_id] = (replace(stored[0], lease_until=lease_until), stored[1])
            return True

    def orphans(self, at: datetime) -> list[StoredJob]:
        """See `JobStore.orphans`."""
        with self._opened():
            running = [record for record, _ in self._records.values() if record.job.status is JobStatus.RUNNING]
            return [record for record in running if record.lease_until is None or record.lease_until <= at]

    def read(self, job_id: str) -> tuple[StoredJob, int] | None:
        """See `JobStore.read`."""
        with self._opened():
            return self._records.get(job_id)

    def load(self) -> tuple[list[tuple[StoredJob, int]], dict[str, KeyHolder]]:
        """See `JobStore.load`."""
        with self._opened():
            return list(self._records.values()), dict(self._keys)

    def changes_since(self, seq: int, *, limit: int = 1000) -> list[JobChange]:
        """See `JobStore.changes_since`."""
        with self._opened():
            return [change for change in self._journal if change.seq > seq][:limit]

    def delete(self, job_ids: Collection[str]) -> None:
        """See `JobStore.delete`."""
        gone = set(job_ids)
        with self._opened():
            self._records = {name: stored for name, stored in self._records.items() if name not in gone}
            self._keys = {key: holder for key, holder in self._keys.items() if holder.job_id not in gone}
            self._journal = [change for change in self._journal if change.job.job_id not in gone]

    def check(self) -> None:
        """See `JobStore.check`."""
        with self._opened():
            return

    def close(self) -> None:
        """See `JobStore.close`."""
        self._open = False

    def _opened(self) -> threading.Lock:
        if not self._open:
            raise JournalUnavailable("The job journal is closed")
        return self._lock

    def _put(self, record: StoredJob) -> JobChange:
        """Write the record and its journal row; of the rows between two moves the first and the last are kept."""
        self._seq += 1
        job = record.job
        self._records[job.job_id] = (record, self._seq)
        same = [row for row in self._journal if row.job.job_id == job.job_id and row.job.status is job.status]
        superseded = {row.seq for row in same[1:]}
        change = JobChange(self._seq, job)
        self._journal = [*(row for row in self._journal if row.seq not in superseded), change]
        return change
