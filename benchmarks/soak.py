"""Minutes of polls, runs, uploads and scrapes: the memory of the server's process, its slope, and whether it is flat.

What is remembered is bounded: 500 finished jobs, 256 changes of jobs. The server begins with as many jobs as it keeps,
and has as many changes when the warm-up is over, in which runs follow each other without a pause; so what grows after
that is what nothing bounds.
"""

import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Final
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from api.services.job_settings import JobSettings
from api.services.job_store_sqlite import JOURNAL_FILE, SqliteJobStore
from benchmarks.league import demo_league
from benchmarks.polling import finished, poll, trigger
from benchmarks.serving import as_deployed
from snapshot.layout import DataDir

_GAMES: Final = 12
_RATE: Final = 200.0
_SPELL_SECONDS: Final = 5.0
_RUN_EVERY_SECONDS: Final = 60.0
_WARM_UP_SHARE: Final = 0.2
"""Of the time: caches fill, drivers are loaded, changes of jobs are gathered."""

_FEWEST: Final = 3  # samples; a line goes through any two

FLAT_MB_PER_MINUTE: Final = 0.1
"""What the second half may still grow by."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The server's memory at a moment: minutes since the begin, and MB."""

    minute: float
    rss: float
    uss: float


@dataclass(frozen=True, slots=True)
class Slope:
    """MB a minute, and how far that may be wrong by the scatter of the samples: two standard errors."""

    per_minute: float
    doubt: float

    @property
    def is_flat(self) -> bool:
        """Whether the growth is surely no more than the target. What is too noisy to tell is not called flat."""
        return self.per_minute + self.doubt <= FLAT_MB_PER_MINUTE


def run(console: Console, minutes: float) -> None:
    """200 polls a second, a scrape and a look at ready every five seconds, and each minute a run with its upload.

    In the warm-up a run with its upload every five seconds.
    """
    data_dir = demo_league(_GAMES)
    with as_deployed(data_dir, WAREHOUSE="embedded") as (_, http):
        finished(http, trigger(http, "full", upload_to_supabase=True))
    _fill_history(DataDir(data_dir))
    with as_deployed(data_dir, WAREHOUSE="embedded") as (server, http):
        begun = time.monotonic()
        job_id, triggered = "", -_RUN_EVERY_SECONDS
        samples: list[Sample] = []
        while (passed := time.monotonic() - begun) < 60 * minutes:
            is_warming_up = passed < 60 * minutes * _WARM_UP_SHARE
            if is_warming_up or passed - triggered >= _RUN_EVERY_SECONDS:
                job_id, triggered = trigger(http, "full", upload_to_supabase=True), passed
            _watch(http, job_id)
            memory = server.memory_full_info()
            samples.append(Sample(passed / 60, memory.rss / 2**20, memory.uss / 2**20))
    _show(console, minutes, samples)


def _fill_history(data_dir: DataDir) -> None:
    """Put as many finished jobs into the journal as a server remembers: copies of those that are there."""
    store = SqliteJobStore(data_dir.state / JOURNAL_FILE)
    with closing(store):
        done = [record for record, _ in store.load()[0] if record.job.finished]
        wanted = JobSettings(data_dir.logs).keep_finished - len(done)
        for record in islice(cycle(done), max(0, wanted)):
            store.insert(replace(record, job=record.job.model_copy(update={"job_id": uuid4().hex})), None)


def slope(samples: Sequence[Sample]) -> Slope:
    """How USS grows over these samples; without any bound to the doubt when there are too few."""
    minutes, values = [sample.minute for sample in samples], [sample.uss for sample in samples]
    if len(samples) < _FEWEST:
        return Slope(0.0, float("inf"))
    line = statistics.linear_regression(minutes, values)
    rest = sum((line.slope * x + line.intercept - y) ** 2 for x, y in zip(minutes, values, strict=True))
    spread = sum((x - statistics.fmean(minutes)) ** 2 for x in minutes)
    return Slope(line.slope, 2 * (rest / (len(samples) - 2) / spread) ** 0.5)


def _watch(http: httpx.Client, job_id: str) -> None:
    load = poll(http, f"/api/etl/status/{job_id}", _SPELL_SECONDS, rate=_RATE)
    if load.failures:
        raise RuntimeError(f"{load.failures} polls failed")
    for path in ("/metrics", "/api/status", "/api/etl/history?limit=200", f"/api/etl/logs/{job_id}"):
        http.get(path).raise_for_status()
    http.get("/api/ready")  # whatever it says: on a machine that has other work the database may answer too late


def _show(console: Console, minutes: float, samples: Sequence[Sample]) -> None:
    steady = [sample for sample in samples if sample.minute >= minutes * _WARM_UP_SHARE]
    middle = len(steady) // 2
    table = Table(
        "after the warm-up", "RSS MB", "USS MB", "most USS MB", "USS MB a minute", title=f"{minutes:g} minutes"
    )
    for name, part in (("first half", steady[:middle]), ("second half", steady[middle:])):
        if not part:
            continue
        grown, last = slope(part), part[-1]
        most = max(sample.uss for sample in part)
        told = f"{grown.per_minute:+.2f} ± {grown.doubt:.2f}"
        table.add_row(name, f"{last.rss:.1f}", f"{last.uss:.1f}", f"{most:.1f}", told)
    console.print(table)
    verdict = "flat" if slope(steady[middle:]).is_flat else "NOT shown to be flat"
    console.print(
        f"{verdict}: the target is at most {FLAT_MB_PER_MINUTE:g} MB a minute in the second half, doubt included; "
        f"{len(steady)} samples after the first {_WARM_UP_SHARE:.0%}; the embedded database and runs apart"
    )
