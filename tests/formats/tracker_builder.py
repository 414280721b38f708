"""Builders of tracker exports: plain documents as the tracker writes them, with what a test needs changed."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from formats.canonical import GameFrames
from formats.json_document import TrackerExport, open_json
from formats.normalise import normalise
from formats.raw import RawFrames, combine
from formats.tracker_json import read_export
from hockey.league import LeagueRules
from tests.known_secrets import TRACKER_KEY

Json = dict[str, Any]
SECRET = TRACKER_KEY
HOME = (2, 3, 4, 5, 6, 7, 30)
AWAY = (12, 13, 14, 15, 16, 7, 31)
SLOTS = ("F1", "F2", "F3", "D1", "D2", "X", "G")


def player_id(side: str, number: int | str) -> str:
    return f"P{'1' if side == 'home' else '2'}{int(number):05d}"


def make_roster(side: str, numbers: Sequence[int | str]) -> list[Json]:
    return [
        {"id": player_id(side, n), "num": str(n), "name": f"{side} {n}", "pos": "G" if n == numbers[-1] else "F"}
        for n in numbers
    ]


def make_player(number: object, role: str = "event_player_1", **changes: object) -> Json:
    return {"num": number, "name": f"#{number}", "role": role, "roleNum": 1, "xy": [], **changes}


def make_event(kind: str = "Possession", **changes: object) -> Json:
    event = {
        "period": 1,
        "type": kind,
        "team": "home",
        "zone": "o",
        "success": None,
        "detail1": "",
        "detail2": "",
        "start_time": "17:00",
        "end_time": "17:00",
        "strength": "5v5",
        "linkedEventIdx": None,
        "players": [],
        "puckXY": [],
        "netXY": None,
        "isHighlight": False,
    }
    return event | changes


def make_lineup(numbers: Iterable[int | None]) -> Json:
    return {slot: None if n is None else {"num": n, "name": f"#{n}"} for slot, n in zip(SLOTS, numbers, strict=True)}


def make_shift(start: str = "18:00", end: str = "00:0.01", **changes: object) -> Json:
    shift = {
        "period": 1,
        "start_time": start,
        "end_time": end,
        "start_type": "OnTheFly",
        "stop_type": "",
        "strength": "5v5",
        "stoppageTime": 0,
        "home": make_lineup([*HOME[:5], None, HOME[-1]]),
        "away": make_lineup([*AWAY[:5], None, AWAY[-1]]),
    }
    return shift | changes


def make_export(events: Sequence[Json] = (), shifts: Sequence[Json] = (), **changes: object) -> Json:
    document = {
        "version": "23.8",
        "savedAt": "2026-01-16T18:35:24.271Z",
        "gameId": 18969,
        "homeTeam": "Team B",
        "awayTeam": "Team A",
        "rosters": {"home": make_roster("home", HOME), "away": make_roster("away", AWAY)},
        "events": [{"idx": position} | event for position, event in enumerate(events)],
        "shifts": list(shifts),
        "periodLengths": {"1": 18, "2": 18, "3": 18, "OT": 5},
        "penaltyLengths": {"minor": 3, "major": 6, "misconduct": 10},
        "homeAttacksRightP1": True,
    }
    return document | changes


def as_bytes(document: object) -> bytes:
    return json.dumps(document).encode()


def read_raw(document: Json, path: str = "game.json") -> RawFrames:
    export = open_json(as_bytes(document))
    assert isinstance(export, TrackerExport)
    return read_export(export, path, "0" * 64)


def read(*documents: Json, path: str = "game.json") -> GameFrames:
    return normalise(combine(read_raw(document, path) for document in documents), LeagueRules())


def flag_counts(frames: GameFrames) -> dict[str, int]:
    return dict(sorted(frames.flags.group_by("flag").len().rows()))
