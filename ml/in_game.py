"""`win_probability`: who wins a game that is being played, from score, time left and strength.

Both sides go on scoring as Poisson processes. Their rates are the outcome model's expected goals, tilted so that at the
opening faceoff the home side's share of decided games is exactly the pre-game forecast's; while one side is short of
players its rates change by the league's own factors. In a league with ties, the tie's probability is scaled to the
pre-game forecast's at the start and to what the score says at the end, in proportion to the time left. In one without,
a level game goes to the sides as overtime did before.

Measured at both intermissions of games with known period scores, each from a model that knew earlier days only.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from hockey.league import LeagueRules
from ml.arrays import AWAY, HOME, TIE, Floats
from ml.goals_model import poisson, race
from ml.outcome import Outcome
from ml.prediction import Answer, Region, measured
from ml.requests import WinProbabilityFeatures

NAME: Final = "win_probability"
FEATURES: Final = ("score", "period", "seconds_left", "skaters", "game_outcome", "strength factors", "league.toml")
METHOD: Final = "poisson_race"
PRE_GAME: Final = "pre_game"
LEADER: Final = "leader"
"""The baselines: the forecast before the game, and how games with this lead ended, whoever played."""
POWER_PLAY: Final = 2.4
SHORT_HANDED: Final = 0.4
"""Prior goal rates of the side with more, and with fewer skaters, against even strength. NHL seasons 2015-2024: about
6.7 and 0.9 goals per hour at 5v4 against 2.5 at 5v5."""
WIDEST_LEAD: Final = 3
"""Bigger leads count as this where games are sorted by their lead."""


class Parameters(msgspec.Struct, frozen=True):
    """Goal rate factors of the side with more and of the side with fewer skaters, and the measured reliability.

    `method` is what is published: the race, or the baseline that it did not beat. `ended` counts how games ended after
    one and after two periods, by home lead from -3 or worse to 3 or better (2, 7, 3).
    """

    power_play: float
    short_handed: float
    rules: dict[str, object]
    regions: tuple[Region, ...]
    method: str = METHOD
    ended: tuple[tuple[tuple[float, ...], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A moment of a game: goals ahead, share of regulation left, and expected goals left per side after strength."""

    lead: int
    left: float
    home_factor: float = 1.0
    away_factor: float = 1.0


def live(pre_game: Floats, goals: Floats, state: State, *, has_ties: bool) -> Floats:
    """Home, tie and away probability now, from those before the game and its expected goals (home, away)."""
    tilt, tie_scale = _calibrated(pre_game, goals, has_ties=has_ties)
    home = goals[0] * np.exp(tilt) * state.left * state.home_factor
    away = goals[1] * np.exp(-tilt) * state.left * state.away_factor
    raw = _ahead(home, away, state.lead)
    if not has_ties:
        won = float(_after_overtime(raw[HOME], raw[TIE], raw[AWAY]))
        return np.array([won, 0.0, 1.0 - won])
    raw[TIE] *= tie_scale**state.left
    return np.asarray(raw / raw.sum(), dtype=np.float64)


def answer(outcome: Outcome, p: Parameters, features: WinProbabilityFeatures, home: int, away: int) -> Answer:
    """The state of one game. The headline is the home win; confidence is the measured hit rate of such calls."""
    games = outcome.fixture(home, away)
    pre_game, goals = outcome.probabilities(games)[0], outcome.expected_goals(games)[0]
    state = state_of(features, p)
    low, high = outcome.interval(games)
    chances, *ends = (
        _published(p, forecast, goals, state, has_ties=outcome.parameters.has_ties)
        for forecast in (pre_game, _moved(pre_game, low), _moved(pre_game, high))
    )
    rates = goals * np.array([state.home_factor, state.away_factor])
    return Answer(
        prediction=float(chances[HOME]),
        confidence=measured(p.regions, float(chances.max())),
        interval=(float(min(e[HOME] for e in (chances, *ends))), float(max(e[HOME] for e in (chances, *ends)))),
        details={
            "home_win": float(chances[HOME]),
            "tie": float(chances[TIE]),
            "away_win": float(chances[AWAY]),
            "next_goal_home": float(rates[0] / rates.sum() * (1.0 - np.exp(-rates.sum() * state.left))),
            "next_goal_away": float(rates[1] / rates.sum() * (1.0 - np.exp(-rates.sum() * state.left))),
            "no_more_goal": float(np.exp(-rates.sum() * state.left)),
            "pre_game_home_win": float(pre_game[HOME]),
        },
    )


def _published(p: Parameters, pre_game: Floats, goals: Floats, state: State, *, has_ties: bool) -> Floats:
    """Home, tie and away probability now, by the published method; a game without time left is over in any case."""
    if p.method == METHOD or state.left <= 0.0:
        return live(pre_game, goals, state, has_ties=has_ties)
    return pre_game if p.method == PRE_GAME else by_lead(np.array(p.ended), state, has_ties=has_ties)


