"""A small master workbook as rows of its sheets, to be changed by a test and written as a real .xlsx file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from formats.master import MasterFrames
from formats.master_workbook import read_master
from formats.workbook import open_workbook
from tests.formats.workbook_builder import make_sheet, make_workbook

Record = dict[str, object]


def make_player(number: int = 1, **cells: object) -> Record:
    return {
        "player_first_name": f"First{number}",
        "player_last_name": f"Last{number}",
        "player_full_name": f"First{number} Last{number}",
        "player_id": f"P{100000 + number}",
        "player_primary_position": "Forward",
        "current_skill_rating": 4,
        **cells,
    }


def make_team(letter: str = "A", **cells: object) -> Record:
    return {"team_name": f"Team {letter}", "team_id": f"N1000{letter}", "long_team_name": f"The {letter}s", **cells}


def make_game(number: int = 18969, **cells: object) -> Record:
    return {
        "index": 0,
        "game_id": number,
        "season": 20252026,
        "season_id": "N20252026F",
        "date": "2025-09-07",
        "game_time": "20:45",
        "home_team_name": "Team A",
        "away_team_name": "Team B",
        "home_team_id": "N1000A",
        "away_team_id": "N1000B",
        "game_type": "Regular",
        "period_length": "00:18:00",
        "home_total_goals": 4,
        "away_total_goals": 3,
        "home_team_period1_goals": 1,
        "home_team_period2_goals": 1,
        "home_team_period3_goals": 2,
        "away_team_period1_goals": 2,
        "away_team_period2_goals": 0,
        "away_team_period3_goals": 1,
        **cells,
    }


def make_line(number: int = 1, game: int = 18969, **cells: object) -> Record:
    return {
        "game_id": game,
        "team_venue": "Home",
        "team_name": "Team A",
        "opp_team_name": "Team B",
        "team_id": "N1000A",
        "opp_team_id": "N1000B",
        "player_game_number": number,
        "player_position": "Forward",
        "goals": 1,
        "assist": 0,
        "pim": 0,
        "goals_against": 0,
        "player_full_name": f"First{number} Last{number}",
        "player_id": f"P{100000 + number}",
        "sub": False,
        "current_team": "Team A",
        "skill_rating": 4,
        **cells,
    }


def make_season(**cells: object) -> Record:
    return {"season_id": "N20252026F", "season": 20252026, "session": "F", "start_date": "2025-09-01", **cells}


@dataclass
class Master:
    """The sheets of a master workbook; `read()` writes and reads it."""

    players: list[Record] = field(default_factory=lambda: [make_player(1), make_player(2)])
    teams: list[Record] = field(default_factory=lambda: [make_team("A"), make_team("B")])
    seasons: list[Record] = field(default_factory=lambda: [make_season()])
    games: list[Record] = field(default_factory=lambda: [make_game()])
    roster: list[Record] = field(default_factory=lambda: [make_line(1)])
    without: tuple[str, ...] = ()

    def data(self) -> bytes:
        sheets: Mapping[str, list[Record]] = {
            "dim_player": self.players,
            "dim_team": self.teams,
            "dim_schedule": self.games,
            "dim_season": self.seasons,
            "fact_gameroster": self.roster,
            "fact_registration": [{"player_id": "P100001", "email": "someone@example.org"}],
        }
        return make_workbook({name: make_sheet(rows) for name, rows in sheets.items() if name not in self.without})

    def read(self) -> MasterFrames:
        return read_master(open_workbook(self.data(), "BLB_TABLES.xlsx"))


def flag_names(frames: MasterFrames) -> list[str]:
    """The flags of a reading, without repetition."""
    return frames.flags["flag"].unique(maintain_order=True).to_list()
