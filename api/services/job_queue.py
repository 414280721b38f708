"""The rules of the queues, without their machinery: which requests are the same, who waits where, who is forgotten."""

import hashlib
import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from api.models.job import Job, JobStatus, Lane, NewJob

_TYPICAL_SECONDS: Final = 30.0  # a lane that has finished nothing yet
_RECENT: Final = 5
_LONGEST_RETRY_SECONDS: Final = 600


def fingerprint(request: NewJob) -> str:
    """What makes two requests the same: all that was asked for but the key, whatever the order of the options."""
    body = request.model_dump(mode="json", exclude={"idempotency_key", "resolved"})
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def waiting(position: int) -> str:
    """What a waiting job shows: `Waiting: 2nd in line`; the first is 1."""
    teens = 10 < position % 100 < 14  # noqa: PLR2004 - 11th, 12th, 13th
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"Waiting: {position}{ending} in line"


def retry_after_seconds(jobs: Sequence[Job], lane: Lane) -> int:
    """When a place in the lane will be free: the running job's ETA, or how long the last ones took on average."""
    in_lane = [job for job in jobs if job.lane is lane]
    running = next((job for job in in_lane if job.status is JobStatus.RUNNING), None)
    if running is not None and running.eta_seconds is not None:
        expected = running.eta_seconds
    else:
        ended = [job for job in in_lane if job.status is JobStatus.COMPLETED][-_RECENT:]
        took = [_seconds(job) for job in ended]
        expected = sum(took) / len(took) if took else _TYPICAL_SECONDS
    return min(max(math.ceil(expected), 1), _LONGEST_RETRY_SECONDS)


def _seconds(job: Job) -> float:
    if job.started_at is None or job.completed_at is None:
        return 0.0
    return (job.completed_at - job.started_at).total_seconds()


def outdated(ended: Sequence[Job], *, keep: int, since: datetime) -> list[str]:
    """The finished jobs to forget, of those given in the order of their end: all but the last `keep`, and old ones."""
    extra = len(ended) - keep
    return [
        job.job_id
        for place, job in enumerate(ended)
        if place < extra or (job.completed_at is not None and job.completed_at < since)
    ]
