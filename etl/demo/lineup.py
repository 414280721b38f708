"""Who dresses for a game: the two rosters, substitutes included."""

from dataclasses import dataclass
from random import Random

from etl.demo.league import Fixture, League, Player, SeasonTeam

MIN_FORWARDS, MIN_DEFENDERS = 6, 4


@dataclass(frozen=True, slots=True, eq=False)
class Dressed:
    """A player in one game: his sweater and his side there (0 home, 1 away)."""

    player: Player
    number: int
    side: int
    is_sub: bool
    team: str  # the club he belongs to; a substitute's is another or none

    @property
    def position(self) -> str:
        """F, D or G."""
        return self.player.position


@dataclass(frozen=True, slots=True)
class Matchup:
    """A fixture with everything that its simulation needs. Index 0 is home, 1 away."""

    fixture: Fixture
    teams: tuple[SeasonTeam, SeasonTeam]
    dressed: tuple[tuple[Dressed, ...], tuple[Dressed, ...]]

    def edge(self, side: int) -> float:
        """Log of the goal rate of a side against the other, goalies left out."""
        return self.teams[side].attack - self.teams[1 - side].defence

    def goalie(self, side: int) -> Dressed:
        """The goalie of a side."""
        return next(d for d in self.dressed[side] if d.position == "G")


def game_rng(seed: int, game_id: int, purpose: str) -> Random:
    """The game's own stream of chance for one purpose: what one uses up never shifts another."""
    return Random(f"{seed}:{game_id}:{purpose}")  # noqa: S311 - a simulation, no secret hangs on it


def dress(league: League, fixture: Fixture) -> Matchup:
    """Draw the two rosters of a fixture."""
    rng = game_rng(league.seed, fixture.game_id, "lineup")
    season = league.seasons[fixture.season]
    teams = season.teams[fixture.home], season.teams[fixture.away]
    subs = list(season.subs)
    rng.shuffle(subs)
    home = _side(rng, teams[0], 0, subs)
    away = _side(rng, teams[1], 1, subs)
    return Matchup(fixture, teams, (home, away))


def _side(rng: Random, squad: SeasonTeam, side: int, subs: list[Player]) -> tuple[Dressed, ...]:
    own = [
        Dressed(p, number, side, is_sub=False, team=squad.team.name)
        for number, p in squad.players.items()
        if rng.random() < (0.96 if p.position == "G" else 0.87)
    ]
    taken = {d.number for d in own}
    for position, least in (("G", 1), ("D", MIN_DEFENDERS), ("F", MIN_FORWARDS)):
        while sum(d.position == position for d in own) < least:
            own.append(_substitute(position, side, subs, taken))
    return tuple(sorted(own, key=lambda d: (d.position == "G", d.number)))


def _substitute(position: str, side: int, subs: list[Player], taken: set[int]) -> Dressed:
    player = subs.pop(next(i for i, p in enumerate(subs) if p.position == position))
    number = player.number
    while number in taken:
        number = number % 98 + 1
    taken.add(number)
    return Dressed(player, number, side, is_sub=True, team="")
