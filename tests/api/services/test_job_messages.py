"""What watchers of jobs are told, however often they go and come back."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.models.job import JobKind, JobStatus
from api.models.live import JobMessage, LogMessage, SnapshotMessage
from api.services.job_errors import JobNotFound
from api.services.job_feed import _KEPT
from api.services.job_manager import JobManager
from api.services.job_messages import FURTHEST_BACK, messages_of_all, messages_of_job, messages_of_log
from api.services.job_store_memory import MemoryJobStore
from tests.api.services.job_parts import build, wish

Texts = AsyncGenerator[str, None]


def in_memory(folder: Path) -> JobManager:
    return build(folder, store=MemoryJobStore())


async def take(texts: Texts, number: int) -> list[dict[str, Any]]:
    """The next so many messages, which must be there."""
    return [json.loads(await asyncio.wait_for(anext(texts), 5)) for _ in range(number)]


async def nothing_more(texts: Texts) -> bool:
    """Whether no message waits."""
    try:
        await asyncio.wait_for(anext(texts), 0.01)
    except (TimeoutError, StopAsyncIteration):
        return True
    return False


CHANGES = st.integers(1, 4).map(lambda number: ("change", number))
READS = st.integers(0, 6).map(lambda number: ("read", number))
LIVES = st.lists(CHANGES | READS | st.just(("reconnect", 0)), max_size=25)


@settings(deadline=None, max_examples=150)
@given(life=LIVES)
def test_who_watches_one_job_sees_each_version_once_and_in_order(
    life: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def scene() -> None:
        jobs = in_memory(tmp_path_factory.mktemp("jobs"))
        job_id, other = jobs.create_job(wish()), jobs.create_job(wish("other"))
        texts = messages_of_job(jobs, job_id, 0)
        seen = [message["job"]["version"] for message in await take(texts, 1)]
        for step, number in [*life, ("end", 0)]:
            if step == "change":
                for _ in range(number):
                    jobs.update_job(job_id, eta_seconds=jobs.get_job(job_id).version)
                    jobs.update_job(other, eta_seconds=jobs.get_job(other).version)
            elif step == "reconnect":
                await texts.aclose()
                texts = messages_of_job(jobs, job_id, seen[-1])
            else:
                last = jobs.cancel_job(job_id) if step == "end" else jobs.get_job(job_id)
                missing = last.version - seen[-1]
                told = await take(texts, missing if step == "end" else min(missing, number))
                seen += [message["job"]["version"] for message in told]
        assert await nothing_more(texts)
        assert seen == list(range(seen[0], jobs.get_job(job_id).version + 1))
        jobs.stop()

    asyncio.run(scene())


@settings(deadline=None, max_examples=150)
@given(life=LIVES, limit=st.integers(1, 5))
def test_who_watches_all_jobs_sees_each_change_once_and_in_order(
    life: list[tuple[str, int]], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def scene() -> None:
        jobs = in_memory(tmp_path_factory.mktemp("jobs"))
        ids = [jobs.create_job(wish(mode)) for mode in "abc"]
        texts = messages_of_all(jobs, None, limit)
        (snapshot,) = await take(texts, 1)
        seen, cursor = [], snapshot["seq"]
        expected: list[tuple[str, int]] = []
        for step, number in [*life, ("end", 0)]:
            if step == "change":
                for turn in range(number):
                    job_id = ids[turn % 3]
                    expected.append((job_id, jobs.update_job(job_id, eta_seconds=len(expected)).version))
            elif step == "reconnect":
                await texts.aclose()
                texts = messages_of_all(jobs, cursor, limit)
            else:
                missing = len(expected) - len(seen)
                for message in await take(texts, missing if step == "end" else min(missing, number)):
                    seen.append((message["job"]["job_id"], message["job"]["version"]))
                    assert message["seq"] > cursor
                    cursor = message["seq"]
        assert await nothing_more(texts)
        assert seen == expected
        jobs.stop()

    asyncio.run(scene())


class TestOneJob:
    def test_must_be_there_before_anything_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(JobNotFound):
            messages_of_job(in_memory(tmp_path), "nobody", 0)

    def test_from_further_back_than_is_kept_it_is_told_as_it_is(self, tmp_path: Path) -> None:
        async def scene() -> list[int]:
            jobs = in_memory(tmp_path)
            job_id = jobs.create_job(wish())
            for number in range(_KEPT + 10):
                jobs.update_job(job_id, eta_seconds=number)
            jobs.cancel_job(job_id)
            async with aclosing(messages_of_job(jobs, job_id, 3)) as texts:
                return [JobMessage.model_validate_json(text).job.version async for text in texts]

        assert asyncio.run(scene()) == [_KEPT + 12]


class TestAllJobs:
    def test_begin_with_the_newest(self, tmp_path: Path) -> None:
        async def scene() -> SnapshotMessage:
            jobs = in_memory(tmp_path)
            for number in range(5):
                jobs.create_job(wish(str(number), JobKind.UPLOAD))
            return SnapshotMessage.model_validate_json(await anext(messages_of_all(jobs, None, 2)))

        told = asyncio.run(scene())
        assert ([job.mode for job in told.jobs], told.total, told.seq) == (["4", "3"], 5, 5)

    @pytest.mark.parametrize(
        ("back", "first"), [(FURTHEST_BACK, "job"), (FURTHEST_BACK + 1, "snapshot"), (-1, "snapshot")]
    )
    def test_resume_from_so_far_back_and_no_further(self, tmp_path: Path, back: int, first: str) -> None:
        async def scene() -> str:
            jobs = in_memory(tmp_path)
            job_id = jobs.create_job(wish())
            for number in range(FURTHEST_BACK + 1):
                jobs.update_job(job_id, eta_seconds=number)
            (message,) = await take(messages_of_all(jobs, jobs.last_change - back, 1), 1)
            kind: str = message["type"]
            return kind

        assert asyncio.run(scene()) == first

    def test_a_slow_one_misses_no_move_and_no_last_state(self, tmp_path: Path) -> None:
        async def scene() -> list[JobStatus]:
            jobs = in_memory(tmp_path)
            texts = messages_of_all(jobs, None, 1)
            await take(texts, 1)
            job_id = jobs.create_job(wish())
            context = jobs.claim_next(jobs.get_job(job_id).lane)
            assert context is not None
            for number in range(2 * _KEPT):
                jobs.update_job(job_id, eta_seconds=number)
            jobs.update_job(job_id, status="failed")
            told: list[JobMessage] = []
            while not told or not told[-1].job.finished:
                told.append(JobMessage.model_validate_json(await asyncio.wait_for(anext(texts), 5)))
            assert told[-1].job == jobs.get_job(job_id)
            assert len(told) < _KEPT + 5
            return list(dict.fromkeys(message.job.status for message in told))

        assert asyncio.run(scene()) == [JobStatus.PENDING, JobStatus.RUNNING, JobStatus.FAILED]


class TestLog:
    def test_grows_by_whole_lines_with_stars_for_secrets(self, tmp_path: Path) -> None:
        async def scene() -> list[LogMessage]:
            jobs = in_memory(tmp_path)
            job_id = jobs.create_job(wish())
            log = jobs.log_path(job_id)
            texts = messages_of_log(jobs, job_id, 0)
            told = []
            for written in ("one\npassword=hunter", "22222\ntwo", "\nthree"):
                with log.open("a") as file:
                    file.write(written)
                if written != "\nthree":
                    told.append(await asyncio.wait_for(anext(texts), 5))
            jobs.cancel_job(job_id)
            async with aclosing(texts):
                told += [text async for text in texts]
            return [LogMessage.model_validate_json(text) for text in told]

        first, second, last = asyncio.run(scene())
        assert (first.text, first.complete) == ("one\n", False)
        assert second.text == "password=***********\n"
        assert (last.text, last.complete) == ("two\nthree", True)

    def test_that_has_not_come_so_far_is_waited_for(self, tmp_path: Path) -> None:
        async def scene() -> LogMessage:
            jobs = in_memory(tmp_path)
            job_id = jobs.create_job(wish())
            waiting = asyncio.create_task(anext(messages_of_log(jobs, job_id, 4)))  # type: ignore[arg-type] - a coroutine
            await asyncio.sleep(0.1)
            jobs.log_path(job_id).write_text("one\ntwo\n")
            return LogMessage.model_validate_json(await asyncio.wait_for(waiting, 5))

        told = asyncio.run(scene())
        assert (told.text, told.offset, told.next_offset) == ("two\n", 4, 8)
