"""Where jobs are journalled: the port that the job manager writes through, and what every store promises.

The protocol is made for stores that several machines share, so every write is conditional: an insert returns whoever
already holds the idempotency key, a replacement names the version that it replaces, and a job is claimed by one owner
for a lease. `tests/contract/test_job_store.py` holds each implementation to it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from api.errors import Conflict, Unavailable
from api.models.job import Job, JobStatus, Lane


class JournalUnavailable(Unavailable):
    """The job journal cannot be written or read at the moment, for instance because the disk is full."""

    code = "journal_unavailable"


class JournalBroken(RuntimeError):
    """The job journal cannot be opened; the message names the file and what to do. Ends the start of the server."""


class VersionConflict(Conflict):
    """Somebody else changed the job first."""

    code = "version_conflict"


@dataclass(frozen=True, slots=True)
class ProcessRef:
    """One process, told apart from any later one with the same number by when it was born (see `process_birth`)."""

    pid: int
    born: str


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job with what only the manager needs: what makes requests identical, who runs it, and in which process."""

    job: Job
    fingerprint: str
    owner: str | None = None
    lease_until: datetime | None = None
    child: ProcessRef | None = None

    def claimed(self, *, owner: str, at: datetime, lease_until: datetime) -> Self:
        """This job, running for `owner`.

        Raises:
            IllegalTransition: it is not pending.
        """
        job = self.job.to(JobStatus.RUNNING, at=at, current_step="Starting", log_available=True)
        return replace(self, job=job, owner=owner, lease_until=lease_until)


@dataclass(frozen=True, slots=True)
class JobChange:
    """One row of the journal: the job as it was after the change. `seq` grows over all jobs and restarts."""

    seq: int
    job: Job


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The job that an idempotency key stands for, and the fingerprint of the request that came with the key."""

    job_id: str
    fingerprint: str


class JobStore(Protocol):
    """A journal of jobs. Every method may be called from any thread; each write is whole or not at all.

    All methods raise `JournalUnavailable` when the store does not work.
    """

    def insert(self, record: StoredJob, idempotency_key: str | None) -> JobChange | KeyHolder:
        """Add a pending job at the end of its lane; or, when the key is taken, change nothing and name its holder."""
        ...

    def bind_key(self, idempotency_key: str, holder: KeyHolder) -> KeyHolder:
        """Let a further key stand for a job, and return whoever holds the key now."""
        ...

    def compare_and_set(self, records: Sequence[StoredJob]) -> list[JobChange]:
        """Replace jobs, all or none; each `version` must be one above the stored one.

        Raises:
            VersionConflict: one of them is not.
        """
        ...

    def claim(self, lane: Lane, *, owner: str, at: datetime, lease_until: datetime) -> tuple[StoredJob, int] | None:
        """Give the oldest pending job of a lane to an owner and start it; with the change's `seq`.

        None when nothing waits there, or when a job of the lane is running: the lane holds one at a time.
        """
        ...

    def renew(self, job_id: str, *, owner: str, lease_until: datetime) -> bool:
        """Lengthen a lease; false when the job is not this owner's, or not running, any more. No change of version."""
        ...

    def orphans(self, at: datetime) -> list[StoredJob]:
        """The running jobs whose lease has ended. A store that one process owns at a time ends all when it opens."""
        ...

    def read(self, job_id: str) -> tuple[StoredJob, int] | None:
        """One job as the store has it, with the `seq` of its last change."""
        ...

    def load(self) -> tuple[list[tuple[StoredJob, int]], dict[str, KeyHolder]]:
        """Every job, oldest first, each with the `seq` of its last change; and every idempotency key."""
        ...

    def changes_since(self, seq: int, *, limit: int = 1000) -> list[JobChange]:
        """The journal after `seq`, oldest first.

        Of each job it has every move, and of the changes between two moves (progress) at least the last.
        """
        ...

    def delete(self, job_ids: Collection[str]) -> None:
        """Forget jobs with their journal rows and keys."""
        ...

    def check(self) -> None:
        """Write without changing anything, to learn whether that works."""
        ...

    def close(self) -> None:
        """Let go of files and connections; later calls raise `JournalUnavailable`."""
        ...
