"""`goalie_performance`: save percentage and goals against in a goalie's next game.

    saves ~ Binomial(shots, chance_i),   chance_i ~ Beta(s m, s (1 - m)),  m the league's save rate

The strength s maximises the league's marginal likelihood; predictions are beta-binomial. Shots come from the opponent's
mean shots on goal, shrunk to the league's. A game without tracking has the goals against of its game sheet and the
league's mean shots. Every shot counts alike: the league has no shot quality model in this release.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import polars as pl

from ml.arrays import Floats, Ints
from ml.artifact import Trained
from ml.baseline_rule import compared, said, to_publish
from ml.counts import beta_binomial_log, fit_chance_strength, success_interval
from ml.league import League
from ml.outcome import FEW_GAMES
from ml.prediction import Answer

NAME: Final = "goalie_performance"
FEATURES: Final = ("player_id", "saves and shots of all earlier games", "opponent_team_id")
_PRIOR_SHOTS: Final = 25.0
_PRIOR_RATE: Final = 0.89
"""Shots against per game and save rate before any game: recreational figures, worth four games and 100 shots."""
_PRIOR_GAMES: Final = 4.0
_PRIOR_TRIALS: Final = 100.0
METHOD: Final = "beta_binomial"
_RIVALS: Final = {"league_rate": 1e7, "own_rate": 20.0}
"""Strengths of shrinkage that are the baselines: all, and next to none."""


class Goalie(msgspec.Struct, frozen=True):
    """A goalie's record: games, shots and saves."""

    name: str
    games: int
    shots: float
    saves: float


class Parameters(msgspec.Struct, frozen=True):
    """The league's save rate, how strongly goalies shrink to it, shots by opponent, and the measured coverage."""

    rate: float
    strength: float
    shots: float
    opponent_shots: dict[str, float]
    goalies: dict[str, Goalie]
    coverage: float | None


@dataclass(frozen=True, slots=True)
class _Measured:
    method: str
    evaluation: dict[str, object]
    coverage: float | None


def train(league: League) -> Trained:
    """Fit the shrinkage; measured on the later half of the tracked goalie games, each from earlier days only."""
    rows = _rows(league)
    shots, saves = (rows[name].to_numpy().astype(np.float64) for name in ("shots", "saves"))
    rate = (saves.sum() + _PRIOR_RATE * _PRIOR_TRIALS) / (shots.sum() + _PRIOR_TRIALS)
    by_goalie = rows.group_by("player_id", maintain_order=True).agg(pl.len(), pl.col("shots", "saves").sum())
    strength = fit_chance_strength(
        by_goalie["saves"].to_numpy().astype(np.float64), by_goalie["shots"].to_numpy().astype(np.float64), float(rate)
    )
    measured = _evaluate(rows)
    mean_shots = _mean_shots(rows)
    names = {p: n or p for p, n in league.frames["dim_player"].select("player_id", "player_full_name").rows()}
    parameters = Parameters(
        float(rate),
        _RIVALS.get(measured.method, strength),
        mean_shots,
        _opponent_shots(rows, mean_shots),
        {p: Goalie(names.get(p, p), n, float(sh), float(sv)) for p, n, sh, sv in by_goalie.rows()},
        measured.coverage,
    )
    warnings = said(METHOD, measured.method, f"{measured.evaluation.get('games', 0)} goalie games")
    is_baseline = measured.method in _RIVALS
    return Trained(measured.method, parameters, {}, FEATURES, measured.evaluation, warnings, is_baseline)


def answer(p: Parameters, player: str, opponent: str | None) -> Answer:
    """A goalie's next game. The headline is the save rate; confidence is the measured coverage of the 90 % interval."""
    goalie = p.goalies[player]
    a, b = _posterior(p.rate, p.strength, goalie.saves, goalie.shots)
    shots = p.opponent_shots.get(opponent or "", p.shots)
    trials = max(1, round(shots))
    low, high = success_interval(trials, a, b)
    few = goalie.games < FEW_GAMES
    return Answer(
        prediction=a / (a + b),
        confidence=p.coverage,
        interval=(low / trials, high / trials),
        details={
            "player": goalie.name,
            "games": goalie.games,
            "expected_shots_against": shots,
            "expected_goals_against": shots * b / (a + b),
            "goals_against_interval": (trials - high, trials - low),
            "league_save_rate": p.rate,
        },
        warnings=(f"only {goalie.games} games: mostly the league's save rate",) if few else (),
    )


def goals_factor(p: Parameters, player: str | None) -> float:
    """Goals that a goalie allows of the same shots, against an average one; 1 where he is not known."""
    goalie = p.goalies.get(player or "")
    if goalie is None:
        return 1.0
    a, b = _posterior(p.rate, p.strength, goalie.saves, goalie.shots)
    return (b / (a + b)) / (1.0 - p.rate)


def _posterior(rate: float, strength: float, saves: float, shots: float) -> tuple[float, float]:
    return rate * strength + saves, (1.0 - rate) * strength + shots - saves


