"""The tour, against a server that answers as the API does; and its child processes, which die with it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import psutil
import pytest
from rich.console import Console

from etl.demo import __main__ as command
from etl.demo import tour
from etl.demo.tour_server import ROOT, Server, TourFailed, free_port, running
from snapshot.layout import DataDir
from snapshot.reader import published
from tests.reachable import reachable_folder
from tests.snapshot_builder import publish
from warehouse.base import PublishOptions, Watch
from warehouse.opening import Choice, open_warehouse


@dataclass
class Answers:
    """What the stand-in says, in turn, to each question about the job."""

    states: list[dict[str, Any]]
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def stand_in(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Answers]]:
    answers = Answers([])

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            answers.asked.append(f"{self.command} {self.path}")
            if self.headers.get("Content-Length"):
                self.rfile.read(int(self.headers["Content-Length"]))
            state = answers.states.pop(0) if len(answers.states) > 1 else answers.states[0]
            body = json.dumps(state).encode()
            self.send_response(429 if "detail" in state else 202)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *args: object) -> None:
            del args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        with (
            subprocess.Popen([sys.executable, "-c", ""]) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{http.server_address[1]}", trust_env=False) as client,
        ):
            yield Server(process, client, Path("log")), answers
        http.shutdown()
        thread.join()


def job(status: str, progress: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "job_id": "j1",
        "status": status,
        "progress": progress,
        "current_step": "Reading games",
        "error": None,
        **more,
    }


class TestJob:
    def test_it_is_watched_to_its_end(self, stand_in: tuple[Server, Answers]) -> None:
        server, answers = stand_in
        done = job("completed", 100, result={"games": 24})
        answers.states[:] = [job("pending"), job("running", 40, eta_seconds=2.5), done]
        assert tour.run_etl(Console(file=StringIO()), server) == done
        assert answers.asked == ["POST /api/etl/trigger", *["GET /api/etl/status/j1"] * 2]

    @pytest.mark.parametrize(
        ("state", "message"),
        [
            (job("failed", error="no game could be read"), "job failed: no game could be read"),
            (job("cancelled"), "job cancelled: no reason given"),
        ],
        ids=["failed", "cancelled"],
    )
    def test_a_job_that_does_not_complete_ends_the_tour_with_its_error(
        self, stand_in: tuple[Server, Answers], state: dict[str, Any], message: str
    ) -> None:
        stand_in[1].states[:] = [job("pending"), state]
        with pytest.raises(TourFailed, match=message):
            tour.run_etl(Console(file=StringIO()), stand_in[0])

    def test_a_refusal_is_told_in_the_servers_words(self, stand_in: tuple[Server, Answers]) -> None:
        stand_in[1].states[:] = [{"detail": "The queue is full"}]
        with pytest.raises(TourFailed, match="429 The queue is full"):
            tour.run_etl(Console(file=StringIO()), stand_in[0])


TEAMS = pl.DataFrame(
    {
        "key": ["1", "2", "3", "4"],
        "team_id": ["T1", "T2", "T3", "T1"],
        "team_name": ["Owls", "Otters", "Wolves", "Owls"],
        "season": ["20252026", "20252026", "20252026", "20242025"],
        "season_id": ["S2", "S2", "S2", "S1"],
        "game_type": ["All"] * 4,
        **{name: [1, 1, 2, 3] for name in ("games_played", "wins", "losses", "ties", "goals_for", "goals_against")},
        "points": [4, 14, 14, 40],
        "goal_diff": [-18, 18, 19, 40],
        **{name: [1.0] * 4 for name in ("goals_for_per_game", "goals_against_per_game", "win_pct")},
    },
)
SEASONS = pl.DataFrame({"season_id": ["S1", "S2"], "start_date": ["2024-09-01", "2025-09-01"]})


@pytest.fixture
def league_dir() -> Iterator[Path]:
    """A folder that a service user can reach, which pytest's own are not for root."""
    with reachable_folder() as folder:
        yield folder


