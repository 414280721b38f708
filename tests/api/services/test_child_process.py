"""Children of jobs with real processes: they end, with all that they started, and no stranger does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from api.models.job import Job, JobKind, JobStatus
from api.services import child_launch
from api.services.child_process import run_child
from api.services.job_context import JobContext
from api.services.job_errors import JobFailed
from api.services.job_manager import JobManager
from api.services.job_store import JournalUnavailable, ProcessRef
from api.services.process_birth import RUN_MARKER, birth_mark, this_process
from api.services.process_tree import ProcessTree, end_survivors
from tests.api.services.job_parts import JOB, build, ended, script, started, wait_until, wish

DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
FORK = "os.fork()\n"
DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(os.getpid(), flush=True)
        time.sleep(60)
    os._exit(0)
os.wait()
"""
SAY_AND_SLEEP = "print(os.getpid(), flush=True)\ntime.sleep(60)\n"


def pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split() if line.isdigit()] if log.exists() else []


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run(folder: Path, program: str, *, grace: float = 0.3, **settings: object) -> tuple[Job, str]:
    """One job to its end, with its log."""
    with started(build(folder, {JobKind.ETL: script(program, grace_seconds=grace)}, **settings)) as manager:
        job = ended(manager, manager.create_job(wish()))
        return job, manager.log_path(job.job_id).read_text()


class Tree:
    """A started job whose processes have all said their pids."""

    def __init__(self, folder: Path, program: str, processes: int, grace: float = 0.3) -> None:
        self.manager: JobManager = build(folder, {JobKind.ETL: script(program, grace_seconds=grace)})
        self.manager.start()
        self.job_id = self.manager.create_job(wish())
        self.log = self.manager.log_path(self.job_id)
        wait_until(lambda: len(pids(self.log)) == processes)
        self.pids = pids(self.log)


