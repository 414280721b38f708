from datetime import date

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from hockey.league import LeagueRules
from tests.etl.league_builder import (
    GAME,
    make_event,
    make_game,
    make_league,
    make_role,
    make_scheduled,
    make_sources,
    make_stint,
)


def build(name: str, league: LeagueFrames, rules: LeagueRules | None = None, **sources: object) -> pl.DataFrame:
    return league_tables().needed_for(name).build({**make_sources(league, rules), **sources})[name]


class TestInferredRows:
    def test_whoever_is_referred_to_has_a_row(self) -> None:
        sheet = [{"game_id": 77, "player_id": "p7", "team_id": "TX", "team_name": "Crows", "full_name": "Seven"}]
        game = make_game(5, home_team_id="TY", home_team="Newts", season_id="N1")
        league = make_league(official_roster=sheet, games=[game], schedule=[], rosters=[])
        players = build("dim_player", league)
        assert players.select("player_id", "player_full_name", "is_inferred").rows() == [("p7", "Seven", True)]
        teams = build("dim_team", league).select("team_id", "team_name", "is_inferred")
        assert teams.rows() == [
            ("TA", "Aces", False),
            ("TH", "Hawks", False),
            ("TX", "Crows", True),
            ("TY", "Newts", True),
        ]
        assert build("dim_season", league)["season_id"].to_list() == ["N1", "N20252026F"]
        assert build("dim_schedule", league).select("game_id", "is_inferred").rows() == [(5, True), (77, True)]

    def test_personal_data_stays_out_unless_the_league_publishes_it(self) -> None:
        league = make_league(players=[{"player_id": "p1", "birth_year": 1990, "gender": "F", "is_inferred": False}])
        person = ("birth_year", "player_gender")
        hidden = build("dim_player", league).filter(pl.col("player_id") == "p1")
        shown = build("dim_player", league, LeagueRules(publish_personal_data=True)).filter(pl.col("player_id") == "p1")
        assert hidden.select(person).rows() == [(None, None)]
        assert shown.select(person).rows() == [(1990, "F")]


class TestGameRoster:
    def test_it_keeps_the_name_as_printed_whatever_the_player_is_called(self) -> None:
        printed = {"game_id": GAME, "player_id": "h1", "side": "home", "full_name": "Jon Smyth", "position": "F"}
        unnamed = {"game_id": GAME, "player_id": "h2", "side": "home", "position": "F"}
        league = make_league(
            schedule=[make_scheduled(GAME, 1, 0)],
            official_roster=[printed, unnamed],
            players=[
                {"player_id": "h1", "full_name": "John Smith", "is_inferred": False, "origin": "stage"},
                {"player_id": "h2", "full_name": "Zoe New", "is_inferred": False, "origin": "stage"},
            ],
        )
        assert build("fact_gameroster", league)["player_full_name"].to_list() == ["Jon Smyth", "Zoe New"]
        season = build("fact_player_season_stats_basic", league).filter(game_type="All")
        assert season["player_name"].to_list() == ["John Smith", "Zoe New"]

    def test_a_game_without_a_sheet_has_the_names_of_the_players(self) -> None:
        corrected = {"player_id": "h1", "full_name": "John Smith", "is_inferred": False, "origin": "stage"}
        found = build("fact_gameroster", make_league(players=[corrected]))
        names = dict(found.select("player_id", "player_full_name").rows())
        assert (names["h1"], names["h2"]) == ("John Smith", "H2")  # the tracked file calls them H1 and H2

    def test_a_sheet_wins_and_a_game_without_one_has_the_tracked_players(self) -> None:
        sheet = [
            {
                "game_id": GAME,
                "player_id": "h1",
                "side": "home",
                "goals": 2,
                "assists": 1,
                "pim": 3,
                "position": "F",
                "is_sub": True,
            }
        ]
        games = [make_game(), make_game(2)]
        rosters = [
            {"game_id": 2, "side": "away", "player_id": "a9", "position": "G", "team_id": "TA"},
            {"game_id": GAME, "side": "away", "player_id": "a1"},
        ]
        league = make_league(official_roster=sheet, games=games, rosters=rosters)
        found = build("fact_gameroster", league).select(
            *("game_id", "player_id", "team_id", "team_venue", "opp_team_name", "player_position"),
            *("points", "pim", "pim_total", "sub"),
        )
        assert found.rows() == [
            (GAME, "h1", "TH", "Home", "Aces", "Forward", 3, 3, 3, 1),
            (2, "a9", "TA", "Away", "Hawks", "Goalie", 0, 0, 0, 0),
        ]


