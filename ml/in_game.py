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
import polars as pl

from hockey.league import LeagueRules
from ml.arrays import AWAY, HOME, TIE, Floats
from ml.artifact import Trained
from ml.forecasting import Blend, hidden
from ml.goals_model import GoalsModel, poisson, race
from ml.league import League
from ml.margin_model import MarginModel
from ml.outcome import Outcome, burn_in
from ml.prediction import Answer, Region, measured
from ml.requests import WinProbabilityFeatures
from ml.results import Games
from ml.scoring import favourite_calibration, league_outcomes, log_losses, score, standard_error

NAME: Final = "win_probability"
FEATURES: Final = ("score", "period", "seconds_left", "skaters", "game_outcome", "strength factors", "league.toml")
POWER_PLAY: Final = 2.4
SHORT_HANDED: Final = 0.4
"""Prior goal rates of the side with more, and with fewer skaters, against even strength. NHL seasons 2015-2024: about
6.7 and 0.9 goals per hour at 5v4 against 2.5 at 5v5."""
_PRIOR_GOALS: Final = 15.0


class Parameters(msgspec.Struct, frozen=True):
    """Goal rate factors of the side with more and of the side with fewer skaters, and the measured reliability."""

    power_play: float
    short_handed: float
    rules: dict[str, object]
    regions: tuple[Region, ...]


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


def train(league: League) -> Trained:
    """The strength factors of this league, and the accuracy at the intermissions of the evaluated games."""
    power_play, short_handed = _strength_factors(league.frames["fact_shifts"], league.frames["fact_goals"])
    evaluation, regions = _evaluate(league)
    parameters = Parameters(power_play, short_handed, league.rules.to_mapping(), regions)
    warnings = () if regions else ("no period scores to measure on",)
    return Trained("poisson_race", parameters, {}, FEATURES, evaluation, warnings)


