"""Tracking workbooks of all three writers: cells into raw frames, on real .xlsx files."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.normalise import normalise
from formats.raw import RAW_SCHEMAS, RawFrames
from formats.workbook import open_workbook
from formats.workbook_package import WorkbookError
from hockey.league import LeagueRules
from tests.formats.tracking_builder import (
    Event,
    Player,
    Record,
    Writer,
    event_rows,
    make_goal,
    make_metadata,
    make_shift,
    make_tracking,
    read,
)
from tests.formats.workbook_builder import Formula, make_sheet, make_workbook

WRITERS: tuple[Writer, ...] = ("W1", "W2", "W3")
ROSTER = [
    {"game_id": 18969, "team_venue": side, "player_id": f"P{n}", "player_game_number": n, "player_position": position}
    for side, numbers in (("Home", (1, 10, 11, 12, 13, 14)), ("Away", (30, 20, 21, 22, 23, 24)))
    for n, position in zip(numbers, ("Goalie", *["Forward"] * 5), strict=True)
]


TYPED = {
    "Type": "event_type_",
    "event_detail": "event_detail_",
    "event_detail_2": "event_detail_2_",
    "event_start_min": "event_start_min_",
    "event_start_sec": "event_start_sec_",
    "event_successful": "event_successful_",
    "event_team_zone": "event_team_zone_",
    "team_venue_abv": "team_",
    "player_game_number": "player_game_number_",
    "play_detail1": "play_detail1_",
    "role_abrev": "role_abrev_binary_",
}


def flag_names(raw: RawFrames) -> list[str]:
    return raw.flags["flag"].to_list()


@pytest.mark.parametrize("writer", WRITERS)
class TestEveryWriter:
    def test_rows_become_events_and_players(self, writer: Writer) -> None:
        raw = read(make_tracking(writer))
        assert flag_names(raw) == []
        assert raw.events.select("event_no", "type", "detail1", "clock_start", "clock_end").rows() == [
            (0, "GameStart", None, "18:0", None),
            (1, "Pass", "Pass_Completed", "17:30", None),
            (2, "Shot", "Shot_Goal", "17:28", None),
            (3, "Goal", "Goal_Scored", "17:28", None),
        ]
        assert raw.event_players.select("event_no", "order", "jersey", "play_detail1").rows() == [
            (1, 0, "10", "AssistPrimary"),
            (1, 1, "11", None),
            (2, 0, "11", None),
            (2, 1, "30", None),
            (3, 0, "11", None),
            (3, 1, "30", None),
            (3, 2, "22", None),
        ]
        for name, schema in RAW_SCHEMAS.items():
            assert getattr(raw, name).schema == schema

    def test_the_chain_key_loses_the_writers_offset(self, writer: Writer) -> None:
        assert read(make_tracking(writer)).events["chain"].to_list() == [None, 3, 3, 3]

    def test_a_normalised_game_is_the_same_whoever_wrote_it(self, writer: Writer) -> None:
        game = normalise(read(make_tracking(writer, game_rosters=ROSTER)), LeagueRules())
        assert game.events["team"].to_list()[1:] == ["home"] * 3
        assert game.events["zone"].to_list()[1:] == ["o"] * 3
        assert game.event_players.filter(event_idx=3).select("side_role", "role_n", "player_id", "team").rows() == [
            ("event", 1, "P11", "home"),
            ("opp", 1, "P30", "away"),
            ("opp", 2, "P22", "away"),
        ]
        assert game.shifts.select("strength", "is_valid", "home_g_id", "clock_end").rows() == [
            ("5v5", True, "P1", 1025)
        ]
        assert game.events["stint_idx"].to_list() == [0, 0, 0, 0]
        assert game.events["assist_to_idx"].to_list() == [None, None if writer == "W1" else 3, None, None]

    def test_rows_without_an_index_are_padding(self, writer: Writer) -> None:
        padding: list[Record] = [
            {"event_index": "x", "Type": "Shot"},
            {"event_index": None, "duration": 0},
            {"period": 1},
        ]
        raw = read(make_tracking(writer, events=event_rows(writer, make_goal()) + padding))
        assert raw.events.height == 4
        assert flag_names(raw) == []

    def test_a_player_row_that_belongs_to_no_event_is_flagged(self, writer: Writer) -> None:
        lost: list[Record] = [{"event_index": None, "player_game_number": 9}]
        raw = read(make_tracking(writer, events=event_rows(writer, make_goal()) + lost))
        assert flag_names(raw) == ["rows_without_index"]
        assert "row 10" in raw.flags["message"][0]

    def test_an_empty_workbook_is_a_game_without_events(self, writer: Writer) -> None:
        raw = read(make_tracking(writer, [], shifts=[]))
        assert raw.games["game_id"].to_list() == [18969]
        assert raw.events.is_empty()
        assert raw.shifts.is_empty()


class TestTemplate:
    """The manual template: typed cells beside formulas, which a library saves without their values."""

    def uncached(self, *, with_counters: bool = False, with_flags: bool = False) -> list[Record]:
        """The template's rows with formulas in the plain columns and what a person typed in the others."""
        rows, previous = [], None
        for row in event_rows("W1", make_goal()):
            is_first = row["event_index"] != previous
            typed: Record = {column: row.get(plain) for plain, column in TYPED.items()}
            typed["role_abrev_binary_"] = {"e": 1, "o": 2, None: "x"}[row.get("role_abrev")]  # type: ignore[index]  # one letter
            if not is_first:  # the event is stated once
                typed |= dict.fromkeys(("event_type_", "event_detail_", "event_detail_2_", "team_"))
            if with_counters:
                typed["event_index_"] = int(str(row["event_index"])) - 1000
            if with_flags:
                typed["event_index_flag_"] = 1 if is_first else None
            previous = row["event_index"]
            formulas = {
                column: Formula("=A1") for column in ("event_index", "Type", "event_detail", "period", "player_role")
            }
            rows.append(formulas | typed)
        return rows

    @pytest.mark.parametrize("marks", ["with_counters", "with_flags", "nothing"])
    def test_typed_cells_are_enough(self, marks: str) -> None:
        rows = self.uncached(**{} if marks == "nothing" else {marks: True})
        raw = read(make_tracking("W1", events=rows))
        assert flag_names(raw) == ["formula_values_missing"]
        assert raw.events["type"].to_list() == ["GameStart", "Pass", "Shot", "Goal"]
        assert raw.events["period"].to_list() == ["1"] * 4
        assert raw.events["team"].to_list() == ["h"] * 4
        assert raw.event_players["role"].to_list() == [
            "event_player_1", "event_player_2", "event_player_1", "opp_player_1", "event_player_1", "opp_player_1",
            "opp_player_2",
        ]  # fmt: skip

    def test_each_intermission_starts_a_period_when_no_period_is_known(self) -> None:
        events = [Event("Pass"), Event("Intermission"), Event("Shot"), Event("Intermission"), Event("Save")]
        rows = [row | {"period": None} for row in event_rows("W1", events)]
        assert read(make_tracking("W1", events=rows)).events["period"].to_list() == ["1", "2", "2", "3", "3"]

    def test_plain_cells_count_and_their_gaps_are_filled_from_the_typed_ones(self) -> None:
        rows = [row | {"event_type_": "Typed"} for row in event_rows("W1", make_goal())]
        for row in rows[2:]:
            row["Type"] = None
        assert read(make_tracking("W1", events=rows)).events["type"].to_list() == [
            "GameStart",
            "Pass",
            "Typed",
            "Typed",
        ]

    def test_the_chain_number_in_tracking_event_index_does_not_merge_events(self) -> None:
        rows = event_rows("W1", make_goal())
        for row in rows:
            del row["event_index"]
        raw = read(make_tracking("W1", events=rows))
        assert raw.events["type"].to_list() == ["GameStart", "Pass", "Shot", "Goal"]

    def test_typed_counters_of_the_tracker_are_indexes(self) -> None:
        rows = event_rows("W2", make_goal())
        for row in rows:
            row |= {"event_index": None, "tracking_event_index": None}
        assert read(make_tracking("W2", events=rows)).events.height == 4

    def test_a_players_team_is_a_name_and_becomes_a_side(self) -> None:
        assert read(make_tracking("W1")).event_players["team"].to_list()[-3:] == ["home", "away", "away"]


