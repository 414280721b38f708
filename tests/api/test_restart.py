"""A server that ends with jobs of every kind finished, running and waiting: after the restart each ends once."""

import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.services.job_recovery import INTERRUPTED
from snapshot.layout import DataDir
from snapshot.pins import PUBLISHED, holders
from tests.api.routes.test_upload import NEWER, OLDER, league
from tests.api.server_process import Server, server
from tests.api.serving import behave
from tests.snapshot_builder import publish

PUBLISH_LOCK = "select pg_advisory_lock(hashtext('benchsight.publish'))"
Headers = Mapping[str, str]
NOBODY: Headers = {}
PATHS = {
    "etl": ("/api/etl/trigger", {"mode": "full"}, {"mode": "test"}),
    "upload": ("/api/upload/to-supabase", {"options": {"replace": True}}, {"tables": ["dim_schedule"], "mode": "all"}),
    "schema": ("/api/upload/generate-schema", {"options": {"apply": True}}, {"options": {"apply": False}}),
    "train": ("/api/ml/train", {"seed": 1}, {"seed": 2}),
}
"""Where a job of each kind is asked for, and two bodies that are not the same job."""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    publish(tmp_path / "data", league(shifts=30), OLDER)
    return tmp_path / "data"


def asked(started: Server, kind: str, number: int = 0) -> str:
    path, *bodies = PATHS[kind]
    answer = started.post(path, json=bodies[number])
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def job_of(started: Server, job_id: str, headers: Headers = NOBODY) -> dict[str, Any]:
    job: dict[str, Any] = started.get(f"/api/etl/status/{job_id}", headers=headers).json()
    return job


def when_running(started: Server, job_id: str) -> None:
    give_up_at = time.monotonic() + 20
    while (status := job_of(started, job_id)["status"]) != "running":
        assert (status, time.monotonic() < give_up_at) == ("pending", True)
        time.sleep(0.005)


def moves_in_the_journal(data_dir: Path) -> dict[str, list[str]]:
    """The states of each job, one after the other, as the journal has them."""
    with closing(sqlite3.connect(data_dir / "state" / "jobs.sqlite3")) as journal:
        rows = journal.execute("select job_id, status from changes order by job_id, seq").fetchall()
    return {
        job_id: [status for status, _ in groupby(status for _, status in changes)]
        for job_id, changes in groupby(rows, key=lambda row: row[0])
    }


def begun_runs(data_dir: Path, job_id: str) -> int:
    """How often the ETL program was started for a job: each start prints this line to the job's log."""
    return (data_dir / "logs" / f"{job_id}.log").read_text(encoding="utf-8").count("Reading games")


@pytest.mark.parametrize(
    ("number", "at_work", "in_line"),
    [(signal.SIGTERM, "upload", "schema"), (signal.SIGKILL, "schema", "upload")],
    ids=["SIGTERM", "SIGKILL"],
)
def test_jobs_of_every_kind_end_exactly_once(
    data_dir: Path, database: str, number: int, at_work: str, in_line: str
) -> None:
    with psycopg.connect(database, autocommit=True) as holder, server(data_dir, SUPABASE_DB_URL=database) as first:
        done = {kind: first.finished(asked(first, kind, 1)) for kind in PATHS}
        assert {kind: job["status"] for kind, job in done.items() if kind != "train"} == {
            "etl": "completed", "schema": "completed", "upload": "completed",
        }  # fmt: skip
        holder.execute(PUBLISH_LOCK)  # so that what works in the database works until the end of the server
        behave(data_dir, "quiet")
        publish(data_dir, league((6, 6), shifts=30), NEWER)
        running = {kind: asked(first, kind) for kind in ("etl", at_work)}
        waiting = {"etl": asked(first, "etl", 1), in_line: asked(first, in_line)}
        for job_id in running.values():
            when_running(first, job_id)
        running["train"], waiting["train"] = asked(first, "train"), asked(first, "train", 1)
        when_running(first, running["train"])
        os.kill(first.process.pid, number)
        first.process.wait(12)
    behave(data_dir, "works")
    with server(data_dir, SUPABASE_DB_URL=database) as second:
        ends = {job_id: second.finished(job_id) for job_id in [*running.values(), *waiting.values()]}
        for job_id in running.values():
            assert ends[job_id]["status"] == "failed"
            assert number != signal.SIGKILL or ends[job_id]["error"] == INTERRUPTED
            assert number != signal.SIGTERM or "shut down" in ends[job_id]["error"]
        assert {kind: ends[job_id]["status"] for kind, job_id in waiting.items()} == {
            "etl": "completed",
            in_line: "completed",
            "train": done["train"]["status"],  # of a league so small that there is nothing to learn
        }
        assert [job_of(second, job["job_id"]) for job in done.values()] == list(done.values())
        second.stop()
    every_job = {job["job_id"]: job["status"] for job in [*ends.values(), *done.values()]}
    assert moves_in_the_journal(data_dir) == {
        job_id: ["pending", "running", status] for job_id, status in every_job.items()
    }
    for job_id in (running["etl"], waiting["etl"], done["etl"]["job_id"]):
        assert begun_runs(data_dir, job_id) == 1
    assert {holder for _, holder in holders(DataDir(data_dir))} <= {PUBLISHED}  # no job needs a snapshot any more
