"""Minutes of polls, runs, uploads and scrapes: the memory of the server's process, and its slope.

Jobs are remembered up to a number, and each takes its place until then: runs come once a minute, so that a slope is
less that of the history.
"""

import statistics
import time
from typing import Final

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.league import demo_league
from benchmarks.polling import poll, trigger
from benchmarks.serving import as_deployed

_GAMES: Final = 12
_RATE: Final = 200.0
_SPELL_SECONDS: Final = 5.0
_RUN_EVERY_SECONDS: Final = 60.0
_WARM_UP_SHARE: Final = 0.2
"""Of the time: caches fill, models and drivers are loaded."""


def run(console: Console, minutes: float) -> None:
    """200 polls a second, a scrape and a look at ready every five seconds, and each minute a run with its upload."""
    with as_deployed(demo_league(_GAMES), WAREHOUSE="embedded") as (server, http):
        begun = time.monotonic()
        job_id, triggered = "", -_RUN_EVERY_SECONDS
        samples: list[tuple[float, float, float]] = []
        while (passed := time.monotonic() - begun) < 60 * minutes:
            if passed - triggered >= _RUN_EVERY_SECONDS:
                job_id, triggered = trigger(http, "full", upload_to_supabase=True), passed
            _watch(http, job_id)
            memory = server.memory_full_info()
            samples.append((passed / 60, memory.rss / 2**20, memory.uss / 2**20))
    _show(console, minutes, samples)


def _watch(http: httpx.Client, job_id: str) -> None:
    load = poll(http, f"/api/etl/status/{job_id}", _SPELL_SECONDS, rate=_RATE)
    if load.failures:
        raise RuntimeError(f"{load.failures} polls failed")
    for path in ("/metrics", "/api/ready", "/api/status", "/api/etl/history?limit=200", f"/api/etl/logs/{job_id}"):
        http.get(path).raise_for_status()


def _show(console: Console, minutes: float, samples: list[tuple[float, float, float]]) -> None:
    steady = [sample for sample in samples if sample[0] >= minutes * _WARM_UP_SHARE]
    table = Table("memory", "begin MB", "end MB", "most MB", "MB a minute", title=f"{minutes:g} minutes")
    for place, name in ((1, "RSS"), (2, "USS")):
        values = [sample[place] for sample in steady]
        slope = statistics.linear_regression([sample[0] for sample in steady], values).slope
        table.add_row(name, f"{values[0]:.1f}", f"{values[-1]:.1f}", f"{max(values):.1f}", f"{slope:+.2f}")
    console.print(table)
    console.print(f"after the first {_WARM_UP_SHARE:.0%}, {len(steady)} samples; the embedded database and runs apart")
