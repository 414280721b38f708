"""What happens when the journal cannot be written: nothing that was promised is lost, nothing is promised falsely."""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.models.job import Job, JobKind, JobStatus, Lane
from api.services.job_context import JobContext, StopReason
from api.services.job_errors import JobInterrupted
from api.services.job_lanes import JobLanes, Outcome
from api.services.job_manager import JobManager
from api.services.job_queue import fingerprint
from api.services.job_recovery import INTERRUPTED
from api.services.job_store import JournalUnavailable, StoredJob
from api.services.job_store_sqlite import SqliteJobStore
from tests.api.services.job_parts import JOB, Clock, Gate, build, ended, script, started, wait_until, wish


class Journal(SqliteJobStore):
    """The real journal with a switch that makes SQLite refuse every write."""

    def writable(self, yes: bool) -> None:
        self._db.execute(f"PRAGMA query_only = {'OFF' if yes else 'ON'}")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "jobs.sqlite3")


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def manager(tmp_path: Path, journal: Journal, gate: Gate) -> Iterator[JobManager]:
    with started(build(tmp_path, {JobKind.ETL: gate}, store=journal)) as running:
        yield running


def test_a_job_that_cannot_be_written_down_does_not_exist(manager: JobManager, journal: Journal) -> None:
    journal.writable(False)
    with pytest.raises(JournalUnavailable, match="may not be written"):
        manager.create_job(wish(idempotency_key="k"))
    assert manager.list_jobs() == ([], 0)
    assert manager.warnings() == ["The job journal does not work: it may not be written"]
    journal.writable(True)
    assert manager.create_job(wish("test", idempotency_key="k")), "the key was not taken"
    assert manager.warnings() == []


def test_an_end_that_cannot_be_written_waits_and_holds_its_lane(
    manager: JobManager, journal: Journal, gate: Gate
) -> None:
    first, second = manager.create_job(wish()), manager.create_job(wish("test"))
    gate.wait_entered()
    journal.writable(False)
    gate.opened.set()
    wait_until(manager.warnings)
    assert manager.get_job(first).status is JobStatus.RUNNING
    assert manager.get_job(second).status is JobStatus.PENDING
    journal.writable(True)
    assert ended(manager, first).result == {"done": first}
    assert ended(manager, second).status is JobStatus.COMPLETED


def test_an_end_that_could_never_be_written_is_a_failure_after_the_restart(
    tmp_path: Path, journal: Journal, gate: Gate
) -> None:
    manager = build(tmp_path, {JobKind.ETL: gate}, store=journal)
    manager.start()
    job_id = manager.create_job(wish())
    gate.wait_entered()
    journal.writable(False)
    gate.opened.set()
    wait_until(manager.warnings)
    manager.stop()
    again = build(tmp_path)
    assert [(job.job_id, job.error) for job in again.recover()] == [(job_id, INTERRUPTED)]
    again.stop()


def test_a_job_that_cannot_be_started_waits(tmp_path: Path, journal: Journal, gate: Gate) -> None:
    manager = build(tmp_path, {JobKind.ETL: gate}, store=journal)
    job_id = manager.create_job(wish())
    journal.writable(False)
    with started(manager):
        wait_until(manager.warnings)
        assert manager.get_job(job_id).status is JobStatus.PENDING
        journal.writable(True)
        gate.opened.set()
        assert ended(manager, job_id).status is JobStatus.COMPLETED


def test_places_and_old_jobs_that_could_not_be_written_are_put_right_later(tmp_path: Path, journal: Journal) -> None:
    clock = Clock()
    manager = build(tmp_path, store=journal, now=clock)
    old, *waiting = [manager.create_job(wish(mode)) for mode in "abc"]
    manager.cancel_job(old)
    clock.forward(days=365)
    journal.writable(False)
    manager.tick()
    assert manager.get_job(old).finished
    journal.writable(True)
    manager.tick()
    assert [job.job_id for job in reversed(manager.list_jobs()[0])] == waiting
    manager.stop()


