"""Snapshots that uploads still need: pinned from the request on, and free again when the job is finished."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from api.models.job import Job
from api.services.job_errors import JobNotFound
from api.services.job_manager import JobManager
from snapshot.layout import DataDir
from snapshot.pins import holders, pin, unpin
from snapshot.reader import DamagedSnapshot, Snapshot, load

_OURS: Final = "upload-"
_ENQUEUEING: Final = "upload-new"


class UploadPins:
    """Keeps the snapshots of unfinished upload and schema jobs from being pruned."""

    def __init__(self, jobs: JobManager, data_dir: DataDir) -> None:
        self._jobs = jobs
        self._data_dir = data_dir
        self._lock = threading.Lock()

    def queue(self, snapshot_id: str, create: Callable[[], str]) -> Job:
        """Create a job that needs a snapshot, so that there is no moment without a pin."""
        with self._lock:
            pin(self._data_dir, snapshot_id, _ENQUEUEING)
            try:
                job_id = create()
                pin(self._data_dir, snapshot_id, _OURS + job_id)
            finally:
                unpin(self._data_dir, snapshot_id, _ENQUEUEING)
        self.release()
        return self._jobs.get_job(job_id)

    @contextmanager
    def held(self, job_id: str, snapshot_id: str) -> Iterator[Snapshot]:
        """The snapshot, for the time of the job's run; free afterwards.

        Raises:
            DamagedSnapshot: it is not there any more, or cannot be read.
        """
        pin(self._data_dir, snapshot_id, _OURS + job_id)
        try:
            yield self.find(snapshot_id)
        finally:
            unpin(self._data_dir, snapshot_id, _OURS + job_id)
            self.release()

    def find(self, snapshot_id: str) -> Snapshot:
        """The snapshot of this id; DamagedSnapshot when it is not there."""
        snapshot = load(self._data_dir.snapshots / snapshot_id)
        if snapshot.id != snapshot_id:
            raise DamagedSnapshot(f"{snapshot_id}: its manifest names another snapshot")
        return snapshot

    def release(self) -> None:
        """Free the snapshots of jobs that have ended without running, or that a crash had interrupted."""
        with self._lock:
            for snapshot_id, holder in holders(self._data_dir):
                if holder.startswith(_OURS) and not self._is_unfinished(holder.removeprefix(_OURS)):
                    unpin(self._data_dir, snapshot_id, holder)

    def _is_unfinished(self, job_id: str) -> bool:
        try:
            return not self._jobs.get_job(job_id).finished
        except JobNotFound:
            return False
