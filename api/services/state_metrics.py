"""What stands at the moment of a scrape: queues, jobs, ages, the disk and the database."""

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.models.job import Job, JobKind, JobStatus, Lane
from api.services.job_manager import JobManager
from api.services.warehouse_gate import WarehouseGate
from ml.pointer import current_version, origin
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, load, published_id


@dataclass(frozen=True, slots=True)
class _Dated:
    """A snapshot or a set of models, and when it was made; looked up once for each."""

    name: str
    made_at: datetime


class StateCollector(Collector):
    """Looks things up when it is asked (blocking: a few files, and a second at most for the database)."""

    def __init__(
        self,
        jobs: JobManager,
        gate: WarehouseGate,
        data_dir: DataDir,
        *,
        most_waiting: int,
        now: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._gate = gate
        self._data_dir = data_dir
        self._most_waiting = most_waiting
        self._now = now
        self._snapshot: _Dated | None = None
        self._models: _Dated | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure that can be found out; one that cannot is left out."""
        yield from _of_jobs(self._jobs.list_jobs(limit=sys.maxsize)[0])
        yield _single("benchsight_queue_limit", "Jobs that may wait in each lane.", self._most_waiting)
        self._snapshot = self._dated(self._snapshot, published_id(self._data_dir), self._published_at)
        if self._snapshot is not None:
            yield self._age("benchsight_snapshot_age_seconds", "Since the published snapshot was made.", self._snapshot)
        self._models = self._dated(self._models, current_version(self._data_dir), self._trained_at)
        if self._models is not None:
            yield self._age("benchsight_model_age_seconds", "Since the models in use were trained.", self._models)
        yield from self._of_the_disk()
        yield from self._of_the_warehouse()

    def _dated(
        self, known: _Dated | None, name: str | None, made_at: Callable[[str], datetime | None]
    ) -> _Dated | None:
        if name is None or (known is not None and known.name == name):
            return known if name is not None else None
        at = made_at(name)
        return None if at is None else _Dated(name, at)

    def _published_at(self, snapshot_id: str) -> datetime | None:
        try:
            return datetime.fromisoformat(load(self._data_dir.snapshots / snapshot_id).manifest.created_at)
        except (DamagedSnapshot, ValueError):
            return None

    def _trained_at(self, version: str) -> datetime | None:
        found = origin(self._data_dir, version)
        return None if found is None else found.trained_at

    def _age(self, name: str, about: str, dated: _Dated) -> GaugeMetricFamily:
        return _single(name, about, max(0.0, (self._now() - dated.made_at).total_seconds()))

    def _of_the_disk(self) -> Iterator[GaugeMetricFamily]:
        try:
            free = shutil.disk_usage(self._data_dir.root).free
        except OSError:
            return
        yield _single("benchsight_disk_free_bytes", "Free space where the data directory is.", free)

    def _of_the_warehouse(self) -> Iterator[GaugeMetricFamily]:
        if self._gate.is_asleep:
            return
        found = self._gate.status()
        yield _single("benchsight_warehouse_up", "1 when the warehouse answers, else 0.", int(found.connected))
        if found.latency_ms is not None:
            about = "One round trip to the warehouse, measured within the last seconds."
            yield _single("benchsight_warehouse_latency_seconds", about, found.latency_ms / 1000)


def _of_jobs(jobs: Sequence[Job]) -> Iterator[GaugeMetricFamily]:
    counted = Counter((job.kind, job.status) for job in jobs)
    remembered = GaugeMetricFamily("benchsight_jobs", "Jobs that are remembered, by state.", labels=("kind", "state"))
    for kind in JobKind:
        for state in JobStatus:
            remembered.add_metric((kind.value, state.value), counted[kind, state])
    yield remembered
    waiting = Counter(job.lane for job in jobs if job.status is JobStatus.PENDING)
    queues = GaugeMetricFamily("benchsight_queue_length", "Jobs that wait, by lane.", labels=("lane",))
    for lane in Lane:
        queues.add_metric((lane.value,), waiting[lane])
    yield queues


def _single(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
