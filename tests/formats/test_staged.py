"""Staging over the files, and tracked games through the staging tables."""

from dataclasses import fields, replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.canonical import GameFrames
from formats.league_records import league_records
from formats.normalise import normalise
from formats.raw import RawFrames
from formats.staged_game import StagedGame, read_staged
from formats.staged_sheets import deleted_games, empty_sheets, staged_records
from formats.staged_writing import staged_rows
from formats.workbook import ROW
from hockey.league import LeagueRules
from tests.formats.tracker_builder import make_event, make_export, make_player, make_shift, read_raw

ABOUT_THE_SOURCE = {"source", "source_path", "source_sha256"}


def sheets(**rows: list[dict[str, str]]) -> dict[str, pl.DataFrame]:
    made = empty_sheets()
    for sheet, given_rows in rows.items():
        frame = pl.DataFrame([{ROW: n + 2, **row} for n, row in enumerate(given_rows)], schema=made[sheet].schema)
        made[sheet] = frame
    return made


PLAYERS = sheets(
    dim_player=[
        {"player_id": "P1", "full_name": "Ann Lee", "first_name": "Ann", "last_name": "Lee", "current_team": "A"},
        {"player_id": "P2", "full_name": "Bo Ray", "first_name": "Bo", "last_name": "Ray"},
    ]
)


class TestOverlay:
    def test_a_number_is_emptied_by_name_and_stands_again_when_given(self) -> None:
        base = sheets(dim_schedule=[{"game_id": "18969", "home_goals": "4", "away_goals": "2"}])
        for row, goals in (
            ({"emptied": "home_score"}, (None, 2)),
            ({"emptied": "home_score away_score", "away_score": 0}, (None, 0)),
            ({"emptied": "game_date"}, (4, 2)),
        ):
            found = staged_records(base, {"dim_schedule": [{"game_id": "18969", **row}]}, "staging")
            assert found.schedule.select("home_goals", "away_goals").row(0) == goals

    def test_a_staged_cell_wins_and_the_others_stay(self) -> None:
        found = staged_records(PLAYERS, {"dim_player": [{"player_id": "P1", "player_first_name": "Anna"}]}, "x.xlsx")
        rows = {r["player_id"]: r for r in found.players.to_dicts()}
        assert (rows["P1"]["full_name"], rows["P1"]["current_team"], rows["P1"]["origin"]) == ("Anna Lee", "A", "stage")
        assert (rows["P2"]["full_name"], rows["P2"]["origin"]) == ("Bo Ray", "workbook")

    def test_an_empty_text_empties(self) -> None:
        staged = {"dim_player": [{"player_id": "P1", "player_norad_current_team": ""}]}
        found = staged_records(PLAYERS, staged, "x.xlsx")
        assert found.players.filter(player_id="P1")["current_team"].item() is None

    def test_new_rows_come_after(self) -> None:
        found = staged_records(PLAYERS, {"dim_player": [{"player_id": "P3", "player_full_name": "C D"}]}, "x.xlsx")
        assert found.players["player_id"].to_list() == ["P1", "P2", "P3"]

    def test_without_staging_nothing_changes(self) -> None:
        one, other = staged_records(PLAYERS, {}, "x.xlsx"), league_records(PLAYERS, "workbook", "x.xlsx")
        for field in fields(one):
            assert getattr(one, field.name).equals(getattr(other, field.name)), field.name

    def test_a_game_by_the_clients_names(self) -> None:
        game = {"game_id": "18969", "game_date": "2026-01-02", "home_team": "A", "away_team": "B", "home_score": 3}
        found = staged_records(empty_sheets(), {"dim_schedule": [game | {"away_score": 1}]}, "staging")
        row = found.schedule.row(0, named=True)
        assert (row["game_id"], row["home_team"], row["home_goals"], row["origin"]) == (18969, "A", 3, "stage")

    def test_out_of_range_is_flagged(self) -> None:
        staged = {"dim_player": [{"player_id": "P1", "current_skill_rating": "85"}]}
        found = staged_records(PLAYERS, staged, "x.xlsx")
        assert found.players.filter(player_id="P1")["current_skill_rating"].item() == 85
        assert "value_out_of_range" in found.flags["flag"].to_list()

    def test_deleted_games(self) -> None:
        rows = [
            {"game_id": "1", "deleted": "true"},
            {"game_id": "2", "deleted": "false"},
            {"game_id": "x", "deleted": "true"},
        ]
        assert deleted_games(rows) == {1}


def untold(frames: RawFrames | GameFrames) -> dict[str, pl.DataFrame]:
    return {
        f.name: getattr(frames, f.name)
        .drop(ABOUT_THE_SOURCE, strict=False)
        .filter(pl.col("flag") != "folder_mismatch" if f.name == "flags" else pl.lit(value=True))
        for f in fields(frames)
    }


