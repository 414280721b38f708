"""Raw frames of a tracked game as rows of the staging tables, in the web tracker's shape."""

import json
from typing import Final

import polars as pl

from formats.canonical import SIDES, SLOTS
from formats.raw import RawFrames
from formats.staged_game import Row, StagedGame, digest, read_staged
from formats.staged_patch import patch_between
from hockey import aliases
from hockey.periods import parse_period

_PLAYER: Final = {
    "id": "player_id",
    "num": "jersey",
    "team": "team",
    "role": "role",
    "playD1": "play_detail1",
    "playD2": "play_detail2",
    "playSuccess": "play_success",
    "pressure": "pressure",
    "pressuredBy": "pressured_by",
    "sideOfPuck": "side_of_puck",
}
_ROSTER: Final = {"id": "player_id", "num": "jersey", "name": "full_name", "pos": "position", "rating": "skill"}
_PUCK: Final = -1
_LARGEST: Final = 2**31 - 1


def staged_rows(raw: RawFrames) -> StagedGame:
    """The rows that hold the game; `read_staged` gives the same frames again, but for where they come from."""
    game = raw.games.row(0, named=True)
    events = tuple(_event_rows(raw, game["game_id"]))
    shifts = tuple(_shift_rows(raw, game["game_id"]))
    header = _header(game, raw.rosters)
    told = {
        "penaltyLengths": {kind: game[f"{kind}_min"] for kind in ("minor", "major", "misconduct")},
        "homeAttacksRightP1": game["home_attacks_right_p1"],
        "videos": json.loads(game["videos"] or "[]"),
        "videoTiming": {"periodOffsets": {key: game[f"video_{name}_s"] for key, name in _PERIODS.items()}},
    }
    bare = StagedGame(game["game_id"], header | {"header": json.dumps(told)}, events, shifts)
    patch = patch_between(raw, read_staged(bare), {"events": digest(events), "shifts": digest(shifts)})
    return StagedGame(game["game_id"], header | {"header": json.dumps(told | {"patch": patch})}, events, shifts)


_PERIODS: Final = {"1": "p1", "2": "p2", "3": "p3", "OT": "ot"}


def _header(game: dict[str, object], rosters: pl.DataFrame) -> dict[str, object]:
    dates = {name: None if game[name] is None else str(game[name]) for name in ("saved_at", "game_date")}
    lines = rosters.to_dicts()
    by_side = {
        side: [
            _filled({name: line[column] for name, column in _ROSTER.items()}) for line in lines if line["side"] == side
        ]
        for side in SIDES
    }
    return {
        "game_id": str(game["game_id"]),
        "home_team": game["home_team"],
        "away_team": game["away_team"],
        "source_version": game["source_version"],
        "source_sha256": game["source_sha256"],
        "period_lengths": json.dumps({key: game[f"{name}_min"] for key, name in _PERIODS.items()}),
        "rosters": json.dumps(by_side),
        **dates,
    }


def _filled(cells: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in cells.items() if value is not None}


def _event_rows(raw: RawFrames, game_id: int) -> list[Row]:
    paths: dict[tuple[int, int], list[dict[str, float]]] = {}
    for point in raw.points.sort("event_no", "order", "seq").iter_rows(named=True):
        paths.setdefault((point["event_no"], point["order"]), []).append({"x": point["x"], "y": point["y"]})
    players: dict[int, list[dict[str, object]]] = {}
    for player in raw.event_players.sort("event_no", "order").iter_rows(named=True):
        told = _filled({name: player[column] for name, column in _PLAYER.items()})
        path = paths.get((player["event_no"], player["order"]))
        players.setdefault(player["event_no"], []).append(told | ({"xy": path} if path else {}))
    return [
        _event_row(event, game_id, paths.get((event["event_no"], _PUCK)), players.get(event["event_no"], []))
        for event in raw.events.sort("event_no").iter_rows(named=True)
    ]


def _event_row(event: dict[str, object], game_id: int, puck: object, players: list[dict[str, object]]) -> Row:
    net = None if event["net_x"] is None else json.dumps({"x": event["net_x"], "y": event["net_y"]})
    return {
        "game_id": str(game_id),
        "event_index": _small(event["source_index"]),
        "period": _period(event["period"]),
        "type": event["type"],
        "team": event["team"],
        "start_time": event["clock_start"],
        "end_time": event["clock_end"],
        "zone": event["zone"],
        "success": _truth(event["success"]),
        "detail1": event["detail1"],
        "detail2": event["detail2"],
        "is_highlight": _truth(event["is_highlight"]),
        "puck_xy": None if puck is None else json.dumps(puck),
        "net_xy": net,
        "players": json.dumps(players),
        "linked_event_idx": _small(event["chain"]),
    }


def _shift_rows(raw: RawFrames, game_id: int) -> list[Row]:
    return [
        {
            "game_id": str(game_id),
            "shift_index": _small(shift["source_index"]),
            "period": _period(shift["period"]),
            "start_time": shift["clock_start"],
            "end_time": shift["clock_end"],
            "start_type": shift["start_type"],
            "stop_type": shift["stop_type"],
            "strength": shift["strength"],
            **{f"{side}_lineup": json.dumps(_lineup(shift, side)) for side in SIDES},
        }
        for shift in raw.shifts.sort("stint_no").iter_rows(named=True)
    ]


def _lineup(shift: dict[str, object], side: str) -> dict[str, object]:
    slots = {s: _filled({"num": shift[f"{side}_{s}"], "id": shift[f"{side}_{s}_id"]}) for s in SLOTS}
    return {slot.upper(): player or None for slot, player in slots.items()}


def _truth(value: object) -> bool | None:
    return aliases.truth(value) if isinstance(value, str) else None


def _period(value: object) -> int | None:
    return parse_period(value) if isinstance(value, str) else None


def _small(value: object) -> int | None:
    """The number where the column, an integer of 32 bits, can hold it; the patch has it otherwise."""
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None
