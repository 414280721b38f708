"""Fills the master workbook's sheets from the league and its game sheets, flaws included."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from etl.demo import flaws_league as spoilers
from etl.demo.flaws_league import Surroundings
from etl.demo.league import Fixture, League
from etl.demo.master_rows import (
    Row,
    event_type_rows,
    league_rows,
    player_rows,
    registration_rows,
    roster_rows,
    schedule_row,
    season_rows,
    team_rows,
)
from etl.demo.master_workbook import WORKBOOK_NAME, SheetWriter
from etl.demo.official import GameSheet

REGISTRATION: Final = (
    "player_full_name", "player_id", "season_id", "season", "restricted", "email", "position", "norad_experience",
    "skill_rating", "drafted_team_name", "drafted_team_id", "player_season_registration_id",
)  # fmt: skip


def write_master(
    raw: Path, league: League, sheets: Sequence[GameSheet], flaws: Collection[str], around: Surroundings
) -> int:
    """Write `BLB_TABLES.xlsx` into `raw`; the number of scheduled games, as the league has them."""
    played = {s.fixture.game_id: s for s in sheets}
    fixtures = _calendar(league, played)
    schedule = [schedule_row(league, n, f, played.get(f.game_id)) for n, f in enumerate(fixtures)]
    players = list(player_rows(league))
    roster = list(_game_sheets(league, sheets))
    spoilers.spoil(spoilers.SCHEDULE, flaws, schedule, around)
    spoilers.spoil(spoilers.PLAYERS, flaws, players, around)
    spoilers.spoil(spoilers.ROSTER, flaws, roster, around)
    spoilers.swap_venues(roster, around)
    with SheetWriter(raw / WORKBOOK_NAME) as book:
        for name, rows in (
            ("dim_player", players),
            ("dim_team", list(team_rows(league))),
            ("dim_schedule", schedule),
            ("dim_season", list(season_rows(league))),
            ("dim_league", list(league_rows())),
            ("fact_gameroster", roster),
            ("dim_event_type", list(event_type_rows())),
        ):
            book.sheet(name, rows[0], rows)
        book.sheet("fact_registration", REGISTRATION, registration_rows(league))
    return len(fixtures)


def _calendar(league: League, played: dict[int, GameSheet]) -> list[Fixture]:
    """All fixtures in the order of their ids; playoff games exist once they have been played."""
    regular = [f for season in league.seasons for f in season.regular]
    known = {f.game_id for f in regular}
    playoffs = [s.fixture for s in played.values() if s.fixture.game_id not in known]
    return sorted([*regular, *playoffs], key=lambda f: f.game_id)


def _game_sheets(league: League, sheets: Sequence[GameSheet]) -> Iterator[Row]:
    index = 0
    for sheet in sheets:
        yield from roster_rows(league, sheet, index)
        index += len(sheet.lines)
