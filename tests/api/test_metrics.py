"""Each figure moves when the thing happens, and no request can make series without end."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.config import PROJECT_ROOT
from api.main import create_app
from ml.artifact import Source, save
from snapshot.layout import DataDir
from snapshot.reader import published
from tests.api.routes.test_upload import OLDER, league, uploaded
from tests.api.server_process import Server, server
from tests.api.serving import KEY, Client, behave, make_settings, publish_schedule, service, serving, supabase
from tests.formats.tracker_builder import as_bytes, make_event, make_export, make_shift
from tests.postgrest.faults import Fault
from tests.reachable import reachable_folder
from tests.snapshot_builder import publish
from warehouse.schema import generate


class Asks(Protocol):
    def get(self, path: str) -> httpx.Response: ...


def figures(client: Asks) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def families(client: Asks) -> set[str]:
    found = text_string_to_metric_families(client.get("/metrics").text)
    named = {family.name + ("_total" if family.type == "counter" else "") for family in found}
    return {name for name in named if name.startswith("benchsight_")}


def described() -> set[str]:
    """The figures that the documentation lists."""
    text = (PROJECT_ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(benchsight_\w+)`", text, re.MULTILINE))


def figure(client: Asks, name: str, **labels: str) -> float | None:
    return figures(client).get((f"benchsight_{name}", frozenset(labels.items())))


def wait_until(fits: Callable[[], bool], seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


class TestRequests:
    def test_are_counted_by_route_method_and_status(self, client: Client) -> None:
        for _ in range(3):
            client.get("/api/etl/status/nobody")
        client.get("/api/health")
        route = {"route": "/api/etl/status/{job_id}", "method": "GET"}
        assert figure(client, "http_requests_total", **route, status="404") == 3
        assert figure(client, "http_request_duration_seconds_count", **route) == 3
        assert figure(client, "http_requests_total", route="/api/health", method="GET", status="200") == 1

    def test_hostile_ones_make_no_series_of_their_own(self, client: Client) -> None:
        def ask(number: int) -> None:
            for path in ("/x{}", "/api/etl/status/{}", "/api/tables/{}?x={}", "/docs/files/{}", "/portal/{}/../x"):
                client.get(path.format(number, number))
            client.request(f"VERB{number}", "/api/health")
            client.request("OPTIONS", f"/api/{number}", headers={"Access-Control-Request-Method": "GET"})
            client.get("/api/health", headers={"X-API-Key": f"wrong {number}", "Host": f"{number}.example"})

        for number in range(40):  # so many that each kind of answer has been given: wrong keys are refused in the end
            ask(number)
        figures(client)
        before = figures(client).keys()
        for number in range(40, 80):
            ask(number)
        assert figures(client).keys() == before

    def test_that_are_refused_count_too(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            assert client.get("/metrics").status_code == 401
            told = client.get("/metrics", headers={"X-API-Key": KEY})
        assert 'benchsight_http_requests_total{method="GET",route="/metrics",status="401"} 1.0' in told.text
        assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")

    def test_that_are_open_are_told(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "quiet")
        job_id = client.trigger()["job_id"]
        etag = (
            client.job_when(job_id, lambda job: job["progress"] > 0)
            and client.get(f"/api/etl/status/{job_id}").headers["ETag"]
        )
        path = f"/api/etl/status/{job_id}?wait=30"
        waiting = threading.Thread(target=client.get, args=(path,), kwargs={"headers": {"If-None-Match": etag}})
        waiting.start()
        wait_until(lambda: figure(client, "http_requests_in_progress") == 2)
        client.post(f"/api/etl/cancel/{job_id}")
        waiting.join()
        assert figure(client, "http_requests_in_progress") == 1


class TestJobs:
    def test_that_finish_are_counted_by_kind_and_state(self, client: Client, data_dir: Path) -> None:
        assert figure(client, "jobs_finished_total", kind="etl", state="completed") == 0
        client.finished(client.trigger()["job_id"])
        behave(data_dir, "fails")
        client.finished(client.trigger()["job_id"])
        wait_until(lambda: figure(client, "jobs_finished_total", kind="etl", state="failed") == 1)
        assert figure(client, "jobs_finished_total", kind="etl", state="completed") == 1
        assert figure(client, "job_duration_seconds_count", kind="etl") == 2
        assert figure(client, "jobs", kind="etl", state="failed") == 1

    def test_that_wait_are_the_queue(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "quiet")
        running = client.trigger()["job_id"]
        client.job_when(running, lambda job: job["status"] == "running")
        client.trigger(mode="test")
        assert figure(client, "queue_length", lane="etl") == 1
        assert figure(client, "queue_length", lane="warehouse") == 0
        assert figure(client, "queue_limit") == 50
        assert figure(client, "jobs", kind="etl", state="running") == 1

    def test_that_a_crash_interrupted_are_failed_ones(self, data_dir: Path) -> None:
        behave(data_dir, "quiet")
        with server(data_dir) as started:
            started.post("/api/etl/trigger", json={"mode": "full"})
            wait_until(lambda: figure(started, "jobs", kind="etl", state="running") == 1)
            started.process.kill()
            started.process.wait()
        with server(data_dir) as again:
            assert figure(again, "jobs_finished_total", kind="etl", state="failed") == 1


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A data directory that the database's own user can reach, which pytest's are not for root."""
    with reachable_folder() as folder:
        yield folder / "data"


