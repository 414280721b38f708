"""Flaws of the master workbook: each takes the rows of a sheet and changes some of them in place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from etl.demo.flaws import file_flaw
from etl.demo.league import League
from etl.demo.master_rows import Row
from etl.demo.official import GameSheet


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flaw may know of the league: the rest of it, which games are tracked, and which have swapped labels."""

    league: League
    tracked: frozenset[int]
    swapped: frozenset[int]

    @property
    def oldest(self) -> str:
        """The years of the first season, as the sheets write them."""
        return self.league.seasons[0].years


SheetFlaw = Callable[[list[Row], Surroundings], None]
SCHEDULE: Final[dict[str, SheetFlaw]] = {}
ROSTER: Final[dict[str, SheetFlaw]] = {}
PLAYERS: Final[dict[str, SheetFlaw]] = {}
SEVERAL: Final = 9  # every ninth row or game: rare, but in every league


def _sheet_flaw(registry: dict[str, SheetFlaw], about: str) -> Callable[[SheetFlaw], SheetFlaw]:
    def register(change: SheetFlaw) -> SheetFlaw:
        registry[change.__name__] = change
        file_flaw(change.__name__, f"master workbook: {about}")
        return change

    return register


def spoil(registry: Mapping[str, SheetFlaw], flaws: Iterable[str], rows: list[Row], around: Surroundings) -> None:
    """Apply the chosen flaws of one sheet to its rows."""
    for name, change in registry.items():
        if name in flaws:
            change(rows, around)


