"""The files of a demo league: whole, consistent with the truth, the same for the same seed."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import pytest

from etl.demo.flaws import parse
from etl.demo.generate import NotADemo
from etl.demo.league import build_league
from tests.etl.demo.conftest import SEED, TODAY, Made, make

SIDES = ("home", "away")
COUNTED = {
    "Goal": "goals",
    "Shot": "shots",
    "Save": "saves",
    "Faceoff": "fo_wins",
    "Zone_Entry": "entries",
    "Zone_Exit": "exits",
}


def seconds(clock: str) -> int:
    minutes, rest = clock.split(":")
    return int(minutes) * 60 + int(rest)


def sheet(data_dir: Path, name: str) -> list[dict[str, Any]]:
    book = fastexcel.read_excel(data_dir / "raw" / "BLB_TABLES.xlsx")
    return book.load_sheet(name, dtypes="string").to_polars().to_dicts()


def stint_of(export: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    at = seconds(event["start_time"])
    covering = [
        s
        for s in export["shifts"]
        if s["period"] == event["period"] and seconds(s["start_time"]) >= at >= seconds(s["end_time"])
    ]
    return covering[-1] if event["type"] == "Faceoff" else covering[0]


def recount(export: dict[str, Any]) -> dict[str, Counter[str]]:
    """The box score once more, from the file alone, by the rules of the input format."""
    ids = {(s, int(p["num"])): p["id"] for s in SIDES for p in export["rosters"][s]}
    box: dict[str, Counter[str]] = {player: Counter() for player in ids.values()}
    for shift in export["shifts"]:
        for side in SIDES:
            for slot in filter(None, shift[side].values()):
                box[ids[side, int(slot["num"])]]["toi_seconds"] += shift["duration"]
    for event in export["events"]:
        _count_event(event, stint_of(export, event), ids, box)
    return box


def _count_event(
    event: dict[str, Any], stint: dict[str, Any], ids: dict[tuple[str, int], str], box: dict[str, Counter[str]]
) -> None:
    if not event["players"]:
        return
    role = {p["role"].replace("_team_", "_"): ids[p["team"], int(p["num"])] for p in event["players"]}
    first = role["event_player_1"]
    name = COUNTED.get(event["detail1"] if event["type"] == "Zone_Entry_Exit" else event["type"])
    if name:
        box[first][name] += 1
    if event["type"] == "Faceoff":
        box[role["opp_player_1"]]["fo_losses"] += 1
    box[first]["sog"] += event["type"] == "Goal" or event["detail1"] == "Shot_OnNetSaved"
    box[first]["assists"] += any("Assist" in p["playD1"] + p["playD2"] for p in event["players"])
    _count_on_ice(event, stint, ids, box)


def _count_on_ice(
    event: dict[str, Any], stint: dict[str, Any], ids: dict[tuple[str, int], str], box: dict[str, Counter[str]]
) -> None:
    side, other = event["team"], SIDES[event["team"] == "home"]
    power_play = _skaters(stint, side) > _skaters(stint, other) and all(stint[s]["G"] for s in SIDES)
    for where, sign in ((side, 1), (other, -1)):
        for player in (ids[where, int(d["num"])] for s, d in stint[where].items() if d and s != "G"):
            if event["type"] == "Shot":
                box[player]["cf" if sign == 1 else "ca"] += 1
            if event["type"] == "Goal":
                box[player]["plus_minus_total"] += sign
                box[player]["plus_minus"] += 0 if power_play else sign


def _skaters(stint: dict[str, Any], side: str) -> int:
    return sum(d is not None for s, d in stint[side].items() if s != "G")


class TestTruth:
    def test_it_is_what_the_exports_say(self, clean: Made) -> None:
        for export in clean.exports():
            truth = clean.truth["games"][str(export["gameId"])]
            box = recount(export)
            for player, line in truth["players"].items():
                for name in line.keys() & {*box[player], "goals", "sog", "toi_seconds", "cf", "ca", "plus_minus"}:
                    assert line[name] == box[player][name], (export["gameId"], player, name)

    def test_the_tracked_score_is_the_official_one(self, clean: Made) -> None:
        schedule = {r["game_id"]: r for r in sheet(clean.data_dir, "dim_schedule")}
        for game_id, truth in clean.truth["games"].items():
            row = schedule[game_id]
            assert [int(row["home_total_goals"]), int(row["away_total_goals"])] == truth["score"]

    def test_the_latest_games_are_tracked_some_as_workbooks(self, clean: Made) -> None:
        played = [r[0] for r in clean.truth["results"]]
        assert sorted(map(int, clean.truth["games"])) == sorted(played)[-9:]
        assert Counter(g["form"] for g in clean.truth["games"].values()) == {"json": 6, "W1": 1, "W2": 1, "W3": 1}


class TestMasterWorkbook:
    def test_two_seasons_are_finished_and_one_is_in_progress(self, clean: Made) -> None:
        rows = sheet(clean.data_dir, "dim_schedule")
        by_season = Counter((r["season_id"], r["game_type"], r["schedule_type"]) for r in rows)
        assert [r["season_id"] for r in sheet(clean.data_dir, "dim_season")] == [
            "N20232024F",
            "N20242025F",
            "N20252026F",
        ]
        assert by_season["N20232024F", "Playoffs", "Past"] == by_season["N20242025F", "Playoffs", "Past"] == 4
        assert by_season["N20252026F", "Regular", "Past"] > by_season["N20252026F", "Regular", "Upcoming"] > 0

    def test_every_played_game_has_a_sheet_that_adds_up(self, clean: Made) -> None:
        goals: Counter[tuple[str, str]] = Counter()
        against: Counter[tuple[str, str]] = Counter()
        for row in sheet(clean.data_dir, "fact_gameroster"):
            goals[row["game_id"], row["team_venue"]] += int(row["goals"])
            against[row["game_id"], row["team_venue"]] += int(row["goals_against"])
        for row in sheet(clean.data_dir, "dim_schedule"):
            if row["home_total_goals"] is None:
                continue
            score = int(row["home_total_goals"]), int(row["away_total_goals"])
            assert (goals[row["game_id"], "Home"], goals[row["game_id"], "Away"]) == score
            # a goalie is not charged with a goal into the net that he had left
            assert against[row["game_id"], "Home"] <= score[1]
            periods = [int(row[f"home_team_period{p}_goals"]) for p in (1, 2, 3)]
            assert sum(periods) + int(row["home_team_periodOT_goals"] or 0) == score[0]

    def test_awkward_names_are_in_it(self, clean: Made) -> None:
        names = {r["player_full_name"] for r in sheet(clean.data_dir, "dim_player")}
        assert {"Padraig O'Brindle", "Hollis Thornquist, Jr.", 'Aksel "Ace" Brännström'} <= names

    def test_no_real_address_is_in_it(self, clean: Made) -> None:
        assert all(r["email"].endswith("@mail.example") for r in sheet(clean.data_dir, "fact_registration"))


class TestReproducible:
    def test_the_same_seed_gives_the_same_bytes_however_many_processes(self, tmp_path: Path, clean: Made) -> None:
        again = make(tmp_path, games=9, workers=1)
        files = sorted(p.relative_to(clean.data_dir) for p in clean.data_dir.rglob("*") if p.is_file())
        assert files == sorted(p.relative_to(again.data_dir) for p in again.data_dir.rglob("*") if p.is_file())
        assert all((clean.data_dir / f).read_bytes() == (again.data_dir / f).read_bytes() for f in files)

    def test_a_demo_league_is_replaced_but_nobody_elses_files(self, tmp_path: Path) -> None:
        old = tmp_path / "raw" / "games" / "old.json"
        old.parent.mkdir(parents=True)
        old.write_text("{}")
        with pytest.raises(NotADemo, match="choose another"):
            make(tmp_path, games=1)
        assert old.exists()
        (tmp_path / "demo_truth.json").write_text("{}")
        make(tmp_path, games=1)
        assert not old.exists()

    @pytest.mark.parametrize("games", [1, 24, 60, 200, 201, 1000, 5000])
    @pytest.mark.parametrize("today", [TODAY, date(2026, 8, 20), date(2028, 2, 29)], ids=str)
    def test_a_league_has_played_enough_games(self, games: int, today: date) -> None:
        league = build_league(SEED, games, today)
        assert league.played >= games
        days = [f.day for s in league.seasons for f in s.regular if f.played]
        assert max(days) < today
        assert all(f.day >= today for f in league.seasons[-1].regular if not f.played)
        ids = [f.game_id for s in league.seasons for f in s.regular]
        assert len(set(ids)) == len(ids)
        assert len({s.season_id for s in league.seasons}) == 3

    def test_truth_is_the_same_with_and_without_flaws(self, tmp_path: Path, small: Made) -> None:
        plain, spoiled = small, make(tmp_path, games=3, flaws=parse("all"))
        assert plain.truth["games"] == spoiled.truth["games"]
        assert plain.truth["results"] == spoiled.truth["results"]
        assert json.dumps(spoiled.truth["flaws"]) != "{}"
