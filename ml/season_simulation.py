"""The rest of a season, played many times: points, places and cup winners.

Each simulated season draws every team's strength from what the results allow (one member of the rating bank, then its
joint posterior), so that a team that is better than it looks is better in all its games. Each game's chances are then
shifted, in log odds, so that their mean is exactly the published forecast of that game. Ranking is by points, then
wins, then goal difference so far, then by lot. Playoffs are one game a round, best against worst, byes for the best
where the places are no power of two: the league's rule book names no other format.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hockey.league import Points
from ml.arrays import AWAY, HOME, TIE, Bools, Floats, Ints
from ml.margin_model import MarginModel
from ml.results import Games

_CHUNK: Final = 2_000
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Standing:
    """Points, wins and goal difference per team so far."""

    points: Floats
    wins: Floats
    goal_difference: Floats


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What a result is worth, and who qualifies. `overtime_share` is how often a decided game went to overtime."""

    points: Points
    places: int
    overtime_share: float


@dataclass(frozen=True, slots=True)
class SeasonOdds:
    """Per team: share of seasons at each place (teams, places), with a playoff place, with the cup; mean points.

    `points_low` and `points_high` bound the central 90 %; `seasons` were simulated.
    """

    seeds: Floats
    playoffs: Floats
    title: Floats
    mean_points: Floats
    points_low: Floats
    points_high: Floats
    seasons: int


def standing_of(games: Games, overtime: Ints, points: Points) -> Standing:
    """The table after these played games; `overtime` is 1 where a game was level after regulation."""
    teams = len(games.teams)
    table = Standing(np.zeros(teams), np.zeros(teams), np.zeros(teams))
    margin = (games.home_goals - games.away_goals).astype(np.float64)
    for side, sign in ((games.home, 1.0), (games.away, -1.0)):
        own = sign * margin
        win = np.where(overtime == 1, points.overtime_win, points.win)
        loss = np.where(overtime == 1, points.overtime_loss, points.loss)
        np.add.at(table.points, side, np.where(own > 0, win, np.where(own < 0, loss, points.tie)).astype(np.float64))
        np.add.at(table.wins, side, (own > 0).astype(np.float64))
        np.add.at(table.goal_difference, side, own)
    return table


def simulate(
    model: MarginModel,
    standing: Standing,
    fixtures: Games,
    rules: Rulebook,
    seasons: int,
    forecast: Floats | None = None,
) -> SeasonOdds:
    """Play the fixtures `seasons` times. `forecast` (games, 3) is what each game's chances must average to."""
    rng = np.random.default_rng(seasons)
    parts = [
        _chunk(model, standing, fixtures, rules, _Draw(rng, min(_CHUNK, seasons - done), forecast))
        for done in range(0, seasons, _CHUNK)
    ]
    order, points, champion = (np.concatenate(column) for column in zip(*parts, strict=True))
    teams = len(standing.points)
    places = np.argsort(order, axis=1)
    seeds = np.array([np.bincount(places[:, team], minlength=teams) for team in range(teams)]) / seasons
    low, high = np.quantile(points, [0.05, 0.95], axis=0)
    return SeasonOdds(
        seeds,
        seeds[:, : rules.places].sum(axis=1),
        np.bincount(champion, minlength=teams) / seasons,
        points.mean(axis=0),
        low,
        high,
        seasons,
    )


@dataclass(frozen=True, slots=True)
class _Draw:
    rng: np.random.Generator
    size: int
    forecast: Floats | None


def _chunk(
    model: MarginModel, standing: Standing, fixtures: Games, rules: Rulebook, draw: _Draw
) -> tuple[Ints, Floats, Ints]:
    """Teams in order of their place, final points, and cup winner of each simulated season."""
    strength, home_ice, level = _strengths(model, draw)
    home, away = _chances(strength, home_ice, level, fixtures, draw.forecast)
    luck = draw.rng.random(home.shape, dtype=np.float32)
    home_won, away_won = luck < home, luck >= 1.0 - away
    overtime = draw.rng.random(home.shape, dtype=np.float32) < rules.overtime_share
    points, wins = _totals(home_won, away_won, overtime, fixtures, rules.points)
    points += standing.points
    wins += standing.wins
    lot = draw.rng.random(points.shape)
    order = np.lexsort((lot, -np.broadcast_to(standing.goal_difference, points.shape), -wins, -points), axis=1)
    champion = _cup(order[:, : rules.places], strength, home_ice, draw.rng)
    return order, points, champion


