"""The disk is full while a real server works: clear refusals, nothing broken, and all goes on once there is room."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from snapshot.layout import DataDir
from tests.api.full_disk import filled, nothing_written_by, small_disk
from tests.api.routes.test_upload import league
from tests.api.server_process import Server, server
from tests.api.serving import behave
from tests.api.test_server_stop import processes_of, running_job
from tests.formats.tracker_builder import as_bytes, make_event, make_export
from tests.snapshot_builder import publish

GAME = as_bytes(make_export([make_event("Shot")], gameId="20001"))
LARGE = as_bytes(make_export([make_event("Shot")], gameId="20002", notes="x" * 1_500_000))  # not kept in memory


@dataclass(frozen=True)
class Stand:
    """A server with a published league, on a disk that is full as long as `full()` lasts."""

    server: Server
    data_dir: DataDir
    full: Callable[[], AbstractContextManager[None]]
    checks: set[str]  # what `GET /api/ready` names meanwhile

    def store(self, content: bytes = GAME) -> httpx.Response:
        return self.server.post("/api/raw/files", files={"file": ("save.json", content)})

    def ready(self, checks: set[str]) -> dict[str, Any]:
        """What the server says of itself as soon as exactly these checks fail."""
        give_up_at = time.monotonic() + 10
        while True:
            body: dict[str, Any] = self.server.get("/api/ready").json()
            if {check["name"] for check in body["checks"] if not check["ok"]} == checks:
                return body
            assert time.monotonic() < give_up_at, body
            time.sleep(0.05)


@contextmanager
def on_a_disk_of_its_own(folder: Path, database: str) -> Iterator[Stand]:
    with small_disk(folder), league_server(folder, database) as (started, data_dir):
        yield Stand(started, data_dir, lambda: filled(folder), {"journal", "disk"})


@contextmanager
def with_a_quota(folder: Path, database: str) -> Iterator[Stand]:
    with league_server(folder, database) as (started, data_dir):
        process = psutil.Process(started.process.pid)
        yield Stand(started, data_dir, lambda: nothing_written_by(process), {"journal"})


@contextmanager
def league_server(folder: Path, database: str) -> Iterator[tuple[Server, DataDir]]:
    data_dir, temporary = folder / "data", folder / "tmp"
    temporary.mkdir()
    publish(data_dir, league(shifts=30))
    with server(data_dir, SUPABASE_DB_URL=database, TMPDIR=str(temporary)) as started:
        yield started, DataDir(data_dir)
        _, _, said = started.stop()
    assert "Traceback" not in said, "a full disk is foreseen"


@pytest.fixture(params=[on_a_disk_of_its_own, with_a_quota], ids=["disk", "quota"])
def stand(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Iterator[Stand]:
    with request.param(tmp_path, database) as stand:
        yield stand


def refused(answer: httpx.Response, code: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (503, code), body
    assert "disk" in body["detail"]


def test_what_cannot_be_stored_is_refused_and_all_goes_on_once_there_is_room(stand: Stand) -> None:
    behave(stand.data_dir.root, "loud")
    running = running_job(stand.server)
    (stand.data_dir.root / "behaviour").unlink()  # the runs after it work
    stand.ready(set())
    with stand.full():
        for path in ("/api/etl/trigger", "/api/upload/to-supabase", "/api/upload/generate-schema", "/api/ml/train"):
            refused(stand.server.post(path, json={}), "journal_unavailable")
        refused(stand.server.post("/api/auth/keys", json={"name": "x", "role": "viewer"}), "access_store_unavailable")
        for content in (GAME, LARGE):
            refused(stand.store(content), "disk_full")
        stand.ready(stand.checks)
        assert stand.server.get("/api/tables/dim_schedule").json()["total"] == 3
        while processes_of(running):
            time.sleep(0.02)
        assert stand.server.get(f"/api/etl/status/{running}").json()["status"] == "running", "its end is not written"
    ended = stand.server.finished(running)
    assert (ended["status"], "disk is full" in ended["error"]) == ("failed", True), ended
    assert stand.store().status_code == 201
    job = stand.server.post("/api/etl/trigger", json={"mode": "full"}).json()
    assert stand.server.finished(job["job_id"])["status"] == "completed"
    upload = stand.server.post("/api/upload/to-supabase", json={}).json()
    assert stand.server.finished(upload["job_id"])["status"] == "completed"
    stand.ready(set())
