import json
import os
import platform
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from api.config import PROJECT_ROOT
from snapshot.files import exclusive
from snapshot.layout import DataDir
from tests.api.server_process import MODULE, SCRIPT, UVICORN, environment, failed_start, server

THREAD_HEAP_BYTES = 1 << 26
"""What glibc sets aside for a heap of a thread's own on machines of 64 bits, at a multiple of it."""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("command", "cwd"),
    [(MODULE, PROJECT_ROOT), (UVICORN, PROJECT_ROOT), (SCRIPT, PROJECT_ROOT / "api")],
    ids=["python -m api.main", "uvicorn api.main:app", "cd api && python main.py"],
)
def test_every_way_of_starting_serves_the_same_data(command: tuple[str, ...], cwd: Path, tmp_path: Path) -> None:
    relative = Path(os.path.relpath(tmp_path / "data", PROJECT_ROOT))
    with server(relative, command, cwd=cwd) as started:
        assert started.get("/api/status").json()["etl_available"] is True
        assert (tmp_path / "data" / "state" / "server.lock").is_file()
        started.stop()


@pytest.mark.parametrize("command", [MODULE, UVICORN], ids=["module", "uvicorn"])
@pytest.mark.parametrize(
    ("name", "value"), [("JOB_TIMEOUT_SECONDS", "soon"), ("ENVIRONMENT", "production")], ids=["wrong value", "no key"]
)
def test_a_wrong_setting_ends_the_start_with_one_line(
    data_dir: Path, command: tuple[str, ...], name: str, value: str
) -> None:
    code, said = failed_start(data_dir, command, **{name: value})
    assert code == 1
    assert re.fullmatch(r"BenchSight API cannot start: \w+: [^\n]+\n", said), said


def test_under_reload_the_child_says_the_one_line(data_dir: Path) -> None:
    with server(data_dir, (*UVICORN, "--reload"), ready=False, LOG_LEVEL="LOUD") as started:
        assert started.process.stderr is not None
        lines = []
        while not lines or "cannot start" not in lines[-1]:
            lines.append(started.process.stderr.readline())
            assert lines[-1], lines
        assert "LOG_LEVEL: " in lines[-1]
        _, seconds, said = started.stop()
        assert seconds < 10
        assert "Traceback" not in "".join(lines) + said


@pytest.mark.parametrize("command", [MODULE, UVICORN], ids=["module", "uvicorn"])
def test_a_data_directory_that_cannot_be_one_ends_the_start(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "a file"
    file.write_text("not a directory")
    code, said = failed_start(file / "data", command)
    assert code == 1
    assert said.splitlines()[-1].startswith("BenchSight API cannot start: BENCHSIGHT_DATA_DIR: ")
    assert "Traceback" not in said


def test_a_journal_that_cannot_be_read_ends_the_start(data_dir: Path) -> None:
    DataDir(data_dir).create()
    (data_dir / "state" / "jobs.sqlite3").write_bytes(b"not a database at all" * 100)
    code, said = failed_start(data_dir)
    assert code == 1
    assert "jobs.sqlite3" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_port_in_use_ends_the_start(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = failed_start(data_dir, PORT=str(taken.getsockname()[1]))
    assert code == 1
    assert said.startswith("BenchSight API cannot start: HOST, PORT: cannot listen at 127.0.0.1")
    assert said.count("\n") == 1


def test_a_new_server_waits_for_the_old_one(data_dir: Path) -> None:
    with server(data_dir) as old, server(data_dir, ready=False) as new:
        with pytest.raises(subprocess.TimeoutExpired):
            new.process.wait(timeout=2)
        old.stop()
        new.wait_until_ready()


def test_a_server_that_waits_for_another_can_be_stopped(data_dir: Path) -> None:
    with exclusive(DataDir(data_dir).server_lock), server(data_dir, ready=False) as waiting:
        assert waiting.process.stderr is not None
        while "Waiting for application startup" not in waiting.process.stderr.readline():
            pass
        _, seconds, said = waiting.stop()
        assert seconds < 5
        assert "Traceback" not in said


@pytest.mark.proof
@pytest.mark.parametrize("command", [MODULE, UVICORN], ids=["module", "uvicorn"])
def test_a_data_directory_in_use_ends_the_start_after_half_a_minute(data_dir: Path, command: tuple[str, ...]) -> None:
    with server(data_dir) as holder:
        code, said = failed_start(data_dir, command, seconds=60)
        assert code == 1
        assert said.splitlines()[-1] == (
            f"BenchSight API cannot start: BENCHSIGHT_DATA_DIR: {data_dir} is in use by another server"
            f" (process {holder.process.pid})"
        )
        assert "Traceback" not in said


def test_importing_does_nothing_and_loads_nothing_heavy(tmp_path: Path) -> None:
    program = """
import json, sys, threading
import api.main
heavy = {"polars", "supabase", "psycopg", "sklearn", "scipy", "numpy", "uvicorn", "fastexcel"}
heavy |= {"pandas", "prometheus_client", "psutil", "api.routes", "api.building", "ml.requests"}
print(json.dumps({"heavy": sorted(heavy & set(sys.modules)), "threads": threading.active_count()}))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT_ROOT,
        env=environment(tmp_path / "data", 1, JOB_TIMEOUT_SECONDS="wrong"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == {"heavy": [], "threads": 1}
    assert not (tmp_path / "data").exists()


def test_importing_the_service_loads_no_driver_no_client_and_no_frame_engine() -> None:
    program = "import sys, api.main; print({'psycopg', 'supabase', 'polars'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap")
def test_all_threads_share_one_heap(data_dir: Path) -> None:
    with server(data_dir) as started:
        for _ in range(5):
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: started.get("/api/ready"), range(16)))
            assert started.get("/api/etl/history").status_code == 200
        maps = Path(f"/proc/{started.process.pid}/maps").read_text(encoding="utf-8").splitlines()
    places = [[int(edge, 16) for edge in line.split()[0].split("-")] for line in maps]
    heaps = [
        begin
        for (begin, end), (next_begin, next_end) in pairwise(places)
        if begin % THREAD_HEAP_BYTES == 0 and end == next_begin and next_end - begin == THREAD_HEAP_BYTES
    ]
    assert heaps == []
