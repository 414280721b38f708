"""SIGTERM among hundreds of requests: what was promised stands, what was refused says so, and nothing is left."""

import asyncio
import itertools
import signal
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.services.job_store_sqlite import SqliteJobStore
from snapshot.files import exclusive
from snapshot.layout import DataDir
from tests.api.routes.test_upload import league
from tests.api.server_process import Server, server
from tests.api.serving import behave
from tests.api.test_server_stop import processes_of, running_job
from tests.formats.tracker_builder import as_bytes, make_event, make_export
from tests.snapshot_builder import publish

CLIENTS = 150
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # one for all: httpx would read all certificates for each client
ENOUGH = 40  # answers before the signal
REFUSALS = {(503, "shutting_down"), (503, "server_stops"), (503, "not_ready"), (429, "queue_full")}
Request = tuple[str, str, dict[str, Any]]


@dataclass
class Met:
    """What the clients were answered before the server was gone."""

    answers: list[httpx.Response] = field(default_factory=list)
    cut: list[httpx.TransportError] = field(default_factory=list)
    taken: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, answer: httpx.Response) -> None:
        self.answers.append(answer)
        self.taken += answer.status_code in {201, 202}
        if self.taken >= ENOUGH:
            self.enough.set()

    def bodies(self, path: str, status: int) -> list[Any]:
        return [a.json() for a in self.answers if (a.request.url.path, a.status_code) == (path, status)]


def requests_without_end(running: str) -> Iterator[Request]:
    """Everything at once: polls, waits, logs, triggers, files, uploads, cancels, readiness."""
    for number in itertools.count():
        options = {name: bool(number >> bit & 1) for bit, name in enumerate(("wipe", "validate", "train"))}
        mode = ("full", "incremental", "test")[number % 3]
        game = as_bytes(make_export([make_event("Shot")], gameId=str(20_000 + number)))
        key = {"Idempotency-Key": f"load-{number}"}
        yield "GET", f"/api/etl/status/{running}", {}
        yield "GET", f"/api/etl/status/{running}", {"params": {"wait": 30}}
        yield "POST", "/api/etl/trigger", {"json": {"mode": mode, "options": options}, "headers": key}
        yield "POST", "/api/raw/files", {"files": {"file": (f"{number}.json", game)}}
        yield "GET", f"/api/etl/logs/{running}", {"params": {"offset": 0}}
        yield "POST", "/api/upload/to-supabase", {"json": {"options": {"batch_size": 100 + number}}}
        yield "GET", "/api/etl/history", {"params": {"limit": 200}}
        yield "GET", "/api/tables/dim_schedule", {}
        yield "GET", "/api/ready", {}


async def keep_asking(url: str, requests: Iterator[Request], met: Met) -> None:
    # a connection each: a pool looks through all of its connections at every request
    async with httpx.AsyncClient(base_url=url, timeout=60, verify=NO_TLS) as client:
        while True:
            method, path, arguments = next(requests)
            try:
                met.take(await client.request(method, path, **arguments))
            except httpx.TransportError as error:
                met.cut.append(error)
                return


async def under_load(started: Server, running: str) -> tuple[Met, float, str]:
    """Ask with many clients, stop the server meanwhile; what they met, how long the stop took and what it said."""
    met, requests = Met(), requests_without_end(running)
    asking = [asyncio.create_task(keep_asking(started.url, requests, met)) for _ in range(CLIENTS)]
    await asyncio.wait_for(met.enough.wait(), 60)
    code, seconds, said = await asyncio.to_thread(started.stop, signal.SIGTERM)
    await asyncio.wait_for(asyncio.gather(*asking), 10)
    assert code in {0, -signal.SIGTERM}
    return met, seconds, said


def journalled(data_dir: Path) -> set[str]:
    store = SqliteJobStore(data_dir / "state" / "jobs.sqlite3")
    rows, _ = store.load()
    store.close()
    return {record.job.job_id for record, _ in rows}


def test_nothing_that_was_promised_is_lost_and_nothing_is_left(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    publish(data_dir, league(shifts=3))
    behave(data_dir, "slow")
    # warnings only: nobody reads the server's output before its end
    with server(data_dir, LOG_LEVEL="WARNING", MAX_QUEUED_JOBS="1000") as started:
        running = running_job(started)
        met, seconds, said = asyncio.run(under_load(started, running))
    assert seconds < 10
    assert "Traceback" not in said
    refused = [answer for answer in met.answers if answer.status_code >= 400]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} <= REFUSALS
    assert len(met.cut) == CLIENTS, "every client was told in the end that there is no server any more"
    jobs = [*met.bodies("/api/etl/trigger", 202), *met.bodies("/api/upload/to-supabase", 202)]
    files = met.bodies("/api/raw/files", 201)
    assert len(jobs) + len(files) >= ENOUGH
    assert {job["job_id"] for job in jobs} <= journalled(data_dir)
    for file in files:
        assert (data_dir / "raw" / file["path"]).stat().st_size == file["bytes"]
    assert [*data_dir.rglob("*.half")] == []
    assert processes_of(running) == []
    with (
        exclusive(DataDir(data_dir).server_lock, wait_seconds=0),
        exclusive(DataDir(data_dir).etl_lock, wait_seconds=0),
    ):
        pass