def _rows(league: League) -> pl.DataFrame:
    """One row per goalie and game in date order: shots, saves, opponent, and whether the game was tracked."""
    games = league.games
    schedule = pl.DataFrame(
        {
            "game_id": list(league.game_ids),
            "day": games.day,
            "home": [games.teams[i] for i in games.home],
            "away": [games.teams[i] for i in games.away],
        },
        schema={"game_id": pl.Int64, "day": pl.Int64, "home": pl.String, "away": pl.String},
    )
    tracked = (
        league.frames["fact_goalie_game_stats"]
        .drop_nulls(["game_id", "player_id", "saves", "shots_against"])
        .filter(pl.col("shots_against") > 0)
        .select("game_id", "player_id", "team_id", "saves", shots="shots_against", is_tracked=pl.lit(value=True))
    )
    mean_shots = _mean_shots(tracked)
    sheets = (
        league.frames["fact_gameroster"]
        .drop_nulls(["game_id", "player_id", "goals_against"])
        .filter(pl.col("player_position").str.to_lowercase().str.starts_with("g"))
        .join(tracked.select("game_id"), on="game_id", how="anti")
        .with_columns(shots=pl.max_horizontal(pl.lit(round(mean_shots)), pl.col("goals_against")).cast(pl.Int32))
        .select("game_id", "player_id", "team_id", saves=pl.col("shots") - pl.col("goals_against"), shots="shots")
        .with_columns(is_tracked=pl.lit(value=False))
    )
    return (
        pl.concat([tracked, sheets], how="diagonal_relaxed")
        .join(schedule, on="game_id")
        .with_columns(opponent=pl.when(pl.col("team_id") == pl.col("home")).then("away").otherwise("home"))
        .sort("day", "game_id", "player_id")
    )


def _mean_shots(rows: pl.DataFrame) -> float:
    return (float(rows["shots"].sum()) + _PRIOR_SHOTS * _PRIOR_GAMES) / (len(rows) + _PRIOR_GAMES)


def _opponent_shots(rows: pl.DataFrame, mean: float) -> dict[str, float]:
    seen = rows.filter("is_tracked").group_by("game_id", "opponent").agg(pl.col("shots").sum())
    counted = seen.group_by("opponent", maintain_order=True).agg(pl.len(), pl.col("shots").sum()).sort("opponent")
    return {team: (total + mean * _PRIOR_GAMES) / (n + _PRIOR_GAMES) for team, n, total in counted.rows()}


def _evaluate(rows: pl.DataFrame) -> _Measured:
    """Log loss per game of the saves, against the league's rate and the goalie's own; coverage of the interval."""
    if len(rows) < 2 * FEW_GAMES:
        return _Measured(METHOD, {}, None)
    player = rows["player_id"].cast(pl.Categorical).to_physical().to_numpy().astype(np.int64)
    shots, saves = (rows[name].to_numpy().astype(np.float64) for name in ("shots", "saves"))
    day, tracked = rows["day"].to_numpy(), rows["is_tracked"].to_numpy()
    start = day[len(rows) // 2]
    early = day < start
    rate = float((saves[early].sum() + _PRIOR_RATE * _PRIOR_TRIALS) / (shots[early].sum() + _PRIOR_TRIALS))
    sums = np.zeros((2, int(player.max()) + 1))
    np.add.at(sums[0], player[early], saves[early])
    np.add.at(sums[1], player[early], shots[early])
    known = sums[1] > 0
    strength = fit_chance_strength(sums[0, known], sums[1, known], rate)
    scored = np.flatnonzero(~early & (tracked if tracked[~early].any() else ~early))
    before = _earlier(player, day, saves, shots)[scored]
    seen = (before, saves[scored], shots[scored])
    strengths = {METHOD: strength, **_RIVALS}
    losses = {name: _losses(rate, s, *seen) for name, s in strengths.items()}
    method = to_publish(METHOD, losses)
    coverage = _coverage(rate, strengths[method], *seen)
    evaluation: dict[str, object] = {
        "games": len(scored),
        "log_loss": float(losses[method].mean()),
        "interval_coverage": coverage,
        "baselines": compared(method, losses, "log_loss"),
    }
    return _Measured(method, evaluation, coverage)


def _coverage(rate: float, strength: float, before: Floats, saves: Floats, shots: Floats) -> float:
    """Share of games whose saves lay in the 90 % interval."""
    inside = []
    for (saved_before, faced_before), saved, faced in zip(before, saves, shots, strict=True):
        a, b = _posterior(rate, strength, saved_before, faced_before)
        low, high = success_interval(int(faced), a, b)
        inside.append(low <= saved <= high)
    return float(np.mean(inside))


def _earlier(player: Ints, day: Ints, saves: Floats, shots: Floats) -> Floats:
    """Saves and shots of the same goalie on earlier days: (rows, 2)."""
    earlier = np.zeros((len(player), 2))
    for row in range(len(player)):
        mine = (player == player[row]) & (day < day[row])
        earlier[row] = saves[mine].sum(), shots[mine].sum()
    return earlier


def _losses(rate: float, strength: float, before: Floats, saves: Floats, shots: Floats) -> Floats:
    a, b = rate * strength + before[:, 0], (1.0 - rate) * strength + before[:, 1] - before[:, 0]
    return -beta_binomial_log(saves, shots, a, b)
