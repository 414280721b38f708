"""A tracker JSON export as raw frames: its cells, written down as they stand."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import msgspec
import polars as pl
from msgspec import structs

from formats import cells
from formats.canonical import SIDES, SLOTS
from formats.json_document import TrackerExport, game_id
from formats.raw import RAW_SCHEMAS, RawFrames, raw_frame
from formats.tracked_events import Point, TrackedEvent, TrackedPlayer
from formats.videos import video_links

_PERIODS: Final = {"1": "p1", "2": "p2", "3": "p3", "OT": "ot"}
_MAX_PERIOD_MIN: Final = 120.0
_EVENT_TEXT: Final = (
    *("period", "clock_start", "clock_end", "type", "detail1", "detail2"),
    *("team", "zone", "success", "is_highlight"),
)
_EVENT_NUMBERS: Final = ("source_index", "chain", "sequence", "play", "assist_to")
_PLAYER_TEXT: Final = (
    *("player_id", "jersey", "full_name", "team", "role", "play_detail1", "play_detail2"),
    *("play_success", "pressure", "pressured_by", "side_of_puck"),
)
_SHIFT_TEXT: Final = {
    "period": "period",
    "clock_start": "start_time",
    "clock_end": "end_time",
    "start_type": "start_type",
    "stop_type": "stop_type",
    "strength": "strength",
    "stoppage": "stoppageTime",
}
Columns = dict[str, Sequence[object] | pl.Series]


def read_export(export: TrackerExport, path: str, sha256: str) -> RawFrames:
    """The raw frames of one export."""
    number = game_id(export.game_id) or 0
    events = _columns(_in_order(export.events or []), TrackedEvent)
    players = [of_event or () for of_event in events["players"]]
    header = _header(export, number) | {"source_path": path, "source_sha256": sha256}
    columns: dict[str, Columns] = {
        "games": {name: [value] for name, value in header.items()},
        "rosters": _rosters(cells.mapping(export.rosters)),
        "events": _events(events),
        "event_players": _event_players(players),
        "points": _points(events["path"], players),
        "shifts": _shifts(cells.rows(export.shifts)),
        "flags": {
            "flag": ["secret_removed"] * export.has_settings,
            "source_path": [path] * export.has_settings,
            "count": [1] * export.has_settings,
            "message": ["the settings, with a service address and an access key, were dropped unread"]
            * export.has_settings,
        },
    }
    for frame in columns.values():
        frame["game_id"] = [number] * len(next(iter(frame.values())))
    frames = {name: raw_frame(name, columns[name]) for name in RAW_SCHEMAS}
    return RawFrames(**frames | {"points": frames["points"].drop_nulls(("x", "y"))})


def _header(export: TrackerExport, number: int) -> dict[str, object]:
    periods, penalties = cells.mapping(export.period_lengths), cells.mapping(export.penalty_lengths)
    videos = cells.mapping(cells.mapping(export.video_timing).get("periodOffsets"))
    attacks_right = export.home_attacks_right_p1
    return {
        "game_id": number,
        "source": "json",
        "source_version": cells.label(export.version),
        "saved_at": cells.instant(export.saved_at) or cells.instant(export.export_date),
        "home_team": cells.label(export.home_team),
        "away_team": cells.label(export.away_team),
        "home_attacks_right_p1": attacks_right if isinstance(attacks_right, bool) else None,
        **{f"{name}_min": _minutes(periods.get(key)) for key, name in _PERIODS.items()},
        **{f"{kind}_min": _minutes(penalties.get(kind)) for kind in ("minor", "major", "misconduct")},
        **{f"video_{name}_s": cells.number(videos.get(key)) for key, name in _PERIODS.items()},
        "videos": video_links(cells.rows(export.videos), "url", "type", "title", "kind"),
    }


def _minutes(value: object) -> float | None:
    found = cells.number(value)
    return found if found is not None and 0 < found <= _MAX_PERIOD_MIN else None


def _in_order(events: list[TrackedEvent]) -> list[TrackedEvent]:
    """By `source_index` where every event has its own; in file order otherwise, numbered by it."""
    numbers = [event.source_index for event in events]
    if None in numbers or len(set(numbers)) != len(numbers):
        return [structs.replace(event, source_index=position) for position, event in enumerate(events)]
    return sorted(events, key=lambda event: event.source_index or 0)


def _columns(rows: Sequence[msgspec.Struct], kind: type[msgspec.Struct]) -> dict[str, Sequence[Any]]:
    """The fields of structs of one kind, each with the values of all rows."""
    names = kind.__struct_fields__
    return (
        dict(zip(names, zip(*map(structs.astuple, rows), strict=True), strict=True))
        if rows
        else dict.fromkeys(names, ())
    )


def _texts(values: Sequence[object]) -> pl.Series:
    """The values as texts. Columns of one type, which nearly all are, need no look at each value."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        return pl.Series(values, dtype=pl.String)
    if kinds == {bool}:
        return pl.Series(values, dtype=pl.Boolean).cast(pl.String)
    if kinds == {int} and max(abs(value) for value in values if isinstance(value, int)) <= cells.MAX_INTEGER:
        return pl.Series(values, dtype=pl.Int64).cast(pl.String)
    return pl.Series([cells.text(value) for value in values], dtype=pl.String)


