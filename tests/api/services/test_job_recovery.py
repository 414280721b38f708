"""A server is killed with SIGKILL in the middle of a job; a new one, in a fresh interpreter, sets things right."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.services.job_recovery import INTERRUPTED
from tests.api.services.job_parts import wait_until
from tests.api.services.test_child_process import DAEMON, DEAF, FORK, SAY_AND_SLEEP, alive, pids

ROOT = Path(__file__).parents[3]
SERVER = [sys.executable, "-m", "tests.api.services.job_server"]


def killed_server(folder: Path, program: str, processes: int) -> tuple[list[int], list[str]]:
    """Start a server, let its job's processes begin, kill it; the pids of the processes, the ids of the jobs."""
    server = subprocess.Popen([*SERVER, str(folder), "serve", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    ids = [server.stdout.readline().strip() for _ in range(2)]
    log = folder / "logs" / f"{ids[0]}.log"
    wait_until(lambda: len(pids(log)) == processes)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    return pids(log), ids


def recovered(folder: Path) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        [*SERVER, str(folder), "recover"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    answer = json.loads(done.stdout)
    assert answer["seconds"] < 8
    return {job["job_id"]: job for job in answer["jobs"]}


@pytest.mark.parametrize(
    ("program", "processes"),
    [(DEAF + FORK + SAY_AND_SLEEP, 2), (DEAF + DAEMON + SAY_AND_SLEEP, 2)],
    ids=["deaf and forks", "deaf with a daemon"],
)
def test_after_kill_9_the_job_is_failed_and_its_processes_are_gone(
    tmp_path: Path, program: str, processes: int
) -> None:
    children, (running, waiting) = killed_server(tmp_path, program, processes)
    assert any(alive(pid) for pid in children), "they ignore the parent-death signal"
    jobs = recovered(tmp_path)
    assert [pid for pid in children if alive(pid)] == []
    assert (jobs[running]["status"], jobs[running]["error"]) == ("failed", INTERRUPTED)
    assert jobs[waiting]["status"] == "pending"
    assert recovered(tmp_path)[running] == jobs[running], "a second restart finds nothing to do"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_a_child_that_obeys_ends_with_its_server(tmp_path: Path) -> None:
    (child,), _ = killed_server(tmp_path, SAY_AND_SLEEP, 1)
    wait_until(lambda: not alive(child), seconds=5)
