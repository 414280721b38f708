"""What the service knows of itself. Never fails: what cannot be found out is said in the warnings."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from api.models.job import JobKind, JobStatus
from api.models.status import Disk, JobCounts, LastETL, PublishedSnapshot, ServiceStatus, TrainedModels, WarehouseStatus
from api.services.job_manager import JobManager
from api.services.warehouse_gate import WarehouseGate
from ml.pointer import current_version, origin
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, published

_LITTLE_DISK_BYTES: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What stands from the start on."""

    version: str
    environment: str
    is_open: Callable[[], bool]
    etl_script: Path


class StatusService:
    """Reports on the service."""

    def __init__(
        self,
        jobs: JobManager,
        data_dir: DataDir,
        facts: ServiceFacts,
        gate: WarehouseGate,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._data_dir = data_dir
        self._facts = facts
        self._gate = gate
        self._now = now

    def status(self) -> ServiceStatus:
        """The service as it stands (reads a few files, and waits a second at most for the database)."""
        warnings = [*self._warnings(), *self._jobs.warnings()]
        snapshot = self._published(warnings)
        disk = self._disk(warnings)
        warehouse = self._warehouse(warnings)
        etl_available = self._facts.etl_script.is_file()
        if not etl_available:
            warnings.append("The ETL program is missing: no ETL job can run")
        return ServiceStatus(
            status="operational" if etl_available else "degraded",
            version=self._facts.version,
            environment=self._facts.environment,
            etl_available=etl_available,
            supabase_connected=warehouse.connected,
            warehouse=warehouse,
            timestamp=self._now(),
            jobs=JobCounts(running=self._count(JobStatus.RUNNING), pending=self._count(JobStatus.PENDING)),
            last_etl=self._last_etl(),
            published=snapshot,
            models=self._models(),
            disk=disk,
            warnings=warnings,
        )

    def _count(self, status: JobStatus) -> int:
        return self._jobs.list_jobs(status=status, limit=1)[1]

    def _last_etl(self) -> LastETL | None:
        job = self._jobs.last_ended(JobKind.ETL)
        if job is None:
            return None
        return LastETL(
            job_id=job.job_id, mode=job.mode, status=job.status, completed_at=job.completed_at, error=job.error
        )

    def _published(self, warnings: list[str]) -> PublishedSnapshot | None:
        try:
            snapshot = published(self._data_dir)
        except (DamagedSnapshot, OSError):
            warnings.append("The published snapshot cannot be read: run the ETL again")
            return None
        if snapshot is None:
            return None
        manifest = snapshot.manifest
        return PublishedSnapshot(
            snapshot_id=manifest.snapshot_id,
            created_at=manifest.created_at,
            games=len(manifest.games),
            tables=len(manifest.tables),
            rows=manifest.total_rows,
        )

    def _models(self) -> TrainedModels | None:
        version = current_version(self._data_dir)
        found = None if version is None else origin(self._data_dir, version)
        if version is None or found is None:
            return None
        return TrainedModels(model_version=version, trained_at=found.trained_at, snapshot_id=found.snapshot_id)

    def _warehouse(self, warnings: list[str]) -> WarehouseStatus:
        found = self._gate.status()
        if found.problem:
            warnings.append(found.problem)
        return WarehouseStatus(
            backend=found.backend.value,
            connected=found.connected,
            latency_ms=found.latency_ms,
            server_version=found.server_version,
        )

    def _disk(self, warnings: list[str]) -> Disk | None:
        try:
            usage = shutil.disk_usage(self._data_dir.root)
        except OSError:
            warnings.append("The data directory is not there any more: is its volume mounted?")
            return None
        if usage.free < _LITTLE_DISK_BYTES:
            warnings.append(f"Little disk space is left: {usage.free // 1_000_000} MB")
        return Disk(total_bytes=usage.total, free_bytes=usage.free)

    def _warnings(self) -> list[str]:
        warnings = []
        if self._facts.is_open():
            warnings.append(
                "No authentication: whoever uses this machine may use the server; set ADMIN_API_KEY or make a key"
            )
        if self._facts.environment == "production" and not _is_on_a_volume(self._data_dir.root):
            warnings.append(
                "BENCHSIGHT_DATA_DIR is not on a mounted volume: files, tables and jobs are lost with the next deploy"
            )
        return warnings


def _is_on_a_volume(path: Path) -> bool:
    """Whether the path lies on another file system than the root's."""
    return any(os.path.ismount(folder) for folder in (path, *path.parents) if folder != Path(path.anchor))
