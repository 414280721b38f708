"""The snapshots on disk: list them, and go back to one."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from api.errors import Conflict, NotFound, Unavailable
from api.models.job import Job, JobKind, JobStatus
from api.models.snapshots import Restored, RestoreRequest, SnapshotInfo
from api.models.upload import UploadOptions, UploadRequest
from api.services.deed import note_change, note_job
from api.services.job_manager import JobManager
from api.services.upload_service import UploadService
from api.utils.logger import logger
from snapshot.files import LockHeld
from snapshot.layout import DataDir
from snapshot.pins import PUBLISHED, holders, pin, unpin
from snapshot.publication import PublishFailed, Retention, prune, snapshot_id_for, stamp
from snapshot.reader import DamagedSnapshot, Snapshot, list_ids, load, published, published_id
from snapshot.restoring import publish_again

_RESTORING = "restoring"


class SnapshotNotFound(NotFound):
    """There is no snapshot of this id: it never was, or retention has removed it."""

    code = "snapshot_not_found"


class SnapshotDamaged(Conflict):
    """A file of the snapshot is missing or altered."""

    code = "snapshot_damaged"


class ETLUnderWay(Conflict):
    """An ETL run could publish over what is restored."""

    code = "etl_under_way"


class RestoreFailed(Unavailable):
    """The files could not be put in place; what was published still is."""

    code = "restore_failed"


class SnapshotService:
    """Lists snapshots and goes back to one. All of it blocks on the disk."""

    def __init__(
        self,
        jobs: JobManager,
        uploads: UploadService,
        data_dir: DataDir,
        kept: Retention,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._jobs = jobs
        self._uploads = uploads
        self._data_dir = data_dir
        self._kept = kept
        self._now = now
        self._new_id = new_id
        self._lock = threading.Lock()

    def list_snapshots(self) -> list[SnapshotInfo]:
        """Every snapshot on disk, newest first."""
        current, pins = published_id(self._data_dir), holders(self._data_dir)
        stands = {snapshot_id for snapshot_id, holder in pins if holder == PUBLISHED}
        pinned = {snapshot_id for snapshot_id, holder in pins if holder != PUBLISHED}
        return [
            SnapshotInfo(
                snapshot_id=snapshot_id,
                size_bytes=_size_of(self._data_dir.snapshots / snapshot_id),
                current=snapshot_id == current,
                in_warehouse=snapshot_id in stands,
                pinned=snapshot_id in pinned,
                **_told_by_manifest(self._data_dir.snapshots / snapshot_id),
            )
            for snapshot_id in reversed(list_ids(self._data_dir))
        ]

    def restore(self, snapshot_id: str, request: RestoreRequest) -> Restored:
        """Publish an earlier snapshot again, and queue its upload where that is asked for.

        Asking again changes nothing more: what is published already is left as it is, and only uploaded.

        Raises:
            SnapshotNotFound: there is none of this id.
            SnapshotDamaged: a file of it is missing or altered; names the file.
            ETLUnderWay: a run is going on.
            RestoreFailed: its files cannot be put in place.
            QueueFull, ShuttingDown, JournalUnavailable: the upload cannot be queued; the files are restored.
        """
        if snapshot_id not in list_ids(self._data_dir):
            raise SnapshotNotFound(
                f"There is no snapshot {snapshot_id[:100]}; GET /api/snapshots lists those there are"
            )
        with self._lock:
            pin(self._data_dir, snapshot_id, _RESTORING)
            try:
                current, previous_id = self._restored(snapshot_id)
            finally:
                unpin(self._data_dir, snapshot_id, _RESTORING)
            job = self._uploaded(current, request) if request.upload else None
            prune(self._data_dir, published_id(self._data_dir) or current.id, self._kept)
        return Restored(snapshot_id=current.id, restored_from=snapshot_id, previous_id=previous_id, job=job)

    def _restored(self, snapshot_id: str) -> tuple[Snapshot, str | None]:
        """The current snapshot once it holds what the earlier one does, and the id of the one before."""
        earlier = self._verified(snapshot_id)
        previous_id = published_id(self._data_dir)
        if (current := self._current()) is not None and _is_again(current, earlier):
            return current, previous_id
        restored = self._publish_again(earlier)
        note_change("snapshots", [{"current": previous_id}], [{"current": restored.id, "restored_from": snapshot_id}])
        logger.info("snapshot_restored", snapshot_id=restored.id, restored_from=snapshot_id, previous_id=previous_id)
        return restored, previous_id

    def _publish_again(self, earlier: Snapshot) -> Snapshot:
        _, running = self._jobs.list_jobs(kind=JobKind.ETL, status=JobStatus.RUNNING, limit=1)
        if running:
            raise ETLUnderWay("An ETL job is running: wait for its end, or cancel it")
        now, run_id = self._now(), self._new_id()
        try:
            return publish_again(
                self._data_dir,
                earlier,
                snapshot_id=snapshot_id_for(self._data_dir, now, run_id),
                run_id=run_id,
                created_at=stamp(now),
            )
        except LockHeld as error:
            raise ETLUnderWay(
                "An ETL run is under way that was started outside of the server; wait for its end"
            ) from error
        except (OSError, PublishFailed) as error:
            raise RestoreFailed(
                "The snapshot's files could not be put in place; what was published still is"
            ) from error

    def _uploaded(self, snapshot: Snapshot, request: RestoreRequest) -> Job:
        options = UploadOptions(replace=request.replace)
        job = self._uploads.upload_tables(UploadRequest(options=options), snapshot=snapshot)
        note_job(job.job_id)
        return job

    def _verified(self, snapshot_id: str) -> Snapshot:
        try:
            found = load(self._data_dir.snapshots / snapshot_id)
            found.verify()
        except DamagedSnapshot as error:
            raise SnapshotDamaged(f"Snapshot {error}") from error
        if found.id != snapshot_id:
            raise SnapshotDamaged(f"Snapshot {snapshot_id}: its manifest.json names another snapshot")
        return found

    def _current(self) -> Snapshot | None:
        try:
            return published(self._data_dir)
        except DamagedSnapshot:
            return None


def _told_by_manifest(path: Path) -> dict[str, Any]:
    """What a snapshot's manifest tells of it; of one that is going, or damaged, what is wrong."""
    try:
        manifest = load(path).manifest
    except DamagedSnapshot as error:
        return {"problem": str(error)}
    return {
        "created_at": manifest.created_at,
        "games": len(manifest.games),
        "tables": len(manifest.tables),
        "rows": manifest.total_rows,
        "restored_from": manifest.restored_from,
    }


def _size_of(path: Path) -> int:
    try:
        return sum(file.stat().st_size for file in path.iterdir())
    except OSError:  # it is being removed
        return 0


def _is_again(current: Snapshot, earlier: Snapshot) -> bool:
    """Whether the current snapshot holds the very files of the earlier one, and all of them are whole."""
    files = {(table.file, table.sha256) for table in current.manifest.tables}
    if files != {(table.file, table.sha256) for table in earlier.manifest.tables}:
        return False
    if current.manifest.inputs_fingerprint != earlier.manifest.inputs_fingerprint:
        return False
    try:
        current.verify()
    except DamagedSnapshot:
        return False
    return True
