"""Extract on real directories with files as people leave them there."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from etl.extract import Extraction, extract
from etl.extraction_pool import Workers
from etl.extraction_survey import ExtractRequest, read_rules, survey
from etl.game_listing import list_games
from formats.canonical import LeagueFrames
from hockey.league import InvalidRules
from snapshot.layout import DataDir
from tests.formats.league_builder import keys_hold, make_game
from tests.formats.master_builder import Master
from tests.formats.tracker_builder import SECRET, Json, as_bytes, make_event, make_export, make_shift

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    found = DataDir(tmp_path / "data")
    found.create()
    return found


def put(data_dir: DataDir, name: str, document: Json | bytes) -> Path:
    path = data_dir.raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document if isinstance(document, bytes) else as_bytes(document))
    return path


def run(data_dir: DataDir, request: ExtractRequest | None = None) -> Extraction:
    return extract(data_dir, request or ExtractRequest(), lambda *_: None)


def game_ids(extraction: Extraction) -> list[int]:
    return extraction.league.games["game_id"].to_list()


def assert_same(one: LeagueFrames, other: LeagueFrames) -> None:
    for name in LeagueFrames.__slots__:
        assert getattr(one, name).equals(getattr(other, name)), name


class TestFiles:
    def test_games_are_found_at_any_depth_under_any_name(self, data_dir: DataDir) -> None:
        put(data_dir, "a.JSON", make_game(1, "Team A", "Team B"))
        put(data_dir, "deep/er/18977/b.json", make_game(2, "Team A", "Team B"))
        put(data_dir, "notes.txt", b"{}")
        put(data_dir, "~$BLB.xlsx", b"")
        extraction = run(data_dir)
        assert game_ids(extraction) == [1, 2]
        assert extraction.quarantined == ()
        assert [(i.path, i.kind, i.game_id) for i in extraction.inputs] == [
            ("a.JSON", "tracker_json", 1),
            ("deep/er/18977/b.json", "tracker_json", 2),
        ]

    def test_what_cannot_be_a_game_is_named_and_the_rest_goes_on(self, data_dir: DataDir) -> None:
        put(data_dir, "ok.json", make_game(1, "Team A", "Team B"))
        put(data_dir, "cut.json", b'{"gameId": 2, "sbKey": "' + SECRET.encode())
        put(data_dir, "list.json", b"[]")
        put(data_dir, "broken.xlsx", b"PK\x03\x04 not a zip")
        put(data_dir, "text.xlsx", b"hello")
        demo = {"home": [{"id": "H1"}], "away": [{"id": "A1"}]}
        put(data_dir, "demo.json", make_export(rosters=demo))
        extraction = run(data_dir)
        assert game_ids(extraction) == [1]
        reasons = dict(extraction.quarantined)
        assert sorted(reasons) == ["broken.xlsx", "cut.json", "demo.json", "list.json", "text.xlsx"]
        assert reasons["demo.json"].startswith("demo roster")
        assert SECRET not in repr(extraction.quarantined) + repr(extraction.warnings)

    def test_links_out_of_raw_and_odd_files_are_not_read(self, data_dir: DataDir, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "x.json").write_bytes(as_bytes(make_game(5, "Team A", "Team B")))
        (data_dir.raw / "file.json").symlink_to(outside / "x.json")
        (data_dir.raw / "folder").symlink_to(outside)
        (data_dir.raw / "gone.json").symlink_to(data_dir.raw / "nothing.json")
        put(data_dir, "real.json", make_game(1, "Team A", "Team B"))
        (data_dir.raw / "alias.json").symlink_to(data_dir.raw / "real.json")
        os.mkfifo(data_dir.raw / "pipe.json")
        (data_dir.raw / "folder.json").mkdir()
        extraction = run(data_dir)
        assert game_ids(extraction) == [1]
        assert sorted(path for path, _ in extraction.quarantined) == ["gone.json", "pipe.json"]

    def test_no_folder_no_games(self, tmp_path: Path) -> None:
        extraction = run(DataDir(tmp_path / "nowhere"))
        assert extraction.league.games.is_empty()
        assert keys_hold(extraction.league)

    def test_secrets_are_nowhere_but_in_raw(self, data_dir: DataDir) -> None:
        put(
            data_dir,
            "a.json",
            make_game(1, "Team A", "Team B", settings={"sbUrl": "https://s.example", "sbKey": SECRET}),
        )
        extraction = run(data_dir)
        assert extraction.league.flags.filter(flag="secret_removed").height == 1
        for path in data_dir.state.rglob("*"):
            assert not path.is_file() or (
                SECRET.encode() not in path.read_bytes() and b"s.example" not in path.read_bytes()
            )
        assert SECRET not in repr(extraction)


class TestSaves:
    def test_the_save_with_the_most_events_counts(self, data_dir: DataDir) -> None:
        put(data_dir, "new.json", make_export([make_event()], savedAt="2026-02-02T00:00:00Z"))
        put(data_dir, "bkup/old.json", make_export([make_event(), make_event()], savedAt="2026-01-01T00:00:00Z"))
        extraction = run(data_dir)
        assert extraction.league.games["source_path"].to_list() == ["bkup/old.json"]

    def test_a_chosen_save_is_completed_from_another(self, data_dir: DataDir) -> None:
        put(data_dir, "a.json", make_export([make_event()], savedAt="2026-02-02T00:00:00Z"))
        put(data_dir, "b.json", make_export([make_event(linkedEventIdx=4)], savedAt="2026-01-01T00:00:00Z"))
        extraction = run(data_dir)
        assert extraction.league.events["chain_id"].to_list() == [4]
        assert "filled_from_save" in extraction.league.flags["flag"].to_list()

    def test_a_roster_file_gives_skills_and_the_date(self, data_dir: DataDir) -> None:
        put(data_dir, "g.json", make_game(1, "Team A", "Team B"))
        sheet = {"gid": "1", "date": "2025-09-07", "homeRoster": [{"n": "1", "skill": 5}], "awayRoster": None}
        put(data_dir, "bkup/roster.json", sheet)
        league = run(data_dir).league
        assert str(league.games["date"][0]) == "2025-09-07"
        assert league.rosters.filter(player_id="P101")["skill"].to_list() == [5.0]


class TestCache:
    def test_a_second_run_reads_nothing_and_gives_the_same(self, data_dir: DataDir) -> None:
        for game_id in (1, 2, 3):
            put(data_dir, f"{game_id}.json", make_game(game_id, "Team A", "Team B"))
        first, second = run(data_dir), run(data_dir)
        assert (first.changed_games, second.changed_games) == ((1, 2, 3), ())
        assert first.fingerprint == second.fingerprint
        assert_same(first.league, second.league)

    def test_only_what_changed_is_read_and_the_result_is_that_of_a_cold_run(self, data_dir: DataDir) -> None:
        put(data_dir, "1.json", make_game(1, "Team C", "Team A", swapped=True))
        put(data_dir, "2.json", make_game(2, "Team B", "Team A"))
        before = run(data_dir)
        assert not before.league.games["sides_swapped"].all()
        put(data_dir, "3.json", make_game(3, "Team B", "Team C"))
        put(data_dir, "2.json", make_game(2, "Team B", "Team A", savedAt="2026-05-05T00:00:00Z"))
        warm = run(data_dir)
        assert warm.changed_games == (2, 3)
        assert warm.fingerprint != before.fingerprint
        cold = run(data_dir, ExtractRequest(wipe=True))
        assert cold.fingerprint == warm.fingerprint
        assert_same(warm.league, cold.league)

    def test_a_game_that_is_gone_leaves(self, data_dir: DataDir) -> None:
        path = put(data_dir, "1.json", make_game(1, "Team A", "Team B"))
        put(data_dir, "2.json", make_game(2, "Team A", "Team B"))
        run(data_dir)
        path.unlink()
        extraction = run(data_dir)
        assert (game_ids(extraction), extraction.changed_games) == ([2], (1,))

    def test_single_rereads_the_named_games_and_keeps_the_others_as_last_read(self, data_dir: DataDir) -> None:
        put(data_dir, "1.json", make_game(1, "Team A", "Team B"))
        put(data_dir, "2.json", make_game(2, "Team A", "Team B"))
        run(data_dir)
        for game_id in (1, 2):
            put(data_dir, f"{game_id}.json", make_game(game_id, "Team A", "Team B", events=[make_event()] * 3))
        put(data_dir, "3.json", make_game(3, "Team A", "Team B"))
        extraction = run(data_dir, ExtractRequest(only=frozenset({1})))
        assert extraction.league.games["event_count"].to_list() == [3, 1, 1]
        assert extraction.changed_games == (1, 3)
        assert run(data_dir).league.games["event_count"].to_list() == [3, 3, 1]

    def test_reread_reads_again_what_did_not_change(self, data_dir: DataDir) -> None:
        put(data_dir, "1.json", make_game(1, "Team A", "Team B"))
        run(data_dir)
        assert run(data_dir, ExtractRequest(reread=frozenset({1}))).changed_games == (1,)

    def test_excluded_games_are_left_out_and_come_back(self, data_dir: DataDir) -> None:
        put(data_dir, "1.json", make_game(1, "Team A", "Team B"))
        put(data_dir, "2.json", make_game(2, "Team A", "Team B"))
        whole = run(data_dir)
        without = run(data_dir, ExtractRequest(exclude=frozenset({1})))
        assert game_ids(without) == [2]
        assert without.fingerprint != whole.fingerprint
        back = run(data_dir)
        assert (game_ids(back), back.changed_games) == ([1, 2], ())

    @pytest.mark.parametrize("damage", [b"", b"BSF2garbage", None], ids=["emptied", "garbled", "removed"])
    def test_a_damaged_cache_is_read_anew(self, data_dir: DataDir, damage: bytes | None) -> None:
        put(data_dir, "1.json", make_game(1, "Team A", "Team B"))
        before = run(data_dir)
        for path in data_dir.cache.iterdir():
            if damage is None:
                path.unlink()
            else:
                path.write_bytes(damage)
        after = run(data_dir)
        assert_same(before.league, after.league)

    def test_progress_is_told_and_ends_whole(self, data_dir: DataDir) -> None:
        put(data_dir, "1.json", make_game(1, "Team A", "Team B"))
        told: list[tuple[int, int, str]] = []
        extract(data_dir, ExtractRequest(), lambda done, total, title: told.append((done, total, title)))
        assert told[0] == (1, 1, "Looking at files")
        assert (1, 1, "Reading games") in told

    def test_many_games_are_read_by_workers_as_by_one(self, data_dir: DataDir) -> None:
        for game_id in range(1, 106):
            put(data_dir, f"{game_id}.json", make_game(game_id, "Team A", "Team B", shifts=[make_shift()]))
        with Workers() as workers:
            together = extract(data_dir, ExtractRequest(), lambda *_: None, workers=workers)
            pids = {child.pid for child in psutil.Process().children()}
        assert game_ids(together) == list(range(1, 106))
        assert len(pids) > 1
        assert_same(together.league, run(data_dir, ExtractRequest(wipe=True)).league)

    def test_workers_end_with_a_run_that_is_killed(self, data_dir: DataDir) -> None:
        for game_id in range(1, 151):
            put(data_dir, f"{game_id}.json", make_game(game_id, "Team A", "Team B", events=[make_event()] * 1000))
        script = data_dir.root / "script.py"
        script.write_text(
            "import sys\nfrom pathlib import Path\nfrom etl.extraction_survey import ExtractRequest, survey\n"
            "from etl.extraction_pool import Workers\nfrom snapshot.layout import DataDir\n"
            "if __name__ == '__main__':\n"
            "    survey(DataDir(Path(sys.argv[1])), ExtractRequest(), workers=Workers())\n"
        )
        child = subprocess.Popen([sys.executable, str(script), str(data_dir.root)], env={"PYTHONPATH": str(ROOT)})
        workers = wait_for(lambda: psutil.Process(child.pid).children(recursive=True), at_least=2)
        child.send_signal(signal.SIGKILL)
        child.wait()
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert alive == []


def wait_for(look, *, at_least: int):
    deadline = time.monotonic() + 30
    while len(found := look()) < at_least:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


class TestRules:
    def test_the_rule_book_is_read(self, data_dir: DataDir) -> None:
        put(data_dir, "league.toml", b'time_zone = "Europe/Berlin"\n[periods]\nminutes = 20\n')
        put(data_dir, "1.json", make_game(1, "Team A", "Team B", periodLengths=None, savedAt="2026-01-16T23:30:00Z"))
        extraction = run(data_dir)
        assert extraction.rules.periods.minutes == 20
        assert extraction.league.games["period_len_s"].to_list() == [[1200, 1200, 1200, 300]]
        assert str(extraction.league.games["date"][0]) == "2026-01-17"

    def test_other_rules_are_another_fingerprint(self, data_dir: DataDir) -> None:
        before = survey(data_dir, ExtractRequest()).fingerprint
        put(data_dir, "league.toml", b"[points]\nwin = 3\n")
        assert survey(data_dir, ExtractRequest()).fingerprint != before

    @pytest.mark.parametrize("text", [b"points = ", b"[points]\nwni = 3", b"\xff", b"time_zone = 'Mars'"])
    def test_a_rule_book_that_cannot_be_used_stops_with_a_clear_line(self, data_dir: DataDir, text: bytes) -> None:
        put(data_dir, "league.toml", text)
        with pytest.raises(InvalidRules, match=r"^league\.toml: "):
            read_rules(data_dir)


class TestListing:
    def test_tracked_games_with_their_state(self, data_dir: DataDir) -> None:
        put(data_dir, "1.json", make_game(1, "Team A", "Team B", events=[]))
        put(data_dir, "2.json", make_game(2, "Team A", "Team B"))
        shifts = [make_shift(period=n) for n in (1, 2, 3)]
        put(data_dir, "3.json", make_game(3, "Team A", "Team B", shifts=shifts))
        listed = [game.to_mapping() for game in list_games(data_dir)]
        assert [(g["game_id"], g["tracking_status"]) for g in listed] == [
            (1, "Template"),
            (2, "Partial"),
            (3, "Complete"),
        ]
        assert json.loads(json.dumps(listed[0]))["home_team"] == "Team A"
        assert listed[0]["date"] == "2026-01-16"


def test_the_master_workbook_names_teams_and_is_remembered(data_dir: DataDir) -> None:
    put(data_dir, "BLB_TABLES.xlsx", Master().data())
    first = run(data_dir)
    second = run(data_dir)
    assert first.league.schedule.height > 0
    assert [i.kind for i in first.inputs] == ["master"]
    assert_same(first.league, second.league)