def answer(outcome: Outcome, p: Parameters, features: WinProbabilityFeatures, home: int, away: int) -> Answer:
    """The state of one game. The headline is the home win; confidence is the measured hit rate of such calls."""
    games = outcome.fixture(home, away)
    pre_game, goals = outcome.probabilities(games)[0], outcome.expected_goals(games)[0]
    state = state_of(features, p)
    chances = live(pre_game, goals, state, has_ties=outcome.parameters.has_ties)
    low, high = outcome.interval(games)
    ends = [
        live(_moved(pre_game, end), goals, state, has_ties=outcome.parameters.has_ties)[HOME] for end in (low, high)
    ]
    rates = goals * np.array([state.home_factor, state.away_factor])
    return Answer(
        prediction=float(chances[HOME]),
        confidence=measured(p.regions, float(chances.max())),
        interval=(float(min(*ends, chances[HOME])), float(max(*ends, chances[HOME]))),
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


def _strength_factors(shifts: pl.DataFrame, goals: pl.DataFrame) -> tuple[float, float]:
    """Goal rates with more and with fewer skaters over the even-strength rate, shrunk to the prior."""
    seconds = dict(shifts.drop_nulls("strength").group_by("strength").agg(pl.col("shift_duration").sum()).rows())
    even = sum(s for strength, s in seconds.items() if _more(strength) == 0)
    uneven = sum(s for strength, s in seconds.items() if _more(strength))
    counts = {0: 0, 1: 0, -1: 0}
    for venue, strength in goals.drop_nulls(["team_venue", "strength"]).select("team_venue", "strength").rows():
        counts[_more(strength) * (1 if venue == "home" else -1)] += 1
    # two sides score at even strength, one side on either end of a power play
    expected = counts[0] / (2 * even) * uneven if even and uneven else 0.0
    return (
        (counts[1] + POWER_PLAY * _PRIOR_GOALS) / (expected + _PRIOR_GOALS),
        (counts[-1] + SHORT_HANDED * _PRIOR_GOALS) / (expected + _PRIOR_GOALS),
    )


def _more(strength: str) -> int:
    """1 where the home side has more skaters, -1 where fewer, 0 where equal or unreadable; `5v4`, home first."""
    home, _, away = strength.partition("v")
    if not (home.isdecimal() and away.isdecimal()):
        return 0
    return (int(home) > int(away)) - (int(home) < int(away))


def _evaluate(league: League) -> tuple[dict[str, object], tuple[Region, ...]]:
    rows = np.flatnonzero(league.games.home_goals >= 0)
    games = league.games.take(rows)
    if len(games) < 10:  # noqa: PLR2004 - fewer say nothing
        return {}, ()
    leads = _leads(league.period_goals[rows])
    has_ties = bool((games.outcome == TIE).any())
    forecast, pre_game = _intermissions(games, leads, has_ties=has_ties)
    first = burn_in(games)
    known = np.flatnonzero(~np.isnan(leads[:, 0]) & (np.arange(len(games)) >= first))
    if not len(known):
        return {}, ()
    outcome = np.concatenate([games.outcome[known]] * 2)
    now = np.concatenate([forecast[known, 0], forecast[known, 1]])
    before = np.concatenate([pre_game[known]] * 2)
    leader = _leader_forecast(games, leads, known)
    return _scored(now, {"pre_game": before, "leader": leader}, outcome)


def _scored(
    now: Floats, baselines: dict[str, Floats], outcome: "np.typing.NDArray[np.int64]"
) -> tuple[dict[str, object], tuple[Region, ...]]:
    own = score(now, outcome)
    regions = tuple(
        Region(b.low, b.high, b.games, b.predicted, b.observed) for b in favourite_calibration(now, outcome)
    )
    compared: dict[str, object] = {}
    for name, other in baselines.items():
        difference = log_losses(other, outcome) - log_losses(now, outcome)
        compared[name] = {
            "log_loss": score(other, outcome).log_loss,
            "log_loss_minus_model": float(difference.mean()),
            "difference_standard_error": standard_error(difference),
        }
    evaluation: dict[str, object] = {
        "moments": own.games,
        "log_loss": own.log_loss,
        "brier": own.brier,
        "accuracy": own.accuracy,
        "baselines": compared,
        "confidence": [msgspec.to_builtins(r) for r in regions],
    }
    return evaluation, regions


def _leads(period_goals: Floats) -> Floats:
    """Home lead after one and after two periods (games, 2); NaN where unknown."""
    return np.asarray(np.cumsum(period_goals[:, :3] - period_goals[:, 3:], axis=1)[:, :2], dtype=np.float64)


def _intermissions(games: Games, leads: Floats, *, has_ties: bool) -> tuple[Floats, Floats]:
    """Forecasts after one and two periods (games, 2, 3), and before the game, walking forward."""
    blend = Blend(MarginModel(len(games.teams)), goals := GoalsModel(len(games.teams)))
    now, before = np.full((len(games), 2, 3), np.nan), np.empty((len(games), 3))
    for day in games.days():
        today = games.take(day)
        chances = blend.predict(hidden(today))
        if not has_ties:
            chances = league_outcomes(chances, np.array([HOME]))
        expected = goals.expected_goals(today)
        before[day] = chances
        for row in range(day.start, day.stop):
            if not np.isnan(leads[row, 0]):
                now[row] = [
                    live(
                        chances[row - day.start],
                        expected[row - day.start],
                        State(int(leads[row, k]), (2 - k) / 3),
                        has_ties=has_ties,
                    )
                    for k in range(2)
                ]
        blend.learn(today)
    return now, before


def _leader_forecast(games: Games, leads: Floats, known: "np.typing.NDArray[np.int64]") -> Floats:
    """The baseline that knows the lead alone: how earlier games with the same lead ended, per intermission."""
    forecasts = []
    for k in range(2):
        for row in known:
            alike = (games.day < games.day[row]) & (np.clip(leads[:, k], -3, 3) == np.clip(leads[row, k], -3, 3))
            counts = np.bincount(games.outcome[alike], minlength=3) + 1.0
            forecasts.append(counts / counts.sum())
    has_ties = (games.outcome == TIE).any()
    return league_outcomes(np.array(forecasts), np.array([TIE if has_ties else HOME]))
