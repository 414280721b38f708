"""Pairs, lines, opponents and zone starts, on a game that a reader can count."""

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from hockey.expected_goals import Attempt, expected_goals
from tests.etl.league_builder import make_event, make_league, make_role, make_rosters, make_sources, make_stint

XG = expected_goals(Attempt())
# A: 60 s, h1-h5 against a1-a5. B: 40 s, h6 for h1. C: 20 s, h1 for h2, a6 for a1. Attempts: A 3-1, B 0-2, C 1-0.
STINTS = [
    make_stint(0, 0, 60),
    make_stint(1, 60, 100, home="623459"),
    make_stint(2, 100, 120, home="613459", away="623459"),
]
EVENTS = [
    make_event(0, "Faceoff", "home", 0, stint_idx=0, zone="o", zone_known=True),
    make_event(1, "Shot", "home", 10, detail1="Shot_OnNetSaved", stint_idx=0),
    make_event(2, "Shot", "home", 20, detail1="Shot_Goal", stint_idx=0),
    make_event(3, "Goal", "home", 20, detail1="Goal_Scored", stint_idx=0),
    make_event(4, "Shot", "away", 30, detail1="Shot_OnNetSaved", stint_idx=0),
    make_event(5, "Shot", "home", 40, detail1="Shot_Blocked", stint_idx=0),
    make_event(6, "Shot", "away", 70, detail1="Shot_OnNetSaved", stint_idx=1),
    make_event(7, "Shot", "away", 80, detail1="Shot_Goal", stint_idx=1),
    make_event(8, "Goal", "away", 80, detail1="Goal_Scored", stint_idx=1),
    make_event(9, "DeadIce", "away", 100, stint_idx=2),
    make_event(10, "Faceoff", "away", 105, stint_idx=2, zone="o", zone_known=True),
    make_event(11, "Shot", "home", 110, detail1="Shot_Missed", stint_idx=2),
]


def build(name: str, **changes: object) -> pl.DataFrame:
    rows = {"events": EVENTS, "shifts": STINTS, **changes}
    return league_tables().needed_for(name).build(make_sources(make_league(**rows)))[name]


class TestSkaters:
    def line(self, player_id: str) -> dict[str, object]:
        roles = [make_role(1, "event_1", "h1")]
        rows = build("fact_player_game_stats", event_players=roles)
        return rows.row(by_predicate=pl.col("player_id") == player_id, named=True)

    def test_attempts_and_goals_are_those_of_the_stints(self) -> None:
        found = self.line("h1")  # in A and C
        assert (found["toi_seconds"], found["corsi_for"], found["corsi_against"]) == (80, 4, 1)
        assert (found["fenwick_for"], found["fenwick_against"]) == (3, 1)
        assert (found["goals_for"], found["goals_against"]) == (1, 0)
        assert found["cf_pct"] == 80

    def test_expected_goals_on_the_ice_leave_blocked_attempts_out(self) -> None:
        found = self.line("h1")
        assert (found["on_ice_xg_for"], found["on_ice_xg_against"]) == pytest.approx((3 * XG, XG))
        assert found["xg_pct"] == pytest.approx(75)

    def test_relative_shares_compare_with_the_team_without_the_player(self) -> None:
        found = self.line("h1")  # without him, in B: 0-2
        assert found["cf_pct_rel"] == 80
        assert found["xg_pct_rel"] == pytest.approx(75)
        assert self.line("h3")["cf_pct_rel"] is None  # there is no team without h3
        assert self.line("h3")["xg_pct_rel"] is None

    def test_rates_are_per_hour(self) -> None:
        found = self.line("h6")  # B and C, 60 s: 1-2
        assert (found["corsi_for_per_60"], found["corsi_against_per_60"]) == (60, 120)
        assert found["on_ice_xg_against_per_60"] == pytest.approx(120 * XG)

    def test_zone_starts_are_shifts_begun_by_a_faceoff_as_the_own_side_sees_it(self) -> None:
        columns = ("zone_starts_offensive", "zone_starts_neutral", "zone_starts_defensive", "zone_start_pct")
        found = {player: tuple(self.line(player)[c] for c in columns) for player in ("h1", "h3", "h6", "a1", "a6")}
        assert found == {
            "h1": (1, 0, 1, 50.0),  # comes on for A and again for C
            "h3": (1, 0, 0, 100.0),  # stays on through C's faceoff
            "h6": (0, 0, 0, None),  # came on in play
            "a1": (0, 0, 1, 0.0),
            "a6": (1, 0, 0, 100.0),
        }
        assert build("fact_shifts")["faceoff_zone"].to_list() == ["Offensive", None, "Defensive"]