def completed(started: Server, job_id: str) -> dict[str, Any]:
    job = started.finished(job_id)
    assert job["status"] == "completed", job
    return job


def test_a_run_and_its_upload_on_a_real_server(reachable: Path) -> None:
    raw = reachable / "raw"
    raw.mkdir(parents=True)
    (raw / "game.json").write_bytes(as_bytes(make_export([make_event("Shot")], [make_shift()])))
    real = {"WAREHOUSE": "embedded", "SUPABASE_DB_URL": "", "ETL_SCRIPT": str(PROJECT_ROOT / "run_etl.py")}
    with server(reachable, **real) as started:
        assert figure(started, "warehouse_up") is None
        assert figure(started, "snapshot_age_seconds") is None
        asked = {"mode": "full", "options": {"upload_to_supabase": True}}
        run = completed(started, started.post("/api/etl/trigger", json=asked).json()["job_id"])
        upload = completed(started, run["result"]["upload_job_id"])
        wait_until(lambda: figure(started, "jobs_finished_total", kind="upload", state="completed") == 1)
        for step in ("survey", "extract", "tables", "checks", "publish"):
            assert figure(started, "etl_step_duration_seconds_count", step=step) == 1
        assert figure(started, "upload_rows_total", change="inserted") == upload["result"]["rows_written"] > 0
        assert figure(started, "upload_rows_total", change="unchanged") == 0
        again = completed(started, started.post("/api/upload/to-supabase", json={}).json()["job_id"])
        wait_until(lambda: figure(started, "jobs_finished_total", kind="upload", state="completed") == 2)
        assert figure(started, "upload_rows_total", change="unchanged") == again["result"]["rows_uploaded"] > 0
        published_twice = {"operation": "publish", "outcome": "completed"}
        assert figure(started, "warehouse_operation_duration_seconds_count", **published_twice) == 2
        assert figure(started, "warehouse_up") == 1
        assert 0 < figure(started, "warehouse_latency_seconds") < 10
        assert 0 <= figure(started, "snapshot_age_seconds") < 600
        assert figures(started)["process_resident_memory_bytes", frozenset()] > 10_000_000
        assert families(started) | {"benchsight_model_age_seconds"} == described()
        started.stop()


def test_a_request_to_the_warehouse_that_is_sent_again_counts(data_dir: Path, database: str) -> None:
    snapshot = published(publish(data_dir, league(shifts=3), OLDER))
    assert snapshot is not None
    with supabase(database, generate(snapshot.manifest).text) as (where, double), service(data_dir, **where) as client:
        assert figure(client, "warehouse_retries_total") == 0
        double.faults.waiting.append(Fault("503", "begin_load", times=2))
        assert uploaded(client)["status"] == "completed"
        assert figure(client, "warehouse_retries_total") == 2
        double.faults.waiting.append(Fault("401", "begin_load", times=None))
        assert uploaded(client)["status"] == "failed"
        failed = {"operation": "publish", "outcome": "failed"}
        assert figure(client, "warehouse_operation_duration_seconds_count", **failed) == 1


def test_a_warehouse_that_does_not_answer_is_down(client: Client) -> None:
    wait_until(lambda: figure(client, "warehouse_up") == 0)
    assert figure(client, "warehouse_latency_seconds") is None


def test_ages_are_those_of_what_is_in_use(client: Client, data_dir: Path) -> None:
    assert figure(client, "model_age_seconds") is None
    source = Source("20261018T193012482913Z-3f6c2a9e", "", "1.0.0", {}, 0)
    for hours in (5, 2):
        at = datetime.now(UTC) - timedelta(hours=hours)
        save(DataDir(data_dir), {}, source, at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        age = figure(client, "model_age_seconds")
        assert age is not None
        assert hours * 3600 <= age < hours * 3600 + 600
    publish_schedule(data_dir, [18969])
    made = datetime(2026, 10, 18, 19, 30, 12, tzinfo=UTC)
    age = figure(client, "snapshot_age_seconds")
    assert age is not None
    assert age == pytest.approx((datetime.now(UTC) - made).total_seconds(), abs=600)
    (data_dir / "output" / "manifest.json").write_bytes(b"{")
    publish_schedule(data_dir, [18969], "20261019T193012482913Z-3f6c2a9e")
    (data_dir / "output" / "manifest.json").write_bytes(b"{")
    assert figure(client, "snapshot_age_seconds") is None


def test_each_application_counts_by_itself(tmp_path: Path) -> None:
    apps = [create_app(make_settings(tmp_path / name)) for name in ("a", "b")]
    with serving(apps[0]) as first, serving(apps[1]) as second:
        first.get("/api/health")
        health = {"route": "/api/health", "method": "GET", "status": "200"}
        assert figure(first, "http_requests_total", **health) == 1
        assert figure(second, "http_requests_total", **health) is None


def test_an_application_can_serve_again(tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path / "data"))
    for _ in range(2):
        with serving(app) as client:
            assert figure(client, "queue_limit") == 50
