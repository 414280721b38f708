"""Builders for the tests of the job services."""

import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.models.job import Job, JobKind, NewJob
from api.services.child_process import run_child
from api.services.job_context import JobContext
from api.services.job_manager import Executor, JobManager, JobSettings
from api.services.job_store import JobStore
from api.services.job_store_sqlite import SqliteJobStore

JOB = f"job-{os.getpid()}"  # of this test process alone: processes of a job are ended wherever they run
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **length: float) -> None:
        self.at += timedelta(**length)


def numbered(prefix: str = JOB) -> Callable[[], str]:
    """Ids that count: prefix-1, prefix-2, …"""
    counter = itertools.count(1)
    return lambda: f"{prefix}-{next(counter)}"


def wish(mode: str = "full", kind: JobKind = JobKind.ETL, **fields: object) -> NewJob:
    return NewJob.model_validate({"kind": kind, "mode": mode, **fields})


def build(
    folder: Path,
    executors: Mapping[JobKind, Executor] | None = None,
    *,
    store: JobStore | None = None,
    now: Callable[[], datetime] | None = None,
    new_id: Callable[[], str] | None = None,
    **settings: object,
) -> JobManager:
    """A manager on a SQLite journal in `folder`; not started."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    return JobManager(
        store or SqliteJobStore(folder / "jobs.sqlite3"),
        now=now or Clock(),
        new_id=new_id or numbered(),
        settings=JobSettings(**{"logs": folder / "logs", **settings}),
        executors=executors or {},
    )


@contextmanager
def started(manager: JobManager) -> Iterator[JobManager]:
    manager.start()
    try:
        yield manager
    finally:
        manager.stop()


def wait_until(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.005)


def ended(manager: JobManager, job_id: str, *, seconds: float = 10.0) -> Job:
    wait_until(lambda: manager.get_job(job_id).finished, seconds=seconds)
    return manager.get_job(job_id)


class Gate:
    """An executor that stands until it is opened or its job is to end."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered = threading.Semaphore(0)
        self.order: list[str] = []

    def __call__(self, job: Job, context: JobContext) -> dict[str, object]:
        self.order.append(job.job_id)
        self.entered.release()
        while not self.opened.wait(0.005):
            context.check()
        return {"done": job.job_id}

    def wait_entered(self) -> None:
        assert self.entered.acquire(timeout=10)


def script(text: str, **options: object) -> Executor:
    """An executor that runs a Python program as its child; the program has `os`, `sys`, `time` and `signal`."""
    program = f"import os, signal, subprocess, sys, time\n{text}"

    def execute(_: Job, context: JobContext) -> dict[str, object]:
        code = run_child([sys.executable, "-I", "-c", program], cwd=Path.cwd(), env={}, context=context, **options)
        return {"exit_code": code}

    return execute
