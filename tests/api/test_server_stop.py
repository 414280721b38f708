"""Shutdown begins at the signal: whatever is open or running, the process has gone within ten seconds."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.api.server_process import MODULE, UVICORN, Server, server
from tests.api.serving import behave


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def running_job(started: Server) -> str:
    job_id = started.post("/api/etl/trigger", json={"mode": "full"}).json()["job_id"]
    while started.get(f"/api/etl/status/{job_id}?wait=5").json()["progress"] == 0:
        pass
    return job_id


def processes_of(job_id: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BENCHSIGHT_RUN_ID") == job_id and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


class LongPoll(threading.Thread):
    """Waits a minute for a job that does not change."""

    def __init__(self, started: Server, job_id: str) -> None:
        super().__init__(daemon=True)
        self.url = f"{started.url}/api/etl/status/{job_id}"
        self.etag = httpx.get(self.url).headers["ETag"]
        self.answer: httpx.Response | None = None
        self.start()
        while "benchsight_http_requests_in_progress 2.0" not in started.get("/metrics").text:  # it, and this one
            time.sleep(0.05)

    def run(self) -> None:
        self.answer = httpx.get(self.url, params={"wait": 60}, headers={"If-None-Match": self.etag}, timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("command", [MODULE, UVICORN], ids=["module", "uvicorn"])
def test_an_open_wait_is_answered_and_the_run_is_ended(data_dir: Path, command: tuple[str, ...], number: int) -> None:
    behave(data_dir, "quiet")
    with server(data_dir, command) as started:
        job_id = running_job(started)
        poll = LongPoll(started, job_id)
        _, seconds, said = started.stop(number)
        poll.join(5)
        assert seconds < 5
        assert "Traceback" not in said
        assert poll.answer is not None
        assert poll.answer.status_code in {200, 304}
        assert processes_of(job_id) == []


def test_a_run_that_ignores_signals_and_forks_is_gone_within_ten_seconds(data_dir: Path) -> None:
    behave(data_dir, "stubborn")
    with server(data_dir) as started:
        job_id = running_job(started)
        assert len(processes_of(job_id)) >= 1
        _, seconds, _ = started.stop()
        assert seconds < 10
        assert processes_of(job_id) == []
    with server(data_dir) as again:
        job = again.get(f"/api/etl/status/{job_id}").json()
        assert job["status"] == "failed"
        assert "shut down" in job["error"]


def test_clients_that_neither_read_nor_write_hold_nothing_up(data_dir: Path) -> None:
    with server(data_dir) as started:
        with socket.create_connection(("127.0.0.1", started.port)) as half_sent:
            headers = (
                "POST /api/etl/trigger HTTP/1.1",
                f"Host: 127.0.0.1:{started.port}",
                "Content-Type: application/json",
            )
            half_sent.sendall("\r\n".join((*headers, "Content-Length: 100", "", "{")).encode())
            time.sleep(0.3)
            _, seconds, said = started.stop()
            answer = half_sent.recv(65536).decode()
        assert answer.startswith("HTTP/1.1 503")
        assert "shutting_down" in answer
        assert seconds < 10
        assert "Traceback" not in said


def test_reload_with_an_open_wait_does_not_hang(data_dir: Path, tmp_path: Path) -> None:
    behave(data_dir, "quiet")
    watched = tmp_path / "watched"
    watched.mkdir()
    with server(data_dir, (*UVICORN, "--reload", "--reload-dir", str(watched))) as started:
        job_id = running_job(started)
        poll = LongPoll(started, job_id)
        (watched / "changed.py").write_text("changed = True\n")
        poll.join(10)
        assert poll.answer is not None
        give_up_at = time.monotonic() + 20
        while True:
            try:
                job = started.get(f"/api/etl/status/{job_id}", timeout=20).json()
            except httpx.TransportError:
                job = {}
            if job.get("status") == "failed":
                break
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
        assert processes_of(job_id) == []
        _, seconds, said = started.stop()
        assert seconds < 10
        assert "Traceback" not in said


def test_a_killed_server_leaves_nothing_running_and_the_next_one_says_so(data_dir: Path) -> None:
    behave(data_dir, "slow")
    with server(data_dir) as started:
        running = running_job(started)
        behave(data_dir, "works")
        waiting = started.post("/api/etl/trigger", json={"mode": "test"}).json()["job_id"]
        os.kill(started.process.pid, signal.SIGKILL)
        started.process.wait()
    with server(data_dir) as again:
        job = again.get(f"/api/etl/status/{running}").json()
        assert job["status"] == "failed"
        assert job["error"]
        assert processes_of(running) == []
        job = again.get(f"/api/etl/status/{waiting}").json()
        while job["completed_at"] is None:
            job = again.get(f"/api/etl/status/{waiting}?wait=5").json()
        assert job["status"] == "completed"
