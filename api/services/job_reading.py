"""Reading jobs: wait for a change, list the jobs of a subject, read a log piece by piece."""

import asyncio
import codecs
import sys
from collections.abc import Callable, Collection
from contextlib import aclosing
from typing import Final

from api.models.job import Job, JobKind, JobStatus
from api.models.job_log import JobLog
from api.services.job_manager import JobManager
from api.services.log_masking import PIECE_BYTES, masked_piece
from api.utils.secret_mask import SecretMask

EVERY_KIND: Final = tuple(JobKind)
ETL_KINDS: Final = (JobKind.ETL,)
TRAIN_KINDS: Final = (JobKind.TRAIN,)
WAREHOUSE_KINDS: Final = (JobKind.UPLOAD, JobKind.SCHEMA)
_mask: Final = SecretMask()


async def changed_job(jobs: JobManager, job_id: str, *, is_known: Callable[[Job], bool], wait_seconds: float) -> Job:
    """The job, as soon as it is other than the caller knows it, or is finished, or the time is up.

    Ends early when the server shuts down.

    Raises:
        JobNotFound: no job has this id.
    """
    job = jobs.get_job(job_id)
    if wait_seconds <= 0 or job.finished or not is_known(job):
        return job
    try:
        async with asyncio.timeout(wait_seconds), aclosing(jobs.subscribe(job_id, since=job.version)) as changes:
            async for change in changes:
                return change.job
    except TimeoutError:
        pass
    return jobs.get_job(job_id)


def newest_jobs(
    jobs: JobManager, kinds: Collection[JobKind], *, status: JobStatus | None, limit: int, offset: int
) -> tuple[list[Job], int]:
    """A page of the jobs of some kinds, those that came last first, and how many there are in all.

    The order is the journal's: the times of jobs are those of a clock that somebody may set.
    """
    every_kind, _ = jobs.list_jobs(status=status, limit=sys.maxsize)
    fit = [job for job in every_kind if job.kind in kinds]
    return fit[offset : offset + limit], len(fit)


def job_log(jobs: JobManager, job_id: str, offset: int, *, whole_lines: bool = False) -> JobLog:
    """The log of a job from a byte on, at most 256 KiB of it; what looks like a secret is stars, byte for byte.

    With `whole_lines` the beginning of a line that is still being written waits for its end.

    Raises:
        JobNotFound: no job has this id.
    """
    job = jobs.get_job(job_id)  # before the file: what a job that is finished now has written is all there
    try:
        with jobs.log_path(job_id).open("rb") as file:
            size = file.seek(0, 2)
            offset = min(offset, size)
            piece = masked_piece(file, offset, _mask) if offset < size else b""
    except FileNotFoundError:
        offset, size, piece = 0, 0, b""
    if whole_lines and not job.finished and len(piece) < PIECE_BYTES:
        piece = piece[: piece.rfind(b"\n") + 1]
    # the first bytes of a character at the end stay for the next piece, unless there will be none
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(piece, final=job.finished and offset + len(piece) >= size)
    next_offset = offset + len(piece) - len(decoder.getstate()[0])
    return JobLog(
        job_id=job_id,
        offset=offset,
        next_offset=next_offset,
        complete=job.finished and next_offset >= size,
        text=text,
    )
