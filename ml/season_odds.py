"""`playoff_probability`: a team's chance of a playoff place, its likely seed, and the cup.

Measured after a quarter, a half and three quarters of up to three finished seasons, each simulated from what was known
then. Where the simulation does not beat today's standings, or places by teams, that baseline is published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
import numpy as np

from hockey.league import LeagueRules
from ml.arrays import TIE, Bools, Floats, Ints
from ml.artifact import Trained
from ml.baseline_rule import compared, said, to_publish
from ml.league import League
from ml.margin_model import MarginModel
from ml.outcome import Outcome
from ml.prediction import Answer, Region, measured
from ml.results import Games
from ml.scoring import regions_of
from ml.season_simulation import Rulebook, SeasonOdds, Standing, simulate, standing_of

NAME: Final = "playoff_probability"
FEATURES: Final = ("team_id", "standings", "remaining schedule", "game_outcome", "league.toml")
METHOD: Final = "monte_carlo"
_EVALUATED_SEASONS: Final = 3
_MOMENTS: Final = (0.25, 0.5, 0.75)
"""Shares of a season after which its odds are measured."""
_EVALUATION_SIMULATIONS: Final = 2_000
_EVEN: Final = 0.5
_OVERTIME_SHARE: Final = 0.2
"""Share of games level after regulation where the periods' goals are not known."""


class Parameters(msgspec.Struct, frozen=True):
    """The season as it stands: what each team has, and what is left to play (team indices, day ordinals).

    `method` is what is published: the simulation, or the baseline that it did not beat.
    """

    season_id: str
    in_season: tuple[bool, ...]
    points: tuple[float, ...]
    wins: tuple[float, ...]
    goal_difference: tuple[float, ...]
    home: tuple[int, ...]
    away: tuple[int, ...]
    day: tuple[int, ...]
    rules: dict[str, object]
    overtime_share: float
    playoffs_begun: bool
    regions: tuple[Region, ...]
    method: str


@dataclass(frozen=True, slots=True)
class _Measured:
    method: str = METHOD
    evaluation: dict[str, object] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()


def train(league: League) -> Trained:
    """The current season's standings and fixtures, and how well mid-season odds did in finished seasons."""
    games, regular = league.games, np.array(league.is_regular, dtype=bool)
    season = int(games.season[-1]) if len(games) else 0
    now = games.season == season
    played = games.home_goals >= 0
    overtime = overtime_games(league)
    done = np.flatnonzero(now & played & regular)
    left = np.flatnonzero(now & ~played & regular)
    standing = standing_of(games.take(done), overtime[done], league.rules.points)
    measured_on = _evaluate(league, season, complete=not len(left))
    present = np.zeros(len(games.teams), dtype=bool)
    present[games.home[now]] = present[games.away[now]] = True
    parameters = Parameters(
        season_id=league.season_ids[season] if league.season_ids else "none",
        in_season=tuple(present.tolist()),
        points=tuple(standing.points.tolist()),
        wins=tuple(standing.wins.tolist()),
        goal_difference=tuple(standing.goal_difference.tolist()),
        home=tuple(games.home[left].tolist()),
        away=tuple(games.away[left].tolist()),
        day=tuple(games.day[left].tolist()),
        rules=league.rules.to_mapping(),
        overtime_share=_overtime_share(league, overtime),
        playoffs_begun=bool((now & played & ~regular).any()),
        regions=measured_on.regions,
        method=measured_on.method,
    )
    return Trained(
        measured_on.method,
        parameters,
        {},
        FEATURES,
        measured_on.evaluation,
        _warnings(measured_on),
        is_baseline=measured_on.method != METHOD,
    )


def answer(outcome: Outcome, p: Parameters, team: int, odds: SeasonOdds) -> Answer:
    """A team's odds. The headline is the chance of a playoff place; the interval is of its final points."""
    names = outcome.parameters.team_names
    chance = float(odds.playoffs[team])
    notes = ("playoff games have been played: title odds start from the seeds again",) if p.playoffs_begun else ()
    return Answer(
        prediction=chance,
        confidence=measured(p.regions, max(chance, 1.0 - chance)),
        interval=(float(odds.points_low[team]), float(odds.points_high[team])),
        details={
            "team": names[team],
            "season_id": p.season_id,
            "title": float(odds.title[team]),
            "points_now": p.points[team],
            "mean_points": float(odds.mean_points[team]),
            "seeds": {str(place + 1): float(share) for place, share in enumerate(odds.seeds[team]) if share > 0},
            "games_left": sum(team in pair for pair in zip(p.home, p.away, strict=True)),
            "simulations": odds.seasons,
            "league": [
                {"team": names[t], "playoffs": float(odds.playoffs[t]), "title": float(odds.title[t])}
                for t in np.argsort(-odds.mean_points).tolist()
                if p.in_season[t]
            ],
        },
        warnings=notes if p.in_season[team] else (*notes, f"{names[team]} has no game this season"),
    )


def odds_of(outcome: Outcome, p: Parameters, simulations: int) -> SeasonOdds:
    """The odds of every team, from so many simulated seasons."""
    rules = LeagueRules.from_mapping(p.rules)
    fixtures = _fixtures(outcome, p)
    # teams without a game this season must not take a place
    points = np.where(p.in_season, np.array(p.points), -1e6)
    standing = Standing(points, np.array(p.wins), np.array(p.goal_difference))
    book = Rulebook(rules.points, _places(rules, sum(p.in_season)), p.overtime_share)
    odds = simulate(outcome.margin, standing, fixtures, book, simulations, _forecast(outcome, fixtures))
    return odds if p.method == METHOD else _baseline(odds, standing, book.places, p)


