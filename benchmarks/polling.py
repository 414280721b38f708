"""Status polls of a real server as it is deployed, against a bare FastAPI handler; and while ETL runs work."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.league import ROOT, demo_league
from benchmarks.load import Load
from benchmarks.serving import as_deployed, free_port, serving

_ROUNDS: Final = 5
_SECONDS: Final = 3.0
_RATE: Final = 200.0
_BUSY_SECONDS: Final = 10.0
_TARGET_RATIO: Final = 0.5
_TARGET_P95_MS: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Flood:
    """As many polls as a server answers; and what one costs it in CPU time, which no neighbour changes."""

    polls_per_second: float
    cpu_us: float
    p95_ms: float


def run(console: Console, games: int) -> None:
    """Polls a second over eight connections, each server in turn; then the latency of 200 a second beside a run."""
    with as_deployed(demo_league(games)) as (server, http):
        job = finished(http, trigger(http))
        path = f"/api/etl/status/{job['job_id']}"
        with _bare(job) as (bare, bare_http):
            rounds = [(_flood(bare, bare_http, "/status/x"), _flood(server, http, path)) for _ in range(_ROUNDS)]
        _show(console, rounds)
        _show_busy(console, http)


def trigger(http: httpx.Client, mode: str = "full", **options: bool) -> str:
    """Queue an ETL job; its id."""
    answer = http.post("/api/etl/trigger", json={"mode": mode, "options": options}).raise_for_status()
    job_id: str = answer.json()["job_id"]
    return job_id


def poll(http: httpx.Client, path: str, seconds: float, *, rate: float | None = None) -> Load:
    """Have a load generator, which is a process of its own, ask a server as the client would."""
    command = [sys.executable, "-m", "benchmarks.load", f"{http.base_url}".rstrip("/") + path]
    command += ["--seconds", str(seconds), *(["--rate", str(rate)] if rate else [])]
    if key := http.headers.get("X-API-Key"):
        command += ["--header", f"X-API-Key: {key}"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return Load(**json.loads(done.stdout))


def finished(http: httpx.Client, job_id: str) -> dict[str, Any]:
    """The job, when it has ended."""
    while True:
        job: dict[str, Any] = http.get(f"/api/etl/status/{job_id}?wait=20").raise_for_status().json()
        if job["completed_at"]:
            return job


def _flood(server: psutil.Process, http: httpx.Client, path: str) -> _Flood:
    before = server.cpu_times()
    load = poll(http, path, _SECONDS)
    after = server.cpu_times()
    if load.failures or not load.requests:
        raise RuntimeError(f"{load.failures} of {load.requests + load.failures} polls failed")
    cpu = after.user + after.system - before.user - before.system
    return _Flood(load.requests / load.seconds, 1e6 * cpu / load.requests, load.p95_ms)


def _show(console: Console, rounds: list[tuple[_Flood, _Flood]]) -> None:
    table = Table("server", "polls a second", "CPU us a poll", "p95 ms", title=f"median of {_ROUNDS} rounds, in turn")
    for name, floods in (("bare handler, same body", [r[0] for r in rounds]), ("ours", [r[1] for r in rounds])):
        rate = statistics.median(flood.polls_per_second for flood in floods)
        cpu = statistics.median(flood.cpu_us for flood in floods)
        table.add_row(name, f"{rate:,.0f}", f"{cpu:.0f}", f"{statistics.median(f.p95_ms for f in floods):.2f}")
    console.print(table)
    ratios = sorted(ours.polls_per_second / bare.polls_per_second for bare, ours in rounds)
    told = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    console.print(
        f"Polls a second, with key, limits, log and metrics, as a ratio to bare: {told}; target {_TARGET_RATIO}"
    )


def _show_busy(console: Console, http: httpx.Client) -> None:
    first, second = trigger(http, wipe=True), trigger(http, wipe=True)  # the second waits for the first
    load = poll(http, f"/api/etl/status/{first}", _BUSY_SECONDS, rate=_RATE)
    was_busy = http.get(f"/api/etl/status/{second}").json()["status"] in {"pending", "running"}
    for job_id in (second, first):
        http.post(f"/api/etl/cancel/{job_id}")
    console.print(
        f"At {_RATE:g} polls a second beside ETL runs: median {load.median_ms:.2f} ms, p95 {load.p95_ms:.2f} ms, "
        f"p99 {load.p99_ms:.2f} ms, {load.failures} failed; target p95 {_TARGET_P95_MS:g} ms"
    )
    if not was_busy:
        console.print("The runs ended before the polls did: ask for more games (--games)")


@contextmanager
def _bare(job: dict[str, Any]) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """A FastAPI application whose one handler answers this job, by the same model, to whoever asks."""
    port = free_port()
    program = (
        "import uvicorn\nfrom fastapi import FastAPI\nfrom api.models.job import Job\n"
        f"job = Job.model_validate_json({json.dumps(job)!r})\n"
        "app = FastAPI()\n"
        "@app.get('/api/health')\ndef health() -> str:\n    return 'healthy'\n"
        "@app.get('/status/{job_id}')\nasync def status(job_id: str) -> Job:\n    return job\n"
        f"uvicorn.run(app, port={port}, log_level='warning', access_log=False)\n"
    )
    with serving([sys.executable, "-c", program], port, {}) as found:
        yield found
