"""`goal_prediction`: that a skater scores in the next game; expected goals, assists and points with intervals."""

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from ml.arrays import Floats
from ml.artifact import Trained
from ml.baseline_rule import compared, said, to_publish
from ml.counts import count_interval
from ml.game_sheets import Sheets, read_sheets
from ml.goalies import Parameters as GoalieParameters
from ml.goalies import goals_factor
from ml.league import League
from ml.outcome import FEW_GAMES, Outcome, burn_in
from ml.player_rates import STATS, Shrinkage, learn_shrinkage, totals, walk
from ml.prediction import Answer, Region, measured
from ml.requests import GameContext
from ml.scoring import regions_of

NAME: Final = "goal_prediction"
FEATURES: Final = (
    "player_id",
    "position",
    "skill_rating",
    "goals and assists of all earlier games",
    "opponent_team_id",
    "is_home",
    "goalie_player_id",
)
METHOD: Final = "gamma_poisson"
_EVEN: Final = 0.5
_CERTAIN_PRIOR: Final = 1e6
_HARDLY_ANY_PRIOR: Final = 0.3


class Skater(msgspec.Struct, frozen=True):
    """A skater's posterior: per stat, the gamma's shape, and its mean per game in an average environment."""

    name: str
    position: str
    team: int | None
    games: int
    shape: tuple[float, float, float]
    mean: tuple[float, float, float]


class Parameters(msgspec.Struct, frozen=True):
    """All skaters, the league's mean goals of a side, and the measured reliability."""

    skaters: dict[str, Skater]
    league_goals: float
    coverage: float | None
    regions: tuple[Region, ...]


def train(league: League) -> Trained:
    """Fit the shrinkage, score it on the evaluated games against the position's rate and the player's own."""
    sheets = read_sheets(league)
    seen = sheets.seen
    if not len(seen):
        empty = Parameters({}, 3.0, None, ())
        return Trained(METHOD, empty, {}, FEATURES, {}, ("no game sheets: nothing to learn from",))
    measured_on = _evaluate(league, sheets)
    learned = _rival(learn_shrinkage(seen, len(sheets.players), sheets.position_of), measured_on.method)
    parameters = Parameters(
        _skaters(league, sheets, learned), sheets.league_goals, measured_on.coverage, measured_on.regions
    )
    method, evaluation = measured_on.method, measured_on.evaluation
    warnings = said(METHOD, method, f"{evaluation.get('appearances', 0)} appearances")
    return Trained(method, parameters, {}, FEATURES, evaluation, warnings, method != METHOD)


def _rival(learned: Shrinkage, method: str) -> Shrinkage:
    """The shrinkage that is the baseline of this name; the learned one for the model's own."""
    if method == "position_rate":
        return Shrinkage(learned.group_rate, np.full(3, _CERTAIN_PRIOR), learned.fade)
    if method == "own_rate":
        return Shrinkage(learned.group_rate, np.full(3, _HARDLY_ANY_PRIOR), np.ones(3))
    return learned


def _skaters(league: League, sheets: Sheets, learned: Shrinkage) -> dict[str, Skater]:
    names = {str(p): str(n or p) for p, n in league.frames["dim_player"].select("player_id", "player_full_name").rows()}
    teams = {team: i for i, team in enumerate(league.games.teams)}
    total = totals(sheets.seen, learned.group_rate, learned.fade, len(sheets.players))
    last = {int(p): row for row, p in enumerate(sheets.seen.player.tolist())}
    games = np.bincount(sheets.seen.player, minlength=len(sheets.players))
    skaters = {}
    for index, player in enumerate(sheets.players):
        group = int(sheets.seen.group[last[index]])
        shape = learned.shape + total.counts[index]
        mean = shape / (learned.shape + total.expected[index]) * learned.group_rate[group]
        skaters[player] = Skater(
            names.get(player, player),
            sheets.groups[group][0],
            teams.get(sheets.teams[last[index]]),
            int(games[index]),
            (float(shape[0]), float(shape[1]), float(shape[2])),
            (float(mean[0]), float(mean[1]), float(mean[2])),
        )
    return skaters