class TestTrackerCells:
    def test_assists_stand_on_the_pass_or_only_on_the_goal(self) -> None:
        events = make_goal()
        assert read(make_tracking("W3", events)).events["assist_to"].to_list() == [None, 1003, None, None]
        events[1].assists = None
        events[3].cells = {"assist_to_goal_index": 1003, "assist_primary_event_index": 1001}
        assert read(make_tracking("W3", events)).events["assist_to"].to_list() == [None, 1003, None, None]

    def test_sequence_and_play_lose_the_templates_offsets(self) -> None:
        events = [Event("Pass", cells={"sequence_index": 5002, "play_index": "6003.0"})]
        assert read(make_tracking("W1", events)).events.select("sequence", "play").rows() == [(2, 3)]

    @pytest.mark.parametrize(
        ("cells", "start", "end"),
        [
            ({"event_start_min": "17.0", "event_start_sec": "5.0"}, "17.0:5.0", None),
            ({"event_start_sec": None}, "17:0", None),
            ({"event_start_min": None, "event_start_sec": None}, None, None),
            ({"event_end_min": 17, "event_end_sec": 2}, "17:30", "17:2"),
            ({"event_end_min": 17}, "17:30", None),
        ],
    )
    def test_two_cells_make_a_clock(self, cells: Record, start: str | None, end: str | None) -> None:
        events = read(make_tracking("W2", [Event("Pass", cells=cells)])).events
        assert events.select("clock_start", "clock_end").rows() == [(start, end)]

    def test_points_come_from_their_sheets_which_count_from_1(self) -> None:
        puck = [{"event_index": 3, "xy_slot": s, "x": x, "y": 2} for s, x in ((2, 11), (1, 10), (3, "x"))]
        players: list[Record] = [
            {"event_index": 3, "xy_slot": 1, "x": 5, "y": 6, "player_number": 11, "player_role": "event_team_player_1"},
            {"event_index": 3, "xy_slot": 1, "x": 7, "y": 8, "player_number": 30, "player_role": "opp_player_9"},
            {"event_index": 3, "xy_slot": 1, "x": 7, "y": 8, "player_number": 99, "player_role": "opp_player_1"},
            {"event_index": 3, "xy_slot": 1, "x": 40, "y": 44, "player_role": "net"},
            {"event_index": 77, "xy_slot": 1, "x": 1, "y": 1, "player_number": 11},
        ]
        raw = read(make_tracking("W3", xy_puck=puck, xy_player=players))
        assert raw.points.select("event_no", "order", "x", "y").rows() == [
            (2, -1, 10, 2),
            (2, -1, 11, 2),
            (2, 0, 5, 6),
            (2, 1, 7, 8),
        ]
        assert raw.events.select("net_x", "net_y").rows()[2] == (40, 44)

    def test_points_in_the_events_sheet_serve_where_the_sheets_are_silent(self) -> None:
        first: Record = {
            "puck_x_start": -5,
            "puck_y_start": 1,
            "puck_x_stop": -5,
            "puck_y_stop": 1,
            "player_x_1": 3,
            "player_y_1": 4,
            "player_x_2": 5,
            "player_y_2": 6,
        }
        raw = read(make_tracking("W2", [Event("Pass", players=[Player(10)], cells=first)]))
        assert raw.points.select("order", "x", "y").rows() == [(-1, -5, 1), (0, 3, 4), (0, 5, 6)]


