"""The API as a child process of the tour, spoken to over HTTP only."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.15


class TourFailed(RuntimeError):
    """The tour cannot go on; the message says why, for the person who started it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running API."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    log: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.client.base_url).rstrip("/")

    def ask(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - JSON as it comes
        """One request; the decoded JSON of the answer.

        Raises:
            TourFailed: no answer, or one that refuses, with the server's own words.
        """
        try:
            answer = self.client.request(method, path, **options)
            body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise TourFailed(f"{method} {path}: {error or type(error).__name__}; see {self.log}") from error
        if answer.is_error:
            raise TourFailed(f"{method} {path}: {answer.status_code} {body.get('detail', body)}")
        return body


@contextmanager
def running(data_dir: Path, port: int) -> Iterator[Server]:
    """Start the API on a data directory, wait until it is healthy, and stop it at the end whatever happens.

    Raises:
        TourFailed: it ended, or did not answer within a minute.
    """
    log = data_dir / "logs" / "demo-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = _start(data_dir, port, output.fileno())
    try:
        with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=30.0, trust_env=False) as client:
            server = Server(process, client, log)
            _wait_until_healthy(server)
            yield server
    finally:
        _stop(process)


def _start(data_dir: Path, port: int, output: int) -> subprocess.Popen[bytes]:
    settings = {
        "BENCHSIGHT_DATA_DIR": str(data_dir),
        "HOST": HOST,
        "PORT": str(port),
        "ENVIRONMENT": "development",
        "WAREHOUSE": "embedded",  # whatever is configured: a demo league has no business in a real database
    }
    argv = [
        sys.executable,
        str(Path(__file__).with_name("leash.py")),
        str(os.getpid()),
        sys.executable,
        "-m",
        "api.main",
    ]
    return subprocess.Popen(  # noqa: S603 - our own program
        argv,
        cwd=ROOT,
        env={**os.environ, **settings},  # noqa: TID251 - handed on to the child, not read
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            lines = server.log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "no output")
            raise TourFailed(f"the API did not start (exit code {server.process.returncode}): {last}")
        try:
            if server.client.get("/api/health", timeout=2.0).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(POLL_SECONDS)
    raise TourFailed(f"the API was not healthy within {START_SECONDS:.0f} s; see {server.log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port(wanted: int) -> int:
    """The wanted port, or another that is free when somebody listens there already."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise TourFailed(f"port {wanted} is taken, and no other is free")
