"""The program on real directories: arguments, exit codes, lines, locks and signals."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from etl.cli import BLOCKED, DONE, FAILED, USAGE, _attempt, main
from etl.display import PlainDisplay, display_for
from etl.progress import Progress
from etl.progress_events import Completed, Warned
from etl.quality import Blocked
from etl.registry import BrokenTable
from etl.run import Run, RunRequest
from etl.terminal import TerminalDisplay
from hockey.expected_goals import VERSION as EXPECTED_GOALS_VERSION
from snapshot.fence import Fence
from snapshot.files import exclusive
from snapshot.layout import DataDir
from snapshot.publication import PublishFailed
from snapshot.reader import list_ids, published
from tests.formats.league_builder import make_game
from tests.formats.tracker_builder import as_bytes, make_event, make_export, make_player, make_shift

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    found = DataDir(tmp_path / "data")
    found.create()
    put(found, 18969, "Team B", "Team A")
    put(found, 18970, "Team A", "Team C")
    return found


def put_whole_game(data_dir: DataDir) -> None:
    """A game with events and stints from the first faceoff to the end: it counts in the standings of a lone league."""
    periods = (1, 2, 3)
    goals = [make_event("Goal", detail1="Goal_Scored", period=p) for p in periods]
    stints = [make_shift(period=p) for p in periods]
    document = make_export(goals, stints)
    (data_dir.raw / "18969.json").write_bytes(as_bytes(document))


def put(data_dir: DataDir, game_id: int, home: str, away: str, **changes: object) -> None:
    events = [
        make_event("Shot", detail1="Shot_Goal", players=[]),
        make_event("Goal", detail1="Goal_Scored"),
        make_event("Goal", detail1="Goal_Scored", period=3, start_time="01:00"),
    ]
    document = make_game(game_id, home, away, events=events, shifts=[make_shift()], **changes)
    (data_dir.raw / f"{game_id}.json").write_bytes(as_bytes(document))


def run(data_dir: DataDir, *arguments: str) -> int:
    return main(["--data-dir", str(data_dir.root), *arguments])


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestModes:
    def test_full_publishes_the_league_and_tells_how_it_went(self, data_dir: DataDir, capsys) -> None:
        progress = data_dir.logs / "p.jsonl"
        assert run(data_dir, "--progress-file", str(progress)) == DONE
        found = published(data_dir)
        assert found is not None
        found.verify()
        goals = found.read("fact_team_game_stats").select("game_id", "goals").rows()
        assert sorted(goals) == [(18969, 0), (18969, 2), (18970, 0), (18970, 2)]
        lines = lines_of(progress)
        assert [lines[0]["event"], lines[-1]["event"]] == ["started", "completed"]
        result = lines[-1]["result"]
        assert isinstance(result, dict)
        assert (result["games"], result["games_read"], result["published"]) == (2, 2, True)
        assert result["snapshot_id"] == found.id
        assert "fact_goals" in result["tables_created"]
        assert result["rows_written"] == found.manifest.total_rows
        assert found.manifest.rules["expected_goals"] == EXPECTED_GOALS_VERSION
        printed = capsys.readouterr().out
        assert "published as" in printed
        assert "\x1b" not in printed

    def test_incremental_does_nothing_until_something_changes(self, data_dir: DataDir) -> None:
        assert run(data_dir, "--incremental") == DONE
        (first,) = list_ids(data_dir)
        assert run(data_dir, "--incremental") == DONE
        assert list_ids(data_dir) == [first]
        put(data_dir, 18970, "Team A", "Team C", savedAt="2026-02-01T00:00:00Z")
        assert run(data_dir, "--mode", "incremental") == DONE
        assert len(list_ids(data_dir)) == 2

    def test_incremental_and_full_give_the_same_cells(self, data_dir: DataDir) -> None:
        run(data_dir)
        put(data_dir, 18971, "Team B", "Team C")
        run(data_dir, "--incremental")
        step = published(data_dir)
        run(data_dir, "--wipe")
        whole = published(data_dir)
        assert step is not None
        assert whole is not None
        assert [t.sha256 for t in step.manifest.tables] == [t.sha256 for t in whole.manifest.tables]

    def test_a_draw_won_by_a_number_of_the_other_team_is_the_team_s_and_told(self, data_dir: DataDir) -> None:
        draws = [make_event("Faceoff", team="home", players=[make_player(number)]) for number in (2, 3, 12)]
        (data_dir.raw / "18969.json").write_bytes(as_bytes(make_export(draws, [make_shift()])))
        (data_dir.raw / "18970.json").unlink()
        assert run(data_dir) == DONE
        found = published(data_dir)
        assert found is not None
        teams = found.read("fact_team_game_stats").sort("team_venue")
        assert teams.select("team_venue", "fo_wins", "fo_losses").rows() == [("away", 0, 3), ("home", 3, 0)]
        assert found.read("fact_player_game_stats")["fo_wins"].sum() == 2
        (told,) = found.read("qa_uncredited_acts").rows(named=True)
        assert (told["act"], told["team_total"], told["credited"], told["of_other_team"]) == ("fo_wins", 3, 2, 1)
        assert "2 of 3 fo_wins of Team B in game 18969" in told["message"]
        flags = found.read("qa_input_flags").filter(flag="wrong_side")
        assert flags["message"].to_list() == ["number '12' as 'event_player_1' wears it on the other team"]

    def test_validate_publishes_nothing(self, data_dir: DataDir, capsys) -> None:
        assert run(data_dir, "--validate") == DONE
        assert published(data_dir) is None
        assert "nothing published" in capsys.readouterr().out
        assert list(data_dir.snapshots.iterdir()) == []

    def test_single_reads_the_named_game_and_keeps_the_others_as_last_read(self, data_dir: DataDir) -> None:
        run(data_dir)
        put(data_dir, 18969, "Team B", "Team D")
        put(data_dir, 18970, "Team A", "Team D")
        assert run(data_dir, "--games", "18969") == DONE
        found = published(data_dir)
        assert found is not None
        schedule = found.read("dim_schedule").select("game_id", "away_team_name").rows()
        assert schedule == [(18969, "Team D"), (18970, "Team C")]

    def test_incremental_runs_again_when_the_code_has_changed(self, data_dir: DataDir) -> None:
        assert run(data_dir) == DONE
        before = published(data_dir)
        assert before is not None
        older = msgspec.structs.replace(before.manifest, software_version="1.0.0+0123456789ab")
        (before.path / "manifest.json").write_bytes(older.to_json())
        assert run(data_dir, "--incremental") == DONE
        after = published(data_dir)
        assert after is not None
        assert after.id != before.id

    def test_an_empty_league_never_takes_the_place_of_one_with_games(self, data_dir: DataDir, capsys) -> None:
        assert run(data_dir) == DONE
        before = published(data_dir)
        assert run(data_dir, "--source", "supabase") == BLOCKED
        for file in data_dir.raw.iterdir():
            file.unlink()
        assert run(data_dir) == BLOCKED
        assert "the league that is published has some; it stays" in capsys.readouterr().err
        assert published(data_dir) == before

    def test_a_template_is_no_tracked_game(self, data_dir: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
        template = make_game(18971, "Team A", "Team B", events=[], shifts=[])
        (data_dir.raw / "18971.json").write_bytes(as_bytes(template))
        progress = data_dir.logs / "p.jsonl"
        assert run(data_dir, "--progress-file", str(progress)) == DONE
        result = lines_of(progress)[-1]["result"]
        assert isinstance(result, dict)
        assert (result["games"], result["games_read"]) == (2, 3)
        assert "done: 2 tracked games" in capsys.readouterr().out
        found = published(data_dir)
        assert found is not None
        assert found.manifest.games == (18969, 18970)
        status = dict(found.read("fact_game_status").select("game_id", "tracking_status").rows())
        assert status == {18969: "Partial", 18970: "Partial", 18971: "Template"}
        assert run(data_dir, "--incremental") == DONE
        assert "done: 2 tracked games" in capsys.readouterr().out
        assert run(data_dir, "--status", "--json") == DONE
        assert json.loads(capsys.readouterr().out)["games"] == 2

    def test_a_league_of_templates_is_no_less_safe(self, data_dir: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
        for file in data_dir.raw.iterdir():
            file.unlink()
        template = make_game(18971, "Team A", "Team B", events=[], shifts=[])
        (data_dir.raw / "18971.json").write_bytes(as_bytes(template))
        assert run(data_dir) == DONE
        (data_dir.raw / "18971.json").unlink()
        assert run(data_dir) == BLOCKED
        assert "the league that is published has some; it stays" in capsys.readouterr().err

    def test_excluded_games_are_in_no_table(self, data_dir: DataDir) -> None:
        assert run(data_dir, "--exclude-games", "18970", "--lenient") == DONE
        found = published(data_dir)
        assert found is not None
        assert found.manifest.games == (18969,)
        assert found.manifest.excluded_game_ids == (18970,)

    def test_a_game_that_cannot_be_used_never_stops_the_league(self, data_dir: DataDir) -> None:
        put(data_dir, 18971, "Team B", "Team B")
        progress = data_dir.logs / "p.jsonl"
        assert run(data_dir, "--progress-file", str(progress)) == DONE
        result = lines_of(progress)[-1]["result"]
        assert isinstance(result, dict)
        assert [left["game_id"] for left in result["left_out"]] == [18971]
        found = published(data_dir)
        assert found is not None
        status = dict(found.read("fact_game_status").select("game_id", "tracking_status").rows())
        assert status == {18969: "Partial", 18970: "Partial", 18971: "Error"}

    def test_an_empty_league_is_published_too(self, tmp_path: Path) -> None:
        assert run(DataDir(tmp_path / "new")) == DONE
        found = published(DataDir(tmp_path / "new"))
        assert found is not None
        assert found.manifest.games == ()


class TestFailures:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["--mode", "single"],
            ["--incremental", "--validate"],
            ["--run-id", "../x"],
            ["--games", "x"],
            ["--mode", "odd"],
        ],
        ids=["single without games", "two modes", "run id", "game id", "mode"],
    )
    def test_arguments_that_do_not_fit_are_refused(self, data_dir: DataDir, arguments: list[str]) -> None:
        try:
            code: object = run(data_dir, *arguments)
        except SystemExit as left:
            code = left.code
        assert code == USAGE

    def test_wrong_rules_end_the_run_with_one_line(self, data_dir: DataDir, capsys) -> None:
        (data_dir.raw / "league.toml").write_text("playoff_places = -1", encoding="utf-8")
        progress = data_dir.logs / "p.jsonl"
        assert run(data_dir, "--progress-file", str(progress)) == FAILED
        assert capsys.readouterr().err.splitlines()[-1].startswith("league.toml: playoff_places")
        assert lines_of(progress)[-1] | {"error": ""} == {"event": "failed", "error": "", "exit_code": FAILED}

    def test_a_run_that_was_given_up_does_not_publish(self, data_dir: DataDir, capsys) -> None:
        Fence(data_dir).raise_for("newer")
        assert run(data_dir, "--run-id", "older") == FAILED
        assert "run older may not publish" in capsys.readouterr().err
        assert published(data_dir) is None
        assert list(data_dir.snapshots.iterdir()) == []

    def test_a_second_run_is_refused_and_told_who_holds_the_lock(self, data_dir: DataDir, capsys) -> None:
        with exclusive(data_dir.etl_lock) as note:
            note.write(b'{"pid": 17, "run_id": "r1"}')
            note.flush()
            assert run(data_dir) == FAILED
        error = capsys.readouterr().err
        assert error.strip() == f"another ETL run is under way in {data_dir.root} (pid 17, run r1)"

    def test_a_data_directory_that_cannot_be_made_is_named(self, tmp_path: Path, capsys) -> None:
        (tmp_path / "file").touch()
        assert run(DataDir(tmp_path / "file" / "data")) == FAILED
        assert "cannot be used" in capsys.readouterr().err

    def test_a_damaged_snapshot_is_replaced(self, data_dir: DataDir) -> None:
        run(data_dir)
        (data_dir.output / "manifest.json").write_text("{", encoding="utf-8")
        assert run(data_dir, "--incremental") == DONE
        assert published(data_dir) is not None

    @pytest.mark.parametrize(
        ("error", "code", "message"),
        [
            (Blocked("x: 1 row offends"), BLOCKED, "blocked by a check: x: 1 row offends"),
            (BrokenTable("dim_x: null in y"), BLOCKED, "blocked by a check: dim_x: null in y"),
            (PublishFailed("output is in the way"), FAILED, "output is in the way"),
            (OSError(5, "Input/output error", "/data/x.csv"), FAILED, "/data/x.csv: Input/output error"),
            (OSError(28, "No space left on device"), FAILED, "the data directory: the disk is full; make room"),
            (OSError("File too large (os error 27)"), FAILED, "the data directory: the disk is full; make room"),
            (KeyboardInterrupt(), 130, "interrupted"),
            (ZeroDivisionError("division by zero"), FAILED, "unexpected error, a fault of ours: ZeroDivisionError"),
        ],
        ids=["check", "table", "publication", "disk fault", "disk full", "quota", "interrupt", "bug"],
    )
    def test_every_end_has_its_code_and_a_readable_line(self, error, code, message, capsys) -> None:
        class Failing:
            def execute(self) -> None:
                raise error

        found = _attempt(Failing())
        assert found[0] == code
        assert found[1].startswith(message)
        assert found[2] is None
        assert ("Traceback" in capsys.readouterr().err) == isinstance(error, ZeroDivisionError)

    def test_a_lock_without_a_readable_note_still_says_that_a_run_is_under_way(self, data_dir: DataDir, capsys) -> None:
        with exclusive(data_dir.etl_lock) as note:
            note.write(b"?")
            note.flush()
            assert run(data_dir) == FAILED
        assert capsys.readouterr().err.strip() == f"another ETL run is under way in {data_dir.root}"


class TestInspection:
    def test_the_games_below_raw_are_listed(self, data_dir: DataDir, capsys) -> None:
        assert run(data_dir, "--list-games", "--json") == DONE
        games = json.loads(capsys.readouterr().out)
        assert [game["game_id"] for game in games] == [18969, 18970]
        assert games[0].keys() == {
            *("game_id", "date", "home_team", "away_team", "source", "events", "valid_stints", "tracking_status")
        }
        assert run(data_dir, "--list-games") == DONE
        assert "Team B" in capsys.readouterr().out

    def test_wrong_rules_are_told_when_listing(self, data_dir: DataDir, capsys) -> None:
        (data_dir.raw / "league.toml").write_text("x = 1", encoding="utf-8")
        assert run(data_dir, "--list-games") == FAILED
        assert "x: unknown rule" in capsys.readouterr().err

    def test_status_says_what_is_published_and_what_runs(self, data_dir: DataDir, capsys) -> None:
        assert run(data_dir, "--status", "--json") == DONE
        status = json.loads(capsys.readouterr().out)
        assert (status["snapshot_id"], status["running"]) == (None, None)
        run(data_dir)
        capsys.readouterr()
        with exclusive(data_dir.etl_lock) as note:
            note.truncate(0)
            note.write(b'{"pid": 17, "run_id": "r1"}')
            note.flush()
            run(data_dir, "--status", "--json")
            status = json.loads(capsys.readouterr().out)
            assert (status["games"], status["running"]) == (2, {"pid": 17, "run_id": "r1"})
            note.truncate(0)
            run(data_dir, "--status")
        assert "running: {}" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestDisplay:
    def test_a_terminal_gets_a_bar_and_anything_else_lines(self) -> None:
        plain = display_for(io.StringIO())
        assert isinstance(plain, PlainDisplay)
        rich = display_for(Terminal())
        assert isinstance(rich, TerminalDisplay)
        rich.close(None)

    def test_a_terminal_shows_summary_and_standings(self, data_dir: DataDir) -> None:
        put_whole_game(data_dir)
        screen = Terminal()
        display = display_for(screen)
        Fence(data_dir).raise_for("r1")
        (data_dir.raw / "18971.json").write_text("no JSON", encoding="utf-8")
        request = RunRequest(data_dir=data_dir, run_id="r1")
        outcome = Run(request, Progress([display]), lambda: datetime(2026, 1, 1, tzinfo=UTC)).execute()
        display(Completed(result=outcome.result))
        display(Warned(message="late"))
        display.close(outcome)
        assert "published as 20260101T000000000000Z-r1" in screen.getvalue()
        assert "Team B" in screen.getvalue()

    def test_lines_end_with_the_standings(self, data_dir: DataDir, capsys) -> None:
        put_whole_game(data_dir)
        assert run(data_dir) == DONE
        assert capsys.readouterr().out.splitlines()[-2].split() == ["Team", "B", "1", "1", "0", "0", "2", "3", "0"]


class TestProcess:
    def start(self, data_dir: DataDir, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(ROOT / "run_etl.py"), "--data-dir", str(data_dir.root), *arguments]
        # unmeasured: when a signal ends a process, the measuring can wait for a lock that it holds itself
        env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        return subprocess.Popen(command, cwd=data_dir.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_help_comes_without_loading_the_frame_engine(self) -> None:
        code = "import sys, etl.cli; sys.exit('polars' in sys.modules)"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

    def test_a_terminated_run_leaves_nothing_behind(self, data_dir: DataDir) -> None:
        for n in range(40):
            put(data_dir, 19000 + n, "Team A", "Team B")
        process = self.start(data_dir)
        deadline = time.monotonic() + 30
        while not list(data_dir.snapshots.glob(".partial-*")) and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode in {128 + signal.SIGTERM, DONE}  # a run that is publishing finishes first
        assert (published(data_dir) is None) == (process.returncode != DONE)
        assert not any(p.name.startswith(".partial-") for p in data_dir.snapshots.iterdir())

    def test_a_relative_path_counts_from_where_one_stands(self, data_dir: DataDir, monkeypatch) -> None:
        monkeypatch.chdir(data_dir.root.parent)
        assert main(["--data-dir", "data"]) == DONE
        assert published(data_dir) is not None

    def test_the_environment_names_the_data_directory(self, data_dir: DataDir) -> None:
        command = [sys.executable, str(ROOT / "run_etl.py"), "--status", "--json"]
        environment = {**os.environ, "BENCHSIGHT_DATA_DIR": str(data_dir.root)}
        output = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        assert json.loads(output)["data_dir"] == str(data_dir.root)
