"""What every forecaster owes: probabilities, no look into the future, the same answer twice, sensible directions."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.baselines import BaseRate
from ml.forecasting import BASELINES, CANDIDATES, hidden, walk_forward
from ml.goals_model import GoalsModel, race
from ml.margin_model import MarginModel
from ml.ratings import Assumptions
from ml.results import Games, Result, games_of
from ml.simulated import RECREATIONAL, simulate
from ml.ties import TieRate

ALL = {**BASELINES, **CANDIDATES}
LEAGUE = simulate(replace(RECREATIONAL, seasons=2, rounds=10), seed=4)


def played(*scores: tuple[str, str, int, int], step: int = 3) -> Games:
    first = date(2026, 1, 1)
    return games_of([Result(first + timedelta(days=step * i), None, *score) for i, score in enumerate(scores)])


def learned(model: MarginModel | GoalsModel, games: Games) -> None:
    for day in games.days():
        model.learn(games.take(day))


def fixture(games: Games, home: str, away: str, days_later: int = 7) -> Games:
    index = games.teams.index
    one = np.ones(1, dtype=np.int64)
    return Games(
        games.teams,
        (games.day[-1] + days_later) * one,
        games.season[-1] * one,
        index(home) * one,
        index(away) * one,
        -one,
        -one,
    )


@pytest.mark.parametrize("name", ALL)
def test_a_changed_later_result_changes_no_earlier_forecast(name: str) -> None:
    games = LEAGUE.games
    before = walk_forward(games, ALL[name](len(games.teams)))
    for row in (20, 41):
        goals = games.home_goals.copy()
        goals[row:] = goals[row:][::-1] + 3
        after = walk_forward(replace(games, home_goals=goals), ALL[name](len(games.teams)))
        earlier = games.day <= games.day[row]
        assert np.array_equal(before[earlier], after[earlier])
        assert not np.array_equal(before, after)


@pytest.mark.parametrize("name", ALL)
def test_forecasts_are_probabilities_and_the_same_each_time(name: str) -> None:
    games = LEAGUE.games
    forecast = walk_forward(games, ALL[name](len(games.teams)))
    assert np.allclose(forecast.sum(axis=1), 1.0, atol=1e-12)
    assert (forecast > 0).all()
    assert np.array_equal(forecast, walk_forward(games, ALL[name](len(games.teams))))


@pytest.mark.parametrize("name", ALL)
def test_predicting_leaves_no_trace(name: str) -> None:
    games = LEAGUE.games
    quiet, asked = ALL[name](len(games.teams)), ALL[name](len(games.teams))
    for day in games.days():
        today = games.take(day)
        asked.predict(replace(hidden(today), day=today.day + 400, season=today.season + 1))
        quiet.learn(today)
        asked.learn(today)
    last = hidden(games.take(slice(-3, None)))
    later = replace(last, day=np.full(3, games.day[-1] + 7))
    assert np.array_equal(quiet.predict(later), asked.predict(later))


@pytest.mark.parametrize("name", ALL)
def test_what_was_learned_survives_being_stored(name: str) -> None:
    games = LEAGUE.games
    first, second = ALL[name](len(games.teams)), ALL[name](len(games.teams))
    walk_forward(games, first)
    second.restore(first.state())
    last = hidden(games.take(slice(-2, None)))
    later = replace(last, day=np.full(2, games.day[-1] + 1))
    assert np.array_equal(first.predict(later), second.predict(later))
    for day in games.days():  # and learning goes on from there
        today = replace(games.take(day), day=games.take(day).day + 900)
        first.learn(today)
        second.learn(today)
    assert np.array_equal(
        first.predict(replace(last, day=last.day + 901)), second.predict(replace(last, day=last.day + 901))
    )


@pytest.mark.parametrize("model", [MarginModel, GoalsModel])
def test_what_was_learned_under_other_assumptions_is_refused(model: type[MarginModel | GoalsModel]) -> None:
    other = model(4, Assumptions((0.1, 0.3), (0.0,), (0.5,)))
    for stored in (other.state(), model(5).state()):
        with pytest.raises(ValueError, match="other assumptions"):
            model(4).restore(stored)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 99), st.integers(0, 99), st.integers(0, 400)),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(sorted(CANDIDATES)),
)
def test_no_run_of_results_breaks_a_forecaster(rows: list[tuple[int, int, int, int, int]], name: str) -> None:
    results = [
        Result(date(2026, 1, 1) + timedelta(days=d), None, f"T{h}", f"T{(h + k) % 4}", x, y) for h, k, x, y, d in rows
    ]
    games = games_of(results)
    forecast = walk_forward(games, CANDIDATES[name](len(games.teams)))
    assert np.isfinite(forecast).all()
    assert np.allclose(forecast.sum(axis=1), 1.0)
    assert (forecast >= -1e-12).all()


class TestMargin:
    def test_before_any_game_the_home_side_is_a_slight_favourite(self) -> None:
        games = played(("A", "B", 1, 0))
        home, tie, away = MarginModel(2).predict(hidden(games))[0]
        assert 0.5 < home / (home + away) < 0.57
        assert 0.0 < tie < 0.15

    def test_a_bigger_win_never_lowers_the_winner_and_blowouts_count_as_six(self) -> None:
        chances = []
        for margin in (1, 2, 3, 4, 6, 9):
            games = played(("A", "B", margin, 0), ("C", "D", 2, 1))
            model = MarginModel(4)
            learned(model, games)
            chances.append(model.predict(fixture(games, "A", "C"))[0, 0])
        assert chances == sorted(chances)
        assert chances[0] < chances[3]
        assert chances[-1] == pytest.approx(chances[-2])

    def test_few_games_move_a_rating_little(self) -> None:
        games = played(("A", "B", 3, 0), ("C", "D", 2, 1))
        model = MarginModel(4)
        learned(model, games)
        assert model.predict(fixture(games, "A", "B"))[0, 0] < 0.65

    def test_who_played_the_day_before_is_less_likely_to_win(self) -> None:
        games = played(("A", "B", 2, 1), ("C", "D", 1, 2))
        model = MarginModel(4)
        learned(model, games)
        tired = model.predict(fixture(games, "C", "A", days_later=1))[0, 0]
        rested = model.predict(fixture(games, "C", "A", days_later=2))[0, 0]
        assert tired < rested - 0.01

    def test_strengths_are_recovered_in_order_and_their_intervals_cover(self) -> None:
        ranks, covered = [], []
        for seed in range(4):
            season = simulate(replace(RECREATIONAL, seasons=1, rounds=40, drift=0.0), seed)
            games, rates = season.games, season.log_rates
            model = MarginModel(len(games.teams))
            learned(model, games)
            mean, deviation = model.strengths()
            edge = (rates[:, 0] - rates[:, 1]) / 2
            design = np.zeros((len(games), len(games.teams)))
            rows = np.arange(len(games))
            design[rows, games.home], design[rows, games.away] = 1.0, -1.0
            truth = np.linalg.lstsq(design, edge - edge.mean(), rcond=None)[0]
            order = np.corrcoef(np.argsort(np.argsort(truth)), np.argsort(np.argsort(mean)))[0, 1]
            ranks.append(order)
            # one unit of half the log rate difference is worth about 3.3 logits of margin at four goals a side
            scale = float(truth @ mean / (truth @ truth))
            covered += list(np.abs(mean - mean.mean() - scale * truth) < 2 * deviation)
        # 40 games with 7 goals each give a reliability of about 0.9 at this spread
        assert np.mean(ranks) > 0.8
        assert np.mean(covered) > 0.8


class TestTies:
    def test_where_games_never_end_level_ties_become_impossible(self) -> None:
        assert TieRate(0, 0).share == pytest.approx(1 / 16)
        assert TieRate(0, 400).share < 1e-6
        shares = [TieRate(0, n).share for n in (0, 10, 50, 100, 400)]
        assert shares == sorted(shares, reverse=True)

    def test_one_level_game_settles_it(self) -> None:
        assert TieRate(1, 500).allowed == 1.0
        assert TieRate(20, 100).share == pytest.approx(24 / 132)

    @pytest.mark.parametrize("model", [MarginModel, GoalsModel])
    def test_the_models_follow_the_league(self, model: type[MarginModel | GoalsModel]) -> None:
        decided = played(*(("A", "B", 2 + i % 2, 1 + i % 3 % 2) for i in range(2)), *[("B", "A", 3, 2)] * 148)
        level = played(*[("A", "B", 2, 2), ("B", "A", 3, 2), ("A", "B", 2, 3)] * 20)
        for games, low, high in ((decided, 0.0, 0.003), (level, 0.2, 0.4)):
            forecaster = model(2)
            learned(forecaster, games)
            assert low <= forecaster.predict(fixture(games, "A", "B"))[0, 1] <= high


class TestGoals:
    def test_a_race_of_counts_agrees_with_counting(self) -> None:
        home, level, away, one = race(np.array(3.0), np.array(2.0))
        rng = np.random.default_rng(1)
        x, y = rng.poisson(3.0, 200_000), rng.poisson(2.0, 200_000)
        # four standard errors of a share from 200 000 draws
        for chance, share in ((home, x > y), (level, x == y), (away, x < y), (one, np.abs(x - y) == 1)):
            assert chance == pytest.approx(share.mean(), abs=0.0045)

    def test_expected_goals_approach_what_is_scored(self) -> None:
        games = played(*[("A", "B", 5, 2), ("B", "A", 2, 5), ("A", "B", 4, 1), ("B", "A", 1, 4)] * 15)
        model = GoalsModel(2)
        learned(model, games)
        home, away = model.expected_goals(fixture(games, "A", "B"))[0]
        assert home == pytest.approx(4.5, abs=0.35)
        assert away == pytest.approx(1.5, abs=0.35)

    def test_a_goal_in_overtime_is_counted_in_part(self) -> None:
        close = played(*[("A", "B", 3, 2), ("B", "A", 3, 2)] * 30)
        model = GoalsModel(2)
        learned(model, close)
        # all won by one: about a third of the winners' last goals came after regulation
        assert 4.3 < model.expected_goals(fixture(close, "A", "B")).sum() < 4.9


def test_the_base_rate_counts_each_outcome_once_in_advance() -> None:
    model = BaseRate()
    model.learn(played(("A", "B", 1, 0), ("A", "B", 2, 0), ("A", "B", 0, 0)))
    assert model.predict(played(("A", "B", 1, 0)))[0].tolist() == [3 / 6, 2 / 6, 1 / 6]
