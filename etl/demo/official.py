"""The league's own game sheet: final score, goals by period, a line per player; for tracked games and all others."""

from collections import Counter
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Final

from etl.demo import coefficients as c
from etl.demo.league import Fixture
from etl.demo.lineup import Dressed, Matchup, game_rng
from etl.demo.simulate import OVERTIME, PlayedGame

OVERTIME_GOAL_SHARE: Final = 0.35  # of the overtimes, those that somebody wins
PENALTY_RATE: Final = 1.5  # minors per side and game


@dataclass(slots=True)
class SheetLine:
    """One player's line. `side` 0 home, 1 away."""

    player_id: str
    side: int
    number: str
    position: str
    is_sub: bool
    goals: int = 0
    assists: int = 0
    pim: int = 0
    goals_against: int = 0


@dataclass(slots=True)
class GameSheet:
    """The official result. `periods[side]` are the goals of periods 1-3 and overtime."""

    fixture: Fixture
    periods: tuple[list[int], list[int]]
    overtime: bool
    lines: list[SheetLine]

    @property
    def score(self) -> tuple[int, int]:
        """Final score, home first."""
        return sum(self.periods[0]), sum(self.periods[1])

    @property
    def winner(self) -> int | None:
        """The side that won, None for a tie."""
        home, away = self.score
        return None if home == away else int(away > home)


def sheet_of_tracked(game: PlayedGame) -> GameSheet:
    """What the scorekeeper wrote of a game that was simulated event by event."""
    ledger = game.ledger
    periods = tuple([ledger.period_goals[side][p] for p in range(1, OVERTIME + 1)] for side in (0, 1))
    lines = []
    for dressed in (*game.matchup.dressed[0], *game.matchup.dressed[1]):
        counts = ledger.players[dressed.player.player_id]
        line = _line(dressed)
        line.goals, line.assists, line.pim = counts["goals"], counts["assists"], counts["pim"]
        line.goals_against = counts["goals_against"]
        lines.append(line)
    return GameSheet(game.matchup.fixture, (periods[0], periods[1]), game.overtime, lines)


def sheet_of_untracked(matchup: Matchup, seed: int) -> GameSheet:
    """A game that nobody tracked: the score from the same strengths, credits drawn among those who played."""
    rng = game_rng(seed, matchup.fixture.game_id, "sheet")
    lines = [[_line(d) for d in matchup.dressed[side]] for side in (0, 1)]
    playoffs = matchup.fixture.game_type == "Playoffs"
    periods, overtime = _goals(matchup, rng)
    while playoffs and sum(periods[0]) == sum(periods[1]):
        periods, overtime = _goals(matchup, rng)
    for side in (0, 1):
        _credit(rng, matchup, side, sum(periods[side]), lines[side])
        for _ in range(_poisson(rng, PENALTY_RATE)):
            rng.choice(lines[side][:-1]).pim += c.MINOR_MINUTES
        goalie = next(line for line in lines[1 - side] if line.position == "G")
        goalie.goals_against = sum(periods[side])
    return GameSheet(matchup.fixture, periods, overtime, lines[0] + lines[1])


def expected_goals(matchup: Matchup, side: int) -> float:
    """Mean goals of a side in regulation: the known strengths turned into a rate."""
    home = c.HOME_ADVANTAGE if side == 0 else 0.0
    goalie = matchup.goalie(1 - side).player.strength
    return c.MEAN_GOALS * exp(matchup.edge(side) - goalie + home)


def _line(dressed: Dressed) -> SheetLine:
    return SheetLine(dressed.player.player_id, dressed.side, str(dressed.number), dressed.position, dressed.is_sub)


def _goals(matchup: Matchup, rng: Random) -> tuple[tuple[list[int], list[int]], bool]:
    periods = ([0, 0, 0, 0], [0, 0, 0, 0])
    for side in (0, 1):
        for period in range(3):
            periods[side][period] = _poisson(rng, expected_goals(matchup, side) / 3)
    overtime = sum(periods[0]) == sum(periods[1])
    if overtime and rng.random() < OVERTIME_GOAL_SHARE:
        home_share = expected_goals(matchup, 0) / (expected_goals(matchup, 0) + expected_goals(matchup, 1))
        periods[0 if rng.random() < home_share else 1][3] = 1
    return periods, overtime


def _poisson(rng: Random, mean: float) -> int:
    count, product = 0, rng.random()
    while product > exp(-mean):
        count += 1
        product *= rng.random()
    return count


def _credit(rng: Random, matchup: Matchup, side: int, goals: int, lines: list[SheetLine]) -> None:
    skaters = [i for i, d in enumerate(matchup.dressed[side]) if d.position != "G"]
    players = [matchup.dressed[side][i] for i in skaters]
    weights = [exp(1.2 * d.player.strength) * (1.0 if d.position == "F" else 0.4) for d in players]
    helpers: Counter[int] = Counter()
    for _ in range(goals):
        scorer = rng.choices(skaters, weights)[0]
        lines[scorer].goals += 1
        others = [i for i in skaters if i != scorer]
        helpers.update(rng.sample(others, rng.choice((0, 1, 1, 2))))
    for i, count in helpers.items():
        lines[i].assists += count
