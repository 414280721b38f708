"""Game score and goals above replacement, worked by hand."""

import pytest

from hockey.value import (
    FACEOFF_GOALS,
    GOALS_PER_WIN,
    PENALTY_GOALS,
    REPLACEMENT_PER_HOUR,
    REPLACEMENT_PER_SHOT,
    game_score,
    goals_above_replacement,
    goals_saved_above_average,
    replacement_deficit,
)


class TestGameScore:
    def test_of_nothing_is_the_base(self) -> None:
        assert game_score({}) == 3

    def test_a_goal_an_assist_and_three_shots(self) -> None:
        assert game_score({"goals": 1, "primary_assists": 1, "sog": 3}) == pytest.approx(3 + 2 * (0.75 + 0.7 + 0.225))

    def test_what_counts_against(self) -> None:
        bad = {"penalties_taken": 2, "fo_losses": 5, "corsi_even_against": 4, "goals_even_against": 1}
        assert game_score(bad) == pytest.approx(3 - 2 * (0.3 + 0.05 + 0.2 + 0.15))


class TestReplacement:
    def test_a_win_is_worth_twice_a_team_s_goals(self) -> None:
        assert GOALS_PER_WIN == 4.5

    def test_the_deficit_makes_a_win_in_four(self) -> None:
        scored = 2.25 - replacement_deficit() / 2
        allowed = 2.25 + replacement_deficit() / 2
        assert scored**2 / (scored**2 + allowed**2) == pytest.approx(0.25)

    def test_skaters_and_goalie_share_it(self) -> None:
        shared = 5 * 0.9 * REPLACEMENT_PER_HOUR + 29 * REPLACEMENT_PER_SHOT
        assert shared == pytest.approx(replacement_deficit())

    def test_penalties_and_faceoffs_in_goals(self) -> None:
        assert pytest.approx((0.2, 1 / 75)) == (PENALTY_GOALS, FACEOFF_GOALS)


def test_goals_above_replacement_is_the_sum_of_its_components() -> None:
    counts = {"goals": 2, "xg_for": 0.5, "on_ice_xg_even_for": 1.5, "on_ice_xg_even_against": 1.0}
    counts |= {"penalties_drawn": 1, "fo_wins": 5, "fo_losses": 2, "toi_seconds": 1800}
    expected = 1.5 + 0.5 / 5 + 0.2 + 3 / 75 + REPLACEMENT_PER_HOUR / 2
    assert goals_above_replacement(counts) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("saves", "allowed", "expected"), [(18, 2, 0), (20, 0, 2), (15, 5, -3)], ids=["average", "shutout", "bad night"]
)
def test_goals_saved_are_against_the_average_goalie(saves, allowed, expected) -> None:
    assert goals_saved_above_average(saves, allowed, 0.9) == pytest.approx(expected)
