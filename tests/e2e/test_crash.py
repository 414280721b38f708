"""What a crash leaves: no job lost or stuck, no child alive, and a whole league in `data/output`."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, published
from tests.e2e.server import ROOT, Server, wait_until

KILLS = 6
PROOF_KILLS = 200


class Reader(threading.Thread):
    """Reads `data/output` all the time, and remembers every league that was not whole."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(daemon=True)
        self.data_dir = DataDir(data_dir)
        self.stop = threading.Event()
        self.reads = 0
        self.broken: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                if snapshot := published(self.data_dir):
                    snapshot.verify()
                    self.reads += 1
            except (DamagedSnapshot, OSError) as error:
                self.broken.append(str(error))
            time.sleep(0.005)


@contextmanager
def reader_of(data_dir: Path) -> Iterator[Reader]:
    reader = Reader(data_dir)
    reader.start()
    yield reader
    reader.stop.set()
    reader.join(10)


def run_etl(data_dir: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "run_etl.py", "--data-dir", str(data_dir), *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def kill_run_after(run: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        children = psutil.Process(run.pid).children(recursive=True)
        run.kill()
        for child in children:
            child.send_signal(signal.SIGKILL)
        run.wait(10)


def kill_at_random_moments(league: Path, kills: int) -> Reader:
    started = time.monotonic()
    assert run_etl(league).wait(60) == 0
    whole_run = time.monotonic() - started
    moments = random.Random(20261123)
    with reader_of(league) as reader:
        for _ in range(kills):
            kill_run_after(run_etl(league), moments.uniform(0, whole_run * 1.05))
        assert run_etl(league).wait(60) == 0, "a run after so many killed ones did not come through"
    return reader


def test_kills_at_random_moments_leave_one_whole_snapshot(league: Path) -> None:
    reader = kill_at_random_moments(league, KILLS)
    assert reader.broken == []
    assert reader.reads > 0


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_two_hundred_kills_at_random_moments(league: Path) -> None:
    reader = kill_at_random_moments(league, PROOF_KILLS)
    left = sorted(p.name for p in (league / "snapshots").iterdir())
    print(  # noqa: T201 - quoted in the notes
        f"\nETL killed {PROOF_KILLS} times: {reader.reads} whole reads, {len(reader.broken)} broken, {len(left)} left"
    )
    assert reader.broken == []
    assert len(left) <= 6


def test_a_killed_server_loses_no_job_and_its_child_does_not_live_on(league: Path) -> None:
    with Server(league) as server:
        running = server.trigger()
        waiting = server.trigger(mode="test")
        wait_until(lambda: server.job(running)["status"] == "running" and server.children())
        children = server.children()
        server.kill()
        server.start()

        lost = server.wait_for(running, "failed")
        assert "restart" in lost["error"] or "server" in lost["error"]
        assert server.wait_for(waiting, "completed")["job_id"] == waiting
        for child in children:
            wait_until(lambda child=child: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        history = server.http.get("/api/etl/history").json()
        assert [job["job_id"] for job in history] == [waiting, running]


def test_a_stopped_server_ends_its_child_and_stops_in_time(league: Path) -> None:
    with Server(league) as server:
        job_id = server.trigger()
        wait_until(lambda: server.job(job_id)["status"] == "running" and server.children())
        children = server.children()
        started = time.monotonic()
        assert server.terminate() in {0, -signal.SIGTERM}
        assert time.monotonic() - started < 12
        assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
        server.start()
        assert server.job(job_id)["status"] in {"failed", "cancelled", "completed"}


def kill_server_at_random_moments(league: Path, kills: int) -> tuple[Reader, list[str]]:
    """Kill the server while jobs come in; every job that was accepted must end, and end once."""
    moments = random.Random(7)
    accepted: list[str] = []
    with Server(league) as server, reader_of(league) as reader:
        for turn in range(kills):
            accepted.append(server.trigger(mode=("full", "incremental", "test")[turn % 3]))
            time.sleep(moments.uniform(0, 1.5))
            server.kill()
            server.start()
        finals = {job_id: server.wait_for(job_id)["status"] for job_id in accepted}
        assert server.wait_for(server.trigger(), "completed")
        assert {job_id: server.job(job_id)["status"] for job_id in accepted} == finals
    return reader, list(finals.values())


def test_a_server_killed_again_and_again_neither_loses_nor_doubles_a_job(league: Path) -> None:
    reader, finals = kill_server_at_random_moments(league, 3)
    assert reader.broken == []
    assert len(finals) == 3


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_server_killed_a_hundred_times(league: Path) -> None:
    reader, finals = kill_server_at_random_moments(league, 100)
    {status: finals.count(status) for status in sorted(set(finals))}
    assert reader.broken == []


def test_runs_that_overlap_are_told_apart(league: Path) -> None:
    first = run_etl(league)
    wait_until((league / "state" / "etl.lock").exists)
    time.sleep(0.1)
    command = [sys.executable, "run_etl.py", "--data-dir", str(league)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert first.wait(60) == 0
    if second.returncode != 0:  # the first may have been done before the second asked
        assert second.returncode == 1
        assert "Traceback" not in second.stderr
        assert len(second.stderr.strip().splitlines()) == 1
