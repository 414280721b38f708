"""The lines of skaters, goalies and teams, metric by metric, on games that a reader can count."""

from collections.abc import Sequence
from typing import ClassVar

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from hockey.expected_goals import Attempt, expected_goals
from tests.etl.league_builder import make_event, make_league, make_role, make_sources, make_stint

Rows = Sequence[dict[str, object]]
XG = expected_goals(Attempt())


def build(name: str, events: Rows, roles: Rows = (), stints: Rows = ()) -> pl.DataFrame:
    league = make_league(events=events, event_players=roles, shifts=stints)
    return league_tables().needed_for(name).build(make_sources(league))[name]


def skater(player_id: str, events: Rows, roles: Rows = (), stints: Rows = ()) -> dict[str, object]:
    rows = build("fact_player_game_stats", events, roles, stints)
    return rows.row(by_predicate=pl.col("player_id") == player_id, named=True)


def team(side: str, events: Rows, roles: Rows = (), stints: Rows = ()) -> dict[str, object]:
    rows = build("fact_team_game_stats", events, roles, stints)
    return rows.row(by_predicate=pl.col("team_venue") == side, named=True)


class TestPuckPlay:
    """h1: three passes, of which one missed; two giveaways, one of them avoidable; three exits, of which two work.

    h2: a pass, a takeaway, a hit.
    """

    EVENTS = (
        make_event(0, "Pass", "home", 0, detail1="Pass_Completed"),
        make_event(1, "Pass", "home", 1, detail1="Pass_Missed"),
        make_event(2, "Pass", "home", 2, detail1="Pass_Completed"),
        make_event(3, "Pass", "home", 3, detail1="Pass_Completed"),
        make_event(4, "Turnover", "home", 4, detail1="Turnover_Giveaway", detail2="Giveaway_PassMissed"),
        make_event(5, "Turnover", "home", 5, detail1="Turnover_Giveaway", detail2="Giveaway_DumpInZone"),
        make_event(6, "Turnover", "home", 6, detail1="Turnover_Takeaway"),
        make_event(7, "Hit", "home", 7),
        make_event(8, "Zone_Entry_Exit", "home", 8, detail1="Zone_Exit", detail2="ZoneExit_Carried"),
        make_event(9, "Zone_Entry_Exit", "home", 9, detail1="Zone_Exit", detail2="ZoneExit_Clear"),
        make_event(10, "Zone_Entry_Exit", "home", 10, detail1="Zone_Exit", detail2="ZoneExit_Clear", success=True),
    )
    ROLES = tuple(make_role(n, "event_1", "h2" if n in {3, 6, 7} else "h1") for n in range(11))
    PASSES = ("pass_attempts", "pass_completed", "pass_pct")
    TURNOVERS = ("giveaways", "bad_giveaways", "takeaways", "hits")
    EXITS = ("zone_exits", "zone_exits_successful")

    def test_each_skater_has_what_he_is_tagged_first_in(self) -> None:
        first, second = (skater(player, self.EVENTS, self.ROLES) for player in ("h1", "h2"))
        assert [first[name] for name in self.PASSES] == pytest.approx([3, 2, 200 / 3])
        assert [second[name] for name in self.PASSES] == [1, 1, 100]
        assert [first[name] for name in self.TURNOVERS] == [2, 1, 0, 0]
        assert [second[name] for name in self.TURNOVERS] == [0, 0, 1, 1]
        assert [first[name] for name in self.EXITS] == [3, 2]

    def test_the_team_has_all_of_it(self) -> None:
        found = team("home", self.EVENTS, self.ROLES)
        assert [found[name] for name in self.PASSES] == [4, 3, 75]
        assert [found[name] for name in (*self.TURNOVERS, *self.EXITS)] == [2, 1, 1, 1, 3, 2]


