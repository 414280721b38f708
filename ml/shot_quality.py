"""`expected_goals`: a shot attempt's chance to be a goal, by the scoring function of `hockey.expected_goals`.

The coefficients are those of `hockey/`, on which every xG column of the tables rests; training measures them on this
league and may propose others, fitted to its earlier games, but adopts none. A proposal is a logistic regression whose
coefficients are pulled to the present ones (normal priors), measured on the later games that it has not seen.
"""

from typing import Final

import msgspec
import numpy as np
import polars as pl

from hockey.expected_goals import VERSION, Attempt, expected_goals
from ml.arrays import Bools, Floats
from ml.artifact import Trained
from ml.baseline_rule import compared, said, to_publish
from ml.league import League
from ml.prediction import PRIOR_FORECASTS, Answer, Region, measured
from ml.requests import ExpectedGoalsFeatures
from ml.scoring import regions_of, standard_error
from ml.shot_coefficients import fitted, log_odds_with, present

NAME: Final = "expected_goals"
METHOD: Final = "scoring_function"
BASE_RATE: Final = "base_rate"
FEATURES: Final = ("shot_type", "situation", "is_rebound", "is_rush", "after_turnover", "x_ft", "y_ft")
_MARKS: Final = ("off_rebound", "off_rush", "after_turnover")
_SEEN_SHARE: Final = 2 / 3
_FEW_SHOTS: Final = 200
"""Unblocked attempts in unseen games under which nothing is measured."""
_EVEN: Final = 0.5
_Z90: Final = 1.645


class Parameters(msgspec.Struct, frozen=True):
    """The version of the coefficients measured, the league's goals per unblocked attempt, and the reliability."""

    version: str
    method: str
    base_rate: float | None
    calibration: tuple[Region, ...]
    regions: tuple[Region, ...]


def train(league: League) -> Trained:
    """Measure the scoring function on the later third of the tracked games, and propose coefficients."""
    shots = attempts(league)
    goals = shots["is_goal"].to_numpy().astype(np.float64)
    later = _later(shots)
    if int(later.sum()) < _FEW_SHOTS or not goals[~later].any():
        empty = Parameters(VERSION, METHOD, None, (), ())
        return Trained(METHOD, empty, {}, FEATURES, {}, ("too few tracked attempts to measure it on",))
    asked = _attempts_of(shots)
    chance = np.array([expected_goals(attempt) for attempt in asked])
    base = float(goals[~later].mean())
    forecasts = {METHOD: chance[later], BASE_RATE: np.full(int(later.sum()), base)}
    losses = {name: _losses(forecast, goals[later]) for name, forecast in forecasts.items()}
    method = to_publish(METHOD, losses)
    published, came = forecasts[method], goals[later]
    calibration = regions_of(published, came)
    right = ((published >= _EVEN) == (came == 1)).astype(np.float64)
    regions = regions_of(np.maximum(published, 1.0 - published), right)
    proposal = _proposal(asked, goals, later)
    evaluation: dict[str, object] = {
        "attempts": len(came),
        "goals": int(came.sum()),
        "expected_goals": float(published.sum()),
        "log_loss": float(losses[method].mean()),
        "brier": float(((published - came) ** 2).mean()),
        "baselines": compared(method, losses, "log_loss"),
        "calibration": {"bins": [msgspec.to_builtins(r) for r in calibration]},
        "confidence": [msgspec.to_builtins(r) for r in regions],
        "proposal": proposal,
    }
    warnings = (*said(METHOD, method, f"{len(came)} attempts"), *_advice(proposal))
    parameters = Parameters(VERSION, method, float(goals.mean()), calibration, regions)
    return Trained(method, parameters, {}, FEATURES, evaluation, warnings, method != METHOD)


def answer(p: Parameters, features: ExpectedGoalsFeatures) -> Answer:
    """One attempt. The headline is the goal probability; confidence the hit rate of calls (goal, no goal) this sure."""
    scored = expected_goals(Attempt(**features.model_dump()))
    is_baseline = p.method == BASE_RATE and p.base_rate is not None and not features.is_blocked
    chance = float(p.base_rate or 0.0) if is_baseline else scored
    stale = p.version != VERSION
    return Answer(
        prediction=chance,
        confidence=None if features.is_blocked else measured(p.regions, max(chance, 1.0 - chance)),
        interval=(0.0, 0.0) if features.is_blocked else _interval(p.calibration, chance),
        details={"scoring_function": scored, "coefficients": VERSION, "goals_per_attempt": p.base_rate},
        warnings=(f"measured with coefficients {p.version}, these are {VERSION}: train again",) if stale else (),
    )


