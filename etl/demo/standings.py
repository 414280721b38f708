"""Who makes the playoffs."""

from collections.abc import Iterable

from etl.demo.league import PLAYOFF_TEAMS, Season
from etl.demo.official import GameSheet


def seeds(season: Season, sheets: Iterable[GameSheet]) -> list[int]:
    """The best teams of the regular season by points, then goal difference, then place in the draft; team indexes."""
    table = {index: [0, 0] for index in range(len(season.teams))}
    games = {f.game_id for f in season.regular}
    for sheet in sheets:
        if sheet.fixture.game_id not in games:
            continue
        for side, team in enumerate((sheet.fixture.home, sheet.fixture.away)):
            table[team][0] += 1 if sheet.winner is None else 2 * (sheet.winner == side)
            table[team][1] += sheet.score[side] - sheet.score[1 - side]
    return sorted(table, key=lambda t: (-table[t][0], -table[t][1], t))[:PLAYOFF_TEAMS]
