"""What a start costs: the import, the time until the server is ready with its database, the idle memory."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.league import ROOT
from benchmarks.serving import free_port, running

_IMPORTS: Final = 15
_STARTS: Final = 5
_LOOK_EVERY_SECONDS: Final = 0.01
_IDLE_SECONDS: Final = 5.0
_TARGET_RATIO: Final = 2.0
_TARGET_READY_S: Final = 2.0
_TARGET_IDLE_MB: Final = 150.0


def run(console: Console, _games: int) -> None:
    """The three figures, each with its target."""
    _show_imports(console)
    with _used_before() as data_dir:
        took = [_seconds_until_ready(data_dir) for _ in range(_STARTS)]
        console.print(
            f"Ready with the embedded database up: median {statistics.median(took):.2f} s, slowest {max(took):.2f} s "
            f"of {_STARTS} starts; target {_TARGET_READY_S:g} s"
        )
        _show_idle(console, data_dir)


def _show_imports(console: Console) -> None:
    """In turn, each in a fresh interpreter, whose own start is taken off."""
    programs = {"nothing": "pass", "import fastapi": "import fastapi", "import api.main": "import api.main"}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for _ in range(_IMPORTS):
        for name, program in programs.items():
            taken[name].append(_run(program))
    table = Table("program", "wall ms", "CPU ms", title=f"median of {_IMPORTS} fresh interpreters each, in turn")
    medians = {name: tuple(map(statistics.median, zip(*runs, strict=True))) for name, runs in taken.items()}
    for name, (wall, cpu) in medians.items():
        table.add_row(name, f"{1000 * wall:.0f}", f"{1000 * cpu:.0f}")
    console.print(table)
    (wall_0, cpu_0), (wall_1, cpu_1), (wall_2, cpu_2) = medians.values()
    console.print(
        f"api.main to fastapi: {(wall_2 - wall_0) / (wall_1 - wall_0):.2f} by wall, "
        f"{(cpu_2 - cpu_0) / (cpu_1 - cpu_0):.2f} by CPU, without the interpreter's start; target {_TARGET_RATIO:g}"
    )


def _run(program: str) -> tuple[float, float]:
    before, since = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    wall, after = time.perf_counter() - since, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


@contextmanager
def _used_before() -> Iterator[Path]:
    """A data directory whose embedded database has been made already, where the database's own user can reach it."""
    with TemporaryDirectory(prefix="bs-") as folder:
        Path(folder).chmod(0o755)
        data_dir = Path(folder) / "data"
        with running(data_dir, WAREHOUSE="embedded") as (_, http):
            while not http.get("/api/status").raise_for_status().json()["warehouse"]["connected"]:
                time.sleep(_LOOK_EVERY_SECONDS)
        yield data_dir


def _seconds_until_ready(data_dir: Path) -> float:
    """From the start of the process to the first 200 of /api/ready, which says that the database answers."""
    port = free_port()
    environment = {**os.environ, "BENCHSIGHT_DATA_DIR": str(data_dir), "PORT": str(port), "WAREHOUSE": "embedded"}
    since = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "api.main"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            while not _is_ready(http):
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended with {process.returncode}")
                time.sleep(_LOOK_EVERY_SECONDS)
            return time.perf_counter() - since
    finally:
        process.terminate()
        process.wait(20)


def _is_ready(http: httpx.Client) -> bool:
    try:
        answer = http.get("/api/ready")
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK and "The database answers" in answer.text


def _show_idle(console: Console, data_dir: Path) -> None:
    with running(data_dir, WAREHOUSE="embedded") as (server, http):
        while not _is_ready(http):
            time.sleep(_LOOK_EVERY_SECONDS)
        time.sleep(_IDLE_SECONDS)
        own = server.memory_full_info()
        beside = [_memory(child) for child in server.children(recursive=True)]
    table = Table("idle", "RSS MB", "USS MB", "PSS MB")
    table.add_row("the server", *(f"{getattr(own, name) / 2**20:.0f}" for name in ("rss", "uss", "pss")))
    table.add_row(
        f"the embedded database, {len(beside)} processes",
        *(f"{sum(column):.0f}" for column in zip(*beside, strict=True)),
    )
    console.print(table)
    console.print(f"Target of the server: {_TARGET_IDLE_MB:g} MB")


def _memory(process: psutil.Process) -> tuple[float, float, float]:
    memory = process.memory_full_info()
    return memory.rss / 2**20, memory.uss / 2**20, memory.pss / 2**20
