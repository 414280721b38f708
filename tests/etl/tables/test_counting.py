"""The counting rules of the tracker's format (section 3.2), on games that a reader can count."""

from collections.abc import Sequence

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.tables.catalog import league_tables
from tests.etl.league_builder import GAME, make_event, make_league, make_role, make_sources, make_stint

Rows = Sequence[dict[str, object]]


def build(name: str, events: Rows, roles: Rows = (), stints: Rows = (), **rows: Rows) -> pl.DataFrame:
    league = make_league(events=events, event_players=roles, shifts=stints, **rows)
    return league_tables().needed_for(name).build(make_sources(league))[name]


def goal(event_idx: int, team: str, t: float, scorer: str | None = None, **values: object) -> list[dict[str, object]]:
    return [make_event(event_idx, "Goal", team, t, detail1="Goal_Scored", **values)]


class TestGoals:
    def test_a_goal_is_goal_scored_and_its_shot_is_not_a_second_one(self) -> None:
        events = [
            make_event(0, "Shot", "home", 9, detail1="Shot_Goal"),
            make_event(1, "Goal", "home", 9, detail1="Goal_Scored"),
            make_event(2, "Goal", "away", 20, detail1="Goal_PenaltyShot"),
            make_event(3, "Goal", "away", 30, detail1="Goal_Shootout", period=5),
            make_event(4, "Goal", "away", 40),
        ]
        found = build("fact_goals", events).select(
            "event_id", "team_venue", "is_penalty_shot", "home_score", "away_score"
        )
        expected = [("EV100001", "home", False, 1, 0), ("EV100002", "away", True, 1, 1)]
        assert found.rows() == expected

    def test_manpower_is_seen_by_the_scoring_side(self) -> None:
        stints = [
            make_stint(0, 0, 10, away="12349"),
            make_stint(1, 10, 20, home="12349"),
            make_stint(2, 20, 30, home="123456"),
        ]
        events = [make_event(n, "Goal", "home", 10 * n + 5, detail1="Goal_Scored", stint_idx=n) for n in range(3)] + [
            make_event(3, "Goal", "away", 29, detail1="Goal_Scored", stint_idx=2)
        ]
        found = build("fact_goals", events, stints=stints)
        columns = ("strength", "situation", "is_power_play", "is_short_handed", "is_empty_net")
        assert found.select(columns).rows() == [
            ("5v4", "PP", True, False, False),
            ("4v5", "SH", False, True, False),
            ("6v5", "EN", False, False, False),
            ("6v5", "EN", False, False, True),
        ]


class TestAssists:
    @pytest.mark.parametrize(
        ("t", "named", "expected"),
        [(15.0, None, "h2"), (25.0, None, None), (25.0, 9, "h2"), (15.0, 7, "h2")],
        ids=["within 20 s", "too late", "late but named", "named is no goal"],
    )
    def test_the_goal_is_the_one_named_or_the_next_within_20_s(self, t, named, expected) -> None:
        events = [
            make_event(0, "Pass", "home", 0, assist_to_idx=named),
            make_event(9, "Goal", "home", t, detail1="Goal_Scored"),
        ]
        roles = [make_role(0, "event_1", "h2", play_detail1="AssistPrimary"), make_role(9, "event_1", "h1")]
        assert build("fact_goals", events, roles)["primary_assist_player_id"].to_list() == [expected]

    def test_repeated_markers_count_once_and_the_later_one_says_which(self) -> None:
        events = [
            make_event(0, "Pass", "home", 1),
            make_event(1, "Zone_Entry_Exit", "home", 1),
            make_event(2, "Pass", "home", 3),
            make_event(3, "Goal", "home", 4, detail1="Goal_Scored"),
            make_event(4, "Goal", "home", 6, detail1="Goal_Scored"),
        ]
        roles = [
            make_role(0, "event_1", "h3", play_detail2="AssistSecondary"),
            make_role(1, "event_1", "h3", play_detail1="AssistSecondary"),
            make_role(2, "event_1", "h2", play_detail1="AssistPrimary"),
            make_role(2, "opp_1", "a2", play_detail1="AssistPrimary"),
            make_role(3, "event_1", "h1"),
        ]
        stats = build("fact_player_game_stats", events, roles)
        found = stats.filter(pl.col("points") > 0).select(
            "player_id", "goals", "primary_assists", "secondary_assists", "assists", "points"
        )
        assert found.rows() == [("h1", 1, 0, 0, 0, 1), ("h2", 0, 1, 0, 1, 1), ("h3", 0, 0, 1, 1, 1)]

    def test_nobody_assists_the_own_goal_or_the_other_team(self) -> None:
        events = [make_event(0, "Pass", "home", 1), make_event(1, "Goal", "home", 4, detail1="Goal_Scored")]
        own = [make_role(0, "event_1", "h1", play_detail1="AssistPrimary"), make_role(1, "event_1", "h1")]
        wrong = [make_role(0, "event_1", "a1", play_detail1="AssistPrimary"), make_role(1, "event_1", "h1")]
        assert build("fact_goals", events, own)["assists"].to_list() == [0]
        assert build("fact_goals", events, wrong)["assists"].to_list() == [0]


