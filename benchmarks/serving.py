"""A real server on a league, for benchmarks that ask it over HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import psutil

from benchmarks.league import ROOT

_POLL_SECONDS: Final = 0.02


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(data_dir: Path) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """The server of this data directory, and a client that keeps its connection."""
    port = free_port()
    settings = {"BENCHSIGHT_DATA_DIR": str(data_dir), "PORT": str(port), "LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([sys.executable, "-m", "api.main"], cwd=ROOT, env={**os.environ, **settings})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            wait_for(process, http)
            yield psutil.Process(process.pid), http
    finally:
        process.terminate()
        process.wait(20)


def wait_for(process: subprocess.Popen[bytes], http: httpx.Client) -> None:
    """Return when the server answers.

    Raises:
        RuntimeError: it has ended instead.
    """
    while process.poll() is None:
        try:
            http.get("/api/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    raise RuntimeError(f"the server ended with {process.returncode}")
