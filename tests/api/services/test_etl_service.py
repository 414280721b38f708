"""Who may publish: the fence around ETL jobs, and runs that somebody started by hand."""

import time
from pathlib import Path

import pytest

from snapshot.fence import Fence, Superseded
from snapshot.files import exclusive
from snapshot.layout import DataDir
from tests.api.serving import Client, behave, service


def may_publish(data_dir: Path, run_id: str) -> bool:
    try:
        with Fence(DataDir(data_dir)).hold(run_id):
            return True
    except Superseded:
        return False


def started(client: Client, data_dir: Path) -> str:
    behave(data_dir, "quiet")
    job_id: str = client.trigger()["job_id"]
    client.job_when(job_id, lambda job: job["progress"] > 0)
    return job_id


class TestFence:
    def test_a_run_may_publish_until_it_is_cancelled(self, client: Client, data_dir: Path) -> None:
        job_id = started(client, data_dir)
        assert may_publish(data_dir, job_id)
        client.post(f"/api/etl/cancel/{job_id}")
        assert not may_publish(data_dir, job_id)

    def test_a_run_that_took_too_long_may_not(self, data_dir: Path) -> None:
        with service(data_dir, job_timeout_seconds=1.0) as client:
            job_id = started(client, data_dir)
            job = client.finished(job_id)
            assert (job["status"], "longer than 1 seconds" in job["error"]) == ("failed", True)
        assert not may_publish(data_dir, job_id)

    def test_a_run_of_a_server_that_has_stopped_may_not(self, data_dir: Path) -> None:
        with service(data_dir) as client:
            job_id = started(client, data_dir)
            assert may_publish(data_dir, job_id)
        assert not may_publish(data_dir, job_id)

    def test_a_finished_run_leaves_the_fence_to_others(self, client: Client, data_dir: Path) -> None:
        job_id = client.trigger()["job_id"]
        assert client.finished(job_id)["status"] == "completed"
        assert not may_publish(data_dir, job_id)


class TestRunByHand:
    def test_it_is_waited_for_and_not_made_to_fail(self, client: Client, data_dir: Path) -> None:
        Fence(DataDir(data_dir)).raise_for("by hand")
        with exclusive(DataDir(data_dir).etl_lock):
            job_id = client.trigger()["job_id"]
            client.job_when(job_id, lambda job: (job["current_step"] or "").startswith("Waiting for a run"))
            assert may_publish(data_dir, "by hand")
        assert client.finished(job_id)["status"] == "completed"

    def test_the_wait_can_be_cancelled(self, client: Client, data_dir: Path) -> None:
        with exclusive(DataDir(data_dir).etl_lock):
            job_id = client.trigger()["job_id"]
            client.job_when(job_id, lambda job: job["status"] == "running")
            begun = time.monotonic()
            assert client.post(f"/api/etl/cancel/{job_id}").json()["status"] == "cancelled"
            assert time.monotonic() - begun < 3

    @pytest.mark.parametrize("seconds", [0.7])
    def test_the_wait_counts_as_time_of_the_job(self, data_dir: Path, seconds: float) -> None:
        with service(data_dir, job_timeout_seconds=seconds) as client, exclusive(DataDir(data_dir).etl_lock):
            assert client.finished(client.trigger()["job_id"])["status"] == "failed"
