"""Whether the server can do its work: the journal, the warehouse, the disk and the queues, asked without haste.

The answer is for everybody, a load balancer has no key: so it names what is wrong and no host, path or person.
"""

import asyncio
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from api.errors import Unavailable
from api.models.job import JobStatus
from api.models.readiness import Readiness, ReadinessCheck
from api.services.job_manager import JobManager
from api.services.job_store import JournalUnavailable
from api.services.warehouse_gate import WarehouseGate
from snapshot.layout import DataDir

LEAST_FREE_BYTES: Final = 100_000_000
"""A run of a small league fits in that, with the journal and the logs beside it."""
_KEPT_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 2.0
Name = Literal["server", "journal", "warehouse", "disk", "queues"]
Finding = tuple[bool, str]


class NotReady(Unavailable):
    """Something that the server needs does not work; `checks` tells what."""

    code = "not_ready"

    def __init__(self, checks: Sequence[ReadinessCheck]) -> None:
        wrong = [check for check in checks if not check.ok]
        super().__init__("; ".join(check.detail for check in wrong))
        self.checks = tuple(checks)

    def facts(self) -> dict[str, object]:
        """Every check."""
        return {"status": "unready", "checks": [check.model_dump() for check in self.checks]}


def free_bytes(path: Path) -> int:
    """Free space where a path is."""
    return shutil.disk_usage(path).free


class ReadinessService:
    """Asks everything that the server needs, each at most once a second."""

    def __init__(
        self,
        jobs: JobManager,
        gate: WarehouseGate,
        data_dir: DataDir,
        *,
        most_waiting: int,
        is_stopping: Callable[[], bool],
        free_bytes_at: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._jobs = jobs
        self._gate = gate
        self._root = data_dir.root
        self._most_waiting = most_waiting
        self._is_stopping = is_stopping
        self._free_bytes_at = free_bytes_at
        asked: Mapping[Name, Callable[[], Finding]] = {
            "journal": self._journal,
            "warehouse": self._warehouse,
            "disk": self._disk,
        }
        self._questions = [_Question(name, ask) for name, ask in asked.items()]

    async def check(self) -> Readiness:
        """What was found, all of it good; within about two seconds.

        Raises:
            NotReady: something is wrong, or the server is shutting down.
        """
        if self._is_stopping():
            raise NotReady([_check("server", (False, "The server is shutting down"))])
        found = await asyncio.gather(*(question.answer() for question in self._questions))
        checks = [_check("server", (True, "The server runs")), *found, _check("queues", self._queues())]
        if not all(check.ok for check in checks):
            raise NotReady(checks)
        return Readiness(checks=checks)

    def _journal(self) -> Finding:
        try:
            self._jobs.check_journal()
        except JournalUnavailable:
            return False, "The job journal cannot be written"
        return True, "The job journal can be written"

    def _warehouse(self) -> Finding:
        if self._gate.is_asleep:
            return True, "The embedded database is not started: nothing has needed it yet"
        if self._gate.status().connected:
            return True, "The database answers"
        return False, "The database does not answer, or is still starting"

    def _disk(self) -> Finding:
        try:
            free = self._free_bytes_at(self._root)
        except OSError:
            return False, "The data directory is not there any more"
        if free < LEAST_FREE_BYTES:
            return False, f"Less than {LEAST_FREE_BYTES // 1_000_000} MB of disk space are left"
        return True, "There is disk space left"

    def _queues(self) -> Finding:
        pending, _ = self._jobs.list_jobs(status=JobStatus.PENDING, limit=sys.maxsize)
        waiting = Counter(job.lane for job in pending)
        full = sorted(lane.value for lane, jobs in waiting.items() if jobs >= self._most_waiting)
        if full:
            return False, f"As many jobs wait as may: {', '.join(full)}"
        return True, "The queues have room"


class _Question:
    """Asked in a thread, never twice at the same time: something that hangs must not take thread after thread."""

    def __init__(self, name: Name, ask: Callable[[], Finding]) -> None:
        self._name = name
        self._ask = ask
        self._asked: asyncio.Future[Finding] | None = None
        self._asked_at = 0.0

    async def answer(self) -> ReadinessCheck:
        """What was found within the last second, or is found now."""
        asked = self._asked
        if asked is None or (asked.done() and time.monotonic() - self._asked_at > _KEPT_SECONDS):
            self._asked_at = time.monotonic()
            asked = self._asked = asyncio.ensure_future(asyncio.to_thread(self._ask))
        done, _ = await asyncio.wait({asked}, timeout=_PATIENCE_SECONDS)
        return _check(self._name, asked.result() if done else (False, f"The {self._name} does not answer in time"))


def _check(name: Name, finding: Finding) -> ReadinessCheck:
    return ReadinessCheck(name=name, ok=finding[0], detail=finding[1])