def assert_lossless(raw: RawFrames) -> StagedGame:
    staged = staged_rows(raw)
    back = read_staged(staged)
    one, other = untold(normalise(raw, LeagueRules())), untold(normalise(back, LeagueRules()))
    for name, frame in one.items():
        assert frame.equals(other[name]), name
    return staged


class TestGame:
    def test_nothing_is_lost(self) -> None:
        event = make_event(
            "Shot", success="s", assistToGoalIdx=3, sequenceIdx=7, playIdx=2, netXY={"x": 10, "y": 20.5},
            puckXY=[{"x": 1, "y": 2}, {"x": 3, "y": 4}], isHighlight=True, linkedEventIdx=4,
            players=[make_player(2, playD1="Deke", pressuredBy="12", xy=[{"x": 1, "y": 1}]),
                     make_player(14, "opp_player_1")],
        )  # fmt: skip
        odd = make_event("Goal", period="OT", start_time=None, success=True, team=None, zone=None)
        document = make_export(
            [event, odd], [make_shift(), make_shift("05:00", "04:00", period=2, stoppageTime=7)], settings={}
        )
        assert_lossless(read_raw(document))

    def test_the_difference_does_not_outlive_its_rows(self) -> None:
        staged = assert_lossless(read_raw(make_export([make_event("Shot", sequenceIdx=7)])))
        (row,) = staged.events
        changed = replace(staged, events=({**row, "type": "Goal"},))
        assert read_staged(staged).events["sequence"].to_list() == [7]
        assert read_staged(changed).events["sequence"].to_list() == [None]
        assert read_staged(changed).events["type"].to_list() == ["Goal"]

    def test_the_references_example(self) -> None:
        event = {"tracking_event_index": "1", "period": "1", "Type": "Shot", "event_player_1": "P100001"}
        shift = {"shift_index": "1", "Period": "1", "shift_start_type": "Faceoff", "player_id": "P100001"}
        raw = read_staged(StagedGame(18969, None, (event,), (shift,)))
        assert raw.events.select("type", "period").rows() == [("Shot", "1")]
        assert raw.event_players.select("player_id", "role").rows() == [("P100001", "event_player_1")]
        assert raw.flags["flag"].to_list() == ["shift_without_lineup"]

    def test_long_rows_are_grouped_as_in_a_workbook(self) -> None:
        shot = {
            "tracking_event_index": "1",
            "period": 1,
            "Type": "Shot",
            "event_start_min": "17",
            "event_start_sec": "30",
        }
        rows = [
            shot | {"player_game_number": "9", "team_venue": "home", "role_abrev": "e"},
            {"player_game_number": "12", "role_abrev": "o"},
            {"tracking_event_index": "2", "period": 1, "Type": "Save", "event_start_min": "17", "role_abrev": "e"},
        ]
        raw = read_staged(StagedGame(1, None, tuple(rows), ()))
        assert raw.events["type"].to_list() == ["Shot", "Save"]
        assert raw.events["clock_start"].to_list() == ["17:30", "17:0"]
        assert raw.event_players.select("event_no", "jersey", "role").rows() == [
            (0, "9", "event_player_1"),
            (0, "12", "opp_player_1"),
        ]

    def test_long_shifts_have_their_slots(self) -> None:
        row = {"shift_index": 1, "Period": "1", "shift_start_min": "18", "home_forward_1": "9", "away_goalie": "30"}
        raw = read_staged(StagedGame(1, None, (), (row,)))
        assert raw.shifts.select("period", "home_f1", "away_g").rows() == [("1", "9", "30")]

    @pytest.mark.parametrize("text", ["", "{", "[1]", '{"patch": {"events": {"rows": 5, "height": "x"}}}', "null"])
    def test_a_broken_header_is_forgiven(self, text: str) -> None:
        header = {"header": text, "rosters": text, "period_lengths": text, "game_date": text}
        raw = read_staged(StagedGame(1, header, ({"type": "Shot", "players": text, "puck_xy": text},), ()))
        assert raw.events.height == 1

    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    key: st.one_of(
                        st.none(),
                        st.text(max_size=8),
                        st.integers(),
                        st.booleans(),
                        st.lists(st.integers(), max_size=2),
                    )
                    for key in (
                        "type",
                        "Type",
                        "players",
                        "period",
                        "start_time",
                        "event_player_1",
                        "player_game_number",
                        "event_index",
                    )
                },
            ),
            max_size=6,
        )
    )
    def test_any_rows_can_be_read(self, rows: list[dict[str, Any]]) -> None:
        normalise(read_staged(StagedGame(1, None, tuple(rows), tuple(rows))), LeagueRules())
