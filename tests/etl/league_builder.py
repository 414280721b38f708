"""Builders of canonical frames: say only what a test is about."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

import polars as pl

from etl.usability import LEFT_OUT
from formats.canonical import SLOTS, LeagueFrames, conform, empty, filled
from hockey.league import LeagueRules

HOME, AWAY = "TH", "TA"
GAME = 1


def frame(name: str, rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """A canonical frame from rows; columns not named are null."""
    if not rows:
        return empty(name)
    schema = {column: dtype for column, dtype in empty(name).schema.items() if any(column in row for row in rows)}
    return conform(name, filled(pl.DataFrame(list(rows), schema=schema, orient="row"), name))


def make_game(game_id: int = GAME, **values: object) -> dict[str, object]:
    return {
        "game_id": game_id,
        "season_id": "N20252026F",
        "date": date(2025, 10, 5),
        "home_team_id": HOME,
        "away_team_id": AWAY,
        "home_team": "Hawks",
        "away_team": "Aces",
        "period_len_s": [1080.0, 1080.0, 1080.0, 300.0],
        "penalty_min": [3.0, 6.0, 10.0],
        "video_offset_s": [10.0, 2000.0, 4000.0, None],
        "sides_swapped": False,
        "source": "json",
        "source_path": f"{game_id}.json",
        "source_sha256": "0" * 64,
        "event_count": 0,
        "valid_stint_count": 0,
        **values,
    }


def make_player(player_id: str, side: str, position: str = "F", game_id: int = GAME) -> dict[str, object]:
    """A roster row; h1 plays for the home side with number 1."""
    return {
        "game_id": game_id,
        "side": side,
        "player_id": player_id,
        "team_id": HOME if side == "home" else AWAY,
        "jersey": player_id[1:],
        "jersey_num": int(player_id[1:]),
        "position": position,
        "full_name": player_id.upper(),
    }


def make_rosters(game_id: int = GAME) -> list[dict[str, object]]:
    """Six skaters a side, h1..h6 and a1..a6, and the goalies h9 and a9."""
    return [
        make_player(f"{side[0]}{n}", side, "G" if n == 9 else "D" if n in (4, 5) else "F", game_id)
        for side in ("home", "away")
        for n in (1, 2, 3, 4, 5, 6, 9)
    ]


def make_event(event_idx: int, event_type: str, team: str | None, t: float, **values: object) -> dict[str, object]:
    """An event at second `t` of period 1 (or of `period`)."""
    return {
        "game_id": GAME,
        "event_idx": event_idx,
        "period": 1,
        "event_type": event_type,
        "team": team,
        "t_start": t,
        "t_end": t,
        "game_t": t,
        "clock_start": 1080 - t,
        "clock_end": 1080 - t,
        "duration_s": 0.0,
        "zone_known": False,
        "is_highlight": False,
        **values,
    }


def make_role(event_idx: int, role: str, player_id: str | None, **values: object) -> dict[str, object]:
    """A player in an event; role `event_1` or `opp_2`. The player's side is the first letter of the id."""
    side_role, number = role.split("_")
    side = None if player_id is None else "home" if player_id.startswith("h") else "away"
    return {
        "game_id": GAME,
        "event_idx": event_idx,
        "side_role": side_role,
        "role_n": int(number),
        "order": 0,
        "team": side,
        "player_id": player_id,
        "match": "none" if player_id is None else "role_side",
        **values,
    }


def make_stint(
    stint_idx: int, start: float, end: float, home: str = "123459", away: str = "123459", **values: object
) -> dict[str, object]:
    """A stint from second `start` to `end`. `home` and `away` are the numbers on the ice, 9 the goalie."""
    sides: dict[str, object] = {}
    for side, numbers in (("home", home), ("away", away)):
        skaters = [n for n in numbers if n != "9"]
        slots = dict(zip((s for s in SLOTS if s != "g"), skaters, strict=False))
        slots |= {"g": "9"} if "9" in numbers else {}
        for slot, number in slots.items():
            sides[f"{side}_{slot}"] = int(number)
            sides[f"{side}_{slot}_id"] = f"{side[0]}{number}"
        sides[f"{side}_skaters"] = len(skaters)
        sides[f"{side}_goalie_on"] = "9" in numbers
    return {
        "game_id": GAME,
        "stint_idx": stint_idx,
        "period": 1,
        "clock_start": 1080 - start,
        "clock_end": 1080 - end,
        "duration_s": end - start,
        "strength": f"{sides['home_skaters']}v{sides['away_skaters']}",
        "is_valid": True,
        "is_placeholder": False,
        **sides,
        **values,
    }


def make_scheduled(
    game_id: int, home_goals: int | None = None, away_goals: int | None = None, **values: object
) -> dict[str, object]:
    return {
        "game_id": game_id,
        "season_id": "N20252026F",
        "season": "20252026",
        "date": date(2025, 10, 5),
        "game_type": "Regular",
        "include": True,
        "home_team_id": HOME,
        "away_team_id": AWAY,
        "home_team": "Hawks",
        "away_team": "Aces",
        "home_goals": home_goals,
        "away_goals": away_goals,
        "is_inferred": False,
        "origin": "workbook",
        **values,
    }


def make_league(**rows: Sequence[dict[str, object]]) -> LeagueFrames:
    """A league; frames not named have one game, its two teams, season, schedule and rosters, and nothing else."""
    given: dict[str, Sequence[dict[str, object]]] = {
        "games": [make_game()],
        "rosters": make_rosters(),
        "schedule": [make_scheduled(GAME)],
        "teams": [
            {"team_id": HOME, "team_name": "Hawks", "is_inferred": False, "origin": "workbook"},
            {"team_id": AWAY, "team_name": "Aces", "is_inferred": False, "origin": "workbook"},
        ],
        "seasons": [
            {"season_id": "N20252026F", "season": "20252026", "start_date": date(2025, 9, 1), "is_inferred": False}
        ],
        **rows,
    }
    return LeagueFrames(**{f.name: frame(f.name, given.get(f.name, [])) for f in fields(LeagueFrames)})


def make_sources(league: LeagueFrames, rules: LeagueRules | None = None) -> dict[str, object]:
    """What the registry builds from."""
    frames: dict[str, object] = {f.name: getattr(league, f.name) for f in fields(LeagueFrames)}
    return {**frames, "rules": rules or LeagueRules(), "left_out": pl.DataFrame(schema=LEFT_OUT)}