class TestStandings:
    def test_results_earn_points_by_the_league_s_rules(self) -> None:
        schedule = [
            make_scheduled(1, 3, 2),
            make_scheduled(2, 1, 1),
            make_scheduled(3, 2, 3, last_period_type="Overtime"),
            make_scheduled(4, 4, 0, game_type="Playoffs"),
            make_scheduled(5),
            make_scheduled(6, 9, 0, include=False),
        ]
        rules = LeagueRules.from_mapping({"points": {"overtime_loss": 1}})
        league = make_league(schedule=schedule, games=[], rosters=[])
        found = build("fact_team_season_stats_basic", league, rules).filter(pl.col("team_id") == "TH")
        columns = ("game_type", "games_played", "wins", "losses", "ties", "overtime_losses", "points", "goal_diff")
        aces = build("fact_team_season_stats_basic", league, rules).filter(pl.col("team_id") == "TA")
        assert aces.select("game_type", "wins", "overtime_wins").rows()[0] == ("All", 1, 1)
        assert found.select(columns).rows() == [
            ("All", 4, 2, 1, 1, 1, 6, 4),
            ("Playoffs", 1, 1, 0, 0, 0, 2, 4),
            ("Regular", 3, 1, 1, 1, 1, 4, 0),
        ]
        assert found["win_pct"].round(4).to_list() == [75.0, 100.0, 66.6667]
        assert found["goals_for_per_game"].to_list() == [2.5, 4.0, 2.0]
        assert found["goals_against_per_game"].to_list() == [1.5, 0.0, 2.0]

    def test_each_played_game_is_a_result_for_either_team(self) -> None:
        schedule = [make_scheduled(1, 2, 3, last_period_type="Shootout"), make_scheduled(2, 1, 1), make_scheduled(3)]
        rules = LeagueRules.from_mapping({"points": {"shootout_win": 2, "shootout_loss": 1}})
        found = build("fact_team_results", make_league(schedule=schedule, games=[], rosters=[]), rules)
        columns = ("game_id", "team_venue", "result", "points", "goals_for", "goals_against")
        assert found.select(columns).rows() == [
            (1, "away", "win", 2, 3, 2),
            (1, "home", "loss", 1, 2, 3),
            (2, "away", "tie", 1, 1, 1),
            (2, "home", "tie", 1, 1, 1),
        ]

    def test_a_whole_tracked_game_without_any_schedule_counts(self) -> None:
        events = [make_event(n, "Goal", "home", 5, detail1="Goal_Scored", period=n + 1) for n in range(3)]
        stints = [make_stint(n, 0, 1080, period=n + 1) for n in range(3)]
        inferred = make_scheduled(GAME, is_inferred=True)
        league = make_league(schedule=[inferred], events=events, shifts=stints)
        found = build("fact_team_season_stats_basic", league).filter(pl.col("game_type") == "All")
        assert found.select("team_id", "wins", "losses", "goals_for").rows() == [("TA", 0, 1, 0), ("TH", 1, 0, 3)]


class TestGameStatus:
    def test_says_how_completely_a_game_was_tracked(self) -> None:
        games = [make_game(n) for n in (1, 2, 3)]
        events = [
            {**make_event(0, "Pass", "home", 5), "game_id": game, "event_idx": p, "period": p}
            for game in (1, 2)
            for p in (1, 2, 3)
        ]
        stints = [make_stint(p, 0, 1080, period=p) for p in (1, 2, 3)]
        schedule = [make_scheduled(n, 0, 0) for n in range(1, 6)]
        left_out = pl.DataFrame({"game_id": [5], "reason": ["broken"]})
        league = make_league(games=games, rosters=[], events=events, shifts=stints, schedule=schedule)
        found = build("fact_game_status", league, left_out=left_out).select("game_id", "tracking_status", "events")
        assert found.rows() == [
            (1, "Complete", 3),
            (2, "Partial", 3),
            (3, "Template", 0),
            (4, "No file", 0),
            (5, "Error", 0),
        ]

    def test_counts_goals_events_and_stints_overtime_included(self) -> None:
        events = [
            make_event(0, "Goal", "home", 5, detail1="Goal_Scored"),
            make_event(1, "Goal", "home", 9, detail1="Goal_Scored"),
            make_event(2, "Goal", "away", 5, detail1="Goal_Scored", period=4),
        ]
        stints = [make_stint(0, 0, 1080), make_stint(1, 0, 60, period=4), make_stint(2, 60, 70, is_valid=False)]
        league = make_league(events=events, shifts=stints, schedule=[make_scheduled(GAME, 2, 1)])
        status = build("fact_game_status", league)
        columns = ("tracked_home_goals", "tracked_away_goals", "events", "valid_stints")
        assert status.select(columns).rows() == [(2, 1, 3, 2)]
        completeness = build("qa_data_completeness", league)
        assert completeness.select("events", "valid_stints", "periods_tracked").rows() == [(3, 2, 2)]
        assert completeness["stint_coverage_pct"].to_list() == pytest.approx([100 / 3])  # one of three periods
        accuracy = build("qa_goal_accuracy", league)
        columns = ("tracked_home_goals", "tracked_away_goals", "official_home_goals", "official_away_goals")
        assert accuracy.select(columns).rows() == [(2, 1, 2, 1)]

    def test_tracked_and_official_scores_are_compared(self) -> None:
        events = [make_event(0, "Goal", "home", 5, detail1="Goal_Scored")]
        league = make_league(events=events, schedule=[make_scheduled(GAME, 2, 0)])
        found = build("qa_goal_accuracy", league)
        assert found.select("home_difference", "away_difference", "is_match").rows() == [(-1, 0, False)]
        league = make_league(events=events)
        assert build("qa_goal_accuracy", league)["is_match"].to_list() == [None]


