"""The training of `win_probability`: strength factors, how leads ended, and the accuracy at the intermissions."""

from typing import Final

import msgspec
import numpy as np
import polars as pl

from ml.arrays import HOME, TIE, Floats, Ints
from ml.artifact import Trained
from ml.baseline_rule import compared, said, to_publish
from ml.forecasting import Blend, hidden
from ml.goals_model import GoalsModel
from ml.in_game import (
    FEATURES,
    LEADER,
    METHOD,
    POWER_PLAY,
    PRE_GAME,
    SHORT_HANDED,
    WIDEST_LEAD,
    Parameters,
    State,
    live,
)
from ml.league import League
from ml.margin_model import MarginModel
from ml.outcome import burn_in
from ml.prediction import Region
from ml.results import Games
from ml.scoring import favourite_calibration, league_outcomes, log_losses, score

_PRIOR_GOALS: Final = 15.0
_FEW_GAMES: Final = 10
"""Fewer say nothing."""
_Measured = tuple[str, dict[str, object], tuple[Region, ...]]


def train(league: League) -> Trained:
    """The strength factors of this league, and the accuracy at the intermissions of the evaluated games."""
    power_play, short_handed = _strength_factors(league.frames["fact_shifts"], league.frames["fact_goals"])
    method, evaluation, regions = _evaluate(league)
    ended = tuple(tuple(tuple(counts) for counts in table) for table in _ended(league).tolist())
    rules = league.rules.to_mapping()
    parameters = Parameters(power_play, short_handed, rules, regions, method, ended)
    unmeasured = () if regions else ("no period scores to measure on",)
    warnings = (*unmeasured, *said(METHOD, method, f"{evaluation.get('moments', 0)} intermissions"))
    return Trained(method, parameters, {}, FEATURES, evaluation, warnings, method != METHOD)


def _ended(league: League) -> Floats:
    """How played games ended after one and two periods, by the home lead: counts (2, 7, 3)."""
    leads, outcome = _leads(league.period_goals), league.games.outcome
    known = ~np.isnan(leads[:, 0]) & (league.games.home_goals >= 0)
    ended = np.zeros((2, 2 * WIDEST_LEAD + 1, 3))
    for k in range(2):
        lead = np.clip(leads[known, k], -WIDEST_LEAD, WIDEST_LEAD).astype(np.int64) + WIDEST_LEAD
        np.add.at(ended[k], (lead, outcome[known]), 1.0)
    return ended


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


def _evaluate(league: League) -> _Measured:
    rows = np.flatnonzero(league.games.home_goals >= 0)
    games = league.games.take(rows)
    if len(games) < _FEW_GAMES:
        return METHOD, {}, ()
    leads = _leads(league.period_goals[rows])
    has_ties = bool((games.outcome == TIE).any())
    forecast, pre_game = _intermissions(games, leads, has_ties=has_ties)
    known = np.flatnonzero(~np.isnan(leads[:, 0]) & (np.arange(len(games)) >= burn_in(games)))
    if not len(known):
        return METHOD, {}, ()
    now = np.concatenate([forecast[known, 0], forecast[known, 1]])
    before = np.concatenate([pre_game[known]] * 2)
    forecasts = {METHOD: now, PRE_GAME: before, LEADER: _leader_forecast(games, leads, known)}
    return _scored(forecasts, np.concatenate([games.outcome[known]] * 2))


def _scored(forecasts: dict[str, Floats], outcome: Ints) -> _Measured:
    losses = {name: log_losses(forecast, outcome) for name, forecast in forecasts.items()}
    method = to_publish(METHOD, losses)
    own = score(forecasts[method], outcome)
    regions = tuple(
        Region(b.low, b.high, b.games, b.predicted, b.observed)
        for b in favourite_calibration(forecasts[method], outcome)
    )
    evaluation: dict[str, object] = {
        "moments": own.games,
        "log_loss": own.log_loss,
        "brier": own.brier,
        "accuracy": own.accuracy,
        "baselines": compared(method, losses, "log_loss"),
        "confidence": [msgspec.to_builtins(r) for r in regions],
    }
    return method, evaluation, regions


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


def _leader_forecast(games: Games, leads: Floats, known: Ints) -> Floats:
    """The baseline that knows the lead alone: how earlier games with the same lead ended, per intermission."""
    forecasts = []
    wide = np.clip(leads, -WIDEST_LEAD, WIDEST_LEAD)
    for k in range(2):
        for row in known:
            alike = (games.day < games.day[row]) & (wide[:, k] == wide[row, k])
            counts = np.bincount(games.outcome[alike], minlength=3) + 1.0
            forecasts.append(counts / counts.sum())
    has_ties = (games.outcome == TIE).any()
    return league_outcomes(np.array(forecasts), np.array([TIE if has_ties else HOME]))