def by_lead(ended: Floats, state: State, *, has_ties: bool) -> Floats:
    """How games with this lead ended: after one period until then, then passing over to the state of the score.

    `ended` (2, 7, 3) holds counts; one of each outcome is added. A bigger lead never does worse.
    """
    shares = (ended + 1.0) / (ended + 1.0).sum(axis=2, keepdims=True)
    home = np.maximum.accumulate(shares[:, :, HOME], axis=1)
    away = np.minimum(np.minimum.accumulate(shares[:, :, AWAY], axis=1), 1.0 - home)
    place = int(np.clip(state.lead, -WIDEST_LEAD, WIDEST_LEAD)) + WIDEST_LEAD
    over = np.array([float(state.lead > 0), float(state.lead < 0)])
    if not has_ties and state.lead == 0:
        over[:] = 0.5
    sides = np.vstack([over, np.stack([home, away], axis=2)[::-1, place]])
    now = [float(np.interp(state.left, [0.0, 1 / 3, 2 / 3], sides[:, side])) for side in (0, 1)]
    if not has_ties:
        return np.array([now[0], 0.0, now[1]]) / sum(now)
    return np.array([now[0], 1.0 - sum(now), now[1]])


def state_of(features: WinProbabilityFeatures, p: Parameters) -> State:
    """The moment that the features describe. Overtime counts the time left as regulation time left would."""
    rules = LeagueRules.from_mapping(p.rules)
    regulation = rules.periods.count * rules.periods.minutes * 60
    to_come = max(rules.periods.count - features.period, 0) * rules.periods.minutes * 60
    length = rules.periods.minutes if features.period <= rules.periods.count else rules.periods.overtime_minutes
    seconds = min(features.seconds_left, length * 60) + to_come
    lasts = features.strength_seconds_left
    short = min(rules.penalties.minor * 30 if lasts is None else lasts, seconds)
    home, away = _factors(features.home_skaters - features.away_skaters, p)
    share = short / seconds if seconds else 0.0
    return State(
        features.home_goals - features.away_goals,
        seconds / regulation if regulation else 0.0,
        1.0 + (home - 1.0) * share,
        1.0 + (away - 1.0) * share,
    )


def _factors(more_home: int, p: Parameters) -> tuple[float, float]:
    if more_home == 0:
        return 1.0, 1.0
    return (p.power_play, p.short_handed) if more_home > 0 else (p.short_handed, p.power_play)


def _moved(pre_game: Floats, home: float) -> Floats:
    rest = (1.0 - home) / max(1.0 - pre_game[HOME], 1e-9)
    return np.array([home, pre_game[TIE] * rest, pre_game[AWAY] * rest])


def _ahead(home: float, away: float, lead: int) -> Floats:
    """Probabilities that home, nobody, away is ahead at the end of two Poisson counts after this lead."""
    p, q = poisson(np.array([home, away]))
    # distribution of the final lead: home's goals less away's, moved by the lead now
    final = np.convolve(p, q[::-1])
    margin = np.arange(1 - len(p), len(p)) + lead
    return np.array([final[margin > 0].sum(), final[margin == 0].sum(), final[margin < 0].sum()])


def _calibrated(pre_game: Floats, goals: Floats, *, has_ties: bool) -> tuple[float, float]:
    """The tilt of the log rates, and the factor on the tie, that give back the pre-game forecast at the start."""
    target = float(pre_game[HOME] / (pre_game[HOME] + pre_game[AWAY]))
    low, high = -4.0, 4.0
    for _ in range(4):
        grid = np.linspace(low, high, 17)
        shares = _home_share(race(goals[0] * np.exp(grid), goals[1] * np.exp(-grid)), has_ties=has_ties)
        above = int(np.clip(np.searchsorted(shares, target), 1, len(grid) - 1))
        low, high = grid[above - 1], grid[above]
    tilt = float(np.interp(target, shares[above - 1 : above + 1], [low, high]))
    raw = _ahead(goals[0] * np.exp(tilt), goals[1] * np.exp(-tilt), 0)
    tie = min(max(pre_game[TIE], 1e-9), 1.0 - 1e-9)
    return tilt, float(tie / (1.0 - tie) * (raw[HOME] + raw[AWAY]) / raw[TIE])


def _home_share(raw: Floats, *, has_ties: bool) -> Floats:
    """The home side's share of decided games, per row of (home, tie, away, ...)."""
    home, level, away = raw[:, HOME], raw[:, TIE], raw[:, AWAY]
    return np.asarray(home / (home + away) if has_ties else _after_overtime(home, level, away), dtype=np.float64)


def _after_overtime(home: Floats, level: Floats, away: Floats) -> Floats:
    # overtime and shootout are closer to even than regulation: half by strength, as in ml.goals_model
    strength = (home + level / 2.0) / (home + level + away)
    return np.asarray((home + level * (0.25 + 0.5 * strength)) / (home + level + away), dtype=np.float64)
