"""What Prometheus reads: one registry for each application, and what is counted while it serves.

What merely stands at the moment (queues, ages, disk) is asked for at each scrape, by `state_metrics`.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info, ProcessCollector, disable_created_metrics
from prometheus_client import Counter as CounterMetric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from api.models.job import TERMINAL, Job, JobKind, JobStatus

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_JOB_BUCKETS: Final = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_WRITTEN: Final = ("inserted", "updated", "deleted")
_NO_ANSWER: Final = "none"
_CLOSE_CODES: Final = frozenset({403, 1000, 1001, 1005, 1006, 1009, 1011, 1012})
_OUR_CODES: Final = (4400, 4599)


class Metrics:
    """The registry of an application, with its version and its process."""

    media_type: Final = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each counter, for scrapers of another format
        self.registry = CollectorRegistry()
        Info("benchsight_build", "The version that runs.", registry=self.registry).info({"version": version})
        ProcessCollector(registry=self.registry)
        self.http = HttpMetrics(self.registry)
        self.sockets = SocketMetrics(self.registry)
        self.jobs = JobMetrics(self.registry)
        self.warehouse = WarehouseMetrics(self.registry)

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format; blocking, since what stands is looked up."""
        return generate_latest(self.registry)


class HttpMetrics:
    """Requests, by the pattern of their route: paths are endless, and so their series would be."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = CounterMetric(
            "benchsight_http_requests",
            "Requests answered, by route, method and status.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "benchsight_http_request_duration_seconds",
            "From a request's head to the end of its answer; long polls and streams wait on purpose.",
            ("route", "method"),
            buckets=_REQUEST_BUCKETS,
            registry=registry,
        )
        self._open = Gauge(
            "benchsight_http_requests_in_progress", "Requests that are being answered.", registry=registry
        )
        self._series: dict[tuple[str, str, int], tuple[CounterMetric, Histogram]] = {}

    def began(self) -> None:
        """A request has come."""
        self._open.inc()

    def ended(self, route: str, method: str, status: int, seconds: float) -> None:
        """It is answered; `status` 0: the caller hung up before the answer began."""
        self._open.dec()
        key = (route, method if method in _METHODS else "other", status)
        series = self._series.get(key)
        if series is None:
            named = self._requests.labels(key[0], key[1], str(status or _NO_ANSWER))
            series = self._series[key] = (named, self._seconds.labels(key[0], key[1]))
        series[0].inc()
        series[1].observe(seconds)


class SocketMetrics:
    """WebSockets: how many are open, and how each has ended."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge("benchsight_websockets_open", "WebSockets that are open.", registry=registry)
        self._closed = CounterMetric(
            "benchsight_websockets_closed",
            "WebSockets that have ended, by route and close code.",
            ("route", "code"),
            registry=registry,
        )

    def one_open(self) -> AbstractContextManager[object]:
        """Within, one more is open."""
        return self._open.track_inprogress()

    def ended(self, route: str, code: int) -> None:
        """One has ended; the codes that clients choose are counted together."""
        is_known = code in _CLOSE_CODES or _OUR_CODES[0] <= code <= _OUR_CODES[1]
        self._closed.labels(route, str(code) if is_known else "other").inc()


class JobMetrics:
    """Jobs that have come to their end, and what they did."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._finished = CounterMetric(
            "benchsight_jobs_finished",
            "Jobs that have come to an end, by kind and final state.",
            ("kind", "state"),
            registry=registry,
        )
        self._seconds = Histogram(
            "benchsight_job_duration_seconds",
            "From a job's start to its end.",
            ("kind",),
            buckets=_JOB_BUCKETS,
            registry=registry,
        )
        self._steps = Histogram(
            "benchsight_etl_step_duration_seconds",
            "Steps of the ETL runs that published.",
            ("step",),
            buckets=_JOB_BUCKETS,
            registry=registry,
        )
        self._rows = CounterMetric(
            "benchsight_upload_rows",
            "Rows of uploads, by what became of them in the warehouse.",
            ("change",),
            registry=registry,
        )
        for kind in JobKind:  # from the start, or the first increase would not be seen as one
            for state in TERMINAL:
                self._finished.labels(kind.value, state.value)
        for change in (*_WRITTEN, "unchanged"):
            self._rows.labels(change)

    def finished(self, job: Job, seconds: float | None = None) -> None:
        """A job has come to its end, whichever; `seconds` is how long it ran, by a clock that nobody sets."""
        self._finished.labels(job.kind.value, job.status.value).inc()
        if seconds is not None:
            self._seconds.labels(job.kind.value).observe(seconds)
        if job.kind is JobKind.UPLOAD:
            for change, rows in _rows_by_change(job).items():
                self._rows.labels(change).inc(rows)

    def took(self, timings: Mapping[str, float]) -> None:
        """The steps of a run, in seconds."""
        for step, seconds in timings.items():
            self._steps.labels(step).observe(seconds)


class WarehouseMetrics:
    """Operations on the warehouse; see `WarehouseObserver`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "benchsight_warehouse_operation_duration_seconds",
            "Operations on the warehouse, retries included, by how they ended.",
            ("operation", "outcome"),
            buckets=(*_REQUEST_BUCKETS, 300, 1800),
            registry=registry,
        )
        self._retries = CounterMetric(
            "benchsight_warehouse_retries", "Requests to the warehouse that were sent again.", registry=registry
        )

    def took(self, operation: str, seconds: float, *, failed: bool) -> None:
        """An operation has ended."""
        self._seconds.labels(operation, "failed" if failed else "completed").observe(seconds)

    def retried(self) -> None:
        """A request is sent again."""
        self._retries.inc()


def _rows_by_change(upload: Job) -> Mapping[str, int]:
    """What became of the rows of an upload's tables; one that failed has written some only where it was not atomic."""
    found: Counter[str] = Counter()
    tables = (upload.result or {}).get("tables")
    for table in tables if isinstance(tables, list) else ():
        counted = (
            {name: value for name, value in table.items() if isinstance(value, int)} if isinstance(table, dict) else {}
        )
        found.update({change: counted.get(change, 0) for change in _WRITTEN})
        if upload.status is JobStatus.COMPLETED:
            found["unchanged"] += counted.get("rows", 0) - counted.get("inserted", 0) - counted.get("updated", 0)
    return found
