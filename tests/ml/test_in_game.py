"""Win probability obeys the laws of the game at every moment of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.in_game import WIDEST_LEAD, Parameters, State, by_lead, live, state_of
from ml.league import LeagueRules
from ml.requests import WinProbabilityFeatures

GOALS = st.tuples(st.floats(0.5, 7.0), st.floats(0.5, 7.0)).map(np.array)
PARAMETERS = Parameters(2.4, 0.4, LeagueRules().to_mapping(), ())


@st.composite
def forecasts(draw: st.DrawFn) -> tuple[np.ndarray, bool]:
    home = draw(st.floats(0.05, 0.95))
    tie = draw(st.floats(0.02, 0.4)) if (has_ties := draw(st.booleans())) else 0.0
    return np.array([home * (1 - tie), tie, (1 - home) * (1 - tie)]), has_ties


@settings(deadline=None)  # machines differ; the laws do not
@given(forecasts(), GOALS)
def test_at_the_opening_faceoff_it_is_the_pre_game_forecast(
    forecast: tuple[np.ndarray, bool], goals: np.ndarray
) -> None:
    pre_game, has_ties = forecast
    assert live(pre_game, goals, State(0, 1.0), has_ties=has_ties) == pytest.approx(pre_game, abs=1e-4)


@settings(deadline=None)  # machines differ; the laws do not
@given(forecasts(), GOALS, st.floats(0.0, 1.2), st.integers(-9, 9))
def test_it_is_a_probability_and_a_bigger_lead_never_lowers_it(
    forecast: tuple[np.ndarray, bool], goals: np.ndarray, left: float, lead: int
) -> None:
    pre_game, has_ties = forecast
    now = live(pre_game, goals, State(lead, left), has_ties=has_ties)
    assert now.sum() == pytest.approx(1.0)
    assert (now >= 0).all()
    better = live(pre_game, goals, State(lead + 1, left), has_ties=has_ties)
    assert better[0] >= now[0] - 1e-9
    assert better[2] <= now[2] + 1e-9


@settings(deadline=None)  # machines differ; the laws do not
@given(forecasts(), GOALS, st.integers(-5, 5))
def test_at_the_end_the_leader_has_won(forecast: tuple[np.ndarray, bool], goals: np.ndarray, lead: int) -> None:
    pre_game, has_ties = forecast
    end = live(pre_game, goals, State(lead, 0.0), has_ties=has_ties)
    if lead:
        assert end[0 if lead > 0 else 2] == pytest.approx(1.0)
    elif has_ties:
        assert end[1] == pytest.approx(1.0)
    else:
        assert end[0] == pytest.approx(0.5)


@pytest.mark.parametrize("seconds", [1000, 500, 100, 10, 0])
def test_a_lead_is_worth_more_the_less_time_is_left(seconds: int) -> None:
    even, goals = np.array([0.5, 0.0, 0.5]), np.array([3.0, 3.0])
    now = live(even, goals, State(1, seconds / 3240), has_ties=False)[0]
    later = live(even, goals, State(1, seconds / 2 / 3240), has_ties=False)[0]
    assert later >= now


COUNTS = st.integers(0, 40)


@settings(deadline=None)  # machines differ; the laws do not
@given(
    st.lists(COUNTS, min_size=42, max_size=42).map(lambda n: np.array(n, dtype=float).reshape(2, 7, 3)),
    st.floats(0.0, 1.2),
    st.integers(-6, 6),
    st.booleans(),
)
def test_the_baseline_by_lead_is_a_probability_and_a_bigger_lead_never_lowers_it(
    ended: np.ndarray, left: float, lead: int, has_ties: bool
) -> None:
    now = by_lead(ended, State(lead, left), has_ties=has_ties)
    better = by_lead(ended, State(lead + 1, left), has_ties=has_ties)
    assert now.sum() == pytest.approx(1.0)
    assert (now >= -1e-12).all()
    assert better[0] >= now[0] - 1e-9
    assert better[2] <= now[2] + 1e-9


def test_the_baseline_by_lead_is_how_such_games_ended() -> None:
    ended = np.zeros((2, 7, 3))
    ended[1, WIDEST_LEAD + 1] = 79, 9, 9  # one ahead after two periods, with one more of each counted
    assert by_lead(ended, State(1, 1 / 3), has_ties=True) == pytest.approx([0.8, 0.1, 0.1])
    assert by_lead(ended, State(1, 0.0), has_ties=True) == pytest.approx([1.0, 0.0, 0.0])


def features(**changes: object) -> WinProbabilityFeatures:
    start = {
        "home_team_id": "A",
        "away_team_id": "B",
        "home_goals": 0,
        "away_goals": 0,
        "period": 1,
        "seconds_left": 1080,
    }
    return WinProbabilityFeatures.model_validate(start | changes)


class TestState:
    def test_the_clock_counts_what_is_left_of_regulation(self) -> None:
        assert state_of(features(), PARAMETERS).left == pytest.approx(1.0)
        assert state_of(features(period=3, seconds_left=540), PARAMETERS).left == pytest.approx(540 / 3240)
        assert state_of(features(period=3, seconds_left=0), PARAMETERS).left == 0.0
        assert state_of(features(period=4, seconds_left=300), PARAMETERS).left == pytest.approx(300 / 3240)

    def test_a_clock_above_the_period_is_the_whole_period(self) -> None:
        assert state_of(features(seconds_left=3000), PARAMETERS).left == pytest.approx(1.0)

    def test_a_power_play_helps_whoever_has_it_while_it_lasts(self) -> None:
        up = state_of(features(away_skaters=4, strength_seconds_left=120), PARAMETERS)
        down = state_of(features(home_skaters=4, strength_seconds_left=120), PARAMETERS)
        assert up.home_factor == down.away_factor == pytest.approx(1 + 1.4 * 120 / 3240)
        assert up.away_factor == down.home_factor < 1
        assert state_of(features(), PARAMETERS).home_factor == 1.0

    def test_a_power_play_ends_with_the_game(self) -> None:
        late = state_of(features(period=3, seconds_left=30, away_skaters=4, strength_seconds_left=120), PARAMETERS)
        assert late.home_factor == pytest.approx(2.4)
        assert state_of(features(period=3, seconds_left=0, away_skaters=4), PARAMETERS).home_factor == 1.0