class TestStandings:
    def test_are_read_back_from_the_database_best_first(self, league_dir: Path) -> None:
        tables = {"fact_team_season_stats_basic": (TEAMS, ["key"]), "dim_season": (SEASONS, ["season_id"])}
        snapshot = published(publish(league_dir, tables))
        assert snapshot is not None
        with open_warehouse(DataDir(league_dir), Choice()) as opened:
            opened.warehouse.publish(snapshot, list(tables), PublishOptions(), Watch())
            rows = tour.standings(league_dir)
        assert [row["team_name"] for row in rows] == ["Wolves", "Otters", "Owls"]
        console = Console(file=StringIO(), width=100)
        tour.show_standings(console, rows)
        text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
        assert text.index("Wolves") < text.index("Otters") < text.index("Owls")

    def test_that_are_not_there_are_said(self, league_dir: Path) -> None:
        with pytest.raises(TourFailed, match="cannot be read back"):
            tour.standings(league_dir)

    def test_come_after_what_was_made_and_uploaded(self) -> None:
        console = Console(file=StringIO(), width=100)
        result = {"games": 24, "tables_created": ["a", "b"], "rows_written": 1234, "duration_seconds": 2.0}
        tour.show_summary(console, {"result": {**result, "snapshot_id": "s", "warnings": []}})
        tour.show_upload(
            console,
            {"result": {**result, "tables_uploaded": ["a"], "rows_uploaded": 1234, "backend": "embedded"}},
        )
        text = console.file.getvalue()  # type: ignore[attr-defined]  # as above
        assert "24 tracked games, 2 tables, 1,234 rows in 2.0 s, 0 warnings" in text
        assert "1 tables into the embedded PostgreSQL: 1,234 rows" in " ".join(text.split())


class TestServer:
    def test_a_taken_port_is_left_alone(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            assert free_port(port) != port

    def test_a_free_port_is_taken_as_wanted(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        assert free_port(port) == port

    def test_a_server_that_does_not_start_is_told_with_its_last_line(self, tmp_path: Path) -> None:
        # a port that no server can take: the API ends with one line, or is missing altogether
        with pytest.raises(TourFailed, match="did not start"), running(tmp_path, 99999):
            pass

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
    def test_a_leashed_program_dies_with_a_parent_that_is_killed(self, tmp_path: Path) -> None:
        leash, note = ROOT / "etl" / "demo" / "leash.py", tmp_path / "pid"
        child = f"import os,time; open({str(note)!r},'w').write(str(os.getpid())); time.sleep(60)"
        program = (
            "import os,subprocess,sys; subprocess.Popen([sys.executable, "
            f"{str(leash)!r}, str(os.getpid()), sys.executable, '-c', {child!r}]).wait()"
        )
        parent = subprocess.Popen([sys.executable, "-c", program])
        pid = _number_in(note)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        deadline = time.monotonic() + 10
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def test_a_leashed_program_does_not_start_when_its_parent_is_gone(self) -> None:
        leash = ROOT / "etl" / "demo" / "leash.py"
        argv = [sys.executable, str(leash), "1", sys.executable, "-c", "print('started')"]
        done = subprocess.run(argv, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (1, b"")


def _number_in(note: Path) -> int:
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return int(note.read_text())


class TestLeague:
    def test_a_league_that_is_there_is_used_as_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "raw").mkdir()
        (tmp_path / "raw" / "mine.json").write_text("{}")
        console = Console(file=StringIO(), width=200)
        tour.make_league(console, tmp_path)
        assert "Using the league in" in console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO
        assert not (tmp_path / "demo_truth.json").exists()


class TestCommand:
    def test_it_writes_a_league_and_refuses_to_overwrite_another(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        argv = ["--data-dir", str(tmp_path), "--games", "1", "--flaws", "none", "--workers", "1"]
        assert command.main(argv) == 0
        assert "1 tracked" in capsys.readouterr().err
        (tmp_path / "demo_truth.json").unlink()
        assert command.main(argv) == 1
        assert "no demo wrote" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("argv", "message"),
        [
            (["--flaws", "ghosts"], "unknown flaw ghosts"),
            (["--games", "0"], "between 1 and 5000"),
            (["--today", "soon"], "not a day like 2026-01-18"),
        ],
    )
    def test_wrong_usage_is_exit_code_2(
        self, argv: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            command.main(["--data-dir", str(tmp_path), *argv])
        assert ended.value.code == 2
        assert message in capsys.readouterr().err

    def test_help_lists_every_flaw(self) -> None:
        text = command.parser().format_help()
        assert all(f" {name} " in text for name in command.known())