class TestEnd:
    def test_what_it_prints_is_in_the_log_and_its_code_is_returned(self, tmp_path: Path) -> None:
        job, log = run(tmp_path, "print('out'); sys.stdout.flush(); print('err', file=sys.stderr); sys.exit(3)")
        assert job.result == {"exit_code": 3}
        assert log == "out\nerr\n"

    def test_stdin_is_empty(self, tmp_path: Path) -> None:
        _, log = run(tmp_path, "print(repr(sys.stdin.read()))")
        assert log == "''\n"

    def test_a_big_output_without_a_reader_is_whole(self, tmp_path: Path) -> None:
        job, log = run(tmp_path, "sys.stdout.write('x' * 5_000_000)")
        assert job.result == {"exit_code": 0}
        assert len(log) == 5_000_000

    def test_a_child_that_is_killed_shows_the_signal(self, tmp_path: Path) -> None:
        job, _ = run(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
        assert job.result == {"exit_code": -9}

    def test_a_program_that_is_not_there(self, tmp_path: Path) -> None:
        def execute(_: Job, context: JobContext) -> dict[str, object]:
            return {"code": run_child(["/no/such/program"], cwd=tmp_path, env={}, context=context)}

        with started(build(tmp_path, {JobKind.ETL: execute})) as manager:
            job = ended(manager, manager.create_job(wish()))
            assert job.result == {"code": child_launch.NOT_STARTED}
            assert "cannot be started: No such file" in manager.log_path(job.job_id).read_text()

    def test_a_folder_that_is_not_there_fails_in_words(self, tmp_path: Path) -> None:
        def execute(_: Job, context: JobContext) -> dict[str, object]:
            return {"code": run_child(["true"], cwd=tmp_path / "gone", env={}, context=context)}

        with started(build(tmp_path, {JobKind.ETL: execute})) as manager:
            job = ended(manager, manager.create_job(wish()))
        assert (job.status, job.error) == (
            JobStatus.FAILED,
            "The job's program could not be started: No such file or directory",
        )

    def test_a_grandchild_that_holds_the_output_is_ended_with_the_child(self, tmp_path: Path) -> None:
        began = time.monotonic()
        job, log = run(
            tmp_path, "if os.fork() == 0:\n    print(os.getpid(), flush=True); time.sleep(60)\ntime.sleep(0.3)"
        )
        assert job.result == {"exit_code": 0}
        assert time.monotonic() - began < 5
        assert not any(alive(int(pid)) for pid in log.split())

    def test_a_daemon_left_behind_is_ended(self, tmp_path: Path) -> None:
        job, log = run(tmp_path, DAEMON + "time.sleep(0.3)")
        assert job.status is JobStatus.COMPLETED
        assert len(log.split()) == 1
        assert not any(alive(int(pid)) for pid in log.split())

    def test_output_without_bound_ends_the_job(self, tmp_path: Path) -> None:
        job, _ = run(tmp_path, "while True: print('x' * 10_000)", max_log_bytes=1_000_000)
        assert job.status is JobStatus.FAILED
        assert "log grew beyond 1000000 bytes" in str(job.error)

    def test_its_environment_is_the_given_one_with_the_marker(self, tmp_path: Path) -> None:
        _, log = run(tmp_path, f"print(os.environ.get('{RUN_MARKER}'), 'HOME' in os.environ)")
        assert log == f"{JOB}-1 False\n"


class TestStop:
    @pytest.mark.parametrize(
        ("program", "processes"),
        [
            (SAY_AND_SLEEP, 1),
            (FORK + FORK + SAY_AND_SLEEP, 4),
            (DEAF + FORK + SAY_AND_SLEEP, 2),
            (DEAF + DAEMON + SAY_AND_SLEEP, 2),
            ("os.fork() or os.setpgid(0, 0)\n" + DEAF + SAY_AND_SLEEP, 2),
            ("if os.fork() == 0:\n    os.setsid()\n" + DEAF + SAY_AND_SLEEP, 2),
        ],
        ids=["plain", "forks", "deaf and forks", "deaf with a daemon", "own group", "own session"],
    )
    def test_cancelled_means_that_nobody_is_left(self, tmp_path: Path, program: str, processes: int) -> None:
        tree = Tree(tmp_path, program, processes)
        began = time.monotonic()
        job = tree.manager.cancel_job(tree.job_id)
        assert job.status is JobStatus.CANCELLED
        assert [pid for pid in tree.pids if alive(pid)] == []
        assert time.monotonic() - began < 3
        tree.manager.stop()

    def test_a_stopped_process_is_killed(self, tmp_path: Path) -> None:
        tree = Tree(tmp_path, "print(os.getpid(), flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)", 1)
        assert tree.manager.cancel_job(tree.job_id).status is JobStatus.CANCELLED
        tree.manager.stop()

    def test_a_child_has_the_grace_to_clean_up(self, tmp_path: Path) -> None:
        program = (
            "def bye(*_):\n    print('cleaned', flush=True); sys.exit(143)\n"
            "signal.signal(signal.SIGTERM, bye)\n" + SAY_AND_SLEEP
        )
        tree = Tree(tmp_path, program, 1, grace=5)
        assert tree.manager.cancel_job(tree.job_id).status is JobStatus.CANCELLED
        assert "cleaned" in tree.log.read_text()
        tree.manager.stop()

    def test_a_child_that_had_finished_its_work_is_completed(self, tmp_path: Path) -> None:
        program = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n" + SAY_AND_SLEEP
        tree = Tree(tmp_path, program, 1, grace=5)
        assert tree.manager.cancel_job(tree.job_id).status is JobStatus.COMPLETED
        tree.manager.stop()

    def test_a_job_over_its_time_is_ended_and_failed(self, tmp_path: Path) -> None:
        job, log = run(tmp_path, DEAF + FORK + SAY_AND_SLEEP, timeout_seconds=0.5)
        assert (job.status, job.error) == (JobStatus.FAILED, "The job took longer than 0.5 seconds and was stopped")
        assert not any(alive(int(pid)) for pid in log.split())

    def test_a_stop_of_the_server_ends_the_children(self, tmp_path: Path) -> None:
        tree = Tree(tmp_path, DEAF + FORK + SAY_AND_SLEEP, 2)
        began = time.monotonic()
        tree.manager.stop()
        assert time.monotonic() - began < 3
        assert [pid for pid in tree.pids if alive(pid)] == []
        assert "shut down" in str(tree.manager.get_job(tree.job_id).error)

    def test_an_error_while_reading_progress_ends_the_child(self, tmp_path: Path) -> None:
        seen: list[int] = []

        def on_poll() -> None:
            seen.extend(pids(tmp_path / "logs" / f"{JOB}-1.log"))
            if seen:
                raise JobFailed("progress cannot be read")

        with started(build(tmp_path, {JobKind.ETL: script(SAY_AND_SLEEP, on_poll=on_poll)})) as manager:
            job = ended(manager, manager.create_job(wish()))
        assert job.error == "progress cannot be read"
        assert not alive(seen[0])


class TestBegin:
    class Books:
        """Whoever keeps the books: notes the child, or cannot."""

        def __init__(self, log: Path, *, broken: bool) -> None:
            self.log, self.broken, self.child, self.printed = log, broken, ProcessRef(0, ""), "?"

        def report(self, _: str, __: object) -> None:
            pass

        def note_child(self, _: str, child: ProcessRef) -> None:
            time.sleep(0.2)  # a slow disk: the program must not begin meanwhile
            self.child, self.printed = child, self.log.read_text()
            assert birth_mark(child.pid) == child.born
            if self.broken:
                raise JournalUnavailable("the disk is full")

    def context(self, folder: Path, *, broken: bool) -> tuple[JobContext, Books]:
        job = Job.model_validate(
            {"job_id": "run-1", "kind": "etl", "mode": "full", "created_at": "2026-11-23T12:00:00Z"}
        )
        log = folder / "run-1.log"
        books = self.Books(log, broken=broken)
        return JobContext(job, log_path=log, timeout_seconds=20, max_log_bytes=10**6, owner=books), books

    def test_the_child_is_journalled_before_its_program_begins(self, tmp_path: Path) -> None:
        context, books = self.context(tmp_path, broken=False)
        assert run_child([sys.executable, "-I", "-c", "print('begun')"], cwd=tmp_path, env={}, context=context) == 0
        assert books.printed == ""
        assert context.log_path.read_text() == "begun\n"

    def test_a_child_that_cannot_be_journalled_never_begins(self, tmp_path: Path) -> None:
        context, books = self.context(tmp_path, broken=True)
        with pytest.raises(JournalUnavailable):
            run_child([sys.executable, "-I", "-c", "print('begun')"], cwd=tmp_path, env={}, context=context)
        assert not alive(books.child.pid)
        assert context.log_path.read_text() == ""

    def test_the_launcher_gives_up_without_its_parent_or_its_word(self) -> None:
        launcher = [sys.executable, "-I", "-S", child_launch.__file__]
        for parent, word in [(1, child_launch.GO), (os.getpid(), b""), (os.getpid(), b"x")]:
            done = subprocess.run(
                [*launcher, str(parent), "echo", "begun"], input=word, capture_output=True, check=False, timeout=20
            )
            assert (done.returncode, done.stdout) == (child_launch.NOT_STARTED, b"")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


class TestSurvivors:
    def test_a_stranger_with_the_same_number_is_left_alone(self, stranger: subprocess.Popen[bytes]) -> None:
        child = ProcessRef(stranger.pid, f"{birth_mark(stranger.pid)}0")
        assert end_survivors("run-x", child, grace_seconds=0.1, limit_seconds=2)
        assert stranger.poll() is None

    def test_the_child_with_this_birth_is_ended(self, stranger: subprocess.Popen[bytes]) -> None:
        child = ProcessRef(stranger.pid, str(birth_mark(stranger.pid)))
        assert end_survivors("run-x", child, grace_seconds=0.1, limit_seconds=2)
        assert stranger.wait(5) == -signal.SIGTERM

    def test_whoever_carries_the_marker_is_ended_and_no_other_run(self) -> None:
        ours, other = (
            subprocess.Popen(["sleep", "60"], env={"PATH": "/usr/bin:/bin", RUN_MARKER: run}, start_new_session=True)
            for run in ("run-a", "run-ab")
        )
        assert end_survivors("run-a", None, grace_seconds=1, limit_seconds=2)
        assert ours.wait(5) == -signal.SIGTERM
        assert other.poll() is None
        other.kill()
        other.wait()

    def test_the_wait_for_a_process_that_does_not_die_is_bounded(self, stranger: subprocess.Popen[bytes]) -> None:
        child = ProcessRef(stranger.pid, str(birth_mark(stranger.pid)))
        stranger.send_signal(signal.SIGSTOP)
        assert not end_survivors("run-x", child, grace_seconds=60, limit_seconds=0.2)

    def test_nobody_there_is_no_work(self) -> None:
        assert end_survivors("run-of-nobody", ProcessRef(2**22 + 1, "x"), grace_seconds=5, limit_seconds=5)

    def test_births_differ_and_the_dead_have_none(self, stranger: subprocess.Popen[bytes]) -> None:
        assert birth_mark(stranger.pid) == birth_mark(stranger.pid) != birth_mark(os.getppid())
        assert birth_mark(2**22 + 1) is None
        assert str(os.getpid()) in this_process()

    def test_this_process_is_never_a_member(self) -> None:
        assert os.getpid() not in [p.pid for p in ProcessTree("x", os.getpgrp(), lambda: True).members()]
