from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.models.job import JobKind, JobStatus, NewJob
from api.services.job_manager import JobManager, JobSettings
from api.services.job_reading import WAREHOUSE_KINDS, job_log, newest_jobs
from api.services.job_store_memory import MemoryJobStore


def manager(folder: Path) -> JobManager:
    ids = iter(f"job{number}" for number in range(1000))
    clock = iter(range(100_000))
    return JobManager(
        MemoryJobStore(),
        now=lambda: datetime.fromtimestamp(1_800_000_000 + next(clock), UTC),
        new_id=lambda: next(ids),
        settings=JobSettings(logs=folder),
        executors={},
    )


@settings(deadline=None)  # it writes files
@given(text=st.text(max_size=60), start=st.integers(0, 300))
def test_pieces_of_a_finished_log_join_to_the_whole(
    text: str, start: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    jobs = manager(folder)
    job_id = jobs.create_job(NewJob(kind=JobKind.ETL, mode="full"))
    data = text.encode("utf-8")
    (folder / f"{job_id}.log").write_bytes(data[:start])  # as a child that has been writing leaves it
    first = job_log(jobs, job_id, 0)
    assert not first.complete
    assert text.startswith(first.text)
    (folder / f"{job_id}.log").write_bytes(data)
    jobs.cancel_job(job_id)
    rest = job_log(jobs, job_id, first.next_offset)
    assert first.text + rest.text == text
    assert rest.complete


def test_a_log_that_ends_in_half_a_character_ends(tmp_path: Path) -> None:
    jobs = manager(tmp_path)
    job_id = jobs.create_job(NewJob(kind=JobKind.ETL, mode="full"))
    (tmp_path / f"{job_id}.log").write_bytes(b"caf\xc3")
    assert job_log(jobs, job_id, 0).text == "caf"
    jobs.cancel_job(job_id)
    log = job_log(jobs, job_id, 0)
    assert (log.text, log.next_offset, log.complete) == ("caf�", 4, True)


def test_kinds_are_merged_newest_first(tmp_path: Path) -> None:
    jobs = manager(tmp_path)
    kinds = [JobKind.UPLOAD, JobKind.SCHEMA, JobKind.UPLOAD, JobKind.SCHEMA, JobKind.ETL]
    ids = [jobs.create_job(NewJob(kind=kind, mode=str(number))) for number, kind in enumerate(kinds)]
    page, total = newest_jobs(jobs, WAREHOUSE_KINDS, status=None, limit=2, offset=1)
    assert ([job.job_id for job in page], total) == ([ids[2], ids[1]], 4)
    jobs.cancel_job(ids[0])
    page, total = newest_jobs(jobs, WAREHOUSE_KINDS, status=JobStatus.CANCELLED, limit=10, offset=0)
    assert ([job.job_id for job in page], total) == ([ids[0]], 1)
