"""Builders of whole leagues: canonical master rows and tracked games with given rosters."""

from dataclasses import fields
from typing import Any

import polars as pl

from formats.canonical import KEYS, GameFrames, LeagueFrames, empty, filled
from formats.league_assembly import assemble, no_master
from formats.master import MasterFrames
from hockey.league import LeagueRules
from tests.formats.tracker_builder import Json, make_event, make_export, read

TEAM_IDS = {"Team A": "N1", "Team B": "N2", "Team C": "N3"}


def team_of(name: str, size: int = 6) -> list[Json]:
    """The usual players of a team, as roster lines."""
    first = 100 * (ord(name[-1]) - ord("A") + 1)
    return [{"id": f"P{first + n}", "num": str(n), "name": f"{name} {n}", "pos": "F"} for n in range(1, size + 1)]


def make_game(game_id: int, home: str, away: str, *, swapped: bool = False, **changes: Any) -> Json:
    """A game in which the home side leads 1-0 by its rosters; swapped: labels the wrong way round."""
    label_home, label_away = (away, home) if swapped else (home, away)
    goal = make_event("Goal", team="home", detail1="Goal_Scored")
    return make_export(
        changes.pop("events", [goal]),
        gameId=game_id,
        homeTeam=label_home,
        awayTeam=label_away,
        rosters={"home": team_of(home), "away": team_of(away)},
        **changes,
    )


def make_master(**rows: list[dict[str, object]]) -> MasterFrames:
    """Master frames with these rows; the cells that are not given are null."""
    return MasterFrames(
        **{
            f.name: filled(pl.DataFrame(rows[f.name], infer_schema_length=None), f.name)
            if rows.get(f.name)
            else empty(f.name)
            for f in fields(MasterFrames)
        }
    )


def teams() -> list[dict[str, object]]:
    return [{"team_id": i, "team_name": n, "is_inferred": False, "origin": "workbook"} for n, i in TEAM_IDS.items()]


def scheduled(
    game_id: int, home: str, away: str, score: tuple[int | None, int | None] = (None, None)
) -> dict[str, object]:
    return {
        "game_id": game_id,
        "season_id": "S1",
        "season": "20252026",
        "home_team": home,
        "away_team": away,
        "home_team_id": TEAM_IDS[home],
        "away_team_id": TEAM_IDS[away],
        "home_goals": score[0],
        "away_goals": score[1],
        "is_inferred": False,
        "origin": "workbook",
    }


def on_sheet(game_id: int, home: str, away: str) -> list[dict[str, object]]:
    """The league's own game sheet: the usual players of both teams, by team."""
    return [
        {
            "game_id": game_id,
            "player_id": line["id"],
            "side": side,
            "team_id": TEAM_IDS[name],
            "team_name": name,
            "full_name": line["name"],
            "jersey_num": int(line["num"]),
            "position": "D",
            "goals": 1,
            "skill": 4.0,
            "is_sub": False,
            "origin": "workbook",
        }
        for side, name in (("home", home), ("away", away))
        for line in team_of(name)
    ]


def make_league(
    *documents: Json, master: MasterFrames | None = None, exclude: frozenset[int] = frozenset()
) -> LeagueFrames:
    tracked = read(*documents) if documents else GameFrames(**{f.name: empty(f.name) for f in fields(GameFrames)})
    return assemble(tracked, master or no_master(), LeagueRules(), exclude)


def keys_hold(league: LeagueFrames) -> bool:
    return all(not getattr(league, name).select(key).is_duplicated().any() for name, key in KEYS.items())
