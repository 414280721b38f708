"""A real server process on a free port, and a client that speaks to it as the portal does."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from tests.leaks import without_secrets

ROOT = Path(__file__).parents[2]
FINAL = {"completed", "failed", "cancelled"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], Any], seconds: float = 20, every: float = 0.05) -> Any:
    """The first true value of the condition; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(every)
    raise AssertionError(f"nothing came of it in {seconds} s: {condition}")


def environment(data_dir: Path, port: int, **extra: str) -> dict[str, str]:
    """The machine's environment without settings of our own, then the given ones."""
    ours = ("SUPABASE_", "BENCHSIGHT_", "ADMIN_", "CORS_", "JOB_", "MAX_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours) and k not in {"ENVIRONMENT", "HOST", "PORT"}}
    return {**kept, "BENCHSIGHT_DATA_DIR": str(data_dir), "PORT": str(port), **extra}


def look_through(answer: httpx.Response) -> None:
    """Refuse an answer that holds a secret, unless it is a stream, which has no end."""
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        answer.read()
        without_secrets(answer)


class Server:
    """`python -m api.main` on `data_dir`. Use as a context manager: what it started is gone afterwards."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.settings = settings
        self.log = data_dir / "server-output.txt"
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", timeout=30, event_hooks={"response": [look_through]}
        )
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.http.close()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.main"],
                cwd=ROOT,
                env=environment(self.data_dir, self.port, **self.settings),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(self.answers, seconds=30)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.http.get("/api/health").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """kill -9, as a crash or an out-of-memory killer does. Children that it leaves are the product's to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def terminate(self, seconds: float = 15) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def trigger(self, **body: Any) -> str:
        answer = self.http.post("/api/etl/trigger", json={"mode": "full", **body})
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.http.get(f"/api/etl/status/{job_id}")
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    def wait_for(self, job_id: str, status: str | None = None, seconds: float = 60) -> dict[str, Any]:
        """The job once it has this status, or any final one."""
        wanted = {status} if status else FINAL
        job: dict[str, Any] = wait_until(
            lambda: (j := self.job(job_id)) and j["status"] in wanted | FINAL and j, seconds
        )
        assert job["status"] in wanted, job
        return job


@contextmanager
def nothing_left_behind(marker: str) -> Iterator[None]:
    """Fails when a process of the run survives the block: `marker` stands in its command line."""
    yield
    wait_until(lambda: not processes_with(marker), seconds=10)


def processes_with(marker: str) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE and marker in " ".join(process.info["cmdline"] or ())
    ]