class TestTags:
    """Every tag once on h1, two of which count for two metrics; four have an outcome."""

    CODES = (
        *("Deke", "DriveMiddle", "DriveNetMiddle", "DriveWide", "DriveNetWide", "DriveCorner", "CutBack", "Delay"),
        *("CrashNet", "Screen", "GiveAndGo", "SecondTouch", "Cycle", "PokeCheck", "StickCheck", "ZoneEntryDenial"),
        *("Backcheck", "Forecheck", "Breakout", "DumpInAttempt", "DumpRimInZone", "AttemptedEntryDumpIn"),
        *("RegroupDumpIn", "LoosePuckBattleWon", "LoosePuckBattleLost", "PuckRecoveryRetrievalLoosePuckBattle"),
    )
    EXPECTED: ClassVar = {
        "dekes": 1,
        "drives_middle": 2,
        "drives_wide": 2,
        "drives_corner": 1,
        "drives_total": 5,
        "cutbacks": 1,
        "delays": 1,
        "crash_net": 1,
        "screens": 1,
        "give_and_go": 1,
        "second_touch": 1,
        "cycles": 1,
        "poke_checks": 1,
        "stick_checks": 1,
        "zone_ent_denials": 1,
        "backchecks": 1,
        "forechecks": 1,
        "breakouts": 1,
        "dump_ins": 4,
        "loose_puck_wins": 1,
        "puck_battles": 2,
        "puck_battles_total": 3,
        "puck_recoveries": 1,
    }
    EVENTS = tuple(make_event(n, "Possession", "home", n) for n in range(len(CODES)))

    @pytest.mark.parametrize("column", ["play_detail1", "play_detail2"])
    def test_each_counts_in_its_own_metric_wherever_it_stands(self, column) -> None:
        roles = [make_role(n, "event_1", "h1", **{column: code}) for n, code in enumerate(self.CODES)]
        found = skater("h1", self.EVENTS, roles)
        assert {name: found[name] for name in self.EXPECTED} == self.EXPECTED
        assert team("home", self.EVENTS, roles)["forechecks"] == 1

    def test_the_same_tag_twice_on_one_row_is_one(self) -> None:
        roles = [make_role(0, "event_1", "h1", play_detail1="Deke", play_detail2="Deke")]
        assert skater("h1", self.EVENTS, roles)["dekes"] == 1

    def test_a_tag_of_an_opponent_counts_for_him(self) -> None:
        roles = [
            make_role(0, "opp_1", "a1", play_detail1="PokeCheck"),
            make_role(1, "opp_1", "h1", play_detail1="Deke"),
        ]
        assert skater("a1", self.EVENTS, roles)["poke_checks"] == 1
        assert skater("h1", self.EVENTS, roles)["dekes"] == 0  # nobody is his own opponent

    def test_outcomes_of_tagged_plays(self) -> None:
        outcomes = (True, True, True, False, None)
        roles = [make_role(n, "event_1", "h1", play_success=outcome) for n, outcome in enumerate(outcomes)]
        found = skater("h1", self.EVENTS, roles)
        assert (found["plays_successful"], found["plays_unsuccessful"], found["play_success_rate"]) == (3, 1, 75)


def test_defending_counts_opponents_plays_with_the_puck_first_and_in_support() -> None:
    kinds = ("Possession", "Pass", "Zone_Entry_Exit", "Shot", "Play", "Faceoff", "Turnover")
    events = [make_event(n, kind, "home", n) for n, kind in enumerate(kinds)]
    roles = [make_role(n, "opp_1", "a1") for n in range(7)] + [make_role(n, "opp_3", "a2") for n in range(2)]
    columns = ("primary_def_events", "support_def_events", "def_involvement")
    assert [skater("a1", events, roles)[name] for name in columns] == [5, 0, 5]
    assert [skater("a2", events, roles)[name] for name in columns] == [0, 2, 2]


class TestSaves:
    KINDS = ("Butterfly", "LeftPad", "RightPad", "Glove", "Blocker", "Chest", "Stick", "Scramble", "Shoulder")

    def test_saves_by_kind(self) -> None:
        events = [make_event(n, "Save", "home", n, detail2=f"Save_{kind}") for n, kind in enumerate(self.KINDS)]
        roles = [make_role(n, "event_1", "h9") for n in range(len(events))]
        (found,) = (
            build("fact_goalie_game_stats", events, roles, [make_stint(0, 0, 90)])
            .filter(pl.col("player_id") == "h9")
            .rows(named=True)
        )
        expected = {
            "saves": 9,
            "saves_butterfly": 1,
            "saves_pad": 2,
            "saves_glove": 1,
            "saves_blocker": 1,
            "saves_chest": 1,
            "saves_stick": 1,
            "saves_scramble": 1,  # the shoulder is of no kind of its own
            "toi_seconds": 90,
            "toi_minutes": 1.5,
        }
        assert {name: found[name] for name in expected} == expected


