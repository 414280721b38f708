"""A season through the API: the memory of the server and the ETL together, sampled while a full job runs."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.league import ROOT, demo_league
from benchmarks.processes import memory_mb

_SAMPLE_SECONDS: Final = 0.02
_POLL_SECONDS: Final = 0.2
_FINAL: Final = frozenset({"completed", "failed", "cancelled"})
_BUDGET_MB: Final = 512


def run(console: Console, games: int) -> None:
    """Peak of the proportional memory (PSS where the system tells it) over server and children."""
    with _server(demo_league(games)) as (server, http):
        idle = memory_mb(server)
        started = time.perf_counter()
        job_id = http.post("/api/etl/trigger", json={"mode": "full", "options": {"wipe": True}}).json()["job_id"]
        peak, status = idle, "pending"
        asked = 0.0
        while status not in _FINAL:
            peak = max(peak, memory_mb(server))
            if time.perf_counter() - asked > _POLL_SECONDS:
                status, asked = http.get(f"/api/etl/status/{job_id}").json()["status"], time.perf_counter()
            time.sleep(_SAMPLE_SECONDS)
        seconds = time.perf_counter() - started
    table = Table("figure", "value", title=f"{games} games, job {status}")
    table.add_row("server, idle", f"{idle:.0f} MB")
    table.add_row("all processes, peak", f"{peak:.0f} MB (target {_BUDGET_MB})")
    table.add_row("job, trigger to end", f"{seconds:.1f} s")
    console.print(table)


@contextmanager
def _server(data_dir: Path) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"BENCHSIGHT_DATA_DIR": str(data_dir), "PORT": str(port), "LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([sys.executable, "-m", "api.main"], cwd=ROOT, env={**os.environ, **settings})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            _wait_for_health(process, http)
            yield psutil.Process(process.pid), http
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_health(process: subprocess.Popen[bytes], http: httpx.Client) -> None:
    while process.poll() is None:
        try:
            http.get("/api/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(_SAMPLE_SECONDS)
        else:
            return
    raise RuntimeError(f"the server ended with {process.returncode}")
