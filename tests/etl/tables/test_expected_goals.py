"""The context of attempts and their expected goals, on plays that a reader can follow."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.tables.catalog import league_tables
from hockey.expected_goals import Attempt, expected_goals, flurry_adjusted
from tests.etl.league_builder import make_event, make_league, make_role, make_sources, make_stint


def build(name: str, events, roles=(), stints=()) -> pl.DataFrame:
    league = make_league(events=events, event_players=roles, shifts=stints)
    return league_tables().needed_for(name).build(make_sources(league))[name]


def shot(event_idx: int, team: str, t: float, result: str = "Shot_OnNetSaved", **values: object) -> dict[str, object]:
    return make_event(event_idx, "Shot", team, t, detail1=result, **values)


def crossing(event_idx: int, team: str, t: float, means: str = "ZoneEntry_Carried") -> dict[str, object]:
    return make_event(
        event_idx, "Zone_Entry_Exit", team, t, detail1=f"Zone_{means[4:].partition('_')[0]}", detail2=means
    )


class TestContext:
    @pytest.mark.parametrize(
        ("team", "t", "rebound"),
        [("home", 13, True), ("home", 13.5, False), ("away", 11, False)],
        ids=["3 s later", "too late", "the other side's"],
    )
    def test_a_rebound_is_the_side_s_next_attempt_within_3_s(self, team, t, rebound) -> None:
        found = build("attempt_context", [shot(0, "home", 10), shot(1, team, t)])
        assert found["is_rebound"].to_list() == [False, rebound]

    @pytest.mark.parametrize(
        ("means", "t", "rush"),
        [
            ("ZoneEntry_Carried", 14, True),
            ("ZoneExit_Pass", 14, False),
            ("ZoneEntry_Carried", 15, False),
            ("ZoneEntry_DumpIn", 12, False),
        ],
        ids=["4 s after a carry", "after a pass out of the own zone", "too late", "after a dump-in"],
    )
    def test_a_rush_shot_comes_within_4_s_of_a_rush_s_entry(self, means, t, rush) -> None:
        found = build("attempt_context", [crossing(0, "home", 10, means), shot(1, "home", t), shot(2, "away", t)])
        assert found["is_rush"].to_list() == [rush, False]

    def test_a_turnover_helps_the_side_that_wins_the_puck(self) -> None:
        events = [
            make_event(0, "Turnover", "away", 10, detail1="Turnover_Giveaway"),
            shot(1, "home", 12),
            make_event(2, "Turnover", "home", 30, detail1="Turnover_Takeaway"),
            shot(3, "home", 34),
            shot(4, "away", 34),
        ]
        assert build("attempt_context", events)["after_turnover"].to_list() == [True, True, False]

    def test_a_whistle_ends_what_was_before(self) -> None:
        events = [
            crossing(0, "home", 10),
            shot(1, "home", 11),
            make_event(2, "Stoppage", "away", 11),
            make_event(3, "Faceoff", "home", 12),
            shot(4, "home", 13),
        ]
        found = build("attempt_context", events)
        assert found.select("is_rebound", "is_rush", "flurry").rows() == [(False, True, 1), (False, False, 4)]

    def test_a_period_ends_it_too(self) -> None:
        events = [shot(0, "home", 1), shot(1, "home", 1, period=2)]
        assert build("attempt_context", events)["is_rebound"].to_list() == [False, False]

    def test_a_flurry_runs_from_rebound_to_rebound(self) -> None:
        events = [shot(n, side, t) for n, (side, t) in enumerate([("home", 1), ("home", 3), ("away", 4), ("home", 6)])]
        assert build("attempt_context", [*events, shot(4, "home", 12)])["flurry"].to_list() == [0, 0, 2, 0, 4]


class TestShotXg:
    def test_one_row_per_attempt_blocked_ones_worth_nothing(self) -> None:
        events = [
            shot(0, "home", 1, "Shot_Blocked", detail2="Shot_Slap"),
            shot(1, "away", 100, "Shot_Missed", detail2="Shot_Backhand"),
            shot(2, "home", 200, "Shot_Goal"),
            make_event(3, "Goal", "home", 200, detail1="Goal_Scored", detail2="Goal_Tip"),
        ]
        roles = [make_role(n, "event_1", who) for n, who in ((0, "h1"), (1, "a1"), (2, "h2"))]
        found = build("shot_xg", events, roles)
        columns = ("event_id", "side", "shooter_player_id", "shot_type", "is_unblocked", "is_goal")
        assert found.select(columns).rows() == [
            ("EV100000", "home", "h1", "Slap", False, False),
            ("EV100001", "away", "a1", "Backhand", True, False),
            ("EV100002", "home", "h2", "Tip", True, True),
        ]
        chances = [expected_goals(Attempt(shot_type=kind)) for kind in ("Backhand", "Tip")]
        assert found["xg"].to_list() == pytest.approx([0, *chances])

    def test_manpower_is_the_shooters_and_an_empty_net_the_other_side_s(self) -> None:
        stints = [make_stint(0, 0, 10, away="12349"), make_stint(1, 10, 20, home="123456")]
        events = [
            *(shot(0, "home", 5, stint_idx=0), shot(1, "away", 6, stint_idx=0)),
            *(shot(2, "home", 15, stint_idx=1), shot(3, "away", 16, stint_idx=1), shot(4, "home", 30)),
        ]
        assert build("shot_xg", events, stints=stints)["situation"].to_list() == ["PP", "SH", None, "EN", None]

    def test_a_flurry_is_worth_less_than_its_parts(self) -> None:
        found = build("shot_xg", [shot(0, "home", 1), shot(1, "home", 2), shot(2, "away", 2), shot(3, "home", 4)])
        own = found.filter(pl.col("side") == "home")
        assert own["xg_flurry_adjusted"].to_list() == pytest.approx(flurry_adjusted(own["xg"].to_list()))
        away = found.filter(pl.col("side") == "away")
        assert away["xg_flurry_adjusted"].to_list() == pytest.approx(away["xg"].to_list())

    def test_the_second_of_a_flurry_counts_if_the_first_did_not_go_in(self) -> None:
        found = build("fact_shots", [shot(0, "home", 1), shot(1, "home", 2), shot(2, "home", 60)])
        first, second, third = found["xg"]
        assert found["off_rebound"].to_list() == [False, True, False]
        assert found["flurry_event_id"].to_list() == ["EV100000", "EV100000", "EV100002"]
        assert found["xg_adj"].to_list() == pytest.approx([first, second * (1 - first), third])

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["home", "away"]),
                st.sampled_from([None, "Wrist", "Tip", "Slap", "Snap", "WrapAround", "Dumpin", "Bat", "Other"]),
                st.sampled_from(["Shot_OnNetSaved", "Shot_Blocked", "Shot_Missed", "Shot_Goal"]),
                st.one_of(st.none(), st.tuples(st.floats(-100, 100), st.floats(-42.5, 42.5))),
                st.sampled_from([0.0, 1.0, 5.0]),
            ),
            min_size=1,
            max_size=12,
        )
    )
    def test_the_columns_agree_with_the_scoring_function(self, shots) -> None:
        events, t = [], 0.0
        for n, (side, kind, result, place, wait) in enumerate(shots):
            t += wait
            where = {} if place is None else {"puck_x0": place[0], "puck_y0": place[1]}
            events.append(shot(n, side, t, result, detail2=kind and f"Shot_{kind}", stint_idx=0, **where))
        found = build("shot_xg", events, stints=[make_stint(0, 0, 600, away="12349")])
        for row, (_, _, _, place, _) in zip(found.iter_rows(named=True), shots, strict=True):
            attempt = Attempt(
                shot_type=row["shot_type"],
                situation=row["situation"],
                is_rebound=row["is_rebound"],
                is_rush=row["is_rush"],
                after_turnover=row["after_turnover"],
                is_blocked=not row["is_unblocked"],
                x_ft=place and place[0],
                y_ft=place and place[1],
            )
            assert row["xg"] == pytest.approx(expected_goals(attempt))


def test_the_sums_of_players_teams_and_goalies_are_those_of_the_attempts() -> None:
    events = [
        shot(0, "home", 1),
        shot(1, "home", 2),
        shot(2, "away", 30, "Shot_Missed"),
        shot(3, "home", 60, "Shot_Blocked"),
    ]
    roles = [make_role(0, "event_1", "h1"), make_role(1, "event_1", "h2"), make_role(2, "event_1", "a1")]
    roles += [make_role(0, "opp_1", "a9"), make_role(1, "opp_1", "a9"), make_role(3, "event_1", "h1")]
    roles += [make_role(4, "event_1", "a9")]
    events += [make_event(4, "Save", "away", 2, detail1="Save_Freeze")]
    stints = [make_stint(0, 0, 100)]
    plain, rebound = expected_goals(Attempt()), expected_goals(Attempt(is_rebound=True))
    players = build("fact_player_game_stats", events, roles, stints).filter(pl.col("xg_for") > 0)
    assert players["player_id"].to_list() == ["a1", "h1", "h2"]
    assert players["xg_for"].to_list() == pytest.approx([plain, plain, rebound])
    assert players["xg_adj"].to_list() == pytest.approx([plain, plain, rebound * (1 - plain)])
    teams = build("fact_team_game_stats", events, roles, stints).sort("team_venue")
    assert teams["xg_for"].to_list() == pytest.approx([plain, plain + rebound])
    assert teams["xg_against"].to_list() == pytest.approx([plain + rebound, plain])
    goalies = build("fact_goalie_game_stats", events, roles, stints).sort("team_venue")
    assert goalies["xg_against"].to_list() == pytest.approx([plain + rebound, plain])
