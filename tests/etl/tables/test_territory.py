"""Blue-line crossings and what they led to, zone time, momentum and special teams, on games that a reader can count."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings

from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from tests.etl.league_builder import make_event, make_league, make_role, make_sources, make_stint
from tests.etl.tables.test_invariants import PHASES, leagues

Rows = Sequence[dict[str, object]]
TABLES = league_tables()


def build(*names: str, **rows: Rows) -> list[pl.DataFrame]:
    sources = make_sources(make_league(**rows))
    return [TABLES.needed_for(name).build(dict(sources))[name] for name in names]


def crossing(event_idx: int, team: str, t: float, what: str, means: str | None = None) -> dict[str, object]:
    line = what.split("_", maxsplit=1)[0]
    detail2 = None if means is None else f"Zone{line}_{means}"
    return make_event(event_idx, "Zone_Entry_Exit", team, t, detail1=f"Zone_{what}", detail2=detail2)


def shot(event_idx: int, team: str, t: float, **values: object) -> dict[str, object]:
    return make_event(event_idx, "Shot", team, t, detail1="Shot_OnNetSaved", **values)


# Home leaves its zone, enters and shoots twice; away clears and dumps it back in, and a whistle ends it.
UP_AND_DOWN = (
    make_event(0, "Faceoff", "home", 0, zone="d", zone_known=True),
    crossing(1, "home", 4, "Exit", "Pass"),
    crossing(2, "home", 8, "Entry", "Carried"),
    shot(3, "home", 10),
    shot(4, "home", 12),
    crossing(5, "away", 14, "Exit", "Clear"),
    crossing(6, "away", 15, "Entry_Failed", "Carried"),
    crossing(7, "away", 18, "Entry", "DumpIn"),
    make_event(8, "Stoppage", "home", 23, detail1="Stoppage_Freeze"),
    make_event(9, "Faceoff", "away", 43, zone="o", zone_known=True),
    shot(10, "away", 45),
    make_event(11, "Stoppage", None, 53, detail1="Stoppage_PeriodEnd"),
)
ACTORS = tuple(make_role(n, "event_1", p) for n, p in ((1, "h4"), (2, "h1"), (5, "a4"), (6, "a1"), (7, "a1")))


class TestCrossings:
    def test_entries_by_kind_add_up_to_the_total(self) -> None:
        (found,) = build("fact_zone_entry_summary", events=UP_AND_DOWN, event_players=ACTORS)
        columns = ("player_id", "total_entries", "controlled_entries", "dump_entries", "failed_entries")
        assert found.select(columns).rows() == [("a1", 2, 0, 1, 1), ("h1", 1, 1, 0, 0)]
        assert found["controlled_entry_pct"].to_list() == [0.0, 100.0]

    def test_an_entry_led_to_what_the_side_did_before_the_next_crossing_or_whistle(self) -> None:
        (found,) = build("fact_zone_entry_summary", events=UP_AND_DOWN, event_players=ACTORS)
        columns = ("player_id", "entries_with_shot", "shots_after_entry", "goals_after_entry")
        assert found.select(columns).rows() == [("a1", 0, 0, 0), ("h1", 1, 2, 0)]
        assert found["xg_after_entry"].to_list()[1] > 0

    def test_each_crossing_says_what_it_led_to(self) -> None:
        entries, exits, attempts = build("fact_zone_entries", "fact_zone_exits", "shot_xg", events=UP_AND_DOWN)
        after = ("event_id", "shots_after", "goals_after")
        assert entries.select(after).rows() == [("EV100002", 2, 0), ("EV100006", 0, 0), ("EV100007", 0, 0)]
        assert entries["xg_after"].to_list() == pytest.approx([attempts["xg"][:2].sum(), 0, 0])
        led_to = ("event_id", "led_to_entry", "led_to_shot")
        assert exits.select(led_to).rows() == [("EV100001", True, True), ("EV100005", True, False)]

    def test_an_event_names_the_crossing_that_it_comes_after(self) -> None:
        (found,) = build("fact_events", events=UP_AND_DOWN)
        after = [None, 1, 2, 2, 2, 5, 5, 7, 7, None, None, None]
        assert found["crossing_event_id"].to_list() == [n and f"EV10000{n}" for n in after]

    def test_an_exit_led_to_an_entry_when_that_is_the_next_crossing(self) -> None:
        (found,) = build("fact_zone_exit_summary", events=UP_AND_DOWN, event_players=ACTORS)
        columns = ("player_id", "controlled_exits", "clear_exits", "exits_with_entry", "exits_with_shot")
        assert found.select(columns).rows() == [("a4", 0, 1, 1, 0), ("h4", 1, 0, 1, 1)]

    def test_exits_by_kind_add_up_to_the_total(self) -> None:
        tries = [("Exit", "Carried"), ("Exit", "CarriedBreakaway"), ("Exit", "Pass"), ("Exit", "Chip")]
        tries += [("Exit", "OppTeam"), ("Exit_Failed", "Carried")]
        events = [crossing(n, "home", n, what, means) for n, (what, means) in enumerate(tries)]
        roles = [make_role(n, "event_1", "h4") for n in range(len(events))]
        (found,) = build("fact_zone_exit_summary", events=events, event_players=roles)
        expected = {
            "total_exits": 6,
            "controlled_exits": 3,
            "carried_exits": 2,
            "passed_exits": 1,
            "clear_exits": 1,
            "other_exits": 1,
            "failed_exits": 1,
            "controlled_exit_pct": 50.0,
        }
        assert found.select(*expected).row(0, named=True) == expected

    def test_an_exit_before_a_whistle_led_to_nothing(self) -> None:
        events = [
            crossing(0, "home", 4, "Exit", "Pass"),
            make_event(1, "Stoppage", "home", 5),
            make_event(2, "Faceoff", "home", 25),
            crossing(3, "home", 30, "Entry", "Carried"),
        ]
        roles = [make_role(0, "event_1", "h4")]
        (found,) = build("fact_zone_exit_summary", events=events, event_players=roles)
        assert found["exits_with_entry"].to_list() == [0]

    @pytest.mark.parametrize(
        ("means", "kind"),
        [
            ("CarriedBreakaway", "carried_entries"),
            ("Pass", "passed_entries"),
            ("Chip", "dump_entries"),
            ("OppTeam", "other_entries"),
            (None, "other_entries"),
        ],
    )
    def test_each_means_is_of_one_kind(self, means, kind) -> None:
        roles = [make_role(0, "event_1", "h1")]
        events = [crossing(0, "home", 1, "Entry", means)]
        (found,) = build("fact_zone_entry_summary", events=events, event_players=roles)
        kinds = ("carried_entries", "passed_entries", "dump_entries", "other_entries", "failed_entries")
        assert [name for name in kinds if found[name].item()] == [kind]

    def test_a_number_of_the_other_side_is_a_slip(self) -> None:
        events, roles = [crossing(0, "home", 1, "Entry")], [make_role(0, "event_1", "a1")]
        assert build("fact_zone_entry_summary", events=events, event_players=roles)[0].is_empty()


class TestZoneTime:
    def test_seconds_in_each_zone_and_with_the_puck(self) -> None:
        (found,) = build("fact_team_zone_time", events=UP_AND_DOWN)
        zones = ("offensive_zone_seconds", "neutral_zone_seconds", "defensive_zone_seconds", "unknown_zone_seconds")
        assert found["possession_pct"].to_list() == pytest.approx([100 * 19 / 33, 100 * 14 / 33])
        assert found.select("venue", *zones, "dead_seconds", "tracked_seconds").rows() == [
            # home: 0-4 own zone, 4-8 neutral, 8-14 attack, 14-18 neutral, 18-23 own zone, 43-53 own zone
            ("away", 19.0, 8.0, 6.0, 0.0, 20.0, 53.0),
            ("home", 6.0, 8.0, 19.0, 0.0, 20.0, 53.0),
        ]
        columns = ("possession_seconds", "opponent_possession_seconds")
        assert found.select(columns).rows() == [(19.0, 14.0), (14.0, 19.0)]

    def test_each_event_says_where_the_puck_is_until_the_next(self) -> None:
        (found,) = build("fact_events", events=UP_AND_DOWN)
        seconds = {"zone_until_next": ["Defensive", "Neutral", "Offensive", "Offensive", "Offensive", "Neutral"]}
        assert found["zone_until_next"].to_list()[:6] == seconds["zone_until_next"]
        assert found["zone_until_next"].to_list()[7:10] == ["Defensive", "Dead", "Defensive"]
        assert found["seconds_until_next"].to_list() == [4, 4, 2, 2, 2, 1, 3, 5, 20, 2, 8, 0]

    def test_events_are_counted_in_the_zone_that_each_side_sees(self) -> None:
        (found,) = build("fact_team_zone_time", events=UP_AND_DOWN)
        columns = ("venue", "offensive_zone_events", "neutral_zone_events", "defensive_zone_events")
        assert found.select(columns).rows() == [("away", 2, 0, 0), ("home", 0, 0, 2)]

    def test_until_a_zone_is_known_the_time_is_of_no_zone(self) -> None:
        events = [make_event(0, "Faceoff", "home", 0), make_event(1, "Pass", "home", 7)]
        (found,) = build("fact_team_zone_time", events=events)
        assert found["unknown_zone_seconds"].to_list() == [7.0, 7.0]


class TestMomentum:
    def test_it_is_the_mean_of_the_shares_and_turned_for_the_other_side(self) -> None:
        found, attempts = build("fact_period_momentum", "shot_xg", events=UP_AND_DOWN)
        xg = dict(attempts.group_by("side").agg(pl.col("xg").sum()).rows())
        tilts = [(2 - 1) / 3, (xg["home"] - xg["away"]) / sum(xg.values()), 1.0, (6 - 19) / 25]
        home = found.filter(pl.col("team_venue") == "home")
        assert home["momentum"].item() == pytest.approx(100 * sum(tilts) / 4)
        assert found["momentum"].sum() == pytest.approx(0)
        columns = ("shots", "shots_against", "controlled_entries", "controlled_entries_against")
        assert home.select(columns).rows() == [(2, 1, 1, 0)]
        assert home.select("offensive_zone_seconds", "defensive_zone_seconds").rows() == [(6.0, 19.0)]
        assert home.select("xg_for", "xg_against").row(0) == pytest.approx((xg["home"], xg["away"]))

    def test_goals_are_those_of_the_period(self) -> None:
        events = [
            make_event(n, "Goal", side, 5, detail1="Goal_Scored", period=period)
            for n, (side, period) in enumerate((("home", 1), ("home", 2), ("away", 2)))
        ]
        (found,) = build("fact_period_momentum", events=events)
        home = found.filter(pl.col("team_venue") == "home").sort("period")
        assert home.select("period", "goals", "goals_against").rows() == [(1, 1, 0), (2, 1, 1)]

    def test_a_period_in_which_nothing_counted_has_none(self) -> None:
        (found,) = build("fact_period_momentum", events=[make_event(0, "Pass", "home", 1)])
        assert found["momentum"].to_list() == [None, None]


class TestSpecialTeams:
    STINTS = (
        make_stint(0, 0, 20),
        make_stint(1, 20, 80, away="12349"),
        make_stint(2, 80, 110, away="1239"),
        make_stint(3, 110, 140, away="12349"),
        make_stint(4, 140, 200, home="123456"),  # the goalie for an extra attacker
        make_stint(5, 200, 230, home="12349"),
        make_stint(6, 230, 260),
    )

    def test_opportunities_are_steps_up_of_the_advantage_and_an_extra_attacker_is_none(self) -> None:
        (found,) = build("fact_special_teams", shifts=self.STINTS)
        columns = ("team_venue", "pp_opportunities", "pp_seconds", "pk_opportunities", "pk_seconds")
        assert found.select(columns).rows() == [("away", 1, 30.0, 2, 120.0), ("home", 2, 120.0, 1, 30.0)]
        assert found["empty_net_seconds"].to_list() == [0.0, 60.0]

    def test_a_stint_says_which_power_plays_begin_with_it(self) -> None:
        (found,) = build("fact_shifts", shifts=self.STINTS)
        begun = found.select("home_power_plays_begun", "away_power_plays_begun").rows()
        assert begun == [(0, 0), (1, 0), (1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]

    def test_goals_attempts_and_shares(self) -> None:
        events = [
            shot(0, "home", 30, stint_idx=1),
            make_event(1, "Goal", "home", 30, detail1="Goal_Scored", stint_idx=1),
            make_event(2, "Goal", "away", 90, detail1="Goal_Scored", stint_idx=2),
            make_event(3, "Goal", "home", 150, detail1="Goal_Scored", stint_idx=4),
        ]
        found, attempts = build("fact_special_teams", "shot_xg", events=events, shifts=self.STINTS)
        home = found.filter(pl.col("team_venue") == "home")
        columns = ("pp_goals", "pp_shots", "pp_pct", "sh_goals_against", "pk_goals_against", "pk_pct", "sh_goals")
        assert home.select(columns).rows() == [(1, 1, 50.0, 1, 0, 100.0, 0)]
        assert home["pp_xg"].item() == pytest.approx(attempts["xg"].item())
        away = found.filter(pl.col("team_venue") == "away")
        assert away.select(columns).rows() == [(0, 0, 0.0, 0, 1, 50.0, 1)]
        assert away["pk_xg_against"].item() == home["pp_xg"].item()
        assert away["pk_shots_against"].to_list() == [1]


def test_micro_statistics_are_the_tags_of_the_box_score_in_long_form() -> None:
    events = [make_event(n, "Possession", "home", n) for n in range(3)]
    roles = [
        make_role(0, "event_1", "h1", play_detail1="Deke", play_detail2="DriveWide"),
        make_role(1, "event_1", "h1", play_detail1="Deke"),
        make_role(2, "opp_1", "a2", play_detail1="Backcheck"),
    ]
    found, lines = build("fact_player_micro_stats", "fact_player_game_stats", events=events, event_players=roles)
    assert found.select("player_id", "micro_stat", "count").rows() == [
        ("a2", "backchecks", 1),
        ("h1", "dekes", 2),
        ("h1", "drives_total", 1),
        ("h1", "drives_wide", 1),
    ]
    for player_id, micro_stat, number in found.select("player_id", "micro_stat", "count").rows():
        assert lines.filter(pl.col("player_id") == player_id)[micro_stat].item() == number


MIRRORED = {
    "pp_opportunities": "pk_opportunities",
    "pp_seconds": "pk_seconds",
    "pp_goals": "pk_goals_against",
    "pp_shots": "pk_shots_against",
    "sh_goals": "sh_goals_against",
}


@given(league=leagues())
@settings(max_examples=25, deadline=None, phases=PHASES)
def test_what_holds_for_any_game(league: LeagueFrames) -> None:
    names = ("fact_team_zone_time", "fact_period_momentum", "fact_special_teams", "possession", "fact_sequences")
    built = TABLES.build(make_sources(league), retain=names)
    zones, momentum, teams, flow, sequences = (built[name] for name in names)
    spans = flow.group_by("period").agg(span=pl.col("t").max() - pl.col("t").min())["span"].sum()
    assert zones["tracked_seconds"].to_list() == pytest.approx([spans] * zones.height)
    assert sequences["duration_seconds"].sum() == pytest.approx(flow["play_s"].sum())
    assert sequences["event_count"].sum() == flow.height
    assert momentum.group_by("period").agg(pl.col("momentum").sum())["momentum"].abs().sum() == pytest.approx(0)
    for own, other in MIRRORED.items():
        assert teams[own].sum() == pytest.approx(teams[other].sum())
    shots = momentum.select(pl.col("shots").sum(), against=pl.col("shots_against").sum())
    assert shots["shots"].item() == shots["against"].item()
