"""The demo league itself: clubs, players and their known strengths, seasons and fixtures.

Strengths are logs of a rate: 0 is average, +0.1 about 10 % more. An average team scores `MEAN_GOALS` in regulation; a
team scores exp(attack - defence of the other - its goalie) times as many. All of it is written to `demo_truth.json`.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import Final

from etl.demo.people import AWKWARD_NAMES, CLUBS, FIRST_NAMES, LAST_NAMES

SEASONS: Final = 3
FIRST_GAME_ID: Final = 18201
FIRST_PLAYER_ID: Final = 100001
PLAYED_SHARE: Final = 0.6  # of the season in progress
MIN_GAMES_PER_SEASON: Final = 56
PLAYOFF_TEAMS: Final = 4
PLAYOFF_GAMES: Final = 4
SEASON_DAYS: Final = 182
START_TIMES: Final = ("18:45", "20:00", "21:15", "22:30", "17:30", "16:15")
FORWARDS, DEFENDERS, SUBS_PER_TEAM = 8, 5, 2


@dataclass(frozen=True, slots=True)
class Player:
    """A person of the league. `strength`: finishing of a skater, stopping of a goalie."""

    player_id: str
    first: str
    last: str
    position: str  # F, D, G
    strength: float
    skill: int  # 2..6, the league's own rating
    hand: str
    birth_year: int
    gender: str
    number: int

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Team:
    """A club."""

    team_id: str
    name: str
    code: str
    colors: tuple[str, str]


@dataclass(frozen=True, slots=True)
class SeasonTeam:
    """A club in one season: its strengths, and its players by sweater number."""

    team: Team
    attack: float
    defence: float
    players: dict[int, Player]

    @property
    def goalie(self) -> Player:
        """The team's goalie."""
        return next(p for p in self.players.values() if p.position == "G")


@dataclass(frozen=True, slots=True)
class Fixture:
    """One scheduled game. `played` is false for those after today."""

    game_id: int
    season: int  # index into the league's seasons
    day: date
    time: str
    home: int  # index into the season's teams
    away: int
    game_type: str = "Regular"
    playoff_round: str = ""
    played: bool = True


@dataclass(frozen=True, slots=True)
class Season:
    """One season: its teams, its regular games, and when its playoffs begin."""

    season_id: str
    years: str
    start: date
    teams: tuple[SeasonTeam, ...]
    subs: tuple[Player, ...]  # play for whoever is short, each with the number that he owns
    regular: tuple[Fixture, ...]
    playoff_day: date
    first_playoff_id: int
    finished: bool


@dataclass(frozen=True, slots=True)
class League:
    """Everything that is decided before a puck is dropped."""

    seed: int
    today: date
    teams: tuple[Team, ...]
    players: tuple[Player, ...]
    seasons: tuple[Season, ...] = field(default=())

    @property
    def played(self) -> int:
        """Games played in all seasons, playoffs included."""
        return sum(
            sum(f.played for f in season.regular) + (PLAYOFF_GAMES if season.finished else 0) for season in self.seasons
        )


