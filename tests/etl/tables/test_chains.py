"""What led to an attempt, scoring chances, cycles and breakouts, on games that a reader can count."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings

from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from hockey.expected_goals import HIGH_DANGER_XG, MEDIUM_DANGER_XG
from tests.etl.league_builder import make_event, make_league, make_role, make_sources
from tests.etl.tables.test_invariants import PHASES, leagues

Rows = Sequence[dict[str, object]]
TABLES = league_tables()


def build(*names: str, **rows: Rows) -> list[pl.DataFrame]:
    sources = make_sources(make_league(**rows))
    return [TABLES.needed_for(name).build(dict(sources))[name] for name in names]


# Home takes the puck away in its own zone, breaks out and enters, passes twice and shoots; the tip is its rebound.
ATTACK = (
    make_event(0, "Pass", "away", 0, zone="o", zone_known=True),
    make_event(1, "Turnover", "home", 1, detail1="Turnover_Takeaway", zone="d", zone_known=True),
    make_event(2, "Pass", "home", 3, detail1="Pass_Completed"),
    make_event(3, "Zone_Entry_Exit", "home", 4, detail1="Zone_Exit", detail2="ZoneExit_Carried"),
    make_event(4, "Zone_Entry_Exit", "home", 7, detail1="Zone_Entry", detail2="ZoneEntry_Pass"),
    make_event(5, "Pass", "home", 12, detail1="Pass_Completed"),
    make_event(6, "Pass", "home", 14, detail1="Pass_Completed"),
    make_event(7, "Shot", "home", 15, detail1="Shot_OnNetSaved"),
    make_event(8, "Save", "away", 15),
    make_event(9, "Shot", "home", 17, detail1="Shot_Goal", detail2="Shot_Tip"),
    make_event(10, "Goal", "home", 17, detail1="Goal_Scored"),
    make_event(11, "Stoppage", "home", 17),
)
ACTORS = (make_role(1, "event_1", "h4"), make_role(3, "event_1", "h5"), make_role(9, "event_1", "h1"))


class TestShotChains:
    def test_an_attempt_knows_the_possession_that_led_to_it(self) -> None:
        (found,) = build("fact_shot_chains", events=ATTACK, event_players=ACTORS)
        columns = ("event_count", "duration_seconds", "passes_completed", "start_event_id", "start_event_type")
        assert found.select(columns).rows() == [
            (7, 14.0, 3, "EV100001", "Turnover"),
            (9, 16.0, 3, "EV100001", "Turnover"),
        ]
        columns = ("entry_event_id", "entry_means", "seconds_since_entry")
        assert found.select(columns).rows() == [("EV100004", "Pass", 8.0), ("EV100004", "Pass", 10.0)]
        columns = ("previous_event_id", "previous_event_type", "seconds_since_previous", "is_rebound_shot")
        assert found.select(columns).rows() == [("EV100006", "Pass", 1.0, False), ("EV100008", "Save", 2.0, True)]

    def test_an_attempt_knows_what_came_right_before_it(self) -> None:
        soon = [
            make_event(0, "Turnover", "away", 0, detail1="Turnover_Giveaway"),
            make_event(1, "Zone_Entry_Exit", "home", 1, detail1="Zone_Entry", detail2="ZoneEntry_Carried"),
            make_event(2, "Shot", "home", 3, detail1="Shot_OnNetSaved", detail2="Shot_Tip"),
            make_event(3, "Shot", "home", 5, detail1="Shot_OnNetSaved", detail2="Shot_Tip"),
            make_event(4, "Shot", "home", 9, detail1="Shot_OnNetSaved", detail2="Shot_Tip"),
        ]
        flags = ("is_rush_shot", "is_rebound_shot", "after_turnover")
        for found in build("fact_shot_chains", "fact_scoring_chances", events=soon):
            assert found.select(flags).rows()[:2] == [(True, False, True), (True, True, False)]
        (chains,) = build("fact_shot_chains", events=soon)
        assert chains.select(flags).row(2) == (False, False, False)

    def test_without_an_entry_nothing_is_said_of_one_and_nothing_crosses_a_whistle(self) -> None:
        events = [*ATTACK, make_event(12, "Faceoff", "home", 30), make_event(13, "Shot", "home", 31)]
        (found,) = build("fact_shot_chains", events=events)
        last = found.row(-1, named=True)
        assert (last["entry_event_id"], last["entry_means"], last["seconds_since_entry"]) == (None, None, None)
        assert (last["event_count"], last["passes_completed"]) == (2, 0)
        (first,) = build("fact_shot_chains", events=[make_event(0, "Shot", "home", 1)])
        assert first["previous_event_id"].to_list() == [None]


class TestScoringChances:
    def test_they_are_the_unblocked_attempts_worth_it(self) -> None:
        found, attempts = build("fact_scoring_chances", "shot_xg", events=ATTACK, event_players=ACTORS)
        worth = attempts.filter(pl.col("is_unblocked") & (pl.col("xg") >= MEDIUM_DANGER_XG))
        assert found["event_id"].to_list() == worth["event_id"].to_list() == ["EV100009"]
        row = found.row(0, named=True)
        assert (row["danger"], row["player_id"], row["is_goal"], row["is_rebound_shot"]) == ("high", "h1", True, True)
        assert row["xg"] >= HIGH_DANGER_XG

    def test_a_blocked_attempt_is_none(self) -> None:
        events = [make_event(0, "Shot", "home", 1, detail1="Shot_Blocked", detail2="Shot_Tip")]
        assert build("fact_scoring_chances", events=events)[0].is_empty()


class TestCycles:
    def test_two_passes_in_the_offensive_zone_make_one(self) -> None:
        (found,) = build("fact_cycles", events=ATTACK)
        columns = ("play_key", "duration_seconds", "passes_completed", "is_tagged", "shots", "goals")
        assert found.select(columns).rows() == [("PL100003", 10.0, 2, False, 2, 1)]

    @pytest.mark.parametrize(("role", "expected"), [("event_1", 1), ("opp_1", 0)])
    def test_or_a_tag_of_the_side_does(self, role, expected) -> None:
        events = [make_event(0, "Possession", "home", 0, zone="o", zone_known=True)]
        roles = [make_role(0, role, "h1" if role == "event_1" else "a1", play_detail2="Cycle")]
        (found,) = build("fact_cycles", events=events, event_players=roles)
        assert found.height == expected

    def test_passes_in_the_own_zone_are_none(self) -> None:
        events = [
            make_event(n, "Pass", "home", n, detail1="Pass_Completed", zone="d", zone_known=True) for n in range(3)
        ]
        assert build("fact_cycles", events=events)[0].is_empty()


class TestBreakouts:
    def test_from_having_the_puck_in_the_own_zone_to_the_blue_line(self) -> None:
        (found,) = build("fact_breakouts", events=ATTACK, event_players=ACTORS)
        columns = ("player_id", "is_successful", "exit_event_id", "exit_player_id", "means", "is_controlled")
        assert found.select(columns).rows() == [("h4", True, "EV100003", "h5", "Carried", True)]
        columns = ("duration_seconds", "passes_completed", "led_to_entry", "led_to_shot", "lost_by")
        assert found.select(columns).rows() == [(3.0, 1, True, True, None)]

    def test_or_to_losing_it(self) -> None:
        events = [
            make_event(0, "Possession", "home", 0, zone="d", zone_known=True),
            make_event(1, "Zone_Entry_Exit", "home", 2, detail1="Zone_Exit_Failed", detail2="ZoneExit_Pass"),
            make_event(2, "Turnover", "home", 3, detail1="Turnover_Giveaway"),
            make_event(3, "Possession", "away", 4),
        ]
        (found,) = build("fact_breakouts", events=events)
        columns = ("team_venue", "is_successful", "exit_event_id", "led_to_entry", "lost_by")
        assert found.select(columns).rows() == [("home", False, None, False, "Turnover")]


@given(league=leagues())
@settings(max_examples=15, deadline=None, phases=PHASES)
def test_every_attempt_of_a_side_has_one_chain_and_each_play_is_counted_once(league: LeagueFrames) -> None:
    names = ("fact_shot_chains", "fact_shots", "phases", "possession", "fact_sequences")
    built = TABLES.build(make_sources(league), retain=names)
    chains, shots, phases, flow, sequences = (built[name] for name in names)
    assert chains["event_id"].to_list() == shots.drop_nulls("team_venue")["event_id"].to_list()
    assert phases["duration_seconds"].sum() == pytest.approx(flow["play_s"].sum())
    for counted in ("shots", "goals", "passes_completed"):
        assert phases[counted].sum() == sequences[counted].sum()
