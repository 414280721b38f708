"""Sequences, plays and rushes, on games that a reader can count."""

from collections.abc import Sequence

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from tests.etl.league_builder import make_event, make_league, make_role, make_sources, make_stint

Rows = Sequence[dict[str, object]]
CARRIED = {"detail1": "Zone_Entry", "detail2": "ZoneEntry_Carried"}


def build(*names: str, **rows: Rows) -> list[pl.DataFrame]:
    sources = make_sources(make_league(**rows))
    return [league_tables().needed_for(name).build(dict(sources))[name] for name in names]


# Home wins the draw, leaves its zone, enters and shoots; the rebound is its own; away clears; a freeze; dead ice.
ONE_SHIFT = (
    make_event(0, "GameStart", None, 0),
    make_event(1, "Faceoff", "home", 0, zone="d", zone_known=True),
    make_event(2, "Pass", "home", 2, detail1="Pass_Completed"),
    make_event(3, "Zone_Entry_Exit", "home", 4, detail1="Zone_Exit", detail2="ZoneExit_Pass", zone="d"),
    make_event(4, "Zone_Entry_Exit", "home", 7, **CARRIED, success=True),
    make_event(5, "Shot", "home", 9, detail1="Shot_OnNetSaved"),
    make_event(6, "Save", "away", 9, detail1="Save_Rebound"),
    make_event(7, "Rebound", "away", 10, detail1="Rebound_ShotGenerated"),
    make_event(8, "Shot", "home", 11, detail1="Shot_Missed"),
    make_event(9, "Hit", "away", 12),
    make_event(10, "Possession", "away", 13, detail1="Possession_PuckRetrieval"),
    make_event(11, "Zone_Entry_Exit", "away", 16, detail1="Zone_Exit", detail2="ZoneExit_Clear"),
    make_event(12, "Stoppage", "away", 20, detail1="Stoppage_Play"),
    make_event(13, "DeadIce", "away", 20),
    make_event(14, "Faceoff", "away", 40),
    make_event(15, "Turnover", "away", 43, detail1="Turnover_Giveaway"),
    make_event(16, "Turnover", "home", 43, detail1="Turnover_Takeaway"),
    make_event(17, "Stoppage", None, 50, detail1="Stoppage_PeriodEnd"),
    make_event(18, "Faceoff", "home", 0, period=2),
)


class TestSequences:
    def test_the_puck_changes_hands_when_somebody_else_plays_it_or_at_a_whistle(self) -> None:
        (found,) = build("fact_events", events=ONE_SHIFT)
        keys = [key and int(key[-5:]) for key in found["sequence_key"].to_list()]
        assert keys == [None, *[0] * 9, *[1] * 3, None, *[2] * 2, *[3] * 2, 4]
        assert found["sequence_key"][1] == "SQ100000"

    def test_a_crossing_of_a_blue_line_begins_a_play(self) -> None:
        (found,) = build("fact_events", events=ONE_SHIFT)
        indexes = found["play_index"].to_list()
        assert indexes == [None, 0, 0, 1, *[2] * 6, 3, 4, 4, None, 5, 5, 6, 6, 7]
        assert found["play_key"][4] == "PL100002"

    def test_each_sequence_says_what_it_held_and_how_it_ended(self) -> None:
        (found,) = build("fact_sequences", events=ONE_SHIFT)
        columns = ("team_venue", "duration_seconds", "event_count", "passes_completed", "shots", "outcome")
        assert found.select(columns).rows() == [
            ("home", 13.0, 9, 1, 2, "shot"),
            ("away", 7.0, 3, 0, 0, "whistle"),
            ("away", 3.0, 2, 0, 0, "lost"),
            ("home", 7.0, 2, 0, 0, "whistle"),
            ("home", 0.0, 1, 0, 0, "lost"),
        ]
        assert found["start_zone_of_team"].to_list()[0] == "Defensive"
        assert found.select("zone_exits", "zone_entries", "start_event_type", "end_event_type").row(0) == (
            1, 1, "Faceoff", "Hit",
        )  # fmt: skip

    def test_play_and_dead_ice_make_up_the_time_between_the_first_and_last_event_of_a_period(self) -> None:
        (found,) = build("possession", events=ONE_SHIFT)
        assert (found["play_s"].sum(), found["dead_s"].sum()) == (30.0, 20.0)

    def test_an_event_without_a_clock_has_the_one_before_and_no_period_inherits_a_clock(self) -> None:
        events = [
            make_event(0, "Faceoff", "home", 100),
            make_event(1, "Pass", "home", 100, t_start=None),
            make_event(2, "Faceoff", "home", 0, period=2, t_start=None),
            make_event(3, "Pass", "home", 6, period=2),
        ]
        (found,) = build("possession", events=events)
        assert found["t"].to_list() == [100.0, 100.0, 0.0, 6.0]
        assert found["play_s"].sum() == 6.0