def _events(events: dict[str, Sequence[Any]]) -> Columns:
    return {
        "event_no": range(len(events["type"])),
        **{name: events[name] for name in _EVENT_NUMBERS},
        **{name: _texts(events[name]) for name in _EVENT_TEXT},
        "net_x": [None if net is None else net.x for net in events["net"]],
        "net_y": [None if net is None else net.y for net in events["net"]],
    }


def _event_players(of_events: Sequence[Sequence[TrackedPlayer]]) -> Columns:
    players = _columns(list(chain.from_iterable(of_events)), TrackedPlayer)
    return {
        "event_no": [number for number, of_event in enumerate(of_events) for _ in of_event],
        "order": [order for of_event in of_events for order in range(len(of_event))],
        **{name: _texts(players[name]) for name in _PLAYER_TEXT},
    }


def _points(pucks: Sequence[list[Point] | None], of_events: Sequence[Sequence[TrackedPlayer]]) -> Columns:
    paths = [(number, -1, path) for number, path in enumerate(pucks) if path]
    paths += [
        (number, order, player.path)
        for number, of_event in enumerate(of_events)
        for order, player in enumerate(of_event)
        if player.path
    ]
    points = _columns(list(chain.from_iterable(path for *_, path in paths)), Point)
    return {
        "event_no": [number for number, _, path in paths for _ in path],
        "order": [order for _, order, path in paths for _ in path],
        "seq": [seq for *_, path in paths for seq in range(len(path))],
        **points,
    }


def _shifts(shifts: list[dict[str, object]]) -> Columns:
    sides = {side: [cells.mapping(shift.get(side)) for shift in shifts] for side in SIDES}
    slots = {
        f"{side}_{slot}": [cells.mapping(lineup.get(slot.upper())) for lineup in sides[side]]
        for side in SIDES
        for slot in SLOTS
    }
    return {
        "stint_no": list(range(len(shifts))),
        "source_index": list(range(len(shifts))),
        **{name: _texts([shift.get(key) for shift in shifts]) for name, key in _SHIFT_TEXT.items()},
        **{name: _texts([player.get("num") for player in players]) for name, players in slots.items()},
        **{f"{name}_id": _texts([player.get("id") for player in players]) for name, players in slots.items()},
    }


def _rosters(rosters: dict[str, object]) -> Columns:
    lines = [(side, line) for side in SIDES for line in cells.rows(rosters.get(side))]
    jerseys = [cells.label(line.get("num")) for _, line in lines]
    return {
        "row": list(range(len(lines))),
        "side": [side for side, _ in lines],
        "player_id": [cells.label(line.get("id")) for _, line in lines],
        "jersey": [None if jersey is None or jersey.lower() == "null" else jersey for jersey in jerseys],
        "full_name": [cells.label(line.get("name")) for _, line in lines],
        "position": [cells.label(line.get("pos")) for _, line in lines],
        "skill": [cells.number(line.get("rating")) for _, line in lines],
    }