class TestWowy:
    def pair(self, one: str, two: str) -> dict[str, object]:
        found = build("fact_wowy")
        return found.row(by_predicate=(pl.col("player_1_id") == one) & (pl.col("player_2_id") == two), named=True)

    def test_together_and_apart(self) -> None:
        found = self.pair("h1", "h2")  # together in A; h2 alone in B, h1 alone in C
        assert (found["toi_together"], found["toi_apart"]) == (60, 60)
        assert (found["corsi_for_together"], found["corsi_against_together"]) == (3, 1)
        assert (found["corsi_for_apart"], found["corsi_against_apart"]) == (1, 2)
        assert found["cf_pct_delta"] == pytest.approx(75 - 100 / 3)
        assert (found["goals_for_together"], found["goals_against_together"]) == (1, 0)
        assert found["xg_pct_together"] == pytest.approx(200 / 3)
        assert (found["xg_for_together"], found["xg_against_together"]) == pytest.approx((2 * XG, XG))
        assert (found["cf_pct_together"], found["cf_pct_apart"]) == pytest.approx((75, 100 / 3))

    def test_never_apart_has_no_share_apart(self) -> None:
        found = self.pair("h3", "h4")
        assert (found["toi_apart"], found["cf_pct_apart"], found["cf_pct_delta"]) == (0, None, None)

    def test_a_row_per_pair_of_team_mates_who_met_each_once(self) -> None:
        found = build("fact_wowy")
        assert found.height == 2 * 15 - 1  # all pairs of six a side, but a1 and a6 never met
        assert (found["player_1_id"] < found["player_2_id"]).all()
        assert set(found["home_team_id"]) == {"TH"}
        assert set(found["away_team_id"]) == {"TA"}

    def test_two_players_tracked_on_either_side_are_one_pair(self) -> None:
        mistaken = make_stint(3, 120, 130, away_f1_id="h1", away_f2_id="h2", home="3459")
        found = build("fact_wowy", shifts=[*STINTS, mistaken])
        pair = (pl.col("player_1_id") == "h1") & (pl.col("player_2_id") == "h2")
        assert found.filter(pair)["toi_together"].to_list() == [70]

    def test_goalies_are_no_partners(self) -> None:
        found = build("fact_wowy")
        assert not {"h9", "a9"} & {*found["player_1_id"], *found["player_2_id"]}


class TestHeadToHead:
    def test_time_against_each_other_and_what_happened(self) -> None:
        found = build("fact_head_to_head").row(
            by_predicate=(pl.col("home_player_id") == "h1") & (pl.col("away_player_id") == "a1"), named=True
        )
        assert (found["toi_against"], found["home_toi_share"], found["away_toi_share"]) == (60, 75, 60)
        assert (found["home_corsi"], found["away_corsi"], found["home_cf_pct"]) == (3, 1, 75)
        assert (found["home_goals"], found["away_goals"]) == (1, 0)
        assert (found["home_xg"], found["away_xg"]) == pytest.approx((2 * XG, XG))

    def test_each_skater_faces_five_opponents_at_a_time(self) -> None:
        found = build("fact_head_to_head")
        faced = dict(found.group_by("home_player_id").agg(pl.col("toi_against").sum()).rows())
        assert faced == {"h1": 400, "h2": 500, "h3": 600, "h4": 600, "h5": 600, "h6": 300}