def attempts(league: League) -> pl.DataFrame:
    """Every unblocked attempt of the tracked games, in order of date and event."""
    days = pl.DataFrame(
        {"game_id": list(league.game_ids), "day": league.games.day}, schema={"game_id": pl.Int64, "day": pl.Int64}
    )
    return (
        league.frames["fact_shots"]
        .drop_nulls(["event_id", "game_id"])
        .filter(~pl.col("is_blocked").fill_null(value=False))
        .join(days, on="game_id", how="left")
        .with_columns(pl.col("is_goal", *_MARKS).fill_null(value=False))
        .sort("day", "game_id", "event_id", nulls_last=True)
    )


def _attempts_of(shots: pl.DataFrame) -> list[Attempt]:
    columns = ("xg_shot_type", "xg_situation", *_MARKS, "puck_x_start", "puck_y_start")
    return [
        Attempt(
            shot_type=kind,
            situation=situation,
            is_rebound=rebound,
            is_rush=rush,
            after_turnover=turnover,
            x_ft=x,
            y_ft=y,
        )
        for kind, situation, rebound, rush, turnover, x, y in shots.select(columns).rows()
    ]


def _later(shots: pl.DataFrame) -> Bools:
    """Which attempts belong to the later third of the games."""
    order = list(dict.fromkeys(shots["game_id"].to_list()))
    seen = set(order[: round(len(order) * _SEEN_SHARE)])
    return np.array([game not in seen for game in shots["game_id"].to_list()], dtype=bool)


def _proposal(asked: list[Attempt], goals: Floats, later: Bools) -> dict[str, object]:
    """Coefficients that fit all games, and how those that fit the earlier ones did on the later ones."""
    found: dict[str, object] = {}
    for form in ("without_coordinates", "with_coordinates"):
        rows = np.array([(a.x_ft is not None and a.y_ft is not None) == (form == "with_coordinates") for a in asked])
        if int((rows & later).sum()) < _FEW_SHOTS or not goals[rows & ~later].any():
            continue
        mine = [attempt for attempt, row in zip(asked, rows.tolist(), strict=True) if row]
        early = ~later[rows]
        learned = fitted(mine, goals[rows], early)
        came = goals[rows][~early]
        now, then = (
            _losses(1.0 / (1.0 + np.exp(-log_odds_with(mine, worth)[~early])), came)
            for worth in (learned, present(mine))
        )
        gain, error = float((then - now).mean()), standard_error(then - now)
        found[form] = {
            "attempts": len(came),
            "log_loss": float(now.mean()),
            "log_loss_of_present": float(then.mean()),
            "gain": gain,
            "gain_standard_error": error,
            "is_better": gain > error,
            "coefficients": fitted(mine, goals[rows], np.ones(len(mine), dtype=bool)),
            "present": present(mine),
        }
    return found


def _advice(proposal: dict[str, object]) -> tuple[str, ...]:
    better = [form for form, found in proposal.items() if isinstance(found, dict) and found["is_better"]]
    return tuple(
        f"{form}: other coefficients did better on unseen games and are proposed in the evaluation; none was adopted"
        for form in better
    )


def _interval(calibration: tuple[Region, ...], chance: float) -> tuple[float, float] | None:
    """The central 90 % for the share of goals among such attempts, by Wilson; the prior forecasts count as seen."""
    share = measured(calibration, chance)
    if share is None:
        return None
    near = min(calibration, key=lambda r: max(r.low - chance, chance - r.high, 0.0))
    n = near.games + PRIOR_FORECASTS
    middle = (share + _Z90**2 / (2 * n)) / (1 + _Z90**2 / n)
    half = _Z90 / (1 + _Z90**2 / n) * (share * (1 - share) / n + _Z90**2 / (4 * n**2)) ** 0.5
    return min(middle - half, chance), max(middle + half, chance)


def _losses(chance: Floats, came: Floats) -> Floats:
    sure = np.clip(np.where(came == 1, chance, 1.0 - chance), 1e-9, 1.0)
    return np.asarray(-np.log(sure), dtype=np.float64)