class TestRates:
    """h1 is on for 120 s in two shifts: a goal and an assist of his own, four attempts for, of which one is blocked."""

    STINTS = (make_stint(0, 0, 60), make_stint(1, 60, 120, home="623459"), make_stint(2, 120, 180))
    EVENTS = (
        make_event(0, "Pass", "home", 5, stint_idx=0),
        make_event(1, "Shot", "home", 6, detail1="Shot_Goal", stint_idx=0),
        make_event(2, "Goal", "home", 6, detail1="Goal_Scored", stint_idx=0),
        make_event(3, "Shot", "home", 20, detail1="Shot_Goal", stint_idx=0),
        make_event(4, "Goal", "home", 20, detail1="Goal_Scored", stint_idx=0),
        make_event(5, "Shot", "home", 40, detail1="Shot_Missed", stint_idx=0),
        make_event(6, "Shot", "home", 50, detail1="Shot_Blocked", stint_idx=0),
        make_event(7, "Shot", "away", 70, detail1="Shot_Missed", stint_idx=1),
        make_event(8, "Shot", "away", 130, detail1="Shot_Goal", stint_idx=2),
        make_event(9, "Goal", "away", 130, detail1="Goal_Scored", stint_idx=2),
    )
    ROLES = (
        make_role(0, "event_1", "h1", play_detail1="AssistPrimary"),
        *(make_role(n, "event_1", "h2") for n in (1, 2)),
        *(make_role(n, "event_1", "h1") for n in (3, 4)),
    )

    def test_ice_time(self) -> None:
        found = skater("h1", self.EVENTS, self.ROLES, self.STINTS)
        assert (found["toi_seconds"], found["toi_minutes"], found["shift_count"], found["avg_shift"]) == (120, 2, 2, 60)

    def test_credits_and_their_short_names(self) -> None:
        found = skater("h1", self.EVENTS, self.ROLES, self.STINTS)
        columns = ("goals", "g", "assists", "a", "points", "pts")
        assert [found[name] for name in columns] == [1, 1, 1, 1, 2, 2]

    def test_per_hour(self) -> None:
        found = skater("h1", self.EVENTS, self.ROLES, self.STINTS)
        expected = {
            "goals_per_60": 30,
            "assists_per_60": 30,
            "points_per_60": 60,
            "corsi_for_per_60": 120,
            "corsi_against_per_60": 30,
            "fenwick_for_per_60": 90,
            "fenwick_against_per_60": 30,
            "on_ice_xg_for_per_60": 90 * XG,
            "on_ice_xg_against_per_60": 30 * XG,
        }
        assert {name: found[name] for name in expected} == pytest.approx(expected)

    def test_shares_and_what_the_team_is_without_him(self) -> None:
        found = skater("h1", self.EVENTS, self.ROLES, self.STINTS)
        assert (found["cf_pct"], found["ff_pct"], found["xg_pct"]) == pytest.approx((80, 75, 75))
        off = ("cf_pct_rel", "ff_pct_rel", "xg_pct_rel")  # without him 0-1
        assert [found[name] for name in off] == pytest.approx([80, 75, 75])
        whole = team("home", self.EVENTS, self.ROLES, self.STINTS)
        assert (whole["cf_pct"], whole["ff_pct"]) == pytest.approx((400 / 6, 60))

    def test_plus_and_minus(self) -> None:
        found = skater("h1", self.EVENTS, self.ROLES, self.STINTS)
        columns = ("plus_ev", "minus_ev", "plus_minus_ev", "plus_minus", "plus_minus_total")
        assert [found[name] for name in columns] == [2, 1, 1, 1, 1]


