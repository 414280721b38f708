"""The job manager as its callers see it, with real stores and real threads."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from api.models.job import IllegalTransition, Job, JobKind, JobStatus, Lane
from api.services.job_context import JobContext
from api.services.job_errors import (
    IdempotencyConflict,
    JobAlreadyFinished,
    JobCancelled,
    JobFailed,
    JobNotFound,
    QueueFull,
    ShuttingDown,
)
from api.services.job_manager import JobManager
from api.services.job_recovery import INTERRUPTED
from api.services.job_store import JournalUnavailable
from tests.api.services.job_parts import JOB, Clock, Gate, build, ended, numbered, started, wait_until, wish


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def manager(tmp_path: Path, gate: Gate) -> Iterator[JobManager]:
    with started(build(tmp_path, {JobKind.ETL: gate, JobKind.UPLOAD: gate, JobKind.TRAIN: gate})) as running:
        yield running


def quiet(_: Job, __: JobContext) -> dict[str, object]:
    return {}


class TestCreate:
    def test_a_job_runs_and_completes(self, manager: JobManager, gate: Gate) -> None:
        job_id = manager.create_job(wish(game_ids=(7,), options={"wipe": True}))
        gate.wait_entered()
        running = manager.get_job(job_id)
        assert (running.status, running.game_ids, running.options) == (JobStatus.RUNNING, (7,), {"wipe": True})
        gate.opened.set()
        done = ended(manager, job_id)
        assert (done.status, done.progress, done.result) == (JobStatus.COMPLETED, 100, {"done": job_id})
        assert done.error is None

    def test_waiting_jobs_show_their_place_and_run_in_order(self, manager: JobManager, gate: Gate) -> None:
        ids = [manager.create_job(wish(game_ids=(n,))) for n in range(4)]
        gate.wait_entered()
        assert [manager.get_job(i).current_step for i in ids[1:]] == [
            "Waiting: 1st in line",
            "Waiting: 2nd in line",
            "Waiting: 3rd in line",
        ]
        manager.cancel_job(ids[2])
        assert manager.get_job(ids[3]).current_step == "Waiting: 2nd in line"
        gate.opened.set()
        ended(manager, ids[3])
        assert gate.order == [ids[0], ids[1], ids[3]]

    def test_lanes_run_side_by_side_and_schema_waits_for_upload(self, manager: JobManager, gate: Gate) -> None:
        for kind in (JobKind.ETL, JobKind.UPLOAD, JobKind.TRAIN):
            manager.create_job(wish(kind=kind))
        for _ in range(3):
            gate.wait_entered()
        schema = manager.create_job(wish(kind=JobKind.SCHEMA))
        assert manager.get_job(schema).current_step == "Waiting: 1st in line"

    def test_an_identical_request_joins_the_one_that_waits_but_not_the_one_that_runs(
        self, manager: JobManager, gate: Gate
    ) -> None:
        running = manager.create_job(wish())
        gate.wait_entered()
        second = manager.create_job(wish())
        assert second != running
        assert manager.create_job(wish()) == second
        assert manager.create_job(wish(options={"wipe": True})) != second
        assert manager.list_jobs()[1] == 3

    def test_options_in_another_order_are_the_same_request(self, manager: JobManager, gate: Gate) -> None:
        manager.create_job(wish("test"))
        gate.wait_entered()
        first = manager.create_job(wish(options={"a": 1, "b": 2}))
        assert manager.create_job(wish(options={"b": 2, "a": 1})) == first

    def test_past_the_bound_a_lane_says_when_to_come_back(self, tmp_path: Path, gate: Gate) -> None:
        with started(build(tmp_path, {JobKind.ETL: gate}, max_queued=2)) as manager:
            manager.create_job(wish("test"))
            gate.wait_entered()
            for n in range(2):
                manager.create_job(wish(game_ids=(n,)))
            with pytest.raises(QueueFull) as caught:
                manager.create_job(wish(game_ids=(9,)))
            assert caught.value.headers() == {"Retry-After": "30"}
            assert manager.create_job(wish(game_ids=(1,))), "an identical request still joins"
            assert manager.create_job(wish(kind=JobKind.UPLOAD)), "another lane has room"

    def test_a_kind_that_nobody_runs_fails_in_words(self, tmp_path: Path) -> None:
        with started(build(tmp_path)) as manager:
            job = ended(manager, manager.create_job(wish(kind=JobKind.TRAIN)))
        assert (job.status, job.error) == (JobStatus.FAILED, "This server cannot run train jobs")


class TestIdempotency:
    def test_the_key_gives_the_same_job_even_when_it_has_finished(self, manager: JobManager, gate: Gate) -> None:
        gate.opened.set()
        job_id = manager.create_job(wish(idempotency_key="k"))
        ended(manager, job_id)
        assert manager.create_job(wish(idempotency_key="k")) == job_id
        assert manager.list_jobs()[1] == 1

    def test_the_key_with_another_request_is_refused(self, manager: JobManager) -> None:
        manager.create_job(wish(idempotency_key="k"))
        with pytest.raises(IdempotencyConflict):
            manager.create_job(wish("test", idempotency_key="k"))

    def test_100_at_once_make_one_job(self, manager: JobManager) -> None:
        with ThreadPoolExecutor(20) as pool:
            ids = set(pool.map(lambda _: manager.create_job(wish(idempotency_key="k")), range(100)))
        assert len(ids) == 1
        assert manager.list_jobs()[1] == 1

    def test_keys_survive_a_restart_also_those_of_joined_requests(self, tmp_path: Path, gate: Gate) -> None:
        executors = {JobKind.ETL: gate}
        with started(build(tmp_path, executors)) as first:
            first.create_job(wish("test"))
            gate.wait_entered()
            waiting = first.create_job(wish(idempotency_key="k"))
            assert first.create_job(wish(idempotency_key="joined")) == waiting
        gate.opened.set()
        with started(build(tmp_path, executors, new_id=numbered("later"))) as second:
            assert second.create_job(wish(idempotency_key="k")) == waiting
            assert second.create_job(wish(idempotency_key="joined")) == waiting
            with pytest.raises(IdempotencyConflict):
                second.create_job(wish("test", idempotency_key="k"))

    def test_the_keys_of_one_job_are_bounded(self, manager: JobManager, gate: Gate) -> None:
        manager.create_job(wish("test"))
        gate.wait_entered()
        for n in range(100):
            manager.create_job(wish(idempotency_key=f"key {n}"))
        with pytest.raises(QueueFull):
            manager.create_job(wish(idempotency_key="one more"))


class TestList:
    def test_newest_first_with_filters_and_pages(self, manager: JobManager, gate: Gate) -> None:
        etl = [manager.create_job(wish(mode)) for mode in ("full", "test", "full-again")]
        upload = manager.create_job(wish("all", JobKind.UPLOAD))
        gate.wait_entered()
        gate.wait_entered()
        assert [j.job_id for j in manager.list_jobs()[0]] == [upload, *reversed(etl)]
        assert [j.job_id for j in manager.list_jobs(kind=JobKind.ETL, limit=1, offset=1)[0]] == [etl[1]]
        assert manager.list_jobs(kind=JobKind.ETL, limit=1, offset=1)[1] == 3
        assert [j.job_id for j in manager.list_jobs(status=JobStatus.RUNNING)[0]] == [upload, etl[0]]
        assert [j.job_id for j in manager.list_jobs(mode="test")[0]] == [etl[1]]

    def test_an_unknown_job_is_named(self, manager: JobManager) -> None:
        with pytest.raises(JobNotFound, match=r"^Job nope not found$"):
            manager.get_job("nope")


class TestUpdate:
    def test_a_job_can_be_moved_and_described(self, tmp_path: Path) -> None:
        manager = build(tmp_path)
        job_id = manager.create_job(wish())
        assert manager.update_job(job_id, status="running", current_step="Reading games").version == 2
        assert manager.update_job(job_id, progress=40).progress == 40
        done = manager.update_job(job_id, status=JobStatus.COMPLETED, result={"games": 2})
        assert (done.progress, done.result) == (100, {"games": 2})
        with pytest.raises(IllegalTransition):
            manager.update_job(job_id, progress=10)
        with pytest.raises(IllegalTransition):
            manager.update_job(job_id, status="running")
        manager.stop()

    def test_what_makes_a_job_itself_cannot_be_changed(self, tmp_path: Path) -> None:
        manager = build(tmp_path)
        job_id = manager.create_job(wish())
        with pytest.raises(TypeError, match="job_id"):
            manager.update_job(job_id, job_id="other")
        manager.stop()

    def test_ending_a_running_job_from_outside_is_final(self, manager: JobManager, gate: Gate) -> None:
        job_id = manager.create_job(wish())
        gate.wait_entered()
        manager.update_job(job_id, status=JobStatus.FAILED, error="given up")
        other = manager.create_job(wish("test"))
        gate.opened.set()
        assert ended(manager, other).status is JobStatus.COMPLETED
        assert manager.get_job(job_id).error == "given up"


class TestExecutors:
    def outcome(self, folder: Path, executor: object, **settings: object) -> Job:
        with started(build(folder, {JobKind.UPLOAD: executor}, **settings)) as manager:  # type: ignore[dict-item] - any executor
            return ended(manager, manager.create_job(wish(kind=JobKind.UPLOAD)))

    def test_a_failure_carries_its_sentence_and_lines(self, tmp_path: Path) -> None:
        def fails(_: Job, __: JobContext) -> dict[str, object]:
            raise JobFailed("No games below raw/", ["a.json: empty", "b.json: not JSON \udce9"])

        job = self.outcome(tmp_path, fails)
        assert (job.status, job.error) == (JobStatus.FAILED, "No games below raw/")
        assert job.errors == ("a.json: empty", "b.json: not JSON ?")

    def test_a_domain_error_speaks_for_itself(self, tmp_path: Path) -> None:
        def fails(_: Job, __: JobContext) -> dict[str, object]:
            raise JobNotFound("x")

        assert self.outcome(tmp_path, fails).error == "Job x not found"

    @pytest.mark.parametrize("error", [ValueError("SELECT secret"), SystemExit(1), KeyboardInterrupt()], ids=repr)
    def test_an_unexpected_error_shows_nothing_of_itself(
        self, tmp_path: Path, error: BaseException, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fails(_: Job, __: JobContext) -> dict[str, object]:
            raise error

        job = self.outcome(tmp_path, fails)
        assert job.status is JobStatus.FAILED
        assert job.error is not None
        assert job.error.startswith("Internal error")
        assert f"{JOB}-1" in caplog.text

    @pytest.mark.parametrize(
        "result", [{"x": object()}, {1: 2}, None, {"x": "\ud800"}], ids=["object", "key", "none", "text"]
    )
    def test_a_result_that_json_cannot_carry_fails_the_job(self, tmp_path: Path, result: object) -> None:
        assert self.outcome(tmp_path, lambda *_: result).status is JobStatus.FAILED

    def test_the_tables_of_the_result_are_those_of_the_job(self, tmp_path: Path) -> None:
        job = self.outcome(tmp_path, lambda *_: {"tables_created": ["dim_team", "fact_goals"]})
        assert job.tables_created == ("dim_team", "fact_goals")

    def test_a_job_that_takes_too_long_fails(self, tmp_path: Path) -> None:
        job = self.outcome(tmp_path, Gate(), timeout_seconds=0.1)
        assert job.status is JobStatus.FAILED
        assert job.error == "The job took longer than 0.1 seconds and was stopped"

    def test_a_thread_that_only_watches_the_event_is_timed_out_too(self, tmp_path: Path) -> None:
        def waits(_: Job, context: JobContext) -> dict[str, object]:
            assert context.cancel_requested.wait(10)
            raise ConnectionError("query cancelled")

        assert "took longer" in str(self.outcome(tmp_path, waits, timeout_seconds=0.1).error)

    def test_a_job_may_cancel_itself(self, tmp_path: Path) -> None:
        def gives_up(_: Job, __: JobContext) -> dict[str, object]:
            raise JobCancelled("nothing to do")

        assert self.outcome(tmp_path, gives_up).status is JobStatus.CANCELLED

    def test_the_log_takes_what_a_thread_says(self, tmp_path: Path) -> None:
        def speaks(_: Job, context: JobContext) -> dict[str, object]:
            context.log("42 rows \udce9")
            return {}

        with started(build(tmp_path, {JobKind.UPLOAD: speaks})) as manager:
            job = ended(manager, manager.create_job(wish(kind=JobKind.UPLOAD)))
            assert manager.log_path(job.job_id).read_text(encoding="utf-8") == "42 rows ?\n"
            assert job.log_available


class TestProgress:
    def test_reports_are_merged_to_a_few_versions_and_the_last_arrives(self, tmp_path: Path) -> None:
        gate = threading.Event()

        def works(_: Job, context: JobContext) -> dict[str, object]:
            for n in range(2000):
                context.report(n / 20, f"row {n}", eta_seconds=1.5)
            gate.wait(10)
            return {}

        with started(build(tmp_path, {JobKind.UPLOAD: works})) as manager:
            job_id = manager.create_job(wish(kind=JobKind.UPLOAD))
            wait_until(lambda: manager.get_job(job_id).current_step == "row 1999")
            job = manager.get_job(job_id)
            assert (job.progress, job.eta_seconds) == (99, 1.5)
            assert job.version < 10
            gate.set()
            assert ended(manager, job_id).eta_seconds is None

    def test_nonsense_is_not_believed(self, tmp_path: Path) -> None:
        def works(_: Job, context: JobContext) -> dict[str, object]:
            context.report(50, "x" * 1000)
            for progress in (float("nan"), float("inf"), -1e300, 1e300, 10):
                context.report(progress, "lone \udcff surrogate", eta_seconds=float("nan"), tables_created=["a\udcff"])
            raise JobFailed("stop here")

        with started(build(tmp_path, {JobKind.UPLOAD: works})) as manager:
            job = ended(manager, manager.create_job(wish(kind=JobKind.UPLOAD)))
        assert job.progress == 50
        assert (job.current_step, job.eta_seconds) == ("lone ? surrogate", None)
        assert job.tables_created == ("a?",)


class TestCancel:
    def test_a_waiting_job_is_cancelled_at_once(self, manager: JobManager, gate: Gate) -> None:
        manager.create_job(wish("test"))
        gate.wait_entered()
        job_id = manager.create_job(wish())
        assert manager.cancel_job(job_id).status is JobStatus.CANCELLED

    def test_a_running_job_is_returned_when_it_has_ended(self, manager: JobManager, gate: Gate) -> None:
        job_id = manager.create_job(wish())
        gate.wait_entered()
        job = manager.cancel_job(job_id)
        assert (job.status, job.error) == (JobStatus.CANCELLED, None)

    def test_a_finished_job_is_refused(self, manager: JobManager, gate: Gate) -> None:
        gate.opened.set()
        job_id = manager.create_job(wish())
        ended(manager, job_id)
        with pytest.raises(JobAlreadyFinished, match="already completed"):
            manager.cancel_job(job_id)

    def test_an_unknown_job_is_refused(self, manager: JobManager) -> None:
        with pytest.raises(JobNotFound):
            manager.cancel_job("nope")

    def test_two_cancels_of_one_job_both_get_its_end(self, manager: JobManager, gate: Gate) -> None:
        job_id = manager.create_job(wish())
        gate.wait_entered()

        def cancel(_: int) -> JobStatus | None:
            try:
                return manager.cancel_job(job_id).status
            except JobAlreadyFinished:
                return None

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(cancel, range(4))) <= {JobStatus.CANCELLED, None}
        assert manager.get_job(job_id).status is JobStatus.CANCELLED

    def test_a_job_that_resists_is_not_called_cancelled(self, tmp_path: Path) -> None:
        release = threading.Event()

        def resists(_: Job, context: JobContext) -> dict[str, object]:
            release.wait(10)
            context.check()
            return {}

        with started(build(tmp_path, {JobKind.UPLOAD: resists}, cancel_wait_seconds=0.1)) as manager:
            job_id = manager.create_job(wish(kind=JobKind.UPLOAD))
            wait_until(lambda: manager.get_job(job_id).status is JobStatus.RUNNING)
            job = manager.cancel_job(job_id)
            assert (job.status, job.current_step) == (JobStatus.RUNNING, "Cancelling")
            release.set()
            assert ended(manager, job_id).status is JobStatus.CANCELLED

    def test_cancel_against_finish_has_one_end_every_time(self, tmp_path: Path) -> None:
        def short(_: Job, context: JobContext) -> dict[str, object]:
            if context.cancel_requested.wait(0.001):
                context.check()
            return {}

        ends: list[JobStatus] = []
        with started(build(tmp_path, {JobKind.ETL: short}, keep_finished=50)) as manager:
            for n in range(300):
                job_id = manager.create_job(wish(game_ids=(n,)))
                time.sleep(0.0015 * (n % 3))
                try:
                    ends.append(manager.cancel_job(job_id).status)
                except JobAlreadyFinished:
                    ends.append(JobStatus.COMPLETED)
                assert manager.get_job(job_id).status is ends[-1]
        assert set(ends) == {JobStatus.CANCELLED, JobStatus.COMPLETED}


class TestStop:
    def test_running_jobs_fail_pending_ones_stay_and_run_after_the_start(self, tmp_path: Path, gate: Gate) -> None:
        executors = {JobKind.ETL: gate}
        manager = build(tmp_path, executors)
        with started(manager):
            running = manager.create_job(wish())
            gate.wait_entered()
            waiting = manager.create_job(wish("test"))
        with pytest.raises(ShuttingDown):
            manager.create_job(wish())
        again = build(tmp_path, executors)
        gate.opened.set()
        with started(again):
            assert again.get_job(running).status is JobStatus.FAILED
            assert "shut down" in str(again.get_job(running).error)
            assert ended(again, waiting).status is JobStatus.COMPLETED

    def test_an_executor_that_does_not_end_does_not_hold_up_the_stop(self, tmp_path: Path) -> None:
        release = threading.Event()
        manager = build(tmp_path, {JobKind.UPLOAD: lambda *_: release.wait(20)})
        manager.start()
        job_id = manager.create_job(wish(kind=JobKind.UPLOAD))
        wait_until(lambda: manager.get_job(job_id).status is JobStatus.RUNNING)
        began = time.monotonic()
        manager.stop(0.2)
        assert time.monotonic() - began < 2
        release.set()
        again = build(tmp_path)
        (lost,) = again.recover()
        assert (lost.job_id, lost.status, lost.error) == (job_id, JobStatus.FAILED, INTERRUPTED)
        again.stop()


class TestForgetting:
    def test_only_the_last_finished_jobs_are_kept_and_logs_go_with_the_others(self, tmp_path: Path) -> None:
        with started(build(tmp_path, {JobKind.ETL: quiet}, keep_finished=3)) as manager:
            for n in range(8):
                job_id = manager.create_job(wish(game_ids=(n,), idempotency_key=f"key {n}"))
                ended(manager, job_id)
            wait_until(lambda: manager.list_jobs()[1] == 3)
            assert [j.job_id for j in manager.list_jobs()[0]] == [f"{JOB}-{n}" for n in (8, 7, 6)]
            wait_until(lambda: len(list((tmp_path / "logs").iterdir())) == 3)
            with pytest.raises(JobNotFound):
                manager.get_job(f"{JOB}-1")

    def test_old_jobs_go_by_age(self, tmp_path: Path) -> None:
        clock = Clock()
        manager = build(tmp_path, now=clock, keep_for=timedelta(days=30))
        old = manager.create_job(wish())
        manager.cancel_job(old)
        clock.forward(days=31)
        waiting = manager.create_job(wish("test"))
        manager.tick()
        assert [j.job_id for j in manager.list_jobs()[0]] == [waiting]
        manager.stop()


class TestSubscribe:
    async def collect(self, manager: JobManager, job_id: str | None, *, since: int = 0) -> list[tuple[int, JobStatus]]:
        return [(c.job.version, c.job.status) async for c in manager.subscribe(job_id, since=since)]

    def test_a_job_is_followed_to_its_end(self, manager: JobManager, gate: Gate) -> None:
        async def scene() -> list[tuple[int, JobStatus]]:
            job_id = await asyncio.to_thread(manager.create_job, wish())
            watching = asyncio.create_task(self.collect(manager, job_id))
            await asyncio.sleep(0.05)
            gate.opened.set()
            return await asyncio.wait_for(watching, 10)

        seen = asyncio.run(scene())
        versions = [version for version, _ in seen]
        assert versions == sorted(set(versions))
        assert seen[-1][1] is JobStatus.COMPLETED

    def test_a_finished_job_is_told_once_and_only_when_it_is_news(self, manager: JobManager, gate: Gate) -> None:
        gate.opened.set()
        job = ended(manager, manager.create_job(wish()))
        assert asyncio.run(self.collect(manager, job.job_id)) == [(job.version, JobStatus.COMPLETED)]
        assert asyncio.run(self.collect(manager, job.job_id, since=job.version)) == []

    def test_the_versions_that_were_missed_come_one_by_one(self, tmp_path: Path) -> None:
        manager = build(tmp_path)
        job_id = manager.create_job(wish())
        for percent in range(5):
            manager.update_job(job_id, progress=percent + 1)
        manager.cancel_job(job_id)
        for seen in range(1, 7):
            versions = [version for version, _ in asyncio.run(self.collect(manager, job_id, since=seen))]
            assert versions == list(range(seen + 1, 8))
        for seen in (0, 99):
            assert [version for version, _ in asyncio.run(self.collect(manager, job_id, since=seen))] == [7]
        manager.stop()
        again = build(tmp_path)  # which has none of them in memory
        again.recover()
        assert [version for version, _ in asyncio.run(self.collect(again, job_id, since=2))] == [7]
        again.stop()

    def test_a_snapshot_and_what_comes_after_it_are_the_whole(self, tmp_path: Path) -> None:
        manager = build(tmp_path)
        ids = [manager.create_job(wish(mode)) for mode in "abc"]
        seq, jobs, total = manager.snapshot(2)
        assert ([job.job_id for job in jobs], total, seq) == (ids[:0:-1], 3, manager.last_change)
        manager.stop()

    def test_an_unknown_job_is_refused_at_once(self, manager: JobManager) -> None:
        with pytest.raises(JobNotFound):
            manager.subscribe("nope")

    def test_the_feed_of_all_jobs_gives_what_was_missed_also_after_a_restart(self, tmp_path: Path) -> None:
        async def take(manager: JobManager, since: int, count: int) -> list[tuple[int, str, JobStatus]]:
            found = []
            async for change in manager.subscribe(since=since):
                found.append((change.seq, change.job.job_id, change.job.status))
                if len(found) == count:
                    break
            return found

        with started(build(tmp_path, {JobKind.ETL: quiet})) as first:
            ended(first, first.create_job(wish()))
            seen = asyncio.run(asyncio.wait_for(take(first, 0, 3), 10))
        assert [status for _, _, status in seen] == [JobStatus.PENDING, JobStatus.RUNNING, JobStatus.COMPLETED]
        with started(build(tmp_path, {JobKind.ETL: quiet}, new_id=numbered("later"))) as second:
            ended(second, second.create_job(wish()))
            assert asyncio.run(asyncio.wait_for(take(second, seen[0][0], 2), 10)) == seen[1:]
            missed = asyncio.run(asyncio.wait_for(take(second, seen[-1][0], 3), 10))
        assert [job_id for _, job_id, _ in missed] == ["later-1"] * 3

    def test_streams_end_at_the_shutdown_and_slow_ones_hold_nobody_up(self, manager: JobManager, gate: Gate) -> None:
        gate.opened.set()

        async def slow() -> int:
            count = 0
            async for _ in manager.subscribe():
                count += 1
                await asyncio.sleep(0.02)
            return count

        async def scene() -> int:
            watching = [asyncio.create_task(slow()) for _ in range(50)]
            await asyncio.sleep(0.05)
            job_id = await asyncio.to_thread(manager.create_job, wish())
            await asyncio.to_thread(ended, manager, job_id)
            manager.end_streams()
            return min(await asyncio.wait_for(asyncio.gather(*watching), 5))

        assert asyncio.run(scene()) >= 1
        assert asyncio.run(self.collect(manager, None)) == []


class TestReading:
    def test_nobody_who_reads_waits_for_a_writer(self, manager: JobManager) -> None:
        job_id = manager.create_job(wish())
        with manager._lock:  # as while a write waits for the disk
            assert manager.get_job(job_id).job_id == job_id
            assert manager.list_jobs()[1] == 1
            assert asyncio.run(self.first(manager, job_id)) == job_id

    async def first(self, manager: JobManager, job_id: str) -> str:
        async for change in manager.subscribe(job_id):
            return change.job.job_id
        raise AssertionError

    def test_the_start_refuses_when_the_journal_is_gone(self, tmp_path: Path) -> None:
        manager = build(tmp_path)
        manager.stop()
        with pytest.raises(JournalUnavailable):
            manager.start()

    def test_a_lane_gives_nothing_once_the_server_stops(self, tmp_path: Path) -> None:
        manager = build(tmp_path)
        manager.create_job(wish())
        manager.stop()
        assert manager.claim_next(Lane.ETL) is None
