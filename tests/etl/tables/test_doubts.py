"""What readers are told to doubt, and the code lists that it is told by."""

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from hockey.plausible import LIMITS
from hockey.roles import PLAYER_ROLES
from tests.etl.league_builder import (
    GAME,
    HOME,
    make_event,
    make_league,
    make_role,
    make_scheduled,
    make_sources,
    make_stint,
)

TABLES = league_tables()


def build(name: str, league: LeagueFrames) -> pl.DataFrame:
    return TABLES.needed_for(name).build(make_sources(league))[name]


class TestCodeLists:
    def test_a_detail_says_its_event_type_and_what_it_counts_as(self) -> None:
        details = TABLES.tables["dim_event_detail"]()
        outcome = details.select("event_detail_code", "event_type", "is_shot_on_goal", "is_goal", "is_miss", "is_block")
        told = {code: rest for code, *rest in outcome.rows()}
        assert told["Shot_OnNetSaved"] == ["Shot", True, False, False, False]
        assert told["Shot_HitPost"] == ["Shot", False, False, True, False]
        assert told["Shot_Blocked"] == ["Shot", False, False, False, True]
        assert told["Goal_Scored"] == ["Goal", False, True, False, False]
        assert told["Goal_Shootout"] == ["Goal", False, False, False, False]

    def test_the_second_level_of_tags_has_the_code_under_both_names(self) -> None:
        tags = TABLES.tables["dim_play_detail_2"]()
        assert tags["play_detail_code"].to_list() == tags["play_detail_2_code"].to_list()
        assert "Deke" in tags["play_detail_2_code"].to_list()
        first = TABLES.tables["dim_play_detail"]().select("play_detail_code", "play_detail_name", "play_category")
        assert ("AssistPrimary", "Assist primary", "passing") in first.rows()

    def test_a_menu_finds_the_second_details_of_a_type_by_their_prefix(self) -> None:
        row = TABLES.tables["dim_event_detail_2"]().row(
            by_predicate=pl.col("event_detail_2_code") == "ZoneEntry_Carried", named=True
        )
        assert (row["event_type"], row["category"]) == ("Zone_Entry_Exit", "zoneentry")

    def test_there_are_seven_roles_a_side(self) -> None:
        roles = TABLES.tables["dim_player_role"]()
        assert roles.select("role_id", "role_code", "role_type", "sort_order").row(13) == (
            "RL14", "opp_goalie", "opp_team", 14
        )  # fmt: skip
        assert roles["role_type"].value_counts().sort("role_type")["count"].to_list() == [7, 7]
        assert len({r.code for r in PLAYER_ROLES}) == 14


def test_a_code_of_no_vocabulary_is_told_with_its_game_and_place() -> None:
    events = [make_event(n, kind, "home", n) for n, kind in enumerate(("Pass", "Zone_Entri", "Zone_Entri"))]
    events[0]["detail1"] = "Pass_Sideways"
    roles = [make_role(0, "event_1", "h1", play_detail1="Deke", play_detail2="Moonwalk")]
    stints = [make_stint(0, 0, 20, start_type="OnTheFly"), make_stint(1, 20, 40, start_type="Parachute")]
    found = build("qa_unknown_codes", make_league(events=events, event_players=roles, shifts=stints))
    assert found.select("code_column", "code", "occurrences", "first_index").rows() == [
        ("event_detail", "Pass_Sideways", 1, 0),
        ("event_type", "Zone_Entri", 2, 1),
        ("play_detail_2", "Moonwalk", 1, 0),
        ("shift_start_type", "Parachute", 1, 1),
    ]
    assert found["message"][1] == "unknown event_type 'Zone_Entri' in game 1, 2 times, first at index 1"


class TestSuspiciousStats:
    def test_a_figure_beyond_its_limit_is_told(self) -> None:
        events = [make_event(n, "Goal", "home", n, detail1="Goal_Scored") for n in range(6)]
        events += [make_event(6 + n, "Save", "home", 10, detail1="Save_Freeze") for n in range(71)]
        roles = [make_role(n, "event_1", "h1") for n in range(6)]
        roles += [make_role(6 + n, "event_1", "h9") for n in range(71)]
        found = build("qa_suspicious_stats", make_league(events=events, event_players=roles))
        assert found.select("row_key", "column_name", "value", "lowest_plausible", "highest_plausible").rows() == [
            (f"{GAME}_h9", "shots_against", 71.0, None, 70.0),
            (f"{GAME}_h1", "goals", 6.0, None, 5.0),
            (f"{GAME}_TA", "sog", 71.0, None, 70.0),
        ]
        assert found["message"][1] == "goals of H1 in game 1: 6.0, above 5.0"

    def test_a_share_of_too_little_is_not_judged(self) -> None:
        events = [make_event(n, "Goal", "home", n, detail1="Goal_Scored") for n in range(3)]
        roles = [make_role(n, "opp_1", "a9") for n in range(3)]
        assert build("qa_suspicious_stats", make_league(events=events, event_players=roles)).is_empty()

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.table}.{limit.column}")
    def test_every_limit_is_of_a_column_that_exists(self, limit) -> None:
        columns = {column.name for column in TABLES.tables[limit.table].columns}
        assert {limit.column, *(limit.where or ())[:1]} <= columns
        assert limit.lowest is not None or limit.highest is not None