class TestShots:
    EVENTS = (
        make_event(0, "Shot", "home", 1, detail1="Shot_OnNetSaved"),
        make_event(1, "Save", "away", 1, detail1="Save_Rebound"),
        make_event(2, "Shot", "home", 2, detail1="Shot_Deflected"),
        make_event(3, "Save", "away", 2, detail1="Save_Freeze"),
        make_event(4, "Shot", "home", 3, detail1="Shot_Blocked"),
        make_event(5, "Shot", "home", 4, detail1="Shot_BlockedSameTeam"),
        make_event(6, "Shot", "home", 5, detail1="Shot_Goal"),
        make_event(7, "Goal", "home", 5, detail1="Goal_Scored"),
        make_event(8, "Shot", "away", 6, detail1="Shot_Missed"),
    )

    def test_a_team_s_shots_on_goal_are_the_opponents_saves_and_the_goals(self) -> None:
        found = build("fact_team_game_stats", self.EVENTS).sort("team_venue")
        columns = ("team_venue", "goals", "shots", "sog", "sog_against", "corsi_against", "fenwick_for", "blocks")
        assert found.select(columns).rows() == [("away", 0, 1, 0, 3, 5, 1, 1), ("home", 1, 5, 3, 0, 1, 3, 0)]

    def test_a_player_s_shots_on_goal_are_those_saved_and_scored(self) -> None:
        roles = [make_role(n, "event_1", "h1") for n in (0, 4, 6, 7)] + [make_role(4, "opp_1", "a3")]
        found = build("fact_player_game_stats", self.EVENTS, roles).filter(pl.col("shots") + pl.col("blocks") > 0)
        columns = ("player_id", "goals", "shots", "sog", "shooting_pct", "blocks")
        assert found.select(columns).rows() == [("a3", 0, 0, 0, None, 1), ("h1", 1, 3, 2, 50.0, 0)]


class TestGoalies:
    def test_the_goal_is_charged_to_the_opponent_named_else_the_stint_s_goalie_else_nobody(self) -> None:
        stints = [make_stint(0, 0, 30), make_stint(1, 30, 60, away="123456")]
        events = [
            *goal(0, "home", 5, stint_idx=0),
            *goal(1, "home", 10, stint_idx=0),
            *goal(2, "home", 40, stint_idx=1),
            make_event(3, "Save", "away", 20, stint_idx=0, detail2="Save_LeftPad"),
            make_event(4, "Save", "home", 21, stint_idx=0),
        ]
        roles = [
            make_role(0, "opp_1", "a9"),
            make_role(1, "opp_1", "a2"),
            make_role(3, "event_1", "a9"),
            make_role(4, "event_1", "a9"),  # the number of the other side's goalie: a slip
        ]
        found = build("fact_goalie_game_stats", events, roles, stints)
        columns = ("player_id", "saves", "goals_against", "shots_against", "save_pct", "saves_pad", "toi_seconds")
        assert found.select(columns).rows() == [("a9", 1, 2, 3, 1 / 3, 1, 30), ("h9", 0, 0, 0, None, 0, 60)]

    def test_without_stints_the_side_s_only_goalie_is_charged_and_ice_time_is_unknown(self) -> None:
        found = build("fact_goalie_game_stats", goal(0, "home", 5))
        assert found.select("player_id", "goals_against", "toi_seconds").rows() == [("a9", 1, None)]