def test_completeness_is_told_in_shares() -> None:
    events = [
        make_event(0, "Pass", "home", 5, success=True, chain_id=1, zone="o", zone_known=True),
        make_event(1, "Pass", "home", 9, zone="n", zone_known=True),
    ]
    roles = [make_role(0, "event_1", "h1", play_detail1="Deke"), make_role(0, "opp_1", None)]
    flags = [{"game_id": GAME, "flag": "clock_bad"}]
    found = build("qa_data_completeness", make_league(events=events, event_players=roles, flags=flags))
    row = found.row(0, named=True)
    assert (row["success_known_pct"], row["chained_pct"], row["players_resolved_pct"]) == (50.0, 50.0, 50.0)
    assert (row["opponent_rows_pct"], row["play_details_pct"]) == (50.0, 50.0)
    assert (row["zone_known_pct"], row["coordinates_pct"]) == (100.0, 0.0)
    assert (row["events_in_stint_pct"], row["on_ice_pct"], row["stint_coverage_pct"]) == (0.0, None, None)
    assert (row["flags"], row["event_players"], row["tracking_status"]) == (1, 2, "Partial")


def test_flags_are_numbered_in_a_fixed_order() -> None:
    flags = [{"game_id": None, "flag": "z"}, {"game_id": 2, "flag": "b", "count": 3}, {"game_id": 2, "flag": "a"}]
    found = build("qa_input_flags", make_league(flags=flags))
    assert found.select("flag_key", "game_id", "flag", "occurrences").rows() == [
        ("FL000001", 2, "a", None),
        ("FL000002", 2, "b", 3),
        ("FL000003", None, "z", None),
    ]


def test_a_scheduled_game_keeps_its_day_and_its_overtime_goals_under_both_names() -> None:
    game = make_scheduled(3, 2, 1, home_ot_goals=1, date=date(2026, 1, 2), video_url="https://v", video_start_s=12)
    row = build("dim_schedule", make_league(schedule=[game], games=[], rosters=[])).row(0, named=True)
    assert row["home_team_periodOT_goals"] == row["home_team_periodot_goals"] == 1
    assert (row["date"], row["official_home_goals"], row["home_total_goals"]) == (date(2026, 1, 2), 2, 2)
    assert (row["video_url_1"], row["video_start_offset"]) == ("https://v", 12)


class TestPowerPlaysOfTheSchedule:
    COLUMNS = tuple(
        f"{side}_{name}"
        for side in ("home", "away")
        for name in ("pp_goals", "pp_opportunities", "pk_goals_against", "pk_opportunities")
    )

    def test_they_are_of_the_players_on_the_ice(self) -> None:
        """5v5, then a home power play with a goal, 5v5 again, and a visitors' power play without."""
        stints = [
            make_stint(0, 0, 100),
            make_stint(1, 100, 200, away="12349"),
            make_stint(2, 200, 300),
            make_stint(3, 300, 400, home="12349"),
        ]
        events = [
            make_event(0, "Goal", "home", 150, detail1="Goal_Scored", stint_idx=1),
            make_event(1, "Goal", "home", 250, detail1="Goal_Scored", stint_idx=2),
        ]
        row = build("dim_schedule", make_league(events=events, shifts=stints)).row(0, named=True)
        assert {name: row[name] for name in self.COLUMNS} == {
            "home_pp_goals": 1,
            "home_pp_opportunities": 1,
            "home_pk_goals_against": 0,
            "home_pk_opportunities": 1,
            "away_pp_goals": 0,
            "away_pp_opportunities": 1,
            "away_pk_goals_against": 1,
            "away_pk_opportunities": 1,
        }

    def test_a_game_without_stints_has_none(self) -> None:
        events = [make_event(0, "Goal", "home", 150, detail1="Goal_Scored")]
        league = make_league(events=events, schedule=[make_scheduled(GAME), make_scheduled(2, 3, 1)])
        found = build("dim_schedule", league).select(self.COLUMNS)
        assert found.rows() == [(None,) * 8] * 2


def test_a_stint_names_everybody_on_the_ice_home_first() -> None:
    found = build("fact_shifts", make_league(shifts=[make_stint(0, 0, 20, home="12349", away="12345")]))
    assert found["player_id"].to_list() == ["h1,h2,h3,h4,h9,a1,a2,a3,a4,a5"]


def test_the_start_of_the_video_is_the_tracker_s_where_the_schedule_has_none() -> None:
    schedule = [make_scheduled(GAME), make_scheduled(2, video_start_s=7)]
    found = build("dim_schedule", make_league(schedule=schedule))
    assert found["video_start_offset"].to_list() == [10, 7]