class TestManpower:
    """A goal each at even strength, on the power play, short-handed, and into a net left empty."""

    STINTS = (
        make_stint(0, 0, 10),
        make_stint(1, 10, 20, away="12349"),
        make_stint(2, 20, 30, home="12349"),
        make_stint(3, 30, 40, away="123456"),
    )
    EVENTS = tuple(make_event(n, "Goal", "home", 10 * n + 5, detail1="Goal_Scored", stint_idx=n) for n in range(4))

    def test_power_play_goals_give_no_plus(self) -> None:
        found = skater("h1", self.EVENTS, stints=self.STINTS)
        columns = ("plus_ev", "plus_minus", "plus_minus_total", "goals_for")
        assert [found[name] for name in columns] == [2, 3, 4, 4]  # no power play; with it short-handed; all
        assert team("home", self.EVENTS, stints=self.STINTS)["pp_goals"] == 1


class TestPulledGoalie:
    """Home scores 6v4, its goalie pulled on a power play; the visitors answer into that net; then home scores 6v5."""

    STINTS = (make_stint(0, 0, 20, home="123456", away="12349"), make_stint(1, 20, 40, home="123456"))
    EVENTS = tuple(
        make_event(n, "Goal", side, 10 * n + 5, detail1="Goal_Scored", stint_idx=n // 2)
        for n, side in enumerate(("home", "away", "home"))
    )

    def test_a_power_play_goal_gives_no_plus_with_six_skaters_either(self) -> None:
        columns = ("plus_ev", "minus_ev", "plus_minus", "plus_minus_total")
        home, away = (skater(who, self.EVENTS, stints=self.STINTS) for who in ("h1", "a1"))
        assert [home[name] for name in columns] == [1, 0, 0, 1]  # 6v5 counts, 6v4 not, short-handed counts against
        assert [away[name] for name in columns] == [0, 1, 0, -1]

    def test_the_goals_say_so_while_their_situation_is_the_empty_net(self) -> None:
        found = build("fact_goals", self.EVENTS, stints=self.STINTS)
        assert found.select("situation", "man_advantage").rows() == [("EN", 1), ("EN", -1), ("EN", 0)]


class TestValue:
    """h1 wins 3 of 4 draws, draws two penalties and takes one, and his side has 2 of 3 even-strength attempts."""

    STINTS = (make_stint(0, 0, 600),)
    EVENTS = (
        *(make_event(n, "Faceoff", "home", n, stint_idx=0) for n in range(3)),
        make_event(3, "Faceoff", "away", 3, stint_idx=0),
        make_event(4, "Penalty", "away", 4, detail1="Penalty_Minor", stint_idx=0),
        make_event(5, "Penalty", "away", 5, detail1="Penalty_Minor", stint_idx=0),
        make_event(6, "Penalty", "home", 6, detail1="Penalty_Minor", stint_idx=0),
        make_event(7, "Shot", "home", 100, detail1="Shot_Missed", stint_idx=0),
        make_event(8, "Shot", "home", 200, detail1="Shot_Missed", stint_idx=0),
        make_event(9, "Shot", "away", 300, detail1="Shot_Missed", stint_idx=0),
    )
    ROLES = (
        *(make_role(n, "event_1", "h1") for n in range(3)),
        *(make_role(3, "event_1", "a1"), make_role(3, "opp_1", "h1")),
        *(make_role(n, "opp_1", "h1") for n in (4, 5)),
        *(make_role(6, "event_1", "h1"), make_role(7, "event_1", "h1")),
    )

    def test_each_component_in_goals(self) -> None:
        found = skater("h1", self.EVENTS, self.ROLES, self.STINTS)
        assert (found["fo_wins"], found["fo_losses"], found["penalties_drawn"], found["penalties_taken"]) == (
            3,
            1,
            2,
            1,
        )
        expected = {
            "gar_shooting": -XG,  # no goal on one attempt
            "gar_even_strength": (2 * XG - XG) / 5,
            "gar_penalties": 0.2,  # one more drawn than taken, a fifth of a goal each
            "gar_faceoffs": 2 / 75,  # two more won than lost, 75 to a goal
            # replacements lose by 1.21 goals; two thirds of it are the skaters', a fifth each, in 54 minutes
            "gar_replacement": 1.2058 * 2 / 3 / 5 / 0.9 * 600 / 3600,
        }
        assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-4)
        assert found["gar_total"] == pytest.approx(sum(float(str(found[name])) for name in expected))
        assert found["war"] == pytest.approx(float(str(found["gar_total"])) / 4.5)
