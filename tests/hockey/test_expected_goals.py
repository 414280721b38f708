"""The scoring function: what each feature does to the chance, and the flurry adjustment."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hockey.expected_goals import (
    HIGH_DANGER_XG,
    WITH_COORDINATES,
    WITHOUT_COORDINATES,
    Attempt,
    distance_and_angle,
    expected_goals,
    flurry_adjusted,
)


def logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


class TestWithoutCoordinates:
    def test_a_wrist_shot_out_of_nothing_is_the_intercept(self) -> None:
        assert expected_goals(Attempt(shot_type="Wrist", situation="EV")) == pytest.approx(logistic(-3.38))

    def test_an_unknown_type_or_situation_adds_nothing(self) -> None:
        assert expected_goals(Attempt()) == expected_goals(Attempt(shot_type="Wrist", situation="EV"))

    def test_a_blocked_attempt_has_no_chance(self) -> None:
        assert expected_goals(Attempt(is_blocked=True, is_rebound=True)) == 0

    def test_the_terms_add_up(self) -> None:
        attempt = Attempt(shot_type="Tip", situation="PP", is_rebound=True, is_rush=True, after_turnover=True)
        assert expected_goals(attempt) == pytest.approx(logistic(-3.38 + 0.718 + 0.30 + 1.361 + 0.513 + 0.257))

    @pytest.mark.parametrize(
        ("better", "worse"),
        [
            (Attempt(is_rebound=True), Attempt(is_rush=True)),
            (Attempt(is_rush=True), Attempt(after_turnover=True)),
            (Attempt(shot_type="Tip"), Attempt(shot_type="Backhand")),
            (Attempt(), Attempt(shot_type="Slap")),
            (Attempt(situation="EN"), Attempt(is_rebound=True, shot_type="Tip")),
        ],
        ids=["rebound over rush", "rush over turnover", "tip over backhand", "wrist over slap", "empty net over all"],
    )
    def test_what_is_more_dangerous(self, better, worse) -> None:
        assert expected_goals(better) > expected_goals(worse)

    def test_a_rebound_is_high_danger_and_a_plain_shot_is_not(self) -> None:
        assert expected_goals(Attempt(is_rebound=True)) > HIGH_DANGER_XG > 2 * expected_goals(Attempt())


class TestWithCoordinates:
    @pytest.mark.parametrize(
        ("place", "distance", "angle"),
        [((59, 0), 30, 0), ((89, 0), 0, 0), ((89, 10), 10, 90), ((79, -10), 200**0.5, 45), ((93, 3), 5, 143.13)],
        ids=["in front", "in the goal", "on the goal line", "half-way round", "behind"],
    )
    def test_distance_and_angle_from_the_middle_of_the_goal_line(self, place, distance, angle) -> None:
        assert distance_and_angle(*place) == pytest.approx((distance, angle), abs=0.01)

    def test_an_average_place_is_near_the_league_s_rate(self) -> None:
        x, y = 89 - 27 * math.cos(math.radians(28)), 27 * math.sin(math.radians(28))
        assert expected_goals(Attempt(x_ft=x, y_ft=y)) == pytest.approx(0.042, abs=0.002)

    def test_one_point_alone_is_no_place(self) -> None:
        assert expected_goals(Attempt(x_ft=80)) == expected_goals(Attempt())

    @given(st.floats(0, 88), st.floats(0.1, 42.5))
    def test_nearer_on_the_same_ray_is_never_worse(self, x, y) -> None:
        far = Attempt(x_ft=x, y_ft=y)
        near = Attempt(x_ft=(x + 89) / 2, y_ft=y / 2)
        assert expected_goals(near) >= expected_goals(far)

    def test_from_behind_the_net_there_is_a_sliver(self) -> None:
        assert 0 < expected_goals(Attempt(x_ft=95, y_ft=0)) < expected_goals(Attempt(x_ft=83, y_ft=0)) / 5


class TestFlurries:
    def test_three_shots_of_a_half_are_worth_less_than_one_goal(self) -> None:
        assert flurry_adjusted([0.5, 0.5, 0.5]) == [0.5, 0.25, 0.125]

    @given(st.lists(st.floats(0, 1), max_size=8))
    def test_the_sum_is_the_chance_of_any_goal(self, chances) -> None:
        assert sum(flurry_adjusted(chances)) == pytest.approx(1 - math.prod(1 - chance for chance in chances))


def test_both_forms_know_the_same_situations() -> None:
    assert WITH_COORDINATES.situation == WITHOUT_COORDINATES.situation
