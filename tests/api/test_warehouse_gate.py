"""The embedded database in the hands of a real server: started, shared, stopped in time, found again after a crash."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
import pytest

from api.monitoring import new_metrics
from api.services.warehouse_gate import WarehouseGate
from snapshot.files import exclusive
from snapshot.layout import DataDir
from tests.api.routes.test_upload import NEWER, OLDER, league
from tests.api.server_process import Server, server
from tests.api.serving import service
from tests.reachable import reachable_folder
from tests.snapshot_builder import publish
from warehouse.embedded import EmbeddedPostgres, running_dsn
from warehouse.embedded_place import find_place
from warehouse.errors import PublishCancelled
from warehouse.opening import Choice

EMBEDDED = {"WAREHOUSE": "embedded", "SUPABASE_DB_URL": ""}
PUBLISH_LOCK = "select pg_advisory_lock(hashtext('benchsight.publish'))"
SEEN = """select (select max(points) from fact_team_season_stats_basic),
  (select max(home_total_goals) from dim_schedule), (select max(goals) from fact_gameroster),
  (select count(*) from fact_shifts)"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Where a service user can reach, which pytest's own directories are not for root."""
    with reachable_folder() as folder:
        yield folder / "data"


def postgres_of(data_dir: Path) -> list[psutil.Process]:
    """The processes of the data directory's PostgreSQL, its shell included."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if str(data_dir) in " ".join(process.info["cmdline"] or ())
        and "postgres" in " ".join(process.info["cmdline"])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def queued(started: Server) -> str:
    answer = started.post("/api/upload/to-supabase", json={"options": {"replace": True}})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def uploaded(started: Server) -> dict[str, Any]:
    return started.finished(queued(started))


def dsn_of(data_dir: Path) -> str:
    dsn = running_dsn(DataDir(data_dir))
    assert dsn is not None
    return dsn


def seen_in(dsn: str) -> tuple[Any, ...]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return tuple(connection.execute(SEEN).fetchone() or ())


class TestServer:
    def test_starts_it_when_needed_and_leaves_no_process(self, data_dir: Path) -> None:
        publish(data_dir, league(shifts=30), OLDER)
        with server(data_dir, **EMBEDDED) as started:
            assert not (data_dir / "state" / "postgres.json").exists()
            job = uploaded(started)
            assert (job["status"], job["result"]["backend"]) == ("completed", "embedded"), job
            assert postgres_of(data_dir)
            _, seconds, said = started.stop()
            assert seconds < 10, said
        assert postgres_of(data_dir) == []
        with server(data_dir, **EMBEDDED) as again:
            assert uploaded(again)["result"]["rows_written"] == 0
            again.stop()
        assert postgres_of(data_dir) == []

    def test_stops_within_ten_seconds_under_a_running_upload(self, data_dir: Path) -> None:
        publish(data_dir, league(shifts=30), OLDER)
        with server(data_dir, **EMBEDDED) as started:
            uploaded(started)
            publish(data_dir, league((6, 6), shifts=40), NEWER)
            with psycopg.connect(dsn_of(data_dir), autocommit=True) as holder:
                holder.execute(PUBLISH_LOCK)
                job_id = queued(started)
                while started.get(f"/api/upload/status/{job_id}").json()["status"] != "running":
                    time.sleep(0.02)
                _, seconds, said = started.stop()
            assert seconds < 10, said
            assert "Traceback" not in said
        assert postgres_of(data_dir) == []
        with server(data_dir, **EMBEDDED) as again:
            job = again.get(f"/api/upload/status/{job_id}").json()
            assert (job["status"], "shut down" in job["error"]) == ("failed", True)
            assert uploaded(again)["status"] == "completed"
            assert seen_in(dsn_of(data_dir)) == (6, 6, 6, 40)
            again.stop()


class Reader(threading.Thread):
    """Remembers every state that a reader of the tables meets, whatever becomes of the server meanwhile."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(daemon=True)
        self.data_dir = DataDir(data_dir)
        self.over = threading.Event()
        self.seen: set[tuple[Any, ...]] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join(10)

    def run(self) -> None:
        while not self.over.is_set():
            dsn = running_dsn(self.data_dir)
            try:
                with psycopg.connect(dsn or "host=/nowhere", autocommit=True) as connection:
                    while not self.over.is_set():
                        self.seen.add(tuple(connection.execute(SEEN).fetchone() or ()))
            except psycopg.Error:
                self.over.wait(0.02)