class TestHeader:
    def test_metadata_describes_the_game(self) -> None:
        game = read(make_tracking("W3", video=[{"period_1_start": 95, "period_2_start": "1500.0"}])).games.row(
            0, named=True
        )
        assert (game["source"], game["source_version"], game["home_team"], game["p3_min"]) == (
            "xlsx",
            "29.1",
            "Team A",
            18,
        )
        assert game["home_attacks_right_p1"] is False
        assert game["saved_at"] == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
        assert (game["video_p1_s"], game["video_p2_s"], game["video_p3_s"]) == (95, 1500, None)

    def test_without_metadata_the_rows_name_game_and_teams(self) -> None:
        game = read(make_tracking("W1"), "somewhere/copy.xlsx").games.row(0, named=True)
        assert (game["game_id"], game["home_team"], game["away_team"]) == (18969, "Team A", "Team B")
        assert (game["source_version"], game["p1_min"]) == ("template", None)

    def test_the_file_name_serves_where_no_sheet_names_the_game(self) -> None:
        data = make_workbook({"events": make_sheet([{"event_index": 1000, "event_type": "Pass"}])})
        assert read(data, "x/18970_tracking.xlsx").games["game_id"].to_list() == [18970]
        assert flag_names(read(data, "18970_tracking (copy).xlsx")) == ["sheet_missing"]
        with pytest.raises(WorkbookError, match="no game_id in its sheets, nor in its name"):
            read(data, "x/tracking.xlsx")

    def test_rows_of_another_game_are_left_out(self) -> None:
        rows = event_rows("W3", make_goal())
        rows[-1]["game_id"] = 18000
        raw = read(make_tracking("W3", events=rows))
        assert raw.event_players.height == 6
        assert flag_names(raw) == ["foreign_rows"]

    def test_a_workbook_is_recognised_by_its_sheets(self) -> None:
        assert open_workbook(make_tracking("W1"), "a.xlsx").kind == "tracking"
        assert open_workbook(make_workbook({"Sheet1": [["a"]]}), "a.xlsx").kind is None

    def test_the_workbooks_own_roster_is_taken_for_its_game(self) -> None:
        other = {"game_id": 1, "team_venue": "Home", "player_id": "P9", "player_game_number": 9}
        by_name = {"game_id": 18969, "team_name": "TEAM B", "player_id": "P98", "player_game_number": 98, "sub": "True"}
        rosters = read(make_tracking("W1", game_rosters=[*ROSTER, other, by_name])).rosters
        assert rosters.height == 13
        assert rosters.row(12, named=True) == {
            "game_id": 18969, "row": 12, "side": "away", "player_id": "P98", "jersey": "98", "full_name": None,
            "position": None, "skill": None, "is_sub": True,
        }  # fmt: skip

    def test_metadata_that_makes_no_sense_is_null(self) -> None:
        metadata = make_metadata(
            period_length_minutes="long", home_attacks_right_p1="?", export_timestamp="soon", tracker_version=None
        )
        game = read(make_tracking("W3", metadata=[metadata])).games.row(0, named=True)
        assert (game["p1_min"], game["home_attacks_right_p1"], game["saved_at"]) == (None, None, None)


