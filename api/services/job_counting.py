"""Counts jobs as they end, by the changes that every watcher sees."""

import asyncio
import time
from contextlib import aclosing

from api.models.job import Job, JobKind, JobStatus
from api.services.job_manager import JobManager
from api.services.job_store import JournalUnavailable
from api.services.metrics import JobMetrics
from api.utils.logger import logger
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, load


async def count_jobs(jobs: JobManager, metrics: JobMetrics, data_dir: DataDir) -> None:
    """Count from now on, until the streams of jobs end."""
    while True:
        try:
            await _count(jobs, metrics, data_dir)
        except JournalUnavailable as error:
            logger.warning("jobs_not_counted", reason=error.message)
        else:
            return


async def _count(jobs: JobManager, metrics: JobMetrics, data_dir: DataDir) -> None:
    began: dict[str, float] = {}
    async with aclosing(jobs.subscribe(since=jobs.last_change)) as changes:
        async for change in changes:
            if change.job.status is JobStatus.RUNNING:
                began.setdefault(change.job.job_id, time.monotonic())
            if change.job.finished:
                since = began.pop(change.job.job_id, None)
                metrics.finished(change.job, None if since is None else time.monotonic() - since)
                metrics.took(await asyncio.to_thread(step_seconds, change.job, data_dir))


def step_seconds(job: Job, data_dir: DataDir) -> dict[str, float]:
    """How long each step of an ETL run took that has published; empty for any other job."""
    result = job.result or {}
    if job.kind is not JobKind.ETL or not result.get("published"):
        return {}
    try:
        manifest = load(data_dir.snapshots / str(result.get("snapshot_id"))).manifest
    except DamagedSnapshot:  # a later run may have removed it by now
        return {}
    return {step: seconds for step, seconds in manifest.timings.items() if not step.startswith("table:")}