def answer(p: Parameters, outcome: Outcome, goalies: GoalieParameters, player: str, context: GameContext) -> Answer:
    """A skater's next game. The headline is the chance to score; confidence is the measured hit rate of such calls."""
    skater = p.skaters[player]
    # half of what a goalie is worth is in his team's goals against already
    factor = environment(p, outcome, skater, context) * goals_factor(goalies, context.goalie_player_id) ** 0.5
    means = np.array(skater.mean) * factor
    chances = 1.0 - (1.0 + means / np.array(skater.shape)) ** -np.array(skater.shape)
    intervals = [count_interval(s, m) for s, m in zip(skater.shape, means.tolist(), strict=True)]
    few = skater.games < FEW_GAMES
    return Answer(
        prediction=float(chances[0]),
        confidence=measured(p.regions, max(float(chances[0]), 1.0 - float(chances[0]))),
        interval=intervals[0],
        details={
            "player": skater.name,
            "position": skater.position,
            "games": skater.games,
            **{f"expected_{stat}": float(mean) for stat, mean in zip(STATS, means, strict=True)},
            **{f"{stat}_interval": interval for stat, interval in zip(STATS, intervals, strict=True)},
            "chance_of_a_point": float(chances[2]),
            "environment": float(factor),
        },
        warnings=(f"only {skater.games} games: mostly the rate of position and skill",) if few else (),
    )


def environment(p: Parameters, outcome: Outcome, skater: Skater, context: GameContext) -> float:
    """The team's expected goals in that game over the league's mean; 1 where team or opponent is not known."""
    teams = outcome.parameters.teams
    if skater.team is None or context.opponent_team_id not in teams:
        return 1.0
    other = teams.index(context.opponent_team_id)
    if other == skater.team:
        return 1.0
    at_home = outcome.expected_goals(outcome.fixture(skater.team, other))[0, 0]
    away = outcome.expected_goals(outcome.fixture(other, skater.team))[0, 1]
    goals = (at_home + away) / 2 if context.is_home is None else at_home if context.is_home else away
    return float(goals) / p.league_goals


@dataclass(frozen=True, slots=True)
class _Measured:
    evaluation: dict[str, object]
    regions: tuple[Region, ...] = ()
    coverage: float | None = None
    method: str = METHOD


def _evaluate(league: League, sheets: Sheets) -> _Measured:
    """Log loss of scoring against the baselines on the evaluated games; the shrinkage knows the games before them."""
    games, seen, players = league.games.played(), sheets.seen, len(sheets.players)
    scored = seen.day >= games.day[burn_in(games)]
    early = seen.take(~scored)
    if not len(early) or not scored.any():
        return _Measured({})
    learned = learn_shrinkage(early, players, sheets.position_of)
    came = (seen.counts[scored, 0] > 0).astype(np.float64)
    walked = {m: walk(seen, _rival(learned, m), players) for m in (METHOD, "position_rate", "own_rate")}
    losses = {name: _losses(_scores(*found)[scored], came) for name, found in walked.items()}
    method = to_publish(METHOD, losses)
    shape, mean = walked[method]
    chance = _scores(shape, mean)[scored]
    sure, right = np.maximum(chance, 1.0 - chance), ((chance >= _EVEN) == (came == 1)).astype(np.float64)
    regions = regions_of(sure, right)
    covered = _coverage(shape[scored, 2], mean[scored, 2], seen.counts[scored, 2])
    evaluation: dict[str, object] = {
        "appearances": len(came),
        "log_loss": float(losses[method].mean()),
        "brier": float(((chance - came) ** 2).mean()),
        "accuracy": float(right.mean()),
        "points_interval_coverage": covered,
        "baselines": compared(method, losses, "log_loss"),
        "calibration": {"bins": [msgspec.to_builtins(r) for r in regions_of(chance, came)]},
        "confidence": [msgspec.to_builtins(r) for r in regions],
    }
    return _Measured(evaluation, regions, covered, method)


def _scores(shape: Floats, mean: Floats) -> Floats:
    return np.asarray(1.0 - (1.0 + mean[:, 0] / shape[:, 0]) ** -shape[:, 0], dtype=np.float64)


def _losses(chance: Floats, came: Floats) -> Floats:
    sure = np.clip(np.where(came == 1, chance, 1.0 - chance), 1e-9, 1.0)
    return np.asarray(-np.log(sure), dtype=np.float64)


def _coverage(shape: Floats, mean: Floats, counts: Floats) -> float:
    """Share of the counts inside their 90 % interval; at most 500 rows, evenly chosen, since each takes a search."""
    rows = np.unique(np.linspace(0, len(counts) - 1, 500).astype(np.int64))
    inside = [low <= counts[r] <= high for r in rows for low, high in [count_interval(float(shape[r]), float(mean[r]))]]
    return float(np.mean(inside))
