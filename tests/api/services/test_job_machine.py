"""Any sequence of what can happen to jobs, crashes included, against a model of a few lines."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from api.models.job import LANE_OF, NEXT, TERMINAL, IllegalTransition, JobKind, JobStatus, Lane
from api.services.job_context import JobContext
from api.services.job_errors import IdempotencyConflict, JobAlreadyFinished, QueueFull
from api.services.job_lanes import Outcome
from api.services.job_manager import JobManager
from api.services.job_queue import waiting
from api.services.job_store import JournalUnavailable
from tests.api.services.job_parts import Clock, build, wish
from tests.api.services.test_job_journal_faults import Journal

MAX_QUEUED = 3
KEYS = st.none() | st.sampled_from(["k1", "k2", "k3"])


class JobMachine(RuleBasedStateMachine):
    """The manager and its SQLite journal; `status`, `queue` and `keys` are the model."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.numbers: Iterator[int] = count(1)
        self.status: dict[str, JobStatus] = {}
        self.kind: dict[str, JobKind] = {}
        self.wish: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.contexts: dict[str, JobContext] = {}
        self.final: dict[str, object] = {}
        self.broken = False
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.folder / "jobs.sqlite3")
        self.manager: JobManager = build(
            self.folder,
            store=self.journal,
            now=self.clock,
            new_id=lambda: f"job-{next(self.numbers)}",
            max_queued=MAX_QUEUED,
            cancel_wait_seconds=0,
            progress_seconds=0,
        )

    def queue(self, lane: Lane) -> list[str]:
        return [j for j, s in self.status.items() if s is JobStatus.PENDING and LANE_OF[self.kind[j]] is lane]

    def pick(self, number: int) -> str:
        return sorted(self.contexts)[number % len(self.contexts)]

    def running(self, lane: Lane) -> list[str]:
        return [j for j, s in self.status.items() if s is JobStatus.RUNNING and LANE_OF[self.kind[j]] is lane]

    @initialize(target=jobs, lanes=st.sets(st.sampled_from([JobKind.ETL, JobKind.UPLOAD, JobKind.TRAIN])))
    def some_lanes_are_busy(self, lanes: set[JobKind]) -> object:
        ids = [self.create(kind, "a", None) for kind in sorted(lanes)]
        for kind in lanes:
            self.claim(LANE_OF[kind])
        return multiple(*ids)

    @rule(target=jobs, kind=st.sampled_from(JobKind), mode=st.sampled_from("ab"), key=KEYS)
    def create(self, kind: JobKind, mode: str, key: str | None) -> object:
        body = f"{kind} {mode}"
        queue = self.queue(LANE_OF[kind])
        same = [j for j in queue if self.wish[j] == body]
        expected = self.keys.get(key) if key else None
        request = wish(mode, kind, idempotency_key=key)
        if expected is not None and self.wish[expected] != body:
            with pytest.raises(IdempotencyConflict):
                self.manager.create_job(request)
            return multiple()
        if expected is None and not same and len(queue) >= MAX_QUEUED:
            with pytest.raises(QueueFull):
                self.manager.create_job(request)
            return multiple()
        if self.broken and expected is None and (key or not same):
            with pytest.raises(JournalUnavailable):
                self.manager.create_job(request)
            return multiple()
        job_id = self.manager.create_job(request)
        assert job_id == (expected or (same[0] if same else job_id))
        if job_id not in self.status:
            self.status[job_id], self.kind[job_id], self.wish[job_id] = JobStatus.PENDING, kind, body
        if key:
            self.keys[key] = job_id
        return job_id

    @rule(lane=st.sampled_from(Lane))
    def claim(self, lane: Lane) -> None:
        if self.broken:
            with pytest.raises(JournalUnavailable):
                self.manager.claim_next(lane)
            return
        context = self.manager.claim_next(lane)
        queue = self.queue(lane)
        if self.running(lane) or not queue:
            assert context is None
        else:
            assert context is not None
            assert context.job.job_id == queue[0]
            self.status[queue[0]] = JobStatus.RUNNING
            self.contexts[queue[0]] = context

    @precondition(lambda self: self.contexts)
    @rule(pick=st.integers(0, 2), percent=st.floats(), step=st.text(max_size=300))
    def report(self, pick: int, percent: float, step: str) -> None:
        self.contexts[self.pick(pick)].report(percent, step, eta_seconds=percent)

    @precondition(lambda self: self.contexts)
    @rule(pick=st.integers(0, 2), status=st.sampled_from(sorted(TERMINAL)))
    def finish(self, pick: int, status: JobStatus) -> None:
        job_id = self.pick(pick)
        if self.broken:
            with pytest.raises(JournalUnavailable):
                self.manager.finish(self.contexts[job_id], Outcome(status))
            return
        self.manager.finish(self.contexts.pop(job_id), Outcome(status))
        self.status[job_id] = status

    @rule(job_id=jobs)
    def cancel(self, job_id: str) -> None:
        if not NEXT[self.status[job_id]]:
            with pytest.raises(JobAlreadyFinished):
                self.manager.cancel_job(job_id)
        elif self.status[job_id] is JobStatus.RUNNING:
            assert self.manager.cancel_job(job_id).status is JobStatus.RUNNING
            assert self.contexts[job_id].cancel_requested.is_set()
        elif self.broken:
            with pytest.raises(JournalUnavailable):
                self.manager.cancel_job(job_id)
        else:
            self.status[job_id] = self.manager.cancel_job(job_id).status
            assert self.status[job_id] is JobStatus.CANCELLED

    @rule(job_id=jobs, status=st.sampled_from(JobStatus))
    def an_illegal_move_is_refused(self, job_id: str, status: JobStatus) -> None:
        if status not in NEXT[self.status[job_id]]:
            with pytest.raises(IllegalTransition):
                self.manager.update_job(job_id, status=status)

    @rule(job_id=jobs, percent=st.integers(0, 100))
    def what_is_final_cannot_be_described_anew(self, job_id: str, percent: int) -> None:
        if not NEXT[self.status[job_id]]:
            with pytest.raises(IllegalTransition):
                self.manager.update_job(job_id, progress=percent)

    @rule()
    def tick(self) -> None:
        self.manager.tick()

    @rule(seconds=st.integers(-7200, 7200))
    def the_clock_jumps(self, seconds: int) -> None:
        self.clock.at += timedelta(seconds=seconds)

    @rule(broken=st.sampled_from([True, False, False, False]))
    def the_disk_breaks_or_heals(self, broken: bool) -> None:
        self.broken = broken
        self.journal.writable(not self.broken)

    @rule()
    def the_server_dies_and_starts_again(self) -> None:
        self.journal.close()
        self.open()
        self.broken = False
        lost = self.manager.recover()
        expected = {job_id for job_id, status in self.status.items() if status is JobStatus.RUNNING}
        assert {job.job_id for job in lost} == expected
        for job in lost:
            assert job.error is not None
            self.status[job.job_id] = JobStatus.FAILED
        self.contexts.clear()

    @invariant()
    def every_job_is_where_the_model_has_it(self) -> None:
        found = {job.job_id: job for job in self.manager.list_jobs(limit=1000)[0]}
        assert {job_id: job.status for job_id, job in found.items()} == self.status
        for job_id, job in found.items():
            if job.finished:
                assert self.final.setdefault(job_id, job) == job, "what is final never changes"
            assert (job.progress == 100) == (job.status is JobStatus.COMPLETED)

    @invariant()
    def memory_is_what_the_journal_says(self) -> None:
        assert [record.job for record, _ in self.journal.load()[0]] == self.manager._registry.jobs()

    @invariant()
    def at_most_one_job_runs_in_a_lane(self) -> None:
        for lane in Lane:
            running = [j for j in self.manager.list_jobs(status=JobStatus.RUNNING)[0] if j.lane is lane]
            assert len(running) <= 1

    @invariant()
    def versions_grow_by_one(self) -> None:
        versions: dict[str, list[int]] = {}
        for change in self.manager._feed._kept:
            versions.setdefault(change.job.job_id, []).append(change.job.version)
        for seen in versions.values():
            assert all(later == earlier + 1 for earlier, later in pairwise(seen))

    @invariant()
    def the_waiting_know_their_place(self) -> None:
        if self.broken:
            return
        self.manager.tick()
        for lane in Lane:
            steps = [self.manager.get_job(job_id).current_step for job_id in self.queue(lane)]
            assert steps == [waiting(place) for place in range(1, len(steps) + 1)]

    def teardown(self) -> None:
        self.manager.stop()
        shutil.rmtree(self.folder)


TestJobMachine = JobMachine.TestCase
TestJobMachine.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.proof
@pytest.mark.timeout(1200)
class TestJobMachineAtLength(JobMachine.TestCase):  # type: ignore[misc,name-defined] - made by Hypothesis
    settings = settings(
        max_examples=1000, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
    )