def killed_uploads(data_dir: Path, kills: int, shifts: int) -> None:
    """Kill -9 of the server at moments spread over an upload: readers see whole seasons, and the next start mends."""
    snapshots = [league((points, points), shifts=shifts + points) for points in (2, 6)]
    whole = {(points, points, points, shifts + points) for points in (2, 6)}
    publish(data_dir, snapshots[0], snapshot_id(0))
    with server(data_dir, **EMBEDDED) as first:
        since = time.monotonic()
        assert uploaded(first)["status"] == "completed"
        took = time.monotonic() - since
        first.stop()
    with Reader(data_dir) as reader:
        for number in range(1, kills + 1):
            publish(data_dir, snapshots[number % 2], snapshot_id(number))
            with server(data_dir, **EMBEDDED) as doomed:
                job_id = queued(doomed)
                time.sleep(took * number / kills)
                os.kill(doomed.process.pid, signal.SIGKILL)
                doomed.process.wait(10)
            with server(data_dir, **EMBEDDED) as again:
                job = again.get(f"/api/upload/status/{job_id}").json()
                assert job["status"] in {"failed", "completed"}, job
                assert job["status"] == "completed" or "server stopped" in job["error"], job
                assert uploaded(again)["status"] == "completed"
                assert seen_in(dsn_of(data_dir)) == (whole - {tuple(seen_of(snapshots[1 - number % 2]))}).pop()
                again.stop()
    assert reader.seen
    assert reader.seen <= whole
    assert postgres_of(data_dir) == []


def seen_of(tables: dict[str, Any]) -> tuple[Any, ...]:
    points = tables["fact_gameroster"][0]["goals"].max()
    return points, points, points, tables["fact_shifts"][0].height


def snapshot_id(number: int) -> str:
    return f"202611{number + 1:02}T190000000000Z-0000000a"


def test_kill_9_during_an_upload_leaves_a_whole_season(data_dir: Path) -> None:
    killed_uploads(data_dir, kills=2, shifts=3000)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_twenty_kills_during_uploads(data_dir: Path) -> None:
    killed_uploads(data_dir, kills=20, shifts=30_000)


class TestWaiting:
    """While another process holds the server's place without running it, opening takes up to a minute."""

    def test_of_a_childs_environment_ends_at_once_when_cancelled(self, data_dir: Path) -> None:
        layout = DataDir(data_dir)
        layout.create()
        with exclusive(find_place(layout).lock):
            gate, cancelled = WarehouseGate(layout, Choice(), new_metrics().warehouse), threading.Event()
            threading.Timer(0.3, cancelled.set).start()
            since = time.monotonic()
            with pytest.raises(PublishCancelled):
                gate.child_environment(cancelled)
            assert time.monotonic() - since < 3

    def test_of_a_run_ends_at_once_when_its_job_is_cancelled(self, data_dir: Path) -> None:
        layout = DataDir(data_dir)
        layout.create()
        with exclusive(find_place(layout).lock), service(data_dir, warehouse="embedded") as client:
            job_id = client.trigger()["job_id"]
            client.job_when(job_id, lambda job: job["current_step"] == "Opening the database")
            since = time.monotonic()
            assert client.post(f"/api/etl/cancel/{job_id}").json()["status"] == "cancelled"
            assert time.monotonic() - since < 3

    def test_a_run_from_the_command_line_beside_is_a_guest(self, data_dir: Path) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        with server(data_dir, **EMBEDDED) as started:
            uploaded(started)
            with EmbeddedPostgres(DataDir(data_dir)) as guest:
                assert not guest.is_owner
            assert uploaded(started)["status"] == "completed"
            started.stop()