def build_league(seed: int, games: int, today: date) -> League:
    """A league in which at least `games` games have been played by `today`.

    Three seasons: two finished (with playoffs), one with about 60 % of its games played. The same arguments give the
    same league.
    """
    rng = Random(f"{seed}:league")  # noqa: S311 - a simulation, no secret hangs on it
    teams = _teams(8 if games <= 200 else len(CLUBS))  # noqa: PLR2004 - more clubs when each would play over 100 games
    players = _players(rng, len(teams))
    per_round = len(teams) // 2
    wanted = max(MIN_GAMES_PER_SEASON, ceil(games * 1.05 / (SEASONS - 1 + PLAYED_SHARE)))
    rounds = ceil(wanted / per_round)
    spacing = max(1, min(7, SEASON_DAYS // rounds))
    played_rounds = ceil(rounds * PLAYED_SHARE)
    latest = today - timedelta(days=1 + (played_rounds - 1) * spacing)
    seasons, game_id, squads = [], FIRST_GAME_ID, _draft(rng, teams, players)
    for index in range(SEASONS):
        last = index == SEASONS - 1
        start = latest - timedelta(days=364 * (SEASONS - 1 - index))
        calendar = _Calendar(index, start, spacing, rounds, played_rounds if last else rounds)
        regular = _fixtures(calendar, len(teams), game_id)
        game_id += len(regular) + PLAYOFF_GAMES
        playoff_day = start + timedelta(days=rounds * spacing + 3)
        subs = tuple(p for p in players if p.player_id in squads.subs)
        first_year = _season_year(today) - (SEASONS - 1 - index)
        seasons.append(
            Season(
                season_id=f"N{first_year}{first_year + 1}F",
                years=f"{first_year}{first_year + 1}",
                start=start,
                teams=squads.teams,
                subs=subs,
                regular=regular,
                playoff_day=playoff_day,
                first_playoff_id=game_id - PLAYOFF_GAMES,
                finished=not last,
            )
        )
        squads = _next_season(rng, squads)
    return League(seed, today, teams, players, tuple(seasons))


def _season_year(today: date) -> int:
    """The first of the two years that name the season in progress: a season is named from July on."""
    return today.year if today.month >= 7 else today.year - 1  # noqa: PLR2004 - July


def playoff_fixture(season: int, of: Season, number: int, pairing: tuple[int, int]) -> Fixture:
    """The `number`-th playoff game (0, 1 semifinals, 2 third place, 3 final) between two team indexes."""
    round_name = ("Semifinal", "Semifinal", "Third Place", "Final")[number]
    return Fixture(
        game_id=of.first_playoff_id + number,
        season=season,
        day=of.playoff_day + timedelta(days=7 * (number // 2)),
        time=START_TIMES[number % 2],
        home=pairing[0],
        away=pairing[1],
        game_type="Playoffs",
        playoff_round=round_name,
    )


def _teams(count: int) -> tuple[Team, ...]:
    return tuple(Team(f"N1{i:04d}", name, code, (a, b)) for i, (name, code, a, b) in enumerate(CLUBS[:count], start=1))


def _players(rng: Random, teams: int) -> tuple[Player, ...]:
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    rng.shuffle(pairs)
    squad = ["F"] * FORWARDS + ["D"] * DEFENDERS + ["G"]
    positions = squad * teams + ["F", "D"] * (SUBS_PER_TEAM * teams // 2) + ["G"] * 2
    names = [*AWKWARD_NAMES, *pairs]
    return tuple(_player(rng, i, names[i], position) for i, position in enumerate(positions))


def _player(rng: Random, index: int, name: tuple[str, str], position: str) -> Player:
    strength = rng.gauss(0.0, 0.12 if position == "G" else 0.3)
    return Player(
        player_id=f"P{FIRST_PLAYER_ID + index}",
        first=name[0],
        last=name[1],
        position=position,
        strength=round(strength, 4),
        skill=max(2, min(6, round(4 + 1.6 * strength / (0.12 if position == "G" else 0.3) / 1.6))),
        hand="R" if rng.random() < 0.35 else "L",  # noqa: PLR2004 - about a third shoot right
        birth_year=rng.randint(1968, 2003),
        gender="F" if rng.random() < 0.2 else "M",  # noqa: PLR2004 - a fifth of the league
        number=rng.choice((1, 29, 30, 31, 33, 35, 39)) if position == "G" else rng.randint(2, 98),
    )


@dataclass(frozen=True, slots=True)
class _Squads:
    teams: tuple[SeasonTeam, ...]
    subs: frozenset[str]


def _draft(rng: Random, teams: tuple[Team, ...], players: tuple[Player, ...]) -> _Squads:
    size = FORWARDS + DEFENDERS + 1
    squads = []
    for i, team in enumerate(teams):
        own = players[i * size : (i + 1) * size]
        attack, defence = round(rng.gauss(0.0, 0.22), 4), round(rng.gauss(0.0, 0.18), 4)
        squads.append(SeasonTeam(team, attack, defence, _numbered(own)))
    return _Squads(tuple(squads), frozenset(p.player_id for p in players[len(teams) * size :]))


def _numbered(players: tuple[Player, ...]) -> dict[int, Player]:
    """Each player under his own number, or the next that is free in his team."""
    taken: dict[int, Player] = {}
    for player in players:
        number = player.number
        while number in taken:
            number = number % 98 + 1
        taken[number] = player
    return taken


def _next_season(rng: Random, squads: _Squads) -> _Squads:
    """Strengths drift, and a few skaters change clubs: each team sends one forward and one defender on."""
    moving = {
        position: [rng.choice([p for p in t.players.values() if p.position == position]) for t in squads.teams]
        for position in ("F", "D")
    }
    teams = []
    for i, squad in enumerate(squads.teams):
        leaving = {m[i].player_id for m in moving.values()}
        stay = [p for p in squad.players.values() if p.player_id not in leaving]
        come = [m[i - 1] for m in moving.values()]
        attack = round(0.75 * squad.attack + rng.gauss(0.0, 0.14), 4)
        defence = round(0.75 * squad.defence + rng.gauss(0.0, 0.12), 4)
        teams.append(SeasonTeam(squad.team, attack, defence, _numbered((*stay, *come))))
    return _Squads(tuple(teams), squads.subs)


@dataclass(frozen=True, slots=True)
class _Calendar:
    season: int
    start: date
    spacing: int
    rounds: int
    played_rounds: int


def _fixtures(calendar: _Calendar, teams: int, first_id: int) -> tuple[Fixture, ...]:
    """A round robin by the circle method, over and over, venues exchanged with each turn."""
    fixtures: list[Fixture] = []
    for number in range(calendar.rounds):
        turn, step = divmod(number, teams - 1)
        circle = [0, *(1 + (k + step) % (teams - 1) for k in range(teams - 1))]
        for slot in range(teams // 2):
            pair = circle[slot], circle[-1 - slot]
            home, away = pair if (turn + step + slot) % 2 else pair[::-1]
            fixtures.append(
                Fixture(
                    game_id=first_id + len(fixtures),
                    season=calendar.season,
                    day=calendar.start + timedelta(days=number * calendar.spacing),
                    time=START_TIMES[slot],
                    home=home,
                    away=away,
                    played=number < calendar.played_rounds,
                )
            )
    return tuple(fixtures)
