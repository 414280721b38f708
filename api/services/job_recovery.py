"""After a restart: jobs that an earlier server left running are ended and failed, each with a sentence that says so."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Final

from api.models.job import Job, JobStatus
from api.services.job_registry import JobRegistry
from api.services.job_settings import JobSettings
from api.services.job_store import StoredJob
from api.services.log_masking import mask_file

INTERRUPTED: Final = "The server stopped while this job was running, so its outcome is unknown; start it again"
_GRACE_SECONDS: Final = 1.0  # the parent-death signal came long ago; who is still here ignores SIGTERM
_LIMIT_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)


def end_children(orphans: Sequence[StoredJob], settings: JobSettings) -> None:
    """End what is left of the orphans' processes, all at once, and mask what they have printed."""
    if not orphans:
        return
    with ThreadPoolExecutor(len(orphans)) as pool:
        for record, gone in zip(orphans, pool.map(_end_child, orphans), strict=True):
            if not gone:
                _log.error("processes of job %s could not be ended", record.job.job_id)
            mask_file(settings.log_of(record.job.job_id))


def fail_orphans(registry: JobRegistry, orphans: Sequence[StoredJob], at: datetime) -> list[Job]:
    """Fail the jobs whose server is gone; their final states."""
    lost = [
        replace(
            record,
            job=record.job.to(JobStatus.FAILED, at=at, error=INTERRUPTED, errors=(*record.job.errors, INTERRUPTED)),
            owner=None,
            lease_until=None,
            child=None,
        )
        for record in orphans
    ]
    if lost:
        registry.commit(*lost)
    return [record.job for record in lost]


def _end_child(record: StoredJob) -> bool:
    from api.services.process_tree import end_survivors  # noqa: PLC0415 - loads psutil, which the server starts without

    return end_survivors(record.job.job_id, record.child, grace_seconds=_GRACE_SECONDS, limit_seconds=_LIMIT_SECONDS)
