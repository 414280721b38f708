"""Simulated leagues with known strengths, on which methods are compared before they meet a real one.

A game is played in half-minutes: goals at rates from attack, defence, home ice, fatigue and the night's goalie; leaders
sit back; in the last two minutes a side behind by one or two pulls its goalie; a level game may go to overtime. So
the truth is none of the models. `PROFESSIONAL` is a season of 32 near-equal teams and 82 games each (home sides win
about 54 %, a fifth of games reach overtime); `RECREATIONAL` a few seasons of six unequal teams with ties.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from ml.arrays import Floats, Ints
from ml.results import Games, Result, games_of

_STEPS: Final = 120
_FIRST_DAY: Final = date(2021, 10, 1)


@dataclass(frozen=True, slots=True)
class League:
    """What a simulated league is like. Spreads and effects are in log goals.

    `spread` is the standard deviation of attack and of defence between teams, `drift` how far each wanders in a
    season, `carry` the correlation from season to season, `night` the spread of a side's form in one game.
    """

    teams: int
    rounds: int
    seasons: int
    days_between: tuple[int, ...]
    goals: float
    spread: float
    drift: float
    carry: float = 0.7
    home_ice: float = 0.05
    fatigue: float = 0.04
    night: float = 0.1
    overtime: bool = True


PROFESSIONAL: Final = League(
    teams=32, rounds=82, seasons=1, days_between=(1, 2, 2, 2, 3, 3), goals=2.9, spread=0.105, drift=0.05
)
RECREATIONAL: Final = League(
    teams=6, rounds=20, seasons=3, days_between=(7,), goals=3.6, spread=0.25, drift=0.1, home_ice=0.02, overtime=False
)


@dataclass(frozen=True, slots=True)
class Season:
    """The games played, and per game the true log rates of both sides before the night's form."""

    games: Games
    log_rates: Floats


def simulate(league: League, seed: int) -> Season:
    """Play a whole league. The same league and seed give the same games."""
    rng = np.random.default_rng(seed)
    home, away, day, season = _fixtures(league, rng)
    attack, defence = _walks(league, season, day, rng), _walks(league, season, day, rng)
    tired = _tired(home, away, day)
    rows = np.arange(len(day))
    edge = league.home_ice - league.fatigue * tired
    log_rates = np.log(league.goals) + np.column_stack(
        [
            edge + attack[rows, home] - defence[rows, away],
            -edge + attack[rows, away] - defence[rows, home],
        ]
    )
    night = league.night * rng.standard_normal(log_rates.shape)
    goals = _play(np.exp(log_rates + night), league, rng)
    results = [
        Result(_FIRST_DAY + timedelta(days=int(d)), str(s), f"T{h:02d}", f"T{a:02d}", int(g[0]), int(g[1]))
        for d, s, h, a, g in zip(day, season, home, away, goals, strict=True)
    ]
    return Season(games_of(results), log_rates)


def _fixtures(league: League, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Home, away, day and season of each game in date order: every round pairs all teams, each on its own day."""
    rows: list[tuple[int, int, int, int]] = []
    free = np.zeros(league.teams, dtype=np.int64)
    for season in range(league.seasons):
        free[:] = free.max() + (120 if season else 0)
        for _ in range(league.rounds):
            pairs = rng.permutation(league.teams)[: league.teams // 2 * 2].reshape(-1, 2)
            for home, away in pairs:
                day = int(max(free[home], free[away]))
                rows.append((day, season, int(home), int(away)))
                for team in (home, away):
                    free[team] = day + int(rng.choice(league.days_between))
    day, season_of, home, away = np.array(sorted(rows), dtype=np.int64).T
    return home, away, day, season_of


def _walks(league: League, season: Ints, day: Ints, rng: np.random.Generator) -> Floats:
    """A strength of every team at every game: shape (games, teams)."""
    strength = league.spread * rng.standard_normal(league.teams)
    length = max(1, int(np.ptp(day[season == 0])))
    walk = np.empty((len(day), league.teams))
    for row in range(len(day)):
        if row and season[row] != season[row - 1]:
            fresh = league.spread * rng.standard_normal(league.teams)
            strength = league.carry * strength + np.sqrt(1 - league.carry**2) * fresh
        elif row:
            days = (day[row] - day[row - 1]) / length
            strength = strength + league.drift * np.sqrt(days) * rng.standard_normal(league.teams)
        walk[row] = strength
    return walk


def _tired(home: Ints, away: Ints, day: Ints) -> Floats:
    """1 where only the home side played the day before, -1 where only the away side did."""
    last = np.full(int(max(home.max(), away.max())) + 1, -9)
    tired = np.zeros(len(day))
    for row, (h, a, d) in enumerate(zip(home, away, day, strict=True)):
        tired[row] = float(last[h] == d - 1) - float(last[a] == d - 1)
        last[h] = last[a] = d
    return tired


def _play(rates: Floats, league: League, rng: np.random.Generator) -> Ints:
    """Final goals (games, 2) for rates (games, 2) per game."""
    goals = np.zeros(rates.shape, dtype=np.int64)
    for step in range(_STEPS):
        lead = np.clip(goals[:, :1] - goals[:, 1:], -2, 2) * np.array([1, -1])
        factor = 1.0 - 0.12 * lead * step / _STEPS
        if step >= _STEPS - 4:
            behind, ahead = (lead < 0), (lead > 0)
            factor = np.where(behind, 1.9, np.where(ahead, 5.0, factor))  # goalie pulled: more goals, most against
        goals += rng.random(rates.shape) < rates * factor / _STEPS
    if league.overtime:
        _overtime(goals, rates, rng)
    return goals


def _overtime(goals: Ints, rates: Floats, rng: np.random.Generator) -> None:
    """One more goal for a side of each level game: two thirds by strength, the shootouts evenly."""
    level = goals[:, 0] == goals[:, 1]
    sudden_death = rng.random(len(goals)) < 2 / 3
    share = np.where(sudden_death, rates[:, 0] / rates.sum(axis=1), 0.5)
    home = rng.random(len(goals)) < share
    goals[:, 0] += level & home
    goals[:, 1] += level & ~home