def _strengths(model: MarginModel, draw: _Draw) -> tuple[Floats, Floats, Floats]:
    """Strength (seasons, teams), home ice and half width of the tie class (seasons, 1) of each simulated season."""
    bank = model.bank
    size = model.teams + 1
    member = np.sort(draw.rng.choice(len(bank.weights), size=draw.size, p=bank.weights))
    ratings = np.empty((draw.size, size))
    for one in np.unique(member):
        rows = np.flatnonzero(member == one)
        spread = bank.cov[one, :size, :size] + 1e-9 * np.eye(size)
        normal = draw.rng.standard_normal((len(rows), size))
        ratings[rows] = bank.mean[one, :size] + normal @ np.linalg.cholesky(spread).T
    level = model.tie_width()[member]
    return ratings[:, : model.teams], ratings[:, model.teams :], level[:, None]


def _chances(
    strength: Floats, home_ice: Floats, level: Floats, fixtures: Games, forecast: Floats | None
) -> tuple[Floats, Floats]:
    """Home and away win probability of each fixture in each simulated season."""
    edge = strength[:, fixtures.home] - strength[:, fixtures.away] + home_ice
    home, away = _logistic(edge - level), _logistic(-edge - level)
    if forecast is None or not len(fixtures):
        return home, away
    home = _shifted(home, forecast[:, HOME])
    decided = np.maximum(1.0 - home, _LEAST)
    # the away side's part of what is not a home win, shifted likewise
    share = _shifted(np.clip(away / np.maximum(decided, away), _LEAST, 1 - _LEAST), _away_share(forecast))
    return home, share * decided


def _away_share(forecast: Floats) -> Floats:
    lost = forecast[:, AWAY] + forecast[:, TIE]
    return np.asarray(forecast[:, AWAY] / np.maximum(lost, _LEAST), dtype=np.float64)


def _shifted(chance: Floats, target: Floats) -> Floats:
    """Chances moved in log odds, column by column, until their means are the targets."""
    odds = np.log(np.clip(chance, _LEAST, 1 - _LEAST)) - np.log(np.clip(1.0 - chance, _LEAST, 1 - _LEAST))
    shift = np.zeros(chance.shape[1])
    for _ in range(3):  # Newton steps: the means are smooth in the shift, and the shift is small
        moved = _logistic(odds + shift)
        slope = np.maximum((moved * (1.0 - moved)).mean(axis=0), _LEAST)
        shift += np.clip((target - moved.mean(axis=0)) / slope, -3.0, 3.0)
    return _logistic(odds + shift)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def _totals(
    home_won: Bools, away_won: Bools, overtime: Bools, fixtures: Games, points: Points
) -> tuple[Floats, Floats]:
    """Points and wins (seasons, teams) that the fixtures bring."""
    win = np.where(overtime, points.overtime_win, points.win).astype(np.float32)
    loss = np.where(overtime, points.overtime_loss, points.loss).astype(np.float32)
    tie = np.float32(points.tie)
    for_home = np.where(home_won, win, np.where(away_won, loss, tie))
    for_away = np.where(away_won, win, np.where(home_won, loss, tie))
    teams = np.eye(len(fixtures.teams), dtype=np.float32)
    at_home, on_road = teams[fixtures.home], teams[fixtures.away]
    total = np.asarray(for_home @ at_home + for_away @ on_road, dtype=np.float64)
    wins = home_won.astype(np.float32) @ at_home + away_won.astype(np.float32) @ on_road
    return np.round(total, 6), np.asarray(wins, dtype=np.float64)


def _cup(seeded: Ints, strength: Floats, home_ice: Floats, rng: np.random.Generator) -> Ints:
    """The winner of each bracket: the better seed plays at home."""
    rows = np.arange(len(seeded))[:, None]
    place = np.tile(np.arange(seeded.shape[1]), (len(seeded), 1))  # those still in, by seed
    while place.shape[1] > 1:
        count = place.shape[1]
        byes = (1 << (count - 1).bit_length()) - count
        playing = place[:, byes:]
        half = playing.shape[1] // 2
        better, worse = playing[:, :half], playing[:, half:][:, ::-1]
        edge = strength[rows, seeded[rows, better]] - strength[rows, seeded[rows, worse]] + home_ice
        won = rng.random(edge.shape) < _logistic(edge)
        place = np.sort(np.concatenate([place[:, :byes], np.where(won, better, worse)], axis=1), axis=1)
    return np.asarray(seeded[rows[:, 0], place[:, 0]], dtype=np.int64)
