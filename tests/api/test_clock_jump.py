"""Somebody sets the clock by hours while a real server works: no job is timed out, reordered, doubled or stuck."""

import importlib.resources
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.api.server_process import Server, server
from tests.api.serving import KEY, behave
from tests.api.test_restart import job_of, moves_in_the_journal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the library that sets a process's clock is Linux's")
LIBRARY = importlib.resources.files("libfaketime") / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
BY_KEY = {"X-API-Key": KEY}


class SetClock:
    """The wall clock of a server and its children; the monotonic one goes on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, hours: int) -> None:
        half = self._file.with_suffix(".half")
        half.write_text(f"{hours:+d}h\n")
        half.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> SetClock:
    return SetClock(tmp_path)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def started(data_dir: Path, clock: SetClock) -> Iterator[Server]:
    changes = {"ADMIN_API_KEY": KEY, "JOB_TIMEOUT_SECONDS": "3600", "LOG_LEVEL": "WARNING"}
    with server(data_dir, **changes, **clock.environment) as started:
        yield started


def stamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


def logged_in(started: Server) -> dict[str, str]:
    token = started.post("/api/auth/token", json={"api_key": KEY}).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def whoami(started: Server, headers: dict[str, str]) -> tuple[int, str]:
    answer = started.get("/api/auth/me", headers=headers)
    return answer.status_code, answer.json().get("detail", "")


def asked(started: Server, mode: str) -> str:
    return str(started.post("/api/etl/trigger", json={"mode": mode}, headers=BY_KEY).json()["job_id"])


def still_works(started: Server, job_id: str) -> None:
    """The job goes on, and what it reports is taken in."""
    before = job_of(started, job_id, BY_KEY)
    give_up_at = time.monotonic() + 10
    while (now := job_of(started, job_id, BY_KEY))["current_step"] == before["current_step"]:
        assert time.monotonic() < give_up_at, now
        time.sleep(0.05)
    assert now["status"] == "running", now


def told_time(started: Server) -> datetime:
    return stamp(started.get("/api/status", headers=BY_KEY).json()["timestamp"])


def told_order(started: Server) -> tuple[str, list[str]]:
    """The run that ended last, and all of them, the newest first."""
    history = started.get("/api/etl/history", headers=BY_KEY).json()
    return started.get("/api/status", headers=BY_KEY).json()["last_etl"]["job_id"], [job["job_id"] for job in history]


def seconds_of_jobs(started: Server) -> float:
    """What all jobs took in sum, as the figures for monitoring have it."""
    lines = started.get("/metrics", headers=BY_KEY).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("benchsight_job_duration_seconds_sum"))


def test_tokens_are_judged_by_the_wall_clock(started: Server, clock: SetClock) -> None:
    before = logged_in(started)
    assert whoami(started, before) == (200, "")
    clock.set(3)
    assert whoami(started, before) == (401, "The token has expired; log in again")
    ahead = logged_in(started)
    assert whoami(started, ahead) == (200, "")
    clock.set(-2)
    assert whoami(started, ahead)[0] == 401
    assert "not valid yet" in whoami(started, ahead)[1]
    assert whoami(started, logged_in(started)) == whoami(started, BY_KEY) == (200, "")


def test_jobs_go_on_and_keep_their_order(started: Server, clock: SetClock, data_dir: Path) -> None:
    behave(data_dir, "slow")
    running = asked(started, "full")
    still_works(started, running)
    behave(data_dir, "works")
    clock.set(3)
    assert abs(told_time(started) - datetime.now(UTC) - timedelta(hours=3)) < timedelta(minutes=1)
    still_works(started, running)  # three hours are more than a job may take
    second = asked(started, "incremental")
    clock.set(-2)
    still_works(started, running)
    third = asked(started, "test")
    created = [stamp(job_of(started, job_id, BY_KEY)["created_at"]) for job_id in (running, second, third)]
    assert sorted(created) == [created[2], created[0], created[1]], "the stamps do jump"

    cancelled = started.post(f"/api/etl/cancel/{running}", headers=BY_KEY, timeout=20).json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["started_at"] <= cancelled["completed_at"]
    ended = [started.finished(job_id, headers=BY_KEY)["status"] for job_id in (second, third)]
    assert ended == ["completed", "completed"]
    assert seconds_of_jobs(started) < 60
    assert told_order(started) == (third, [third, second, running])
    started.stop()
    with server(data_dir, ADMIN_API_KEY=KEY, **clock.environment) as again:
        assert told_order(again) == (third, [third, second, running])
        again.stop()
    ends = {running: "cancelled", second: "completed", third: "completed"}
    assert moves_in_the_journal(data_dir) == {job_id: ["pending", "running", end] for job_id, end in ends.items()}