def _baseline(odds: SeasonOdds, standing: Standing, places: int, p: Parameters) -> SeasonOdds:
    """The odds with places, playoffs and cup as the published baseline has them; points stay simulated."""
    present = np.array(p.in_season, dtype=np.float64)
    if p.method == "standings_today":
        playoffs = _qualified(standing, places)
        seeds = np.eye(len(present))[np.argsort(_order(standing))]
    else:
        playoffs = present * places / present.sum()
        seeds = np.where(np.arange(len(present)) < present.sum(), present[:, None] / present.sum(), 0.0)
    return replace(odds, seeds=seeds, playoffs=playoffs, title=playoffs / places)


def overtime_games(league: League) -> Ints:
    """1 for each game that was level after three periods and not in the end, by the goals of its periods."""
    sides = league.period_goals.reshape(-1, 2, 3).sum(axis=2)
    decided = league.games.home_goals != league.games.away_goals
    return np.asarray((sides[:, 0] == sides[:, 1]) & decided, dtype=np.int64)


def _places(rules: LeagueRules, teams: int) -> int:
    return max(1, min(rules.playoff_places, teams))


def _overtime_share(league: League, overtime: Ints) -> float:
    known = ~np.isnan(league.period_goals).any(axis=1) & (league.games.home_goals >= 0)
    decided = known & (league.games.outcome != TIE)
    return float((overtime[decided].sum() + 20 * _OVERTIME_SHARE) / (decided.sum() + 20))


def _fixtures(outcome: Outcome, p: Parameters) -> Games:
    season = np.full(len(p.home), outcome.parameters.season, dtype=np.int64)
    goals = np.full(len(p.home), -1, dtype=np.int64)
    day = np.maximum(np.array(p.day, dtype=np.int64), outcome.parameters.last_day)
    home, away = np.array(p.home, dtype=np.int64), np.array(p.away, dtype=np.int64)
    return Games(outcome.parameters.teams, day, season, home, away, goals, goals)


def _forecast(outcome: Outcome, fixtures: Games) -> Floats:
    days = [outcome.probabilities(fixtures.take(day)) for day in fixtures.days()] if len(fixtures) else []
    return np.concatenate(days) if days else np.empty((0, 3))


def _warnings(measured_on: _Measured) -> tuple[str, ...]:
    if not measured_on.evaluation:
        return ("no finished season to measure odds on",)
    return said(METHOD, measured_on.method, f"{measured_on.evaluation['seasons']} finished seasons")


def _evaluate(league: League, season: int, *, complete: bool) -> _Measured:
    """Brier scores of odds within finished seasons, against places / teams and against today's standings."""
    finished = [s for s in range(season + complete) if _season_rows(league, s).any()][-_EVALUATED_SEASONS:]
    found = [_odds_after(league, s, share) for s in finished for share in _MOMENTS]
    if not found:
        return _Measured()
    simulated, came, base, today = (np.concatenate([f[i] for f in found]) for i in range(4))
    chances = {METHOD: simulated, "places_by_teams": base, "standings_today": today}
    losses = {name: (chance - came) ** 2 for name, chance in chances.items()}
    method = to_publish(METHOD, losses)
    chance = chances[method]
    regions = regions_of(np.maximum(chance, 1.0 - chance), ((chance >= _EVEN) == (came == 1)).astype(np.float64))
    evaluation: dict[str, object] = {
        "seasons": len(finished),
        "moments": list(_MOMENTS),
        "odds": len(chance),
        "brier": float(losses[method].mean()),
        "baselines": compared(method, losses, "brier"),
        "confidence": [msgspec.to_builtins(r) for r in regions],
    }
    return _Measured(method, evaluation, regions)


def _season_rows(league: League, season: int) -> Bools:
    played = league.games.home_goals >= 0
    return np.asarray((league.games.season == season) & played & np.array(league.is_regular, dtype=bool), dtype=bool)


def _odds_after(league: League, season: int, share: float) -> Sequence[Floats]:
    """Per team of a finished season, after this share of it: chance, whether it came true, the baselines' chances."""
    rows = np.flatnonzero(_season_rows(league, season))
    games, overtime, points = league.games, overtime_games(league), league.rules.points
    now = games.day[rows[int(len(rows) * share)]]
    done, left = rows[games.day[rows] < now], rows[games.day[rows] >= now]
    model = MarginModel(len(games.teams))
    earlier = games.played().take(np.flatnonzero(games.played().day < now))
    for day in earlier.days() if len(earlier) else ():
        model.learn(earlier.take(day))
    present = np.unique(np.concatenate([games.home[rows], games.away[rows]]))
    absent = np.ones(len(games.teams), dtype=bool)
    absent[present] = False
    places = _places(league.rules, len(present))
    so_far = standing_of(games.take(done), overtime[done], points)
    so_far.points[absent] = -1e6
    final = standing_of(games.take(rows), overtime[rows], points)
    final.points[absent] = -1e6
    book = Rulebook(points, places, _overtime_share(league, overtime))
    odds = simulate(model, so_far, games.take(left), book, _EVALUATION_SIMULATIONS)
    chance = odds.playoffs[present]
    base = np.full(len(present), places / len(present))
    return chance, _qualified(final, places)[present], base, _qualified(so_far, places)[present]


def _qualified(table: Standing, places: int) -> Floats:
    order = _order(table)
    inside = np.zeros(len(order))
    inside[order[:places]] = 1.0
    return inside


def _order(table: Standing) -> Ints:
    return np.asarray(np.lexsort((-table.goal_difference, -table.wins, -table.points)), dtype=np.int64)
