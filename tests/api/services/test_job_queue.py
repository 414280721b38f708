"""The rules of the queues, one by one; and the feed when a watcher is far behind."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.models.job import Job, JobKind, Lane
from api.services.job_feed import JobFeed
from api.services.job_queue import fingerprint, outdated, retry_after_seconds, waiting
from api.services.job_store import JobChange
from tests.api.services.job_parts import wish

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make_job(job_id: str = "a", **fields: object) -> Job:
    return Job.model_validate({"job_id": job_id, "kind": "etl", "mode": "full", "created_at": NOON, **fields})


def completed(job_id: str, seconds: float, ended: datetime = NOON) -> Job:
    return make_job(job_id, status="completed", started_at=ended - timedelta(seconds=seconds), completed_at=ended)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_a_place_in_line_reads_as_people_say_it(place: int, text: str) -> None:
    assert waiting(place) == f"Waiting: {text} in line"


def test_requests_differ_by_all_but_their_key() -> None:
    base = fingerprint(wish(idempotency_key="a"))
    assert fingerprint(wish(idempotency_key="b")) == base
    others = [wish("test"), wish(kind=JobKind.TRAIN), wish(game_ids=(1,)), wish(options={"a": 1}), wish(linked_to="x")]
    assert len({base, *map(fingerprint, others)}) == 6


class TestRetryAfter:
    def test_nothing_known_is_half_a_minute(self) -> None:
        assert retry_after_seconds([], Lane.ETL) == 30

    def test_the_running_jobs_eta_counts_first(self) -> None:
        jobs = [completed("a", 100), make_job("b", status="running", eta_seconds=7.2)]
        assert retry_after_seconds(jobs, Lane.ETL) == 8

    def test_else_what_the_last_ones_took_on_average(self) -> None:
        jobs = [completed("old", 9999), *(completed(f"job {n}", 20) for n in range(5)), make_job("b", status="running")]
        assert retry_after_seconds(jobs, Lane.ETL) == 20
        assert retry_after_seconds(jobs, Lane.TRAIN) == 30

    @pytest.mark.parametrize(("took", "answer"), [(0.001, 1), (99999, 600)], ids=["least", "most"])
    def test_it_is_within_bounds(self, took: float, answer: int) -> None:
        assert retry_after_seconds([completed("a", took)], Lane.ETL) == answer


class TestOutdated:
    def test_the_last_to_end_are_kept_whatever_their_clock_said(self) -> None:
        ended = [completed("a", 1, NOON), completed("b", 1, NOON), completed("c", 1, NOON - timedelta(hours=1))]
        assert outdated(ended, keep=2, since=NOON - timedelta(days=1)) == ["a"]

    def test_old_ones_go(self) -> None:
        ended = [completed("a", 1, NOON - timedelta(days=2)), completed("b", 1, NOON)]
        assert outdated(ended, keep=9, since=NOON - timedelta(days=1)) == ["a"]


class TestFeed:
    async def take(self, feed: JobFeed, after: int, until: int) -> list[int]:
        seen = []
        async for change in feed.stream(after):
            seen.append(change.seq)
            if change.seq == until:
                break
        return seen

    def test_whoever_is_far_behind_gets_the_rest_from_the_journal(self) -> None:
        journal = [JobChange(n, make_job(version=n)) for n in range(1, 3001)]
        feed = JobFeed(lambda seq: journal[seq : seq + 700])
        for change in journal:
            feed.publish([change])
        assert asyncio.run(asyncio.wait_for(self.take(feed, 0, 3000), 10)) == list(range(1, 3001))
        assert asyncio.run(asyncio.wait_for(self.take(feed, 2990, 3000), 10)) == list(range(2991, 3001))

    def test_what_was_forgotten_does_not_hold_up_the_rest(self) -> None:
        feed = JobFeed(lambda _: [])
        feed.begin_after(100)
        feed.publish([JobChange(101, make_job())])
        assert asyncio.run(asyncio.wait_for(self.take(feed, 5, 101), 10)) == [101]

    def test_old_news_is_not_told_again(self) -> None:
        feed = JobFeed(lambda _: [])
        feed.publish([JobChange(n, make_job()) for n in (1, 2, 1, 3)])
        assert asyncio.run(asyncio.wait_for(self.take(feed, 0, 3), 10)) == [1, 2, 3]

    def test_a_watcher_whose_loop_is_gone_is_dropped(self) -> None:
        feed = JobFeed(lambda _: [])

        async def leave() -> object:
            stream = feed.stream(0)
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0.01)
            waiting.cancel()
            return stream

        asyncio.run(leave())
        feed.publish([JobChange(1, make_job())])
        assert not feed._watchers