class TestScorerComparison:
    def test_tracked_and_official_credits_stand_side_by_side(self) -> None:
        events = [make_event(0, "Goal", "home", 5, detail1="Goal_Scored"), make_event(1, "Pass", "home", 3)]
        roles = [make_role(0, "event_1", "h1"), make_role(1, "event_1", "h2", play_detail1="AssistPrimary")]
        events[1], events[0] = {**events[0], "event_idx": 1}, {**events[1], "event_idx": 0}
        roles = [{**row, "event_idx": 1 - int(str(row["event_idx"]))} for row in roles]
        sheet = [
            {"game_id": GAME, "player_id": p, "team_id": HOME, "side": "home", "origin": "workbook", **credit}
            for p, credit in (("h1", {"goals": 1}), ("h3", {"assists": 1}), ("h4", {}))
        ]
        league = make_league(events=events, event_players=roles, official_roster=sheet)
        found = build("qa_scorer_comparison", league)
        columns = ("player_id", "tracked_goals", "official_goals", "assists_difference", "is_match")
        assert found.select(columns).rows() == [("h1", 1, 1, 0, True), ("h2", 0, 0, 1, False), ("h3", 0, 0, -1, False)]
        assert found["team_name"].to_list() == ["Hawks"] * 3
        columns = ("tracked_assists", "tracked_points", "official_assists", "official_points")
        assert found.select(columns).rows() == [(0, 1, 0, 1), (1, 1, 0, 0), (0, 0, 1, 1)]
        differences = ("goals_difference", "assists_difference", "points_difference")
        assert found.select(differences).rows() == [(0, 0, 0), (0, 1, 1), (0, -1, -1)]

    def test_a_game_without_a_sheet_or_without_tracking_is_left_out(self) -> None:
        events = [make_event(0, "Goal", "home", 5, detail1="Goal_Scored")]
        roles = [make_role(0, "event_1", "h1")]
        sheet = [{"game_id": 2, "player_id": "h1", "team_id": HOME, "side": "home", "goals": 1, "origin": "workbook"}]
        league = make_league(
            events=events,
            event_players=roles,
            official_roster=sheet,
            schedule=[make_scheduled(GAME), make_scheduled(2)],
        )
        assert build("qa_scorer_comparison", league).is_empty()


class TestUncreditedActs:
    """Three draws and two passes of the home side: two draws are credited, and one pass."""

    EVENTS = (
        *(make_event(n, "Faceoff", "home", n) for n in range(4)),
        make_event(4, "Pass", "home", 5),
        make_event(5, "Pass", "home", 6),
        make_event(6, "Faceoff", "away", 7),
    )
    ROLES = (
        make_role(0, "event_1", "h1"),
        make_role(0, "opp_1", "a1"),
        make_role(1, "event_1", "a2"),  # a number that only the other team has
        make_role(2, "event_1", None),  # a number of no roster
        make_role(3, "event_1", "h1"),
        make_role(4, "event_1", "h9"),  # the goalie
        make_role(5, "event_1", "h2"),
        make_role(6, "event_1", "a1"),
    )

    def test_each_difference_of_a_team_and_its_skaters_has_its_reason(self) -> None:
        league = make_league(events=self.EVENTS, event_players=self.ROLES)
        columns = ("team_venue", "act", "team_total", "credited", "of_goalies", "of_other_team", "of_nobody")
        found = build("qa_uncredited_acts", league)
        assert found.select(columns).rows() == [
            ("home", "fo_wins", 4, 2, 0, 1, 1),
            ("home", "pass_attempts", 2, 1, 1, 0, 0),
        ]
        assert found["message"][0] == (
            "2 of 4 fo_wins of Hawks in game 1 are credited to a skater; of the others 1 with a number of the other "
            "team, 1 with no number of a roster"
        )

    def test_the_team_has_every_draw_and_nobody_wins_one_for_the_other_team(self) -> None:
        league = make_league(events=self.EVENTS, event_players=self.ROLES)
        team = build("fact_team_game_stats", league).sort("team_venue").select("fo_wins", "fo_losses")
        assert team.rows() == [(1, 4), (4, 1)]
        skaters = build("fact_player_game_stats", league).filter(pl.col("fo_total") > 0)
        assert skaters.select("player_id", "fo_wins", "fo_losses").sort("player_id").rows() == [
            ("a1", 1, 1),
            ("h1", 2, 0),
        ]