@_sheet_flaw(SCHEDULE, "period_length drag-filled, 01:18:00, 02:18:00 and on")
def drag_filled_lengths(rows: list[Row], around: Surroundings) -> None:
    """From the last two fifths on, a spreadsheet counted the hours up."""
    del around
    for step, row in enumerate(rows[len(rows) * 3 // 5 :], start=1):
        row["period_length"] = time(step % 24, 18)


@_sheet_flaw(SCHEDULE, "period goals left blank")
def blank_period_goals(rows: list[Row], around: Surroundings) -> None:
    """Some games have no zeros, and a few no period goals at all."""
    del around
    for number, row in enumerate(rows):
        for column in [c for c in row if "_period" in c and c.endswith("_goals")]:
            if number % 45 == 0 or (number % SEVERAL == 0 and row[column] == 0):
                row[column] = None


@_sheet_flaw(SCHEDULE, "totals that do not match the periods")
def period_totals_wrong(rows: list[Row], around: Surroundings) -> None:
    """One goal too many in the first period of a few games."""
    del around
    for row in rows[4::40]:
        goals = row["home_team_period1_goals"]
        row["home_team_period1_goals"] = goals + 1 if isinstance(goals, int) else goals


@_sheet_flaw(SCHEDULE, "dates with a time, as text")
def dates_with_time(rows: list[Row], around: Surroundings) -> None:
    """In the oldest season."""
    for row in rows:
        if row["season"] == around.oldest:
            row["date"] = f"{row['date']} 00:00:00"


@_sheet_flaw(SCHEDULE, "a tracked game that the schedule does not have")
def unscheduled_game(rows: list[Row], around: Surroundings) -> None:
    """The earliest tracked game is missing."""
    if around.tracked:
        rows[:] = [r for r in rows if r["game_id"] != min(around.tracked)]


@_sheet_flaw(SCHEDULE, "a tracked game whose official score has one goal more")
def score_mismatch(rows: list[Row], around: Surroundings) -> None:
    """The tracker missed a goal of the home team in the latest tracked game, or the scorekeeper invented one."""
    latest = max(around.tracked, default=0)
    for row in rows:
        if row["game_id"] == latest:
            for column in ("home_total_goals", "home_team_period2_goals"):
                value = row[column]
                row[column] = value + 1 if isinstance(value, int) else 1


@_sheet_flaw(ROSTER, "team names in another case")
def name_case(rows: list[Row], around: Surroundings) -> None:
    """Upper case in the game sheets of the oldest season, with a blank at the end."""
    for row in rows:
        if row["season"] == around.oldest:
            row["team_name"] = f"{str(row['team_name']).upper()} "


@_sheet_flaw(ROSTER, "both teams away in the oldest season")
def venue_wrong(rows: list[Row], around: Surroundings) -> None:
    """In every ninth game of the oldest season."""
    for row in rows:
        if row["season"] == around.oldest and isinstance(row["game_id"], int) and row["game_id"] % SEVERAL == 0:
            row["team_venue"] = "Away"


@_sheet_flaw(ROSTER, "numbers blank or FA")
def blank_numbers(rows: list[Row], around: Surroundings) -> None:
    """Only in games that nobody tracked."""
    for number, row in enumerate(_untracked(rows, around)):
        if number % 97 == 0:
            row["player_game_number"] = None if number % 2 else "FA"


@_sheet_flaw(ROSTER, "two players of a team under one number")
def shared_numbers(rows: list[Row], around: Surroundings) -> None:
    """Only in games that nobody tracked."""
    free = _untracked(rows, around)
    for one, other in zip(free[::211], free[1::211], strict=False):
        if one["team_game_id"] == other["team_game_id"]:
            other["player_game_number"] = one["player_game_number"]


@_sheet_flaw(ROSTER, "team ids missing in the oldest season")
def team_ids_missing(rows: list[Row], around: Surroundings) -> None:
    """The first games of the oldest season were entered before teams had ids."""
    first = around.league.seasons[0].regular[:4]
    games = {f.game_id for f in first} - around.tracked
    for row in rows:
        if row["game_id"] in games:
            row["team_id"] = row["opp_team_id"] = None


@_sheet_flaw(ROSTER, "official goals credited to another player than the tracked scorer")
def official_credits(rows: list[Row], around: Surroundings) -> None:
    """One goal of the home team moves to a team-mate in every third tracked game."""
    by_team: dict[object, list[Row]] = {}
    for row in rows:
        if row["game_id"] in around.tracked and row["player_position"] != "Goalie":
            by_team.setdefault(row["team_game_id"], []).append(row)
    for team in list(by_team.values())[::3]:
        scorer = next((r for r in team if r["goals"]), None)
        other = next((r for r in team if r is not scorer), None)
        if scorer and other and isinstance(scorer["goals"], int) and isinstance(other["goals"], int):
            scorer["goals"], other["goals"] = scorer["goals"] - 1, other["goals"] + 1


@_sheet_flaw(ROSTER, "the same player twice on a game sheet")
def duplicate_roster_rows(rows: list[Row], around: Surroundings) -> None:
    """A few rows were pasted twice."""
    del around
    for at in range(len(rows) - 1, 0, -500):
        rows.insert(at, dict(rows[at]))


@_sheet_flaw(PLAYERS, "a player of the game sheets whom the player sheet does not have")
def unknown_player(rows: list[Row], around: Surroundings) -> None:
    """The third player of the list is missing."""
    del around
    del rows[2]


@_sheet_flaw(PLAYERS, "stray columns: Unnamed: 27, and one that ends in an underscore")
def stray_columns(rows: list[Row], around: Surroundings) -> None:
    """Left over from somebody's calculations."""
    del around
    for number, row in enumerate(rows):
        row["Unnamed: 27"] = number
        row["check_"] = "x"


def swap_venues(rows: list[Row], around: Surroundings) -> None:
    """The cause of swapped labels: the game sheet has the teams at the wrong venues."""
    for row in rows:
        if row["game_id"] in around.swapped:
            row["team_venue"] = "Away" if row["team_venue"] == "Home" else "Home"


def swapped_games(assigned: Mapping[int, Sequence[str]]) -> frozenset[int]:
    """The games whose labels are swapped."""
    return frozenset(game_id for game_id, names in assigned.items() if "label_swap" in names)


def untracked_sheets(sheets: Iterable[GameSheet], tracked: frozenset[int]) -> list[GameSheet]:
    """The games that nobody tracked."""
    return [s for s in sheets if s.fixture.game_id not in tracked]


def _untracked(rows: list[Row], around: Surroundings) -> list[Row]:
    return [r for r in rows if r["game_id"] not in around.tracked]
