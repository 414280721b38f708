"""A real server process, started as an operator starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.config import PROJECT_ROOT
from tests.api.serving import NO_DATABASE, STAND_IN
from tests.leaks import refuse_leaks, without_secrets

MODULE = (sys.executable, "-m", "api.main")
UVICORN = (sys.executable, "-m", "uvicorn", "api.main:app")
SCRIPT = (sys.executable, "main.py")


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(self, method: str, path: str, **arguments: object) -> httpx.Response:
        return without_secrets(httpx.request(method, self.url + path, **{"timeout": 30, **arguments}))

    def get(self, path: str, **arguments: object) -> httpx.Response:
        return without_secrets(httpx.get(self.url + path, **arguments))

    def post(self, path: str, **arguments: object) -> httpx.Response:
        return without_secrets(httpx.post(self.url + path, **arguments))

    def finished(self, job_id: str, **arguments: object) -> dict[str, Any]:
        """The job, of any kind, when it has ended."""
        while True:
            answer = self.get(f"/api/etl/status/{job_id}?wait=20", **{"timeout": 60, **arguments})
            job: dict[str, Any] = answer.json()
            if job["completed_at"]:
                return job

    def wait_until_ready(self, seconds: float = 40) -> None:
        give_up_at = time.monotonic() + seconds
        while True:
            try:
                self.get("/api/health").raise_for_status()
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.communicate()
                assert time.monotonic() < give_up_at, "the server does not answer"
                time.sleep(0.05)
            else:
                return

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> tuple[int, float, str]:
        """End it; its exit code, the seconds that it took, and what it has said."""
        started = time.monotonic()
        self.process.send_signal(number)
        said = "".join(self.process.communicate(timeout=seconds))
        refuse_leaks(said, "what the server has said")
        return self.process.returncode, time.monotonic() - started, said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data_dir: Path, port: int, **changes: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG"} or name.startswith("COVERAGE")
    }
    ours = {"BENCHSIGHT_DATA_DIR": str(data_dir), "PORT": str(port), "ETL_SCRIPT": str(STAND_IN)}
    ours["SUPABASE_DB_URL"] = NO_DATABASE
    return inherited | ours | changes


@contextmanager
def server(
    data_dir: Path, command: Sequence[str] = MODULE, *, cwd: Path = PROJECT_ROOT, ready: bool = True, **changes: str
) -> Iterator[Server]:
    """A server process; killed with everything it has started when the test leaves."""
    port = free_port()
    if "uvicorn" in command:
        command = (*command, "--port", str(port))
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(data_dir, port, **changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        started = Server(process, port)
        if ready:
            started.wait_until_ready()
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        said = process.communicate()
    refuse_leaks("".join(said), "what the server has said")


def failed_start(
    data_dir: Path, command: Sequence[str] = MODULE, *, seconds: float = 20, **changes: str
) -> tuple[int, str]:
    """A start that is to fail: exit code and standard error."""
    ended = subprocess.run(
        command,
        cwd=PROJECT_ROOT,
        env=environment(data_dir, free_port(), **changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    refuse_leaks(ended.stdout + ended.stderr, "what the server has said")
    return ended.returncode, ended.stderr
