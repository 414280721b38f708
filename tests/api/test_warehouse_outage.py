"""The database goes away in the middle of an upload and comes back: nothing is half published, nothing is restarted."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from snapshot.layout import DataDir
from snapshot.reader import published
from tests.api.cuttable import CuttableWay
from tests.api.routes.test_upload import NEWER, OLDER, league
from tests.api.server_process import Server, server
from tests.api.serving import supabase
from tests.api.test_warehouse_gate import (
    EMBEDDED,
    PUBLISH_LOCK,
    dsn_of,
    postgres_of,
    queued,
    seen_in,
    uploaded,
)
from tests.postgrest.server import SERVICE_KEY
from tests.reachable import reachable_folder
from tests.snapshot_builder import publish
from warehouse.embedded_place import find_place
from warehouse.postmaster import Postmaster
from warehouse.schema import generate

WAITING_FOR_IT = "select 1 from pg_locks where locktype = 'advisory' and not granted"
GONE = "The database does not answer. Nothing is half published: upload again when the database answers."
OLD, NEW = (4, 4, 4, 30), (6, 6, 6, 40)


@dataclass(frozen=True)
class Stand:
    """A server whose database goes away for as long as `outage()` lasts, and the way around the outage."""

    server: Server
    outage: Callable[[], AbstractContextManager[None]]
    dsn: Callable[[], str]


Lane = Callable[[Path, pytest.FixtureRequest], AbstractContextManager[Stand]]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Where a service user can reach, which pytest's own directories are not for root."""
    with reachable_folder() as folder:
        publish(folder / "data", league(shifts=30), OLDER)
        yield folder / "data"


@contextmanager
def cut(way: CuttableWay) -> Iterator[None]:
    way.cut()
    yield
    way.mend()


@contextmanager
def over_tcp(data_dir: Path, request: pytest.FixtureRequest) -> Iterator[Stand]:
    dsn = request.getfixturevalue("database")
    parts = conninfo_to_dict(dsn)
    with CuttableWay(f"{parts['host']}/.s.PGSQL.{parts['port']}") as way:
        url = f"postgresql://{parts['user']}:{parts['password']}@127.0.0.1:{way.port}/{parts['dbname']}"
        with server(data_dir, SUPABASE_DB_URL=url) as started:
            yield Stand(started, lambda: cut(way), lambda: dsn)
            started.stop()


@contextmanager
def embedded(data_dir: Path, request: pytest.FixtureRequest) -> Iterator[Stand]:
    @contextmanager
    def killed() -> Iterator[None]:
        os.kill(Postmaster.of(find_place(DataDir(data_dir)).data).pid, signal.SIGKILL)
        yield

    with server(data_dir, **EMBEDDED) as started:
        yield Stand(started, killed, lambda: dsn_of(data_dir))
        started.stop()
    assert postgres_of(data_dir) == []


@contextmanager
def over_rest(data_dir: Path, request: pytest.FixtureRequest) -> Iterator[Stand]:
    dsn = request.getfixturevalue("database")
    snapshot = published(DataDir(data_dir))
    assert snapshot is not None
    with supabase(dsn, generate(snapshot.manifest).text) as (_, double), CuttableWay(double.server_address[:2]) as way:
        where = {"SUPABASE_URL": f"http://127.0.0.1:{way.port}", "SUPABASE_SERVICE_KEY": SERVICE_KEY}
        with server(data_dir, SUPABASE_DB_URL="", **where) as started:
            yield Stand(started, lambda: cut(way), lambda: dsn)
            started.stop()


@contextmanager
def held_upload(stand: Stand, data_dir: Path) -> Iterator[str]:
    """An upload of a newer league that waits in the middle of its transaction, after one of the older league."""
    assert uploaded(stand.server)["status"] == "completed"
    publish(data_dir, league((6, 6), shifts=40), NEWER)
    with psycopg.connect(stand.dsn(), autocommit=True) as holder:
        holder.execute(PUBLISH_LOCK)
        job_id = queued(stand.server)
        while not holder.execute(WAITING_FOR_IT).fetchone():
            time.sleep(0.02)
        yield job_id


def when_ready(started: Server, *, ready: bool) -> None:
    """Wait until the server says so; what it says of its other parts is good."""
    give_up_at = time.monotonic() + 20
    while True:
        checks = {check["name"]: check["ok"] for check in started.get("/api/ready").json()["checks"]}
        assert checks.pop("warehouse") in {True, False}
        assert set(checks.values()) == {True}
        if (started.get("/api/ready").status_code == 200) is ready:
            return
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


@pytest.mark.parametrize("lane", [over_tcp, embedded], ids=["tcp", "embedded"])
def test_an_upload_that_loses_its_database_fails_and_the_next_one_works(
    lane: Lane, data_dir: Path, request: pytest.FixtureRequest
) -> None:
    with lane(data_dir, request) as stand:
        with held_upload(stand, data_dir) as job_id, stand.outage():
            job = stand.server.finished(job_id)
            assert (job["status"], job["error"]) == ("failed", GONE)
            assert {table["inserted"] + table["updated"] for table in job["result"]["tables"]} == {0}
            if lane is over_tcp:
                when_ready(stand.server, ready=False)
                since = time.monotonic()
                answer = stand.server.get("/api/games", timeout=30)
                assert (answer.status_code, answer.json()["code"]) == (503, "warehouse_unavailable")
                assert time.monotonic() - since < 5, "whoever asks meanwhile is not kept waiting"
                assert uploaded(stand.server)["error"] == GONE
        when_ready(stand.server, ready=True)
        assert seen_in(stand.dsn()) == OLD
        assert uploaded(stand.server)["status"] == "completed"
        assert seen_in(stand.dsn()) == NEW


def test_an_upload_over_rest_outlives_an_outage(data_dir: Path, request: pytest.FixtureRequest) -> None:
    with over_rest(data_dir, request) as stand:
        with held_upload(stand, data_dir) as job_id, stand.outage():
            when_ready(stand.server, ready=False)
            assert stand.server.get(f"/api/upload/status/{job_id}").json()["status"] == "running"
            assert seen_in(stand.dsn()) == OLD
        job = stand.server.finished(job_id)
        assert (job["status"], job["error"]) == ("completed", None)
        assert seen_in(stand.dsn()) == NEW
        when_ready(stand.server, ready=True)
