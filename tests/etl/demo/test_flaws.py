"""Every flaw changes what its name says and nothing else."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.demo import flaws
from etl.demo.flaws import DEFAULT, Tracking, UnknownFlaw, assign, known, parse
from etl.demo.flaws_league import PLAYERS, ROSTER, SCHEDULE, Surroundings, spoil
from etl.demo.game_files import Assignment, write_game, write_strays
from etl.demo.league import League
from etl.demo.lineup import dress, game_rng
from etl.demo.master_rows import player_rows, roster_rows, schedule_row
from etl.demo.official import sheet_of_tracked, sheet_of_untracked
from etl.demo.simulate import PlayedGame
from etl.demo.tracker_json import export
from tests.etl.demo.conftest import SEED

Row = dict[str, Any]
# which fields of an export a flaw may touch; `shifts[]` alone means whole rows
TOUCHES = {
    "blank_game_start": {"events[].start_time", "events[].end_time", "events[].idx", "events[].assistToGoalIdx"},
    "video_counter_clocks": {"events[].period", "events[].start_time", "events[].end_time"},
    "odd_clock": {"events[].start_time"},
    "cut_end_clock": {"events[].end_time"},
    "reversed_ends": {"events[].end_time"},
    "chain_keys_lost": {"events[].linkedEventIdx"},
    "success_spellings": {"events[].success", "events[].players[].playSuccess"},
    "success_lossy": {"events[].success"},
    "hyphen_codes": {
        "events[].detail1",
        "events[].detail2",
        "events[].players[].playD1",
        "events[].players[].playD2",
    },
    "retrieval_overwritten": {"events[].detail1"},
    "zone_default": {"events[].zone"},
    "opponents_lost": {"events[].players", "events[].players[].team"},
    "play_details_lost": {f"events[].players[].{k}" for k in ("playD1", "playD2", "playSuccess", "pressure")},
    "wrong_side": {f"events[].players[].{k}" for k in ("num", "name", "id")},
    "unknown_numbers": {f"events[].players[].{k}" for k in ("num", "name", "id")},
    "doubled_player": {"events[].players"},
    "overtime_text": {"events[].period", "shifts[].period"},
    "absolute_xy": {
        "events[].puckXY[].x",
        "events[].puckXY[].y",
        "events[].players[].xy[].x",
        "events[].players[].xy[].y",
    },
    "null_xy_points": {"events[].puckXY"},
    "assist_targets_absent": {"events[].assistToGoalIdx"},
    "assist_target_bad": {"events[].assistToGoalIdx"},
    "end_clock_fraction": {"shifts[].end_time"},
    "placeholder_shifts": {"shifts", "shiftIdx", "shifts[].idx"},
    "foreign_shift": {"shifts", "shiftIdx", "shifts[].idx"},
    "shifts_lost": {"shifts", "shiftIdx"},
    "stop_types_blank": {"shifts[].stop_type"},
    "negative_stoppage": {"shifts[].stoppageTime"},
    "backward_shift": {"shifts", "shiftIdx", "shifts[].idx"},
    "mirrored_labels": {"shifts[].strength", "shifts[].stop_type"},
    "settings_key": {"settings"},
}
WHOLE_SIDES = {"label_swap"}  # tested by itself


def rows_moved(before: list[Any], after: list[Any]) -> list[Any]:
    """`after` in the order of `before`, for a flaw that moves one row."""
    start = next(i for i, e in enumerate(after) if e["type"] == "GameStart")
    return [after[start], *after[:start], *after[start + 1 :]] if before[0]["type"] == "GameStart" else after


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from differences(before.get(key, ...), after.get(key, ...), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from differences(one, other, f"{path}[]")
    elif before is not after and (before != after or type(before) is not type(after)):
        yield path


def overtime_game(played: list[PlayedGame]) -> PlayedGame:
    return next(g for g in played if g.overtime)


def exported(played: list[PlayedGame], name: str) -> Row:
    modern = name == "cut_end_clock"
    game = overtime_game(played) if name == "overtime_text" else played[0]
    return export(game, "25.0" if modern else "23.8", home_right_first=True)


def spoiled(content: Row, name: str) -> Row:
    result = copy.deepcopy(content)
    mutate = known()[name].mutate
    assert mutate is not None
    mutate(result, game_rng(SEED, 1, name))
    return result


class TestGameFlaws:
    @pytest.mark.parametrize("name", [f.name for f in known().values() if f.mutate and f.name not in WHOLE_SIDES])
    def test_it_touches_its_own_fields_only(self, played: list[PlayedGame], name: str) -> None:
        before = exported(played, name)
        after = spoiled(before, name)
        if name == "blank_game_start":
            after["events"] = rows_moved(before["events"], after["events"])
        changed = set(differences(before, after))
        assert changed
        assert changed <= TOUCHES[name]

    @pytest.mark.parametrize("version", ["23.8", "25.0"])
    def test_one_game_can_have_them_all(self, played: list[PlayedGame], version: str) -> None:
        content = export(overtime_game(played), version, home_right_first=False)
        for flaw in known().values():
            if flaw.mutate:
                flaw.mutate(content, game_rng(SEED, 1, flaw.name))
        assert json.loads(json.dumps(content)) == content

    def test_swapped_labels_move_everything_but_the_labels(self, played: list[PlayedGame]) -> None:
        before = exported(played, "label_swap")
        after = spoiled(before, "label_swap")
        assert (after["homeTeam"], after["awayTeam"]) == (before["homeTeam"], before["awayTeam"])
        assert after["rosters"] == {"home": before["rosters"]["away"], "away": before["rosters"]["home"]}
        assert all(a["team"] != b["team"] for a, b in zip(after["events"], before["events"], strict=True))
        assert all(a["home"] == b["away"] for a, b in zip(after["shifts"], before["shifts"], strict=True))
        assert spoiled(after, "label_swap") == before

    def test_an_odd_clock_means_a_clock_of_the_first_ten_seconds(self, played: list[PlayedGame]) -> None:
        odd = [e["start_time"] for e in spoiled(exported(played, "odd_clock"), "odd_clock")["events"]]
        assert [c for c in odd if c.startswith("17:8")] == [c for c in odd if int(c[3:]) >= 60] != []

    def test_an_assist_still_points_at_its_goal_when_rows_move(self, played: list[PlayedGame]) -> None:
        for game in played[:3]:
            events = spoiled(export(game, "23.8", home_right_first=True), "blank_game_start")["events"]
            targets = [events[e["assistToGoalIdx"]]["type"] for e in events if e["assistToGoalIdx"] is not None]
            assert set(targets) <= {"Goal"}


@pytest.fixture(scope="module")
def around(league: League, played: list[PlayedGame]) -> Surroundings:
    return Surroundings(league, frozenset(g.matchup.fixture.game_id for g in played[:6]), frozenset())


@pytest.fixture(scope="module")
def sheets(league: League, played: list[PlayedGame]) -> dict[str, list[Row]]:
    untracked = [sheet_of_untracked(dress(league, f), SEED) for f in league.seasons[0].regular[10:]]
    records = [sheet_of_tracked(g) for g in played] + untracked
    schedule = [schedule_row(league, n, s.fixture, s) for n, s in enumerate(records)]
    roster = [row for s in records for row in roster_rows(league, s, 0)]
    return {"schedule": schedule, "roster": roster, "players": list(player_rows(league))}


COLUMNS = {
    "drag_filled_lengths": {"period_length"},
    "blank_period_goals": {
        *(f"{v}_team_period{p}_goals" for v in ("home", "away") for p in (1, 2, 3, "OT")),
    },
    "period_totals_wrong": {"home_team_period1_goals"},
    "dates_with_time": {"date"},
    "score_mismatch": {"home_total_goals", "home_team_period2_goals"},
    "name_case": {"team_name"},
    "venue_wrong": {"team_venue"},
    "blank_numbers": {"player_game_number"},
    "shared_numbers": {"player_game_number"},
    "team_ids_missing": {"team_id", "opp_team_id"},
    "official_credits": {"goals"},
    "stray_columns": {"Unnamed: 27", "check_"},
}
ROWS = {"unscheduled_game": -1, "unknown_player": -1, "duplicate_roster_rows": 2}


class TestSheetFlaws:
    @pytest.mark.parametrize("name", [*SCHEDULE, *ROSTER, *PLAYERS])
    def test_it_touches_its_own_columns_only(
        self, name: str, sheets: dict[str, list[Row]], around: Surroundings
    ) -> None:
        registry, before = next(
            (r, sheets[k]) for k, r in (("schedule", SCHEDULE), ("roster", ROSTER), ("players", PLAYERS)) if name in r
        )
        if name == "team_ids_missing":
            around = Surroundings(around.league, frozenset(), frozenset())
        after = copy.deepcopy(before)
        spoil(registry, {name}, after, around)
        if name in ROWS:
            assert abs(len(after) - len(before)) >= 1
            assert (len(after) > len(before)) == (ROWS[name] > 0)
            return
        assert {d.removeprefix("[].") for d in differences(before, after)} != set()
        assert {d.removeprefix("[].") for d in differences(before, after)} <= COLUMNS[name]

    def test_two_players_of_one_team_share_a_number(self, sheets: dict[str, list[Row]], around: Surroundings) -> None:
        rows = copy.deepcopy(sheets["roster"])
        spoil(ROSTER, {"shared_numbers"}, rows, around)
        worn = [(r["team_game_id"], r["player_game_number"]) for r in rows]
        assert len(worn) > len(set(worn))


def written(folder: Path, game: PlayedGame, *names: str) -> dict[str, bytes]:
    """The files of one game with these flaws, by their path below the folder."""
    game_id = game.matchup.fixture.game_id
    folder_name = str(game_id - 1 if "wrong_folder" in names else game_id)
    write_game(game, Assignment(Tracking(game_id, 0, "json", "23.8", with_xy=False), names, folder_name), folder, SEED)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


class TestFileFlaws:
    @pytest.mark.parametrize(("name", "more"), [("roster_json", 1), ("earlier_saves", 2), ("wrong_folder", 0)])
    def test_a_flaw_of_a_game_adds_its_own_files_only(
        self, tmp_path: Path, played: list[PlayedGame], name: str, more: int
    ) -> None:
        before, after = written(tmp_path / "a", played[1]), written(tmp_path / "b", played[1], name)
        assert len(after) == len(before) + more
        same = [p for p in before if after.get(p) == before[p]]
        assert len(same) == (name == "roster_json")
        if name == "wrong_folder":
            assert [Path(p).name for p in after] == [Path(p).name for p in before]
            assert list(after.values()) == list(before.values())

    @pytest.mark.parametrize(
        ("name", "files"), [("shells", 2), ("broken_json", 1), ("not_a_game", 1), ("demo_roster", 1)]
    )
    def test_a_flaw_of_the_folder_adds_its_own_files(
        self, tmp_path: Path, played: list[PlayedGame], name: str, files: int
    ) -> None:
        write_strays([g.matchup for g in played[:4]], frozenset({name}), tmp_path)
        assert len(list(tmp_path.rglob("*.json"))) == files
        if name == "shells":
            shells = [json.loads(p.read_text(encoding="utf-8")) for p in tmp_path.rglob("*.json")]
            assert all(s["events"] == s["shifts"] == [] and s["rosters"]["home"] for s in shells)

    def test_an_earlier_save_has_what_the_last_has_lost(self, tmp_path: Path, played: list[PlayedGame]) -> None:
        files = {p: json.loads(text) for p, text in written(tmp_path, played[1], "earlier_saves").items()}
        last = next(content for p, content in files.items() if "bkup" not in p)
        older = max((content for p, content in files.items() if "bkup" in p), key=lambda s: s["savedAt"])
        assert older["savedAt"] < last["savedAt"]
        assert len(older["events"]) == len(last["events"])
        assert all(e["linkedEventIdx"] is None for e in last["events"])
        assert any(e["linkedEventIdx"] is not None for e in older["events"])
        assert any(e["success"] is False for e in older["events"])


trackings = st.lists(
    st.tuples(st.sampled_from(["json", "W1", "W2", "W3"]), st.sampled_from(["23.8", "25.0"]), st.booleans()),
    min_size=1,
    max_size=40,
).map(lambda rows: [Tracking(100 + n, n, form, version, xy) for n, (form, version, xy) in enumerate(rows)])


class TestChoice:
    @given(trackings, st.sets(st.sampled_from(sorted(known()))), st.sampled_from(sorted(known())))
    def test_what_one_flaw_hits_does_not_depend_on_the_others(
        self, tracked: list[Tracking], others: set[str], name: str
    ) -> None:
        alone, together = assign({name}, tracked), assign({name, *others}, tracked)
        assert [g for g, n in alone.items() if name in n] == [g for g, n in together.items() if name in n]

    @given(trackings, st.sampled_from(sorted(f.name for f in known().values() if f.every)))
    def test_a_chosen_flaw_hits_at_least_one_game_that_it_fits(self, tracked: list[Tracking], name: str) -> None:
        fits = [t for t in tracked if known()[name].fits(t)]
        assert bool(fits) == any(assign({name}, tracked).values())

    def test_names_all_none_default(self) -> None:
        assert parse("all") == frozenset(known())
        assert parse("none") == frozenset()
        assert parse("default") == DEFAULT
        assert parse(" Odd_Clock, shells ") == {"odd_clock", "shells"}

    def test_the_default_sprinkle_is_known(self) -> None:
        assert known().keys() >= DEFAULT

    def test_an_unknown_name_is_refused_with_those_that_exist(self) -> None:
        with pytest.raises(UnknownFlaw, match=r"unknown flaw ghosts; known: all, none, default, .*shells"):
            parse("shells,ghosts")

    def test_every_flaw_says_what_it_does(self) -> None:
        assert all(f.about for f in flaws.known().values())