class TestAnotherServer:
    """A second writer, as a shared store may have one day: the journal decides, and memory follows it."""

    def running(self, manager: JobManager) -> JobContext:
        manager.create_job(wish())
        context = manager.claim_next(Lane.ETL)
        assert context is not None
        return context

    def takes_over(self, journal: Journal, job_id: str) -> None:
        stored = journal.read(job_id)
        assert stored is not None
        record = stored[0]
        journal.compare_and_set([replace(record, job=record.job.with_changes(current_step="taken"), owner="other")])

    def test_a_lease_is_renewed_in_time(self, tmp_path: Path, journal: Journal) -> None:
        clock = Clock()
        manager = build(tmp_path, store=journal, now=clock, lease=timedelta(seconds=0.03))
        context = self.running(manager)
        clock.forward(hours=1)
        time.sleep(0.02)
        manager.tick()
        stored = journal.read(context.job.job_id)
        assert stored is not None
        assert stored[0].lease_until == clock() + timedelta(seconds=0.03)
        assert not context.cancel_requested.is_set()
        journal.writable(False)
        time.sleep(0.02)
        manager.tick()
        assert not context.cancel_requested.is_set(), "a fault of the disk does not end the job"
        journal.writable(True)
        manager.stop()

    def test_a_lost_lease_ends_the_run(self, tmp_path: Path, journal: Journal) -> None:
        manager = build(tmp_path, store=journal, lease=timedelta(seconds=0.001))
        context = self.running(manager)
        self.takes_over(journal, context.job.job_id)
        time.sleep(0.002)
        manager.tick()
        with pytest.raises(JobInterrupted):
            context.check()
        manager.stop()

    def test_a_report_that_comes_too_late_ends_the_run_and_its_end_changes_nothing(
        self, tmp_path: Path, journal: Journal
    ) -> None:
        manager = build(tmp_path, store=journal, progress_seconds=0)
        context = self.running(manager)
        self.takes_over(journal, context.job.job_id)
        context.report(50)
        assert context.stop_reason is StopReason.LOST
        assert manager.get_job(context.job.job_id).current_step == "taken"
        self.takes_over(journal, context.job.job_id)
        manager.finish(context, Outcome(JobStatus.COMPLETED))
        assert manager.get_job(context.job.job_id).status is JobStatus.RUNNING
        manager.stop()

    def test_a_key_that_the_other_took_stands_for_its_job(self, tmp_path: Path, journal: Journal) -> None:
        manager = build(tmp_path, store=journal)
        request = wish(idempotency_key="k")
        theirs = Job(job_id="theirs", kind=JobKind.ETL, mode="full", created_at=Clock()())
        journal.insert(StoredJob(theirs, fingerprint(request)), "k")
        assert manager.create_job(request) == "theirs"
        assert manager.get_job("theirs") == theirs
        manager.stop()


def test_a_cancel_that_cannot_be_written_is_refused(manager: JobManager, journal: Journal, gate: Gate) -> None:
    manager.create_job(wish("test"))
    gate.wait_entered()
    job_id = manager.create_job(wish())
    journal.writable(False)
    with pytest.raises(JournalUnavailable):
        manager.cancel_job(job_id)
    assert manager.get_job(job_id).status is JobStatus.PENDING
    journal.writable(True)
    assert manager.cancel_job(job_id).status is JobStatus.CANCELLED


def test_who_cancels_a_run_whose_end_cannot_be_written_is_told_so_at_once(
    manager: JobManager, journal: Journal, gate: Gate
) -> None:
    job_id = manager.create_job(wish())
    gate.wait_entered()
    journal.writable(False)
    for _ in range(2):  # whoever asks again hears the same
        began = time.monotonic()
        with pytest.raises(
            JournalUnavailable, match="has ended, but is running until that can be stored: The job jour"
        ):
            manager.cancel_job(job_id)
        assert time.monotonic() - began < 5
    assert manager.get_job(job_id).status is JobStatus.RUNNING
    journal.writable(True)
    assert ended(manager, job_id).status is JobStatus.CANCELLED


def test_a_run_that_ended_by_itself_and_cannot_be_written_is_not_waited_for(
    manager: JobManager, journal: Journal, gate: Gate
) -> None:
    job_id = manager.create_job(wish())
    gate.wait_entered()
    journal.writable(False)
    gate.opened.set()
    wait_until(manager.warnings)
    with pytest.raises(JournalUnavailable, match="has ended"):
        manager.cancel_job(job_id)
    journal.writable(True)
    assert ended(manager, job_id).status is JobStatus.COMPLETED


def test_progress_that_cannot_be_written_comes_later(tmp_path: Path, journal: Journal) -> None:
    go = threading.Event()

    def works(_: Job, context: JobContext) -> dict[str, object]:
        journal.writable(False)
        context.report(40, "half way")
        go.wait(10)
        return {}

    with started(build(tmp_path, {JobKind.ETL: works}, store=journal)) as manager:
        job_id = manager.create_job(wish())
        wait_until(manager.warnings)
        assert manager.get_job(job_id).progress == 0
        journal.writable(True)
        wait_until(lambda: manager.get_job(job_id).progress == 40)
        go.set()
        assert ended(manager, job_id).status is JobStatus.COMPLETED


def test_a_child_does_not_begin_unless_it_is_written_down(tmp_path: Path, journal: Journal) -> None:
    run = script("print('begun')")

    def execute(job: Job, context: JobContext) -> dict[str, object]:
        journal.writable(False)
        try:
            return dict(run(job, context))
        finally:
            journal.writable(True)

    with started(build(tmp_path, {JobKind.ETL: execute}, store=journal)) as manager:
        job = ended(manager, manager.create_job(wish()))
        assert (job.status, job.error) == (JobStatus.FAILED, "The job journal does not work: it may not be written")
        assert manager.log_path(job.job_id).read_text() == ""


def test_a_lane_outlives_what_nobody_foresaw(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="api.services.job_lanes")
    manager = build(tmp_path)
    manager.create_job(wish())
    contexts = [manager.claim_next(manager.get_job(f"{JOB}-1").lane)]
    written: list[Outcome] = []

    def claim(_: object) -> JobContext | None:
        return contexts.pop() if contexts else None

    def finish(_: JobContext, outcome: Outcome) -> None:
        written.append(outcome)
        if len(written) == 1:
            raise ValueError("this end cannot be written")

    lanes = JobLanes(claim=claim, execute=lambda _: Outcome(JobStatus.COMPLETED), finish=finish, tick=lambda: 1 / 0)
    lanes.start()
    wait_until(lambda: len(written) == 2)
    assert [outcome.status for outcome in written] == [JobStatus.COMPLETED, JobStatus.FAILED]
    assert lanes.stop(5)
    manager.stop()