class TestLines:
    def combos(self, kind: str) -> dict[str, tuple[object, ...]]:
        found = build("fact_line_combos").filter((pl.col("combo_type") == kind) & (pl.col("venue") == "home"))
        counts = ("toi_together", "corsi_for", "corsi_against", "goals_for", "goals_against", "stint_count")
        return {
            row["line_combo_key"].removeprefix(f"1_home_{kind}_"): tuple(row[c] for c in counts)
            for row in found.rows(named=True)
        }

    def test_forward_lines(self) -> None:
        assert self.combos("forward") == {
            "h1_h2_h3": (60, 3, 1, 1, 0, 1),
            "h2_h3_h6": (40, 0, 2, 0, 1, 1),
            "h1_h3_h6": (20, 1, 0, 0, 0, 1),
        }

    def test_expected_goals_of_a_line(self) -> None:
        (first,) = (
            build("fact_line_combos").filter(pl.col("line_combo_key") == "1_home_forward_h1_h2_h3").rows(named=True)
        )
        assert (first["xg_for"], first["xg_against"]) == pytest.approx((2 * XG, XG))
        assert (first["fenwick_for"], first["fenwick_against"], first["cf_pct"], first["combo_size"]) == (2, 1, 75, 3)
        assert first["xg_pct"] == pytest.approx(200 / 3)

    def test_the_defence_pair_is_on_throughout(self) -> None:
        assert self.combos("defense") == {"h4_h5": (120, 4, 3, 1, 1, 3)}

    def test_fives_are_a_line_and_a_pair(self) -> None:
        found = build("fact_line_combos").filter(pl.col("combo_type") == "five", pl.col("venue") == "home")
        assert sorted(found.select("forward_combo", "defense_combo", "combo_size").rows()) == [
            (line, "h4,h5", 5) for line in ("h1,h2,h3", "h1,h3,h6", "h2,h3,h6")
        ]

    def test_of_the_other_kinds_one_half_is_null(self) -> None:
        found = build("fact_line_combos")
        assert found.filter(pl.col("combo_type") == "forward")["defense_combo"].null_count() == 5
        assert found.filter(pl.col("combo_type") == "defense")["forward_combo"].null_count() == 2

    def test_a_line_with_an_empty_slot_is_none(self) -> None:
        found = build("fact_line_combos", shifts=[make_stint(0, 0, 60, home="1239", away="123456")])
        assert sorted(found.select("venue", "combo_type").rows()) == [
            *(("away", "defense"), ("away", "five"), ("away", "forward"), ("home", "forward"))
        ]


def test_quality_of_competition_is_weighed_by_seconds() -> None:
    skill = {"h1": 6.0, "h2": 2.0, "a1": 3.0, "a6": 5.0}
    rosters = [{**row, "skill": skill.get(str(row["player_id"]))} for row in make_rosters()]
    found = build("fact_player_qoc_summary", rosters=rosters).row(by_predicate=pl.col("player_id") == "h3", named=True)
    # h3 faces a1 for 100 s and a6 for 20 s, plays with h1 for 80 s and with h2 for 100 s
    assert found["avg_opp_rating"] == pytest.approx((100 * 3 + 20 * 5) / 120)
    assert found["avg_own_rating"] == pytest.approx((80 * 6 + 100 * 2) / 180)
    assert found["rating_diff"] == pytest.approx(found["avg_own_rating"] - found["avg_opp_rating"])
    assert found["shifts_tracked"] == 3
    assert found["player_rating"] is None


def test_the_own_rating_is_not_among_the_team_mates() -> None:
    rosters = [{**row, "skill": 4.0 if row["player_id"] == "h1" else None} for row in make_rosters()]
    found = build("fact_player_qoc_summary", rosters=rosters)
    rows = dict(found.select("player_id", pl.struct("avg_own_rating", "avg_opp_rating")).rows())
    assert rows["h1"] == {"avg_own_rating": None, "avg_opp_rating": None}
    assert rows["h3"] == {"avg_own_rating": 4.0, "avg_opp_rating": None}
    assert rows["a1"] == {"avg_own_rating": None, "avg_opp_rating": 4.0}
