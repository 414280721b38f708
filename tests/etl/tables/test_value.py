"""Game score, ratings and value above replacement in the tables, on a game that a reader can count."""

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from hockey.expected_goals import Attempt, expected_goals
from hockey.value import (
    GOALS_PER_WIN,
    REPLACEMENT_PER_HOUR,
    REPLACEMENT_PER_SHOT,
    game_score,
    goals_above_replacement,
)
from tests.etl.league_builder import (
    make_event,
    make_game,
    make_league,
    make_role,
    make_rosters,
    make_scheduled,
    make_sources,
    make_stint,
)

# 1 minute at even strength with h1 to h5 on the ice, then 1 minute with h6 for h1
STINTS = [make_stint(0, 0, 60), make_stint(1, 60, 120, home="234569")]
EVENTS = [
    make_event(0, "Faceoff", "home", 0, stint_idx=0),
    make_event(1, "Shot", "home", 10, detail1="Shot_Goal", stint_idx=0),
    make_event(2, "Goal", "home", 10, detail1="Goal_Scored", stint_idx=0),
    make_event(3, "Shot", "away", 30, detail1="Shot_OnNetSaved", stint_idx=0),
    make_event(4, "Save", "home", 30, detail1="Save_Freeze", stint_idx=0),
    make_event(5, "Penalty", "away", 50, detail1="Penalty_Minor", stint_idx=0),
    make_event(6, "Penalty", "away", 51, detail1="Penalty_Misconduct", stint_idx=0),
]
ROLES = [
    *(make_role(0, "event_1", "h1"), make_role(0, "opp_1", "a1")),
    *(make_role(1, "event_1", "h1"), make_role(1, "opp_1", "a9"), make_role(2, "event_1", "h1")),
    *(make_role(3, "event_1", "a2"), make_role(3, "opp_1", "h9"), make_role(4, "event_1", "h9")),
    *(make_role(5, "event_1", "a2"), make_role(5, "opp_1", "h1"), make_role(6, "event_1", "a2")),
]
XG = expected_goals(Attempt())


def build(name: str, **changes: object) -> pl.DataFrame:
    rows = {"events": EVENTS, "event_players": ROLES, "shifts": STINTS, **changes}
    return league_tables().needed_for(name).build(make_sources(make_league(**rows)))[name]


def line(player_id: str, **changes: object) -> dict[str, object]:
    return build("fact_player_game_stats", **changes).row(by_predicate=pl.col("player_id") == player_id, named=True)


class TestSkaters:
    def test_the_scorer_s_game_score_and_goals_above_replacement(self) -> None:
        found = line("h1")
        counts = {"goals": 1, "sog": 1, "penalties_drawn": 1, "fo_wins": 1}
        on_ice = {"corsi_even_for": 1, "corsi_even_against": 1, "goals_even_for": 1}
        assert found["game_score"] == pytest.approx(game_score(counts | on_ice))
        assert (found["penalties_taken"], found["penalties_drawn"]) == (0, 1)
        chances = {"xg_for": XG, "on_ice_xg_even_for": XG, "on_ice_xg_even_against": XG, "toi_seconds": 60}
        assert found["gar_total"] == pytest.approx(goals_above_replacement(counts | chances))
        assert found["war"] == pytest.approx(found["gar_total"] / GOALS_PER_WIN)
        assert found["gar_shooting"] == pytest.approx(1 - XG)

    def test_a_misconduct_gives_no_advantage(self) -> None:
        assert line("a2")["penalties_taken"] == 1

    def test_who_only_skated_is_worth_his_ice_time(self) -> None:
        found = line("h6")
        assert found["gar_total"] == pytest.approx(REPLACEMENT_PER_HOUR / 60)
        assert found["game_score"] == 3

    def test_without_stints_no_value_but_a_game_score(self) -> None:
        found = line("h1", shifts=[])
        assert (found["gar_total"], found["war"], found["gar_shooting"]) == (None, None, None)
        assert found["game_score"] == pytest.approx(
            game_score({"goals": 1, "sog": 1, "penalties_drawn": 1, "fo_wins": 1})
        )

    def test_the_rating_is_the_sheet_s_else_the_player_s(self) -> None:
        rosters = [{**row, "skill": 5.0} if row["player_id"] == "h1" else row for row in make_rosters()]
        players = [{"player_id": f"h{n}", "current_skill_rating": 3.0, "is_inferred": False} for n in (1, 2)]
        found = build("fact_player_game_stats", rosters=rosters, players=players).filter(pl.col("team_venue") == "home")
        ratings = dict(found.select("player_id", "player_rating").rows())
        assert (ratings["h1"], ratings["h2"], ratings["h3"]) == (5.0, 3.0, None)
        index = found.select("player_id", "performance_index").row(by_predicate=pl.col("player_id") == "h1")[1]
        score = found.select("player_id", "game_score").row(by_predicate=pl.col("player_id") == "h1")[1]
        assert index == pytest.approx(100 * score / 5)

    def test_the_adjusted_rating_stays_on_the_scale(self) -> None:
        found = build("fact_player_game_stats")
        assert found["adjusted_rating"].min() >= 2
        assert found["adjusted_rating"].to_list() == [min(max(s, 2), 6) for s in found["game_score"].to_list()]


