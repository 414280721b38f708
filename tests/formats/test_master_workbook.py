"""The master workbook: every oddity of its sheets, on real .xlsx files."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.canonical import SCHEMAS
from formats.master_workbook import newest_master
from tests.formats.master_builder import (
    Master,
    flag_names,
    make_game,
    make_line,
    make_player,
    make_season,
    make_team,
)


class TestTheWhole:
    def test_a_sound_workbook_gives_canonical_frames_and_no_flags(self) -> None:
        frames = Master().read()
        assert frames.flags.is_empty()
        for name in ("players", "teams", "seasons", "schedule", "official_roster"):
            assert getattr(frames, name).schema == SCHEMAS[name]
        assert frames.players["full_name"].to_list() == ["First1 Last1", "First2 Last2"]
        assert frames.schedule.select("home_team_id", "home_goals", "period_length_s").rows() == [("N1000A", 4, 1080)]
        assert frames.official_roster.select("game_id", "player_id", "side", "position", "is_sub").rows() == [
            (18969, "P100001", "home", "F", False)
        ]

    @pytest.mark.parametrize("sheet", ["dim_player", "dim_team", "dim_schedule", "dim_season", "fact_gameroster"])
    def test_a_missing_sheet_is_flagged_and_the_rest_read(self, sheet: str) -> None:
        frames = Master(without=(sheet,)).read()
        assert "sheet_missing" in flag_names(frames)
        assert f"no sheet {sheet}" in frames.flags["message"].to_list()

    def test_without_any_row_all_frames_are_empty(self) -> None:
        frames = Master([], [], [], [], []).read()
        assert frames.schedule.is_empty()
        assert frames.official_roster.is_empty()
        assert set(flag_names(frames)) == {"column_missing"}

    def test_no_registration_is_loaded(self) -> None:
        frames = Master().read()
        assert "example.org" not in "".join(
            str(getattr(frames, name).rows()) for name in SCHEMAS if hasattr(frames, name)
        )

    def test_rows_without_a_key_and_repeated_keys_are_flagged(self) -> None:
        players = [
            make_player(1, birth_year=1990),
            make_player(1),
            make_player(2),
            make_player(2, gender="F"),
            {"player_full_name": "No One"},
        ]
        frames = Master(players=players).read()
        assert flag_names(frames) == ["row_without_key", "dup_key"]
        assert frames.players["birth_year"].to_list() == [1990, None]
        assert "row 3 was left out for row 2" in frames.flags.filter(flag="dup_key")["message"][0]
        assert "row 4 was left out for row 5" in frames.flags.filter(flag="dup_key")["message"][1]

    def test_the_newest_of_several_counts(self) -> None:
        noon = datetime(2025, 9, 7, 12, tzinfo=UTC)
        newest, flags = newest_master({"a/BLB.xlsx": noon, "b/BLB.xlsx": noon + timedelta(1), "c/BLB.xlsx": noon})
        assert newest == "b/BLB.xlsx"
        assert flags.select("flag", "source_path").rows() == [
            ("workbook_superseded", "a/BLB.xlsx"),
            ("workbook_superseded", "c/BLB.xlsx"),
        ]


class TestDimensions:
    def test_a_name_is_made_of_its_parts_and_links_must_be_web_addresses(self) -> None:
        player = make_player(
            1, player_full_name=None, player_url="javascript:alert(1)", player_image="https://e.org/1.png"
        )
        read = Master(players=[player]).read().players.row(0, named=True)
        assert read["full_name"] == "First1 Last1"
        assert (read["player_url"], read["image_url"]) == (None, "https://e.org/1.png")

    def test_numbers_arrive_as_text_with_a_zero(self) -> None:
        player = make_player(1, birth_year="1990.0", player_norad_primary_number="12.0", current_skill_rating="4.5")
        read = Master(players=[player]).read().players.row(0, named=True)
        assert (read["birth_year"], read["jersey_num"], read["current_skill_rating"]) == (1990, 12, 4.5)

    def test_a_season_without_label_and_session_takes_them_from_its_id(self) -> None:
        read = Master(seasons=[make_season(season=None, session=None)]).read().seasons.row(0, named=True)
        assert (read["season"], read["session"], read["start_date"]) == ("20252026", "F", date(2025, 9, 1))


class TestSchedule:
    def game(self, **cells: object) -> dict[str, object]:
        return Master(games=[make_game(**cells)], roster=[]).read().schedule.row(0, named=True)

    @pytest.mark.parametrize(
        ("written", "seconds"),
        [("00:18:00", 1080), ("20:18:00", 1080), (time(0, 18), 1080), (time(20, 18), 1080), (18, 1080), (1080, 1080),
         ("18:00", 1080), (0.0125, 1080), (None, None), ("00:00:00", None)],
    )  # fmt: skip
    def test_the_period_length_is_the_minute_part(self, written: object, seconds: int | None) -> None:
        assert self.game(period_length=written)["period_length_s"] == seconds

    def test_drag_filled_lengths_are_one_flag_of_the_sheet(self) -> None:
        frames = Master(games=[make_game(19023 + hour, period_length=f"{hour:02d}:18:00") for hour in range(4)]).read()
        assert frames.schedule["period_length_s"].to_list() == [1080] * 4
        flag = frames.flags.filter(flag="period_length_drag_filled").row(0, named=True)
        assert (flag["game_id"], flag["count"]) == (None, 3)
        assert "'01:18:00' of game 19024" in flag["message"]

    @pytest.mark.parametrize(
        ("written", "clock"),
        [("2025-09-07", None), ("2025-09-07 19:30:00", "19:30"), (datetime(2025, 9, 7, 19, 30), "19:30"),  # noqa: DTZ001 - cells have no zone
         (date(2025, 9, 7), None), (45907, None), (45907.8125, "19:30"), ("9/7/2025 7:30 PM", "19:30")],
        ids=str,
    )  # fmt: skip
    def test_a_date_is_read_with_and_without_its_time(self, written: object, clock: str | None) -> None:
        game = self.game(date=written, game_time=None)
        assert (game["date"], game["game_time"]) == (date(2025, 9, 7), clock)

    @pytest.mark.parametrize(
        "written", ["20:45", "20:45:00", time(20, 45), "8:45 PM", "8:45pm", 0.8645833333, 20.75, 2045]
    )
    def test_a_game_time_is_hours_and_minutes(self, written: object) -> None:
        assert self.game(game_time=written)["game_time"] == "20:45"

    def test_what_cannot_be_read_is_null_and_flagged(self) -> None:
        frames = Master(games=[make_game(date="soon", game_time="late", period_length="long")]).read()
        assert frames.flags["flag"].to_list() == ["date_bad", "time_bad", "period_length_bad"]
        assert "'soon'" in frames.flags["message"][0]

    def test_blank_periods_are_0_where_the_total_fits_and_unknown_elsewhere(self) -> None:
        blank = dict.fromkeys(f"away_team_period{n}_goals" for n in (1, 2, 3))
        assert [self.game(**blank, away_total_goals=0)[f"away_p{n}_goals"] for n in (1, 2, 3)] == [0, 0, 0]
        assert [self.game(**blank, away_total_goals=2)[f"away_p{n}_goals"] for n in (1, 2, 3)] == [None] * 3
        assert self.game()["home_ot_goals"] == 0

    def test_periods_that_contradict_the_total_are_flagged_and_kept(self) -> None:
        frames = Master(games=[make_game(home_total_goals=5)]).read()
        assert flag_names(frames) == ["period_goals_mismatch"]
        assert frames.schedule["home_goals"].to_list() == [5]

    def test_team_names_are_spelt_as_in_dim_team_and_missing_ids_found_by_name(self) -> None:
        game = make_game(home_team_name="TEAM  a ", away_team_name="the bs", away_team_id=None)
        frames = Master(games=[game], roster=[]).read()
        read = frames.schedule.row(0, named=True)
        assert (read["home_team"], read["away_team"], read["away_team_id"]) == ("Team A", "Team B", "N1000B")
        assert "team_id_missing" in flag_names(frames)

    def test_an_unknown_team_is_kept_and_flagged(self) -> None:
        frames = Master(games=[make_game(home_team_name="Guests", home_team_id=None)], roster=[]).read()
        assert frames.schedule.select("home_team", "home_team_id").rows() == [("Guests", None)]
        assert "team_unknown" in flag_names(frames)

    def test_of_two_rows_for_a_game_the_fuller_counts(self) -> None:
        copied = make_game(home_total_goals=None, away_total_goals=None)
        frames = Master(games=[make_game(), copied]).read()
        assert frames.schedule["home_goals"].to_list() == [4]
        assert frames.flags.select("flag", "game_id", "count").rows() == [("dup_key", 18969, 1)]

    def test_past_and_upcoming_are_derived(self) -> None:
        unplayed = {"home_total_goals": None, "away_total_goals": None}
        games = [
            make_game(1, date="2025-09-01", **unplayed),
            make_game(2, date="2025-09-07"),
            make_game(3, date="2025-09-14", **unplayed),
            make_game(4, date="2025-09-14", **unplayed, schedule_type="Postponed", include="FALSE"),
            make_game(5, date="2025-09-14", schedule_type="upcoming"),
            make_game(6, date="2025-09-21", schedule_type="Upcoming", include=True,
                      **{c: 0 for c in make_game() if c.endswith("_goals")}),
        ]  # fmt: skip
        frames = Master(games=games).read()
        assert frames.schedule["schedule_type"].to_list() == [
            "Past",
            "Past",
            "Upcoming",
            "Postponed",
            "Past",
            "Upcoming",
        ]
        assert frames.schedule["include"].to_list() == [True, True, True, False, True, True]
        assert frames.schedule["home_goals"].to_list() == [None, 4, None, None, 4, None]
        assert "schedule_type_stale" in flag_names(frames)

    def test_half_a_score_is_flagged(self) -> None:
        assert "score_incomplete" in flag_names(Master(games=[make_game(away_total_goals=None)]).read())

    @pytest.mark.parametrize(
        ("written", "canonical"),
        [("Regular", "Regular"), ("regular season", "Regular"), ("Playoffs", "Playoffs"), ("Playoff", "Playoffs"),
         ("Exhibition", "Exhibition"), (None, "Regular")],
    )  # fmt: skip
    def test_both_forms_of_the_game_type(self, written: object, canonical: str) -> None:
        assert self.game(game_type=written)["game_type"] == canonical

    def test_a_blank_game_type_with_a_playoff_round_is_playoffs(self) -> None:
        assert self.game(game_type=None, playoff_round="Final")["game_type"] == "Playoffs"

    def test_the_last_period_is_derived_from_the_goals(self) -> None:
        assert self.game()["last_period_type"] == "Regulation"
        assert self.game(home_team_periodOT_goals=1, home_total_goals=5)["last_period_type"] == "Overtime"
        assert self.game(shootout_rounds=3)["last_period_type"] == "Shootout"
        assert self.game(last_period_type="OVERTIME")["last_period_type"] == "Overtime"

    @pytest.mark.parametrize("label", [20252026, "20252026.0", "2025-2026", "2025/26", None])
    def test_the_season_label_is_two_years_run_together(self, label: object) -> None:
        assert self.game(season=label)["season"] == "20252026"

    def test_a_missing_season_id_comes_from_the_only_season_of_that_label(self) -> None:
        game = make_game(season_id=None)
        assert Master(games=[game]).read().schedule["season_id"].to_list() == ["N20252026F"]
        both = [make_season(), make_season(season_id="N20252026S", session="S")]
        assert Master(games=[game], seasons=both).read().schedule["season_id"].to_list() == [None]


class TestOfficialRoster:
    @pytest.mark.parametrize(
        ("written", "jersey", "number"),
        [(9, "9", 9), ("9.0", "9", 9), ("00", "00", 0), ("FA", "FA", None), (None, None, None)],
    )
    def test_a_jersey_is_text_and_a_number_where_it_is_one(self, written: object, jersey: str, number: int) -> None:
        read = Master(roster=[make_line(1, player_game_number=written)]).read().official_roster.row(0, named=True)
        assert (read["jersey"], read["jersey_num"]) == (jersey, number)

    def test_a_number_that_two_players_share_is_flagged(self) -> None:
        lines = [make_line(1, player_game_number=36), make_line(2, player_game_number=36)]
        frames = Master(roster=lines).read()
        assert frames.flags.select("flag", "game_id").rows() == [("jersey_shared", 18969)]
        assert frames.official_roster.height == 2

    def test_the_side_is_the_teams_in_the_schedule_whatever_the_venue_says(self) -> None:
        visitor = {"team_name": "team b", "opp_team_name": "Team A", "team_id": "N1000B", "opp_team_id": "N1000A"}
        lines = [make_line(1, team_venue="Away"), make_line(2, **visitor, team_venue="Away")]
        frames = Master(roster=lines).read()
        assert frames.official_roster.select("side", "team_name").rows() == [("home", "Team A"), ("away", "Team B")]
        assert frames.flags.select("flag", "game_id", "count").rows() == [("venue_conflict", 18969, 1)]

    def test_without_ids_the_side_goes_by_name_and_without_a_schedule_by_venue(self) -> None:
        line = make_line(
            1, team_id=None, opp_team_id=None, team_name="TEAM B", opp_team_name="TEAM A", team_venue="Home"
        )
        frames = Master(roster=[line]).read()
        assert frames.official_roster.select("side", "team_id", "opp_team_id").rows() == [("away", "N1000B", "N1000A")]
        frames = Master(roster=[line], games=[]).read()
        assert frames.official_roster["side"].to_list() == ["home"]
        assert "roster_game_unknown" in flag_names(frames)

    def test_a_team_that_does_not_play_in_the_game_is_flagged(self) -> None:
        line = make_line(1, team_id="N1000Z", team_name="Team Z")
        assert "roster_team_not_playing" in flag_names(Master(roster=[line]).read())

    @pytest.mark.parametrize("written", [True, 1, "True", "1.0", "yes"])
    def test_a_substitute_is_marked_in_many_ways(self, written: object) -> None:
        assert Master(roster=[make_line(1, sub=written)]).read().official_roster["is_sub"].to_list() == [True]

    @pytest.mark.parametrize("written", [False, 0, None, "no"])
    def test_everyone_else_is_none(self, written: object) -> None:
        assert Master(roster=[make_line(1, sub=written)]).read().official_roster["is_sub"].to_list() == [False]

    def test_a_blank_position_is_a_goalie_by_goals_against_or_the_players_own(self) -> None:
        lines = [make_line(1, player_position=None, goals_against=3), make_line(2, player_position=None)]
        players = [make_player(1), make_player(2, player_primary_position="Defense")]
        assert Master(players=players, roster=lines).read().official_roster["position"].to_list() == ["G", "D"]

    def test_a_missing_player_id_is_found_by_name_or_made_from_it(self) -> None:
        lines = [make_line(1, player_id=None), make_line(2, player_id="nan", player_full_name="Guest Goalie"),
                 make_line(3, player_id=None, player_full_name=None)]  # fmt: skip
        frames = Master(roster=lines).read()
        assert frames.official_roster["player_id"].to_list() == ["P100001", "X-GUEST_GOALIE"]
        assert flag_names(frames) == ["player_id_missing", "row_without_key"]

    def test_a_player_twice_in_a_game_is_counted_once(self) -> None:
        frames = Master(roster=[make_line(1), make_line(1, goals=2)]).read()
        assert frames.official_roster["goals"].to_list() == [2]
        assert flag_names(frames) == ["dup_key"]


def test_teams_without_a_name_are_called_by_their_id() -> None:
    teams = [make_team("A"), make_team("B", team_name=None, long_team_name=None)]
    assert Master(teams=teams).read().teams["team_name"].to_list() == ["Team A", "N1000B"]


GARBAGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["x", "nan", "18969.0", "N1000A", "Team A", "P100001", "Home", "=1+1", "25:61", "9" * 40, "\u202e\u0000"]
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_the_cells_hold_canonical_frames_come_out(data: st.DataObject) -> None:
    def broken(row: dict[str, object]) -> dict[str, object]:
        changed = data.draw(st.dictionaries(st.sampled_from(sorted(row)), GARBAGE, max_size=8))
        return row | changed

    frames = Master(
        players=[broken(make_player(n)) for n in (1, 2)],
        teams=[broken(make_team(letter)) for letter in "AB"],
        seasons=[broken(make_season())],
        games=[broken(make_game(n)) for n in (18969, 18970)],
        roster=[broken(make_line(n)) for n in (1, 2, 3)],
    ).read()
    for name in ("players", "teams", "seasons", "schedule", "official_roster", "flags"):
        assert getattr(frames, name).schema == SCHEMAS[name]