class TestFaceoffsPenaltiesAndZones:
    def test_a_faceoff_is_won_by_the_event_team(self) -> None:
        events = [make_event(0, "Faceoff", "home", 1), make_event(1, "Faceoff", "away", 2)]
        roles = [
            make_role(0, "event_1", "h1"),
            make_role(0, "event_2", "h2"),
            make_role(0, "opp_1", "a1"),
            make_role(1, "event_1", "h2"),  # a number of the other side: nobody wins a draw for the other team
        ]
        stats = build("fact_player_game_stats", events, roles).filter(pl.col("fo_total") > 0)
        assert stats.select("player_id", "fo_wins", "fo_losses", "fo_pct").rows() == [
            ("a1", 0, 1, 0.0),
            ("h1", 1, 0, 100.0),
        ]
        teams = build("fact_team_game_stats", events, roles).sort("team_venue")
        assert teams.select("fo_wins", "fo_losses").rows() == [(1, 1), (1, 1)]

    def test_only_penalty_counts_with_the_game_s_length_and_the_league_s_minutes(self) -> None:
        events = [
            make_event(0, "Penalty_Delayed", "home", 1),
            make_event(1, "Penalty", "home", 2, detail1="Penalty_Minor"),
            make_event(2, "Penalty", "home", 3, detail1="Penalty_Misconduct"),
            make_event(3, "Penalty", "away", 4),
        ]
        roles = [make_role(n, "event_1", "h1") for n in (0, 1, 2)]
        found = build("fact_penalties", events, roles)
        assert found.select("player_id", "penalty_minutes", "pim").rows() == [
            ("h1", 3.0, 3),
            ("h1", 10.0, 10),
            (None, 3.0, 3),
        ]
        teams = build("fact_team_game_stats", events, roles).sort("team_venue")
        assert teams["pim"].to_list() == [3, 13]

    def test_an_entry_succeeds_when_tagged_or_untagged_and_controlled(self) -> None:
        kinds = [
            ("Zone_Entry", "ZoneEntry_Carried", None),
            ("Zone_Entry", "ZoneEntry_Carried", False),
            ("Zone_Entry", "ZoneEntry_DumpIn", True),
            ("Zone_Entry", "ZoneEntry_DumpIn", None),
            ("Zone_Entry_Failed", "ZoneEntry_Pass", None),
            ("Zone_Keepin", "Zone_Keepin", None),
        ]
        events = [
            make_event(n, "Zone_Entry_Exit", "home", n, detail1=d1, detail2=d2, success=ok)
            for n, (d1, d2, ok) in enumerate(kinds)
        ]
        found = build("fact_zone_entries", events)
        assert found.select("means", "is_controlled", "is_failed", "is_successful").rows() == [
            ("Carried", True, False, True),
            ("Carried", True, False, False),
            ("DumpIn", False, False, True),
            ("DumpIn", False, False, False),
            ("Pass", True, True, False),
        ]
        roles = [make_role(n, "event_1", "h1") for n in range(6)]
        stats = build("fact_player_game_stats", events, roles).filter(pl.col("player_id") == "h1")
        assert stats.select("zone_entries", "zone_entries_successful").rows() == [(4, 2)]


class TestOnIce:
    def test_a_real_shift_is_a_run_of_valid_stints_and_ends_with_the_period(self) -> None:
        stints = [
            make_stint(0, 0, 20),
            make_stint(1, 20, 20, is_valid=False),
            make_stint(2, 20, 50),
            make_stint(3, 50, 60, home="234569"),
            make_stint(4, 60, 80),
            make_stint(5, 0, 30, period=2),
        ]
        found = build("fact_shift_players", [], stints=stints).filter(pl.col("player_id") == "h1")
        assert found["shift_duration"].to_list() == [20, 30, 20, 30]
        assert found.select("shift_index", "logical_shift_number", "is_first_segment").rows() == [
            (0, 1, True),
            (2, 1, False),
            (4, 2, True),
            (5, 3, True),
        ]

    def test_attempts_and_goals_are_credited_to_the_skaters_of_the_stint(self) -> None:
        stints = [make_stint(0, 0, 30), make_stint(1, 30, 60, home="123469", away="12349")]
        events = [
            make_event(0, "Shot", "home", 1, detail1="Shot_Blocked", stint_idx=0),
            make_event(1, "Shot", "away", 2, detail1="Shot_Goal", stint_idx=0),
            *goal(2, "away", 2, stint_idx=0),
            make_event(3, "Shot", "home", 40, detail1="Shot_Goal", stint_idx=1),
            *goal(4, "home", 40, stint_idx=1),
        ]
        stats = build("fact_player_game_stats", events, stints=stints).filter(
            pl.col("player_id").is_in(["h1", "h5", "h6"])
        )
        columns = (
            "player_id",
            "toi_seconds",
            "shift_count",
            "corsi_for",
            "corsi_against",
            "fenwick_for",
            "fenwick_against",
        )
        assert stats.select(columns).rows() == [
            ("h1", 60, 1, 2, 1, 1, 1),
            ("h5", 30, 1, 1, 1, 0, 1),
            ("h6", 30, 1, 1, 0, 1, 0),
        ]
        columns = ("player_id", "plus_ev", "minus_ev", "plus_minus", "plus_minus_total")
        assert stats.select(columns).rows() == [("h1", 0, 1, -1, 0), ("h5", 0, 1, -1, -1), ("h6", 0, 0, 0, 1)]
        assert stats["cf_pct_rel"].round(4).to_list() == [None, -50.0, 50.0]

    def test_nobody_else_is_on_the_ice_for_a_penalty_shot(self) -> None:
        events = [
            make_event(0, "Goal", "home", 5, detail1="Goal_PenaltyShot", stint_idx=0),
            make_event(1, "Goal", "home", 6, detail1="Goal_Scored", stint_idx=0),
        ]
        stats = build("fact_player_game_stats", events, [make_role(0, "event_1", "h1")], [make_stint(0, 0, 20)])
        on_ice = ("goals", "plus_ev", "plus_minus", "plus_minus_total", "goals_for")
        assert stats.filter(pl.col("player_id") == "h1").select(on_ice).rows() == [(1, 1, 1, 1, 1)]
        assert stats.filter(pl.col("player_id") == "a1")["plus_minus"].to_list() == [-1]

    def test_without_valid_stints_on_ice_figures_are_unknown_not_zero(self) -> None:
        stats = build("fact_player_game_stats", [make_event(0, "Shot", "home", 1)], [make_role(0, "event_1", "h1")])
        unknown = (
            "toi_seconds",
            "shift_count",
            "plus_minus",
            "plus_minus_total",
            "corsi_for",
            "cf_pct",
            "goals_per_60",
        )
        assert stats.select(unknown).null_count().row(0) == (12,) * len(unknown)
        assert stats["shots"].sum() == 1

    def test_who_stands_in_net_is_the_goalie_whatever_the_roster_says(self) -> None:
        stints = [make_stint(0, 0, 30, home="123456"[:5] + "9", home_g_id="h6", home_g=6)]
        found = build("fact_player_game_stats", [make_event(0, "Shot", "home", 1)], stints=stints)
        assert "h6" not in found["player_id"].to_list()

    def test_a_stint_counts_the_shots_of_both_sides_and_its_zones(self) -> None:
        events = [
            make_event(0, "Pass", "away", 1, zone="o", zone_known=True, stint_idx=0),
            make_event(1, "Shot", "home", 2, stint_idx=0),
            make_event(2, "Save", "away", 2, stint_idx=0),
            make_event(3, "Possession", "home", 3, zone="n", zone_known=True, stint_idx=0),
            make_event(4, "Possession", "home", 3, zone="o", zone_known=False, stint_idx=0),
        ]
        found = build("fact_shifts", events, stints=[make_stint(0, 0, 30, stop_side="home", stop_reason="Icing")])
        columns = ("shift_id", "sf", "sa", "cf", "ca", "start_zone", "end_zone", "situation", "shift_stop_type")
        assert found.select(columns).rows() == [
            ("SH100000", 1, 0, 1, 0, "Defensive", "Neutral", "Even Strength", "home Icing")
        ]
        assert found.select("running_video_time", "shift_duration").rows() == [(10.0, 30.0)]