class TestShifts:
    def shift(self, **cells: object) -> dict[str, object]:
        return read(make_tracking("W2", shifts=[make_shift(**cells)])).shifts.row(0, named=True)

    def test_a_stint_has_clocks_slots_and_its_number(self) -> None:
        shift = self.shift(shift_end_min=0, shift_end_sec=0.01, stoppage_time=12)
        assert (shift["source_index"], shift["stint_no"], shift["period"]) == (1, 0, "1")
        assert (shift["clock_start"], shift["clock_end"], shift["stoppage"]) == ("18:0", "0:0.01", "12")
        assert (shift["home_f1"], shift["away_d2"], shift["away_g"], shift["home_x"]) == ("10", "24", "30", None)

    def test_an_extra_skater_has_a_slot_of_his_own(self) -> None:
        assert self.shift(home_xtra="15.0", home_goalie=None)["home_x"] == "15.0"

    def test_several_extra_skaters_take_the_empty_slots(self) -> None:
        shift = self.shift(home_xtra="15, 16", home_forward_3=None)
        assert (shift["home_x"], shift["home_f3"]) == ("15", "16")

    def test_an_extra_skater_without_a_slot_is_flagged(self) -> None:
        raw = read(make_tracking("W2", shifts=[make_shift(away_xtra="25;26")]))
        assert raw.shifts["away_x"].to_list() == ["25"]
        assert flag_names(raw) == ["extra_skater_lost"]
        assert "row 2" in raw.flags["message"][0]

    def test_padding_is_left_out_and_junk_indexes_are_null(self) -> None:
        rows: list[Record] = [make_shift(), {"shift_index": 2, "game_id": 18969}, make_shift(shift_index="?")]
        raw = read(make_tracking("W2", shifts=rows))
        assert raw.shifts.select("stint_no", "source_index").rows() == [(0, 1), (1, None)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["event_index", "event_index_flag_", "event_type", "period", "event_start_min", "net_x",
                             "event_start_sec", "player_game_number", "player_role", "role_abrev", "shift_index",
                             "linked_event_index"]),
            st.one_of(st.none(), st.integers(-5, 2000), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
                      st.sampled_from(["x", "-", "1001.0", "event_player_1", "Goal", "e1", "=1+1", "9" * 30])),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_whatever_the_cells_hold_a_game_comes_out(rows: list[Record]) -> None:
    raw = read(make_workbook({"events": make_sheet(rows), "shifts": make_sheet(rows), "xy_puck": make_sheet(rows)}))
    assert raw.events["event_no"].to_list() == list(range(raw.events.height))
    game = normalise(raw, LeagueRules())
    assert game.games.height == 1
