"""Simulated seasons add up, end certain, and are quick."""

import time
from dataclasses import replace

import numpy as np
import pytest

from hockey.league import Points
from ml.margin_model import MarginModel
from ml.results import Games
from ml.season_simulation import Rulebook, Standing, simulate, standing_of
from ml.simulated import PROFESSIONAL, RECREATIONAL
from ml.simulated import simulate as play

RULES = Rulebook(Points(), places=4, overtime_share=0.0)


def learned(games: Games) -> MarginModel:
    model = MarginModel(len(games.teams))
    for day in games.days():
        model.learn(games.take(day))
    return model


def zero(teams: int) -> Standing:
    return Standing(np.zeros(teams), np.zeros(teams), np.zeros(teams))


def test_places_seeds_and_titles_add_up() -> None:
    games = play(replace(RECREATIONAL, seasons=1), 3).games
    odds = simulate(learned(games.take(slice(0, 30))), zero(6), games.take(slice(30, 60)), RULES, 3000)
    assert odds.playoffs.sum() == pytest.approx(4.0)
    assert odds.title.sum() == pytest.approx(1.0)
    assert odds.seeds.sum(axis=0) == pytest.approx(np.ones(6))
    assert odds.seeds.sum(axis=1) == pytest.approx(np.ones(6))
    assert (odds.points_low <= odds.mean_points).all()
    assert (odds.mean_points <= odds.points_high).all()
    assert odds.mean_points.sum() == pytest.approx(30 * 2)  # two points in every game


def test_with_nothing_left_the_table_decides() -> None:
    games = play(replace(RECREATIONAL, seasons=1), 3).games
    points = np.array([10.0, 4.0, 8.0, 2.0, 6.0, 0.0])
    odds = simulate(learned(games), Standing(points, points / 2, points), games.take(slice(0, 0)), RULES, 500)
    assert odds.playoffs.tolist() == [1.0, 1.0, 1.0, 0.0, 1.0, 0.0]
    assert np.argmax(odds.seeds, axis=1).tolist() == [0, 3, 1, 4, 2, 5]


def test_equal_points_are_parted_by_wins_then_goals_then_lot() -> None:
    games = play(replace(RECREATIONAL, teams=4, seasons=1), 3).games
    level = Standing(np.full(4, 6.0), np.array([3.0, 2.0, 2.0, 2.0]), np.array([0.0, 5.0, 0.0, 0.0]))
    odds = simulate(learned(games), level, games.take(slice(0, 0)), replace(RULES, places=2), 2000)
    assert odds.seeds[0, 0] == odds.seeds[1, 1] == 1.0
    assert odds.seeds[2, 2] == pytest.approx(0.5, abs=0.05)


def test_games_are_won_as_often_as_forecast() -> None:
    games = play(replace(RECREATIONAL, teams=4, seasons=1), 3).games
    one = games.take(slice(0, 1))
    forecast = np.array([[0.62, 0.11, 0.27]])
    odds = simulate(learned(games), zero(4), one, RULES, 20_000, forecast)
    home, away = int(one.home[0]), int(one.away[0])
    # mean points are 2 * win + tie, with a standard error of 0.006
    assert odds.mean_points[home] == pytest.approx(2 * 0.62 + 0.11, abs=0.025)
    assert odds.mean_points[away] == pytest.approx(2 * 0.27 + 0.11, abs=0.025)


@pytest.mark.parametrize("places", [1, 2, 3, 5, 6])
def test_every_number_of_places_has_a_bracket(places: int) -> None:
    games = play(replace(RECREATIONAL, seasons=1), 3).games
    odds = simulate(learned(games), zero(6), games.take(slice(0, 30)), replace(RULES, places=places), 400)
    assert odds.title.sum() == pytest.approx(1.0)
    assert odds.playoffs.sum() == pytest.approx(places)


def test_a_standing_counts_overtime_by_its_own_points() -> None:
    games = play(replace(RECREATIONAL, teams=2, seasons=1, rounds=1), 1).games
    games = replace(games, home=np.array([0]), away=np.array([1]), home_goals=np.array([3]), away_goals=np.array([2]))
    points = Points(overtime_win=3, overtime_loss=1)
    assert standing_of(games, np.array([1]), points).points.tolist() == [3.0, 1.0]
    assert standing_of(games, np.array([0]), points).points.tolist() == [2.0, 0.0]
    assert standing_of(games, np.array([0]), points).goal_difference.tolist() == [1.0, -1.0]


def test_ten_thousand_seasons_of_a_recreational_league_take_under_a_second() -> None:
    games = play(RECREATIONAL, 5).games
    model, left = learned(games.take(slice(0, 120))), games.take(slice(120, 180))
    start = time.process_time()
    simulate(model, zero(6), left, RULES, 10_000, np.full((len(left), 3), 1 / 3))
    assert time.process_time() - start < 1.0


def test_a_professional_half_season_is_simulated_in_seconds() -> None:
    games = play(PROFESSIONAL, 1).games
    model = learned(games.take(slice(0, 200)))
    start = time.process_time()
    simulate(model, zero(32), games.take(slice(700, 1312)), replace(RULES, places=16), 2_000)
    assert time.process_time() - start < 2.0