class TestRushes:
    def test_a_rush_lasts_ten_seconds_while_the_puck_stays_in_the_zone(self) -> None:
        (found,) = build("fact_events", events=ONE_SHIFT)
        rushing = found.filter(pl.col("is_rush") == 1)["event_index"].to_list()
        assert rushing == [4, 5, 6, 7, 8, 9]
        assert found.filter(pl.col("rush_key").is_not_null())["event_index"].to_list() == rushing

    @pytest.mark.parametrize(
        ("entry", "at", "expected"),
        [
            (CARRIED, 10, 1),
            (CARRIED, 11, 0),
            ({"detail1": "Zone_Entry", "detail2": "ZoneEntry_Pass"}, 5, 1),
            ({"detail1": "Zone_Entry", "detail2": "ZoneEntry_DumpIn"}, 5, 0),
            ({"detail1": "Zone_Entry_Failed", "detail2": "ZoneEntry_Carried"}, 5, 0),
        ],
        ids=["10 s after winning it", "11 s after", "passed in", "dumped in", "failed"],
    )
    def test_a_rush_begins_with_a_controlled_entry_soon_after_winning_the_puck(self, entry, at, expected) -> None:
        events = [make_event(0, "Possession", "home", 0), make_event(1, "Zone_Entry_Exit", "home", at, **entry)]
        (found,) = build("fact_rushes", events=events)
        assert found.height == expected

    def test_leaving_the_zone_ends_the_rush(self) -> None:
        events = [
            make_event(0, "Possession", "home", 0),
            make_event(1, "Zone_Entry_Exit", "home", 2, **CARRIED),
            make_event(2, "Zone_Entry_Exit", "home", 3, detail1="Zone_Exit"),
            make_event(3, "Shot", "home", 4),
        ]
        (found,) = build("fact_events", events=events)
        assert found["is_rush"].to_list() == [0, 1, 0, 0]

    def test_numbers_shots_and_goals_of_a_rush(self) -> None:
        events = [
            make_event(0, "Turnover", "home", 0, detail1="Turnover_Takeaway"),
            make_event(1, "Zone_Entry_Exit", "home", 5, **CARRIED, success=False),
            make_event(2, "Shot", "home", 15, detail1="Shot_OnNetSaved"),
            make_event(3, "Shot", "home", 16, detail1="Shot_Goal"),
            make_event(4, "Goal", "home", 20, detail1="Goal_Scored"),
        ]
        roles = [
            make_role(1, "event_1", "h1"),
            make_role(1, "event_2", "h2"),
            make_role(1, "opp_1", "a4"),
            make_role(1, "opp_2", "a9"),
        ]
        (found,) = build("fact_rushes", events=events, event_players=roles)
        columns = ("player_id", "attackers", "defenders", "is_odd_man", "shots", "goals", "is_successful")
        assert found.select(columns).rows() == [("h1", 2, 1, True, 1, 1, True)]
        (flow,) = build("fact_events", events=events, event_players=roles)  # a goal of the rush is one up to 15 s after
        assert flow.select("rush_key", "is_rush").rows() == [
            (None, 0), ("RU100001", 1), ("RU100001", 1), (None, 0), ("RU100001", 0),
        ]  # fmt: skip
        (lines,) = build("fact_player_game_stats", events=events, event_players=roles)
        led = dict(lines.select("player_id", "odd_man_rushes").rows())
        assert (led["h1"], led["h2"]) == (1, 0)

    def test_what_a_player_had_in_rushes(self) -> None:
        events = [
            make_event(0, "Possession", "home", 0),
            make_event(1, "Zone_Entry_Exit", "home", 5, **CARRIED),
            make_event(2, "Pass", "home", 6, detail1="Pass_Completed"),
            make_event(3, "Shot", "home", 8, detail1="Shot_Goal"),
            make_event(4, "Goal", "home", 8, detail1="Goal_Scored"),
            make_event(5, "Faceoff", "home", 100),
            make_event(6, "Zone_Entry_Exit", "home", 101, **CARRIED, success=True),
        ]
        roles = [
            make_role(1, "event_1", "h1"),
            make_role(2, "event_1", "h3", play_detail1="AssistPrimary"),
            make_role(2, "event_2", "h2"),
            make_role(3, "event_1", "h2"),
            make_role(4, "event_1", "h2"),
            make_role(6, "event_1", "h2"),
        ]
        stints = [make_stint(0, 0, 200)]
        found, attempts = build("fact_player_game_stats", "shot_xg", events=events, event_players=roles, shifts=stints)
        counts = {
            name: dict(zip(found["player_id"], found[name], strict=True))
            for name in found.columns
            if name.startswith("rush_")
        }
        assert attempts["xg"].item() > 0
        assert counts.pop("rush_xg")["h1"] == pytest.approx(attempts["xg"].item())
        assert {name: [of[p] for p in ("h1", "h2", "h3", "a1")] for name, of in counts.items()} == {
            "rush_shots": [1, 0, 0, 0],
            "rush_goals": [1, 0, 0, 0],
            "rush_assists": [0, 0, 1, 0],
            "rush_points": [1, 0, 1, 0],
            "rush_involvement": [1, 2, 1, 0],
            "rush_off_success": [1, 2, 1, 0],
            "rush_off_shot_generated": [1, 1, 1, 0],
            "rush_off_goal_generated": [1, 1, 1, 0],
        }

    def test_a_goal_on_a_breakaway_is_its_own_player_s_within_ten_seconds(self) -> None:
        alone = {"detail1": "Possession_Breakaway"}
        events = [
            make_event(0, "Possession", "home", 0, **alone),
            make_event(1, "Goal", "home", 5, detail1="Goal_Scored"),
            make_event(2, "Faceoff", "home", 20),
            make_event(3, "Possession", "home", 30, **alone),
            make_event(4, "Goal", "home", 35, detail1="Goal_Scored"),
            make_event(5, "Faceoff", "home", 50),
            make_event(6, "Possession", "home", 60, **alone),
            make_event(7, "Goal", "home", 71, detail1="Goal_Scored"),
        ]
        scorers = {0: "h1", 1: "h1", 3: "h1", 4: "h2", 6: "h1", 7: "h1"}
        roles = [make_role(n, "event_1", player) for n, player in scorers.items()]
        (goals,) = build("fact_goals", events=events, event_players=roles)
        assert goals["is_breakaway"].to_list() == [True, False, False]
        (found,) = build("fact_player_game_stats", events=events, event_players=roles)
        assert dict(found.filter(pl.col("breakaway_goals") > 0).select("player_id", "breakaway_goals").rows()) == {
            "h1": 1
        }