class TestEvents:
    def test_an_event_names_its_players_its_stint_and_its_clock(self) -> None:
        events = [
            make_event(
                7, "Shot", "away", 65, t_end=67.0, clock_end=1013.0, stint_idx=0, chain_id=3, net_y=8.0, puck_x0=80.0
            )
        ]
        roles = [
            make_role(7, "event_1", "a1", play_detail1="Deke"),
            make_role(7, "event_2", "a2"),
            make_role(7, "event_0", "a9"),
            make_role(7, "opp_1", "h9"),
            make_role(7, "opp_2", None),
        ]
        found = build("fact_events", events, roles, [make_stint(0, 0, 80)])
        row = found.row(0, named=True)
        assert row["event_id"] == row["event_key"] == f"EV{GAME}00007"
        assert (row["event_start_min"], row["event_start_sec"], row["time_start_total_seconds"]) == (16, 55, 1015)
        assert (row["event_end_min"], row["event_end_sec"], row["running_video_time"]) == (16, 53, 75)
        assert (row["event_player_ids"], row["opp_player_ids"]) == ("a1,a2,a9", "h9")
        assert (row["shooter_player_id"], row["goalie_player_id"], row["player_name"]) == ("a1", "h9", "A1")
        assert (row["shift_id"], row["linked_event_key"], row["strength"]) == ("SH100000", "LV100003", "5v5")
        assert (row["net_y"], row["puck_x_start"], row["play_detail1"], row["is_goal"]) == (40.0, 80.0, "Deke", 0)

    def test_roles_become_rows_with_their_team(self) -> None:
        roles = [
            make_role(0, "event_1", "h1", play_success=False, pressured_by=7),
            make_role(0, "opp_0", "a9", jersey=9),
        ]
        found = build("fact_event_players", [make_event(0, "Shot", "home", 1)], roles)
        expected = pl.DataFrame(
            {
                "event_player_key": ["EV100000E1", "EV100000O0"],
                "player_id": ["h1", "a9"],
                "player_role": ["event_player_1", "opp_goalie"],
                "team_id": ["TH", "TA"],
                "play_detail_successful": ["u", None],
                "pressured_pressurer": ["7", None],
            }
        )
        assert_frame_equal(found.select(expected.columns), expected)
