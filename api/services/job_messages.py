"""What watchers of jobs are told, as the texts of messages: each change is written once for all who watch."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from api.models.live import HeartbeatMessage, JobMessage, LogMessage, SnapshotMessage
from api.services.encoded_once import encoded_once
from api.services.job_manager import JobManager
from api.services.job_reading import job_log
from api.services.job_store import JobChange

FURTHEST_BACK: Final = 1000
"""How many changes behind a watcher of all jobs may resume; from further back, a snapshot is less to read."""
HEARTBEAT: Final = HeartbeatMessage().model_dump_json()
_LOOK_AGAIN_SECONDS: Final = 0.3  # children print straight into the file, so nobody can tell when there is more


@encoded_once
def _text(change: JobChange) -> str:
    return JobMessage(seq=change.seq, job=change.job).model_dump_json()


def messages_of_job(jobs: JobManager, job_id: str, version: int) -> AsyncGenerator[str, None]:
    """A job from its version `version` on, to its end; 0 begins with the job as it is.

    Raises:
        JobNotFound: at once, not at the first step.
    """
    return _texts(jobs.subscribe(job_id, since=version))


async def messages_of_all(jobs: JobManager, since: int | None, limit: int) -> AsyncGenerator[str, None]:
    """Every change of every job.

    First comes a snapshot of the newest jobs, `limit` at most; or, where `since` is the `seq` of a change that this
    journal has had not too long ago, what came after it.
    """
    if since is None or not jobs.last_change - FURTHEST_BACK <= since <= jobs.last_change:
        after, newest, total = await asyncio.to_thread(jobs.snapshot, limit)
        yield SnapshotMessage(seq=after, jobs=newest, total=total).model_dump_json()
    else:
        after = since
    async with aclosing(_texts(jobs.subscribe(since=after))) as texts:
        async for text in texts:
            yield text


async def messages_of_log(jobs: JobManager, job_id: str, offset: int) -> AsyncGenerator[str, None]:
    """The log of a job from a byte on, as it grows, until the job has finished and all of it is told.

    Raises:
        JobNotFound: the job has been forgotten.
    """
    while True:
        piece = await asyncio.to_thread(job_log, jobs, job_id, offset, whole_lines=True)
        if piece.text or piece.complete:
            yield LogMessage(**piece.model_dump()).model_dump_json()
        if piece.complete:
            return
        if not piece.text:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        offset = max(offset, piece.next_offset)  # a log that has not come as far as asked waits there


async def _texts(changes: AsyncGenerator[JobChange, None]) -> AsyncGenerator[str, None]:
    async with aclosing(changes):
        async for change in changes:
            yield _text(change)
