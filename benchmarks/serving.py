"""A real server on a league, for benchmarks that ask it over HTTP."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
def running(data_dir: Path, **settings: str) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """The server of this data directory, and a client that keeps its connection."""
    port = free_port()
    ours = {"BENCHSIGHT_DATA_DIR": str(data_dir), "PORT": str(port), "LOG_LEVEL": "WARNING"}
    with serving([sys.executable, "-m", "api.main"], port, ours | settings) as found:
        yield found


@contextmanager
def as_deployed(data_dir: Path, **settings: str) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """The same as in production: a key is asked for, requests are limited, each is logged as JSON and measured.

    The client has the key; the limits are so high that a load generator does not meet them.
    """
    key = secrets.token_hex(32)
    production = {"ENVIRONMENT": "production", "ADMIN_API_KEY": key, "LOG_LEVEL": "INFO"}
    unlimited = {"READS_PER_MINUTE": "10000000", "WRITES_PER_MINUTE": "10000000"}
    with running(data_dir, **production, **unlimited, **settings) as (process, http):
        http.headers["X-API-Key"] = key
        yield process, http


@contextmanager
def serving(
    command: list[str], port: int, environment: Mapping[str, str]
) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """A server by a command, ended afterwards; what it says goes to a file that is read by nobody."""
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=log)
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        http = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30))
        wait_for(process, http)
        yield psutil.Process(process.pid), http


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
