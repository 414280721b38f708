"""`GET /api/ready` tells the truth: about the journal, the database, the disk, the queues and the shutdown."""

import asyncio
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from api.main import create_app
from api.models.job import JobKind
from api.monitoring import new_metrics
from api.services.readiness import LEAST_FREE_BYTES, NotReady, ReadinessService
from api.services.warehouse_gate import WarehouseGate
from snapshot.layout import DataDir
from tests.api.services.job_parts import Gate, build, started
from tests.api.serving import KEY, Client, behave, make_settings, service, serving
from warehouse.opening import Choice


def wrong(answer: httpx.Response) -> set[str]:
    """The checks that failed; the answer says the same in its status, code and sentence."""
    body = answer.json()
    failed = {check["name"]: check["detail"] for check in body["checks"] if not check["ok"]}
    assert (answer.status_code, body["status"]) == ((503, "unready") if failed else (200, "ready"))
    if failed:
        assert (body["code"], body["detail"]) == ("not_ready", "; ".join(failed.values()))
    return set(failed)


def when(client: Client, names: set[str], seconds: float = 20) -> dict[str, Any]:
    """The answer as soon as exactly these checks fail."""
    give_up_at = time.monotonic() + seconds
    while wrong(answer := client.get("/api/ready")) != names:
        assert time.monotonic() < give_up_at, answer.text
        time.sleep(0.05)
    return answer.json()


@pytest.fixture
def ready(data_dir: Path, database: str) -> Iterator[Client]:
    with service(data_dir, supabase_db_url=SecretStr(database), max_queued_jobs=1) as client:
        assert wrong(client.get("/api/ready")) == set()
        yield client


def test_an_embedded_database_that_nobody_has_needed_is_not_missed(data_dir: Path) -> None:
    with service(data_dir, warehouse="embedded") as client:
        answer = client.get("/api/ready")
        assert wrong(answer) == set()
        assert {check["name"] for check in answer.json()["checks"]} == {
            *("server", "journal", "warehouse", "disk", "queues")
        }
        assert "not started" in str(answer.json())
        assert not (data_dir / "state" / "postgres.json").exists()


def test_a_database_that_does_not_answer_is_told_to_everybody_without_its_place(data_dir: Path) -> None:
    with service(data_dir, environment="production", admin_api_key=KEY) as client:
        told = str(when(client, {"warehouse"}))
    assert "127.0.0.1" not in told
    assert "nobody" not in told


def test_a_full_queue_is_told_until_it_has_room(ready: Client, data_dir: Path) -> None:
    behave(data_dir, "quiet")
    running = ready.trigger()["job_id"]
    ready.job_when(running, lambda job: job["status"] == "running")
    waiting = ready.trigger(mode="test")["job_id"]
    assert "etl" in when(ready, {"queues"})["detail"]
    assert ready.post("/api/etl/trigger", json={"mode": "incremental"}).status_code == 429
    ready.post(f"/api/etl/cancel/{waiting}")
    when(ready, set())


def test_a_journal_that_another_program_keeps_locked_is_told_and_holds_up_nothing_else(
    ready: Client, data_dir: Path
) -> None:
    with closing(sqlite3.connect(data_dir / "state" / "jobs.sqlite3", isolation_level=None)) as admin:
        admin.execute("BEGIN IMMEDIATE")
        give_up_at = time.monotonic() + 20
        while not health_is_answered_meanwhile(ready):
            assert time.monotonic() < give_up_at
        when(ready, {"journal"})
        admin.execute("ROLLBACK")
    when(ready, set())


def health_is_answered_meanwhile(client: Client) -> bool:
    """Whether the process could say that it lives while it looked whether it is ready."""
    asking = threading.Thread(target=client.get, args=("/api/ready",))
    asking.start()
    assert client.get("/api/health").status_code == 200
    was_looking = asking.is_alive()
    asking.join()
    return was_looking


def test_a_data_directory_that_has_gone_is_told(ready: Client, data_dir: Path) -> None:
    shutil.move(data_dir, data_dir.with_name("moved"))
    when(ready, {"disk"})
    shutil.move(data_dir.with_name("moved"), data_dir)
    when(ready, set())


def test_a_disk_that_is_full_is_told() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bs-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("only root may mount a small disk")
    try:
        with service(folder / "data", warehouse="embedded") as client:
            assert when(client, {"disk"})["detail"] == "Less than 100 MB of disk space are left"
            with (folder / "filler").open("wb", buffering=0) as filler:
                try:
                    while filler.write(b"x" * 4096):
                        pass
                except OSError:
                    pass
            when(client, {"disk", "journal"})
            (folder / "filler").unlink()
            when(client, {"disk"})
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def test_a_shutdown_is_told_at_once(data_dir: Path, database: str) -> None:
    app = create_app(make_settings(data_dir, supabase_db_url=SecretStr(database)))
    with serving(app) as client:
        when(client, set())
        app.state.shutdown.begin()
        give_up_at = time.monotonic() + 5
        while (answer := client.get("/api/ready")).status_code == 200:
            assert time.monotonic() < give_up_at
        assert wrong(answer) == {"server"}
        assert "shutting down" in answer.json()["detail"]


class TestTheDisk:
    """With the free space told by the test."""

    def asked(self, tmp_path: Path, free: list[int], times: int = 1) -> list[str]:
        """The sentence of what is wrong, for each of so many who ask at once; the free space is taken off `free`."""
        data_dir = DataDir(tmp_path)
        gate = WarehouseGate(data_dir, Choice(), new_metrics().warehouse)

        async def ask(readiness: ReadinessService) -> str:
            try:
                await readiness.check()
            except NotReady as error:
                return error.message
            return ""

        async def all_at_once(readiness: ReadinessService) -> list[str]:
            return await asyncio.gather(*(ask(readiness) for _ in range(times)))

        with started(build(tmp_path, {JobKind.ETL: Gate()})) as jobs:
            readiness = ReadinessService(
                jobs, gate, data_dir, most_waiting=1, is_stopping=lambda: False, free_bytes_at=lambda _: free.pop()
            )
            return asyncio.run(all_at_once(readiness))

    def test_is_enough_down_to_the_limit(self, tmp_path: Path) -> None:
        assert self.asked(tmp_path, [LEAST_FREE_BYTES]) == [""]

    def test_is_too_little_below_it(self, tmp_path: Path) -> None:
        assert self.asked(tmp_path, [LEAST_FREE_BYTES - 1]) == ["Less than 100 MB of disk space are left"]

    def test_is_asked_once_for_many_who_want_to_know(self, tmp_path: Path) -> None:
        free = [LEAST_FREE_BYTES, LEAST_FREE_BYTES]
        assert self.asked(tmp_path, free, times=50) == [""] * 50
        assert len(free) == 1