def test_a_team_is_the_sum_or_mean_of_its_skaters() -> None:
    players = build("fact_player_game_stats")
    for team in build("fact_team_game_stats").iter_rows(named=True):
        own = players.filter(pl.col("team_id") == team["team_id"])
        assert team["gar_total"] == pytest.approx(own["gar_total"].sum())
        assert team["war"] == pytest.approx(own["war"].sum())
        assert team["avg_game_score"] == pytest.approx(own["game_score"].mean())
        assert team["avg_adjusted_rating"] == pytest.approx(own["adjusted_rating"].mean())


class TestGoalies:
    def test_against_the_season_s_average_goalie(self) -> None:
        found = build("fact_goalie_game_stats").sort("team_venue")  # 1 save of 2 shots: the average saves half
        assert found["goals_saved_above_avg"].to_list() == [pytest.approx(-0.5), pytest.approx(0.5)]
        assert found["goalie_gar_total"].to_list() == pytest.approx([g + REPLACEMENT_PER_SHOT for g in (-0.5, 0.5)])
        assert found["goalie_war"].to_list() == pytest.approx([g / GOALS_PER_WIN for g in found["goalie_gar_total"]])

    def test_a_game_of_no_season_has_an_average_too(self) -> None:
        schedule = [make_scheduled(1, season_id=None)]
        found = build("fact_goalie_game_stats", schedule=schedule, games=[make_game(season_id=None)])
        assert found["goals_saved_above_avg"].null_count() == 0

    def test_high_danger_shots_are_rebounds_and_the_like(self) -> None:
        events = [
            make_event(0, "Shot", "home", 10, detail1="Shot_OnNetSaved"),
            make_event(1, "Save", "away", 10, detail1="Save_Rebound"),
            make_event(2, "Shot", "home", 12, detail1="Shot_OnNetSaved"),
            make_event(3, "Save", "away", 12, detail1="Save_Rebound"),
            make_event(4, "Shot", "home", 13, detail1="Shot_Missed"),
            make_event(5, "Shot", "home", 14, detail1="Shot_Goal"),
            make_event(6, "Goal", "home", 14, detail1="Goal_Scored"),
        ]
        roles = [make_role(n, "event_1" if n in (1, 3) else "opp_1", "a9") for n in range(7)]
        found = build("fact_goalie_game_stats", events=events, event_players=roles, shifts=[])
        assert found.select("saves", "shots_against", "hd_saves", "hd_shots_against").rows() == [(2, 3, 1, 2)]
