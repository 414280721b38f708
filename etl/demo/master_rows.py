"""The rows of the master workbook's sheets, before any flaw: plain dictionaries, one per row, columns in order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from typing import Final

from etl.demo.league import Fixture, League, Player, SeasonTeam
from etl.demo.official import GameSheet, SheetLine

Cell = object
Row = dict[str, Cell]
POSITIONS: Final = {"F": "Forward", "D": "Defense", "G": "Goalie"}
VENUES: Final = ("Home", "Away")
LEAGUE_ID, LEAGUE_NAME = "N", "NORAD"


def player_rows(league: League) -> Iterator[Row]:
    """dim_player: one row per person. Current team: the squad of the season in progress."""
    squads = {p.player_id: s for s in league.seasons[-1].teams for p in s.players.values()}
    for player in league.players:
        squad = squads.get(player.player_id)
        yield {
            "player_first_name": player.first,
            "player_last_name": player.last,
            "player_full_name": player.name,
            "player_id": player.player_id,
            "player_primary_position": POSITIONS[player.position],
            "current_skill_rating": player.skill,
            "player_hand": player.hand,
            "birth_year": player.birth_year,
            "player_gender": player.gender,
            "highest_beer_league": "B" if player.skill > 4 else "C",  # noqa: PLR2004 - the better half
            "player_rating_ly": max(2, player.skill - (player.birth_year % 2)),
            "player_notes": None,
            "player_leadership": None,
            "player_norad": "Y",
            "player_csaha": "N",
            "player_norad_primary_number": player.number,
            "player_csah_primary_number": None,
            "player_norad_current_team": squad.team.name if squad else None,
            "player_csah_current_team": None,
            "player_norad_current_team_id": squad.team.team_id if squad else None,
            "player_csah_current_team_id": None,
            "other_url": f"https://pages.example/{player.player_id}" if player.birth_year % 5 == 0 else None,
            "player_url": f"https://league.example/players/{player.player_id}",
            "player_image": f"https://league.example/players/{player.player_id}.jpg",
        }


def team_rows(league: League) -> Iterator[Row]:
    """dim_team: one row per club."""
    for team in league.teams:
        yield {
            "team_name": team.name,
            "team_id": team.team_id,
            "norad_team": "Y",
            "csah_team": "N",
            "league_id": LEAGUE_ID,
            "league": LEAGUE_NAME,
            "long_team_name": f"{team.name} Hockey Club",
            "team_cd": team.code,
            "team_color1": team.colors[0],
            "team_color2": team.colors[1],
            "team_color3": None,
            "team_color4": None,
            "team_logo": f"https://league.example/teams/{team.team_id}.png",
            "team_url": f"https://league.example/teams/{team.team_id}",
        }


def season_rows(league: League) -> Iterator[Row]:
    """dim_season: one row per season."""
    for index, season in enumerate(league.seasons):
        yield {
            "index": index,
            "season_id": season.season_id,
            "season": season.years,
            "session": "F",
            "norad": "Y",
            "csah": "N",
            "league_id": LEAGUE_ID,
            "league": LEAGUE_NAME,
            "start_date": season.start,
        }


def schedule_row(league: League, index: int, fixture: Fixture, sheet: GameSheet | None) -> Row:
    """dim_schedule: one row per scheduled game; the score of one that is still to come is empty."""
    season = league.seasons[fixture.season]
    home, away = (season.teams[i].team for i in (fixture.home, fixture.away))
    row: Row = {
        "index": index,
        "game_id": fixture.game_id,
        "season": season.years,
        "season_id": season.season_id,
        "game_url": f"https://league.example/games/{fixture.game_id}",
        "home_team_game_id": f"{fixture.game_id}{home.team_id}",
        "away_team_game_id": f"{fixture.game_id}{away.team_id}",
        "date": fixture.day,
        "game_time": fixture.time,
        "home_team_name": home.name,
        "away_team_name": away.name,
        "home_team_id": home.team_id,
        "away_team_id": away.team_id,
        "head_to_head_id": f"{min(home.team_id, away.team_id)}{max(home.team_id, away.team_id)}",
        "game_type": fixture.game_type,
        "playoff_round": fixture.playoff_round or None,
        "last_period_type": None if sheet is None else "Overtime" if sheet.overtime else "Regulation",
        "period_length": time(0, 18),
        "ot_period_length": time(0, 5),
        "shootout_rounds": None,
    }
    row |= _result(sheet)
    row |= {f"video_{part}": None for part in ("id", "start_time", "end_time", "title", "url")}
    if sheet is not None:
        row |= {"video_id": f"full{fixture.game_id}", "video_title": f"{home.name} - {away.name}"}
        row["video_url"] = f"https://video.example/watch?v=full{fixture.game_id}"
    row |= {"schedule_type": "Past" if fixture.played else "Upcoming", "include": True}
    return row


def _result(sheet: GameSheet | None) -> Row:
    score = sheet.score if sheet else (None, None)
    row: Row = {"home_total_goals": score[0], "away_total_goals": score[1]}
    for side, venue in enumerate(("home", "away")):
        goals: Sequence[int | None] = sheet.periods[side] if sheet else (None,) * 4
        for period in range(3):
            row[f"{venue}_team_period{period + 1}_goals"] = goals[period]
        row[f"{venue}_team_periodOT_goals"] = goals[3] if sheet and sheet.overtime else None
    row |= {"home_team_seeding": None, "away_team_seeding": None}
    for side, venue in enumerate(("home", "away")):
        row |= dict(zip((f"{venue}_team_{k}" for k in ("w", "l", "t", "pts")), _points(sheet, side), strict=True))
    return row


def _points(sheet: GameSheet | None, side: int) -> tuple[int | None, ...]:
    if sheet is None:
        return (None,) * 4
    won, tied = sheet.winner == side, sheet.winner is None
    return int(won), int(not won and not tied), int(tied), 2 if won else 1 if tied else 0


def roster_rows(league: League, sheet: GameSheet, first_index: int) -> Iterator[Row]:
    """fact_gameroster: one row per player and game."""
    fixture = sheet.fixture
    season = league.seasons[fixture.season]
    squads = season.teams[fixture.home], season.teams[fixture.away]
    people = {p.player_id: p for p in league.players}
    clubs = {p.player_id: s.team.name for s in season.teams for p in s.players.values()}
    for offset, line in enumerate(sheet.lines):
        row = _roster_row(sheet, line, squads, people[line.player_id])
        row |= {"season": season.years, "sub": line.is_sub, "current_team": clubs.get(line.player_id)}
        row["skill_rating"] = people[line.player_id].skill
        yield {"index": first_index + offset, **row}


def _roster_row(sheet: GameSheet, line: SheetLine, squads: tuple[SeasonTeam, SeasonTeam], player: Player) -> Row:
    game_id, team, opponent = sheet.fixture.game_id, squads[line.side].team, squads[1 - line.side].team
    is_goalie = line.position == "G"
    return {
        "game_id": game_id,
        "team_game_id": f"{game_id}{team.team_id}",
        "opp_team_game_id": f"{game_id}{opponent.team_id}",
        "player_game_id": f"{game_id}{line.player_id}",
        "team_venue": VENUES[line.side],
        "team_name": team.name,
        "opp_team_name": opponent.name,
        "player_game_number": line.number,
        "n_player_url": f"https://league.example/players/{line.player_id}",
        "player_position": POSITIONS[line.position],
        "games_played": 1,
        "goals": line.goals,
        "assist": line.assists,
        "goals_against": line.goals_against,
        "pim": line.pim,
        "shutouts": int(is_goalie and line.goals_against == 0),
        "team_id": team.team_id,
        "opp_team_id": opponent.team_id,
        "key": f"{game_id}_{line.player_id}",
        "player_full_name": player.name,
        "player_id": line.player_id,
        "date": sheet.fixture.day,
    }


def registration_rows(league: League) -> Iterator[Row]:
    """fact_registration: who signed up for the season in progress; the addresses are invented, and never to be read."""
    season = league.seasons[-1]
    for squad in season.teams:
        for player in squad.players.values():
            yield {
                "player_full_name": player.name,
                "player_id": player.player_id,
                "season_id": season.season_id,
                "season": season.years,
                "email": f"{player.player_id.lower()}@mail.example",
                "position": POSITIONS[player.position],
                "skill_rating": player.skill,
                "drafted_team_name": squad.team.name,
                "drafted_team_id": squad.team.team_id,
                "player_season_registration_id": f"{player.player_id}{season.season_id}",
            }


def event_type_rows() -> Iterator[Row]:
    """dim_event_type: the codes with their meaning for shot counting."""
    codes = ("Clockstop", "DeadIce", "Faceoff", "GameEnd", "GameStart", "Goal", "Intermission", "LoosePuck", "Pass",
             "Penalty", "Penalty_Delayed", "Play", "Possession", "Rebound", "Save", "Shot", "Stoppage", "Timeout",
             "Turnover", "Zone_Entry_Exit")  # fmt: skip
    for number, code in enumerate(codes, start=1):
        yield {
            "event_type_id": f"ET{number:04d}",
            "event_type_code": code,
            "event_type_name": code.replace("_", " "),
            "event_category": "Shot" if code in {"Shot", "Goal"} else "Play",
            "description": None,
            "is_corsi": code == "Shot",
            "is_fenwick": code == "Shot",
        }


def league_rows() -> Iterator[Mapping[str, Cell]]:
    """dim_league: the one league."""
    yield {"league_id": LEAGUE_ID, "league": LEAGUE_NAME}
