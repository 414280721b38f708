"""A simulated game is plausible hockey, and its book-keeping agrees with what can be counted from its rows."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from statistics import mean, median

import pytest

from etl.demo.ice import SKATER_SLOTS
from etl.demo.league import League
from etl.demo.lineup import dress
from etl.demo.play import Event
from etl.demo.simulate import PlayedGame, simulate

REGULATION = (1, 2, 3)


def in_period(game: PlayedGame, period: int) -> list[Event]:
    return [e for e in game.events if e.period == period]


class TestPlausible:
    # ranges of the measured games, widened by the spread that single games have
    @pytest.mark.parametrize(
        ("types", "low", "high"),
        [
            (("Shot",), 96, 125),
            (("Save",), 45, 66),
            (("Faceoff",), 36, 48),
            (("Goal",), 2, 7),
            (("Penalty",), 1, 6),
            (("Turnover",), 165, 215),
            (("Zone_Entry_Exit",), 254, 307),
            (("Pass",), 211, 311),
            (("Possession",), 267, 500),
        ],
        ids=lambda v: v[0] if isinstance(v, tuple) else str(v),
    )
    def test_the_mean_of_a_kind_of_event_is_in_the_measured_range(
        self, played: list[PlayedGame], types: tuple[str, ...], low: int, high: int
    ) -> None:
        assert low <= mean(sum(e.type in types and e.period < 4 for e in g.events) for g in played) <= high

    def test_a_game_has_the_measured_number_of_events_and_stints(self, played: list[PlayedGame]) -> None:
        assert 1300 <= mean(sum(e.period < 4 for e in g.events) for g in played) <= 1630
        assert 84 <= mean(sum(s.period < 4 for s in g.stints) for g in played) <= 129

    def test_stints_and_shifts_are_as_long_as_measured(self, played: list[PlayedGame]) -> None:
        stints = sorted(s.end - s.start for g in played for s in g.stints)
        assert 15 <= median(stints) <= 28
        assert 55 <= stints[len(stints) * 9 // 10] <= 85
        assert stints[-1] <= 170

    def test_a_fifth_to_three_tenths_of_the_clock_is_dead(self, played: list[PlayedGame]) -> None:
        dead = [sum(e.end - e.start for e in g.events if e.type == "DeadIce" and e.period < 4) / 3240 for g in played]
        assert 0.2 <= mean(dead) <= 0.3

    def test_a_third_of_the_neighbours_share_a_second(self, played: list[PlayedGame]) -> None:
        gaps = [b.start - a.start for g in played for p in REGULATION for a, b in pairwise(in_period(g, p))]
        assert 0.3 <= gaps.count(0) / len(gaps) <= 0.42

    def test_a_stronger_team_scores_more(self, league: League) -> None:
        difference = 0
        for fixture in league.seasons[0].regular[:4]:
            matchup = dress(league, fixture)
            home, away = matchup.teams
            strong = replace(
                matchup, teams=(replace(home, attack=0.6, defence=0.6), replace(away, attack=0, defence=0))
            )
            score = simulate(strong, 3).score
            difference += score[0] - score[1]
        assert difference > 0


class TestStints:
    def test_stints_tile_every_period(self, played: list[PlayedGame]) -> None:
        for game in played:
            for period, length in enumerate(game.lengths, start=1):
                stints = [s for s in game.stints if s.period == period]
                assert stints[0].start == 0
                assert stints[-1].end == length
                assert all(a.end == b.start and a.start < a.end for a, b in pairwise(stints))

    def test_nobody_is_twice_on_the_ice_and_at_least_three_skate(self, played: list[PlayedGame]) -> None:
        for stint in (s for g in played for s in g.stints):
            for line in stint.lines:
                on = [d for d in line.values() if d is not None]
                assert len(on) == len(set(on))
                assert 3 <= sum(line[s] is not None for s in SKATER_SLOTS) <= 6

    def test_the_extra_attacker_is_on_only_while_the_net_is_empty(self, played: list[PlayedGame]) -> None:
        for stint in (s for g in played for s in g.stints):
            assert all(line["X"] is None or line["G"] is None for line in stint.lines)

    def test_power_plays_exist_and_end(self, played: list[PlayedGame]) -> None:
        skaters = Counter(
            sum(line[s] is not None for s in SKATER_SLOTS) for g in played for st in g.stints for line in st.lines
        )
        assert skaters[4] > 0
        assert skaters[5] > 5 * skaters[4]


class TestEvents:
    def test_the_clock_never_rises_within_a_period(self, played: list[PlayedGame]) -> None:
        for game in played:
            for period in range(1, len(game.lengths) + 1):
                assert all(a.start <= b.start for a, b in pairwise(in_period(game, period)))

    def test_no_event_leaves_its_period(self, played: list[PlayedGame]) -> None:
        for game in played:
            assert all(0 <= e.start <= e.end <= game.lengths[e.period - 1] for e in game.events if e.type != "DeadIce")

    @pytest.mark.parametrize(
        ("kind", "detail1", "following", "same_team"),
        [
            ("Shot", "Shot_OnNetSaved", {"Save"}, False),
            ("Shot", "Shot_Goal", {"Goal"}, True),
            ("Save", "Save_Rebound", {"Rebound"}, True),
            ("Save", "Save_Freeze", {"Stoppage", "Penalty"}, None),
            ("Goal", "Goal_Scored", {"Stoppage", "GameEnd"}, None),
            ("Stoppage", "Stoppage_Play", {"DeadIce"}, True),
        ],
    )
    def test_fixed_chains(
        self, played: list[PlayedGame], kind: str, detail1: str, following: set[str], same_team: bool | None
    ) -> None:
        for game in played:
            for a, b in pairwise(game.events):
                if (a.type, a.detail1) == (kind, detail1):
                    assert b.type in following
                    assert same_team is None or (a.side == b.side) == same_team

    def test_a_faceoff_carries_the_end_clock_of_the_dead_ice(self, played: list[PlayedGame]) -> None:
        for game in played:
            for a, b in pairwise(game.events):
                if a.type == "DeadIce" and b.type == "Faceoff":
                    assert b.start == a.end

    def test_a_delayed_penalty_becomes_a_penalty_of_the_same_side(self, played: list[PlayedGame]) -> None:
        for game in played:
            for i, event in enumerate(game.events):
                if event.type == "Penalty_Delayed":
                    after = next(e for e in game.events[i:] if e.type == "Penalty")
                    assert (after.side, after.period) == (event.side, event.period)

    def test_assists_point_at_a_later_goal_of_the_team_within_15_seconds(self, played: list[PlayedGame]) -> None:
        helpers = [e for g in played for e in g.events if e.assist_to is not None]
        assert helpers
        for event in helpers:
            goal = event.assist_to
            assert goal is not None
            assert (goal.type, goal.side, goal.period) == ("Goal", event.side, event.period)
            assert 0 <= goal.start - event.start <= 15
            assert event.actors[0].who is not goal.actors[0].who


class TestLedger:
    def test_credits_agree_with_the_rows(self, played: list[PlayedGame]) -> None:
        for game in played:
            for what, kind, detail1 in (
                ("goals", "Goal", "Goal_Scored"),
                ("saves", "Save", None),
                ("fo_wins", "Faceoff", None),
                ("entries", "Zone_Entry_Exit", "Zone_Entry"),
                ("exits", "Zone_Entry_Exit", "Zone_Exit"),
                ("giveaways", "Turnover", "Turnover_Giveaway"),
                ("takeaways", "Turnover", "Turnover_Takeaway"),
                ("shots", "Shot", None),
                ("penalties", "Penalty", None),
            ):
                rows = [e for e in game.events if e.type == kind and detail1 in {None, e.detail1}]
                counted = Counter(e.actors[0].who.player.player_id for e in rows)
                kept = {p: c[what] for p, c in game.ledger.players.items() if c[what]}
                assert kept == dict(counted)

    def test_shots_on_goal_are_the_saves_of_the_other_side_and_the_goals(self, played: list[PlayedGame]) -> None:
        for game in played:
            for side in (0, 1):
                mine, theirs = game.ledger.sides[side], game.ledger.sides[1 - side]
                assert mine["sog"] == theirs["saves"] + mine["goals"]


class TestPlayoffs:
    def test_a_playoff_game_has_a_winner(self, league: League) -> None:
        for fixture in league.seasons[0].regular[:6]:
            game = simulate(dress(league, replace(fixture, game_type="Playoffs")), 11)
            assert game.score[0] != game.score[1]
