"""A season through the API: the memory of the server and the ETL together, sampled while a full job runs."""

import time
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.league import demo_league
from benchmarks.processes import memory_mb
from benchmarks.serving import running

_SAMPLE_SECONDS: Final = 0.02
_POLL_SECONDS: Final = 0.2
_FINAL: Final = frozenset({"completed", "failed", "cancelled"})
_BUDGET_MB: Final = 512


def run(console: Console, games: int) -> None:
    """Peak of the proportional memory (PSS where the system tells it) over server and children."""
    with running(demo_league(games)) as (server, http):
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
