"""A tracker JSON export as raw frames: its cells, written down as they stand."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import polars as pl

from formats import cells
from formats.canonical import SIDES, SLOTS
from formats.json_document import RosterSheet, TrackerExport, game_id
from formats.raw import RAW_SCHEMAS, RawFrames, raw_frame
from formats.videos import video_links

_PERIODS: Final = {"1": "p1", "2": "p2", "3": "p3", "OT": "ot"}
_MAX_PERIOD_MIN: Final = 120.0
_EVENT_TEXT: Final = {
    "period": "period",
    "clock_start": "start_time",
    "clock_end": "end_time",
    "type": "type",
    "detail1": "detail1",
    "detail2": "detail2",
    "team": "team",
    "zone": "zone",
    "success": "success",
    "is_highlight": "isHighlight",
}
_EVENT_NUMBERS: Final = {
    "chain": "linkedEventIdx",
    "sequence": "sequenceIdx",
    "play": "playIdx",
    "assist_to": "assistToGoalIdx",
}
_PLAYER_TEXT: Final = {
    "player_id": "id",
    "jersey": "num",
    "full_name": "name",
    "team": "team",
    "role": "role",
    "play_detail1": "playD1",
    "play_detail2": "playD2",
    "play_success": "playSuccess",
    "pressure": "pressure",
    "pressured_by": "pressuredBy",
    "side_of_puck": "sideOfPuck",
}
_SHIFT_TEXT: Final = {
    "period": "period",
    "clock_start": "start_time",
    "clock_end": "end_time",
    "start_type": "start_type",
    "stop_type": "stop_type",
    "strength": "strength",
    "stoppage": "stoppageTime",
}
Rows = list[dict[str, object]]
Columns = dict[str, list[object]]


def read_export(export: TrackerExport, path: str, sha256: str, sheet: RosterSheet | None = None) -> RawFrames:
    """The raw frames of one export. `sheet` is the game's roster.json, which alone knows skills and the date."""
    number = game_id(export.game_id) or 0
    events = _in_order(cells.rows(export.events))
    players = [cells.rows(event.get("players")) for event in events]
    columns: dict[str, Columns] = {
        "games": {name: [value] for name, value in _header(export, number, sheet).items()},
        "rosters": _rosters(cells.mapping(export.rosters), sheet),
        "events": _events(events),
        "event_players": _event_players(players),
        "points": _points(events, players),
        "shifts": _shifts(cells.rows(export.shifts)),
        "flags": {"flag": ["secret_removed"] if export.has_settings else []},
    }
    columns["games"] |= {"source_path": [path], "source_sha256": [sha256]}
    columns["flags"] |= {
        "source_path": [path for _ in columns["flags"]["flag"]],
        "count": [1 for _ in columns["flags"]["flag"]],
        "message": ["the settings, with a service address and an access key, were dropped unread"]
        * export.has_settings,
    }
    for frame in columns.values():
        frame["game_id"] = [number] * len(next(iter(frame.values())))
    return RawFrames(**{name: raw_frame(name, columns[name]) for name in RAW_SCHEMAS})


def shift_frame(shifts: object) -> pl.DataFrame:
    """The shift rows of one game alone, as raw frame; `game_id` is null."""
    return raw_frame("shifts", _shifts(cells.rows(shifts)))


def _header(export: TrackerExport, number: int, sheet: RosterSheet | None) -> dict[str, object]:
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
        "game_date": None if sheet is None else _date(sheet.date),
    }


def _minutes(value: object) -> float | None:
    found = cells.number(value)
    return found if found is not None and 0 < found <= _MAX_PERIOD_MIN else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _in_order(events: Rows) -> Rows:
    """By `idx` where every event has its own; in file order otherwise."""
    numbers = [cells.integer(event.get("idx")) for event in events]
    if None in numbers or len(set(numbers)) != len(numbers):
        return [event | {"idx": position} for position, event in enumerate(events)]
    if numbers == sorted(numbers):  # type: ignore[type-var]  # no None is left
        return events
    return [event for _, event in sorted(zip(numbers, events, strict=True), key=lambda pair: pair[0] or 0)]


def _texts(rows: Sequence[dict[str, object]], key: str) -> list[object]:
    return [v if type(v := row.get(key)) is str or v is None else cells.text(v) for row in rows]


def _events(events: Rows) -> Columns:
    net = [cells.mapping(event.get("netXY")) for event in events]
    return {
        "event_no": list(range(len(events))),
        "source_index": [cells.integer(event.get("idx")) for event in events],
        **{name: _texts(events, key) for name, key in _EVENT_TEXT.items()},
        **{
            name: [None if (v := event.get(key)) is None else cells.integer(v) for event in events]
            for name, key in _EVENT_NUMBERS.items()
        },
        "net_x": [cells.number(target.get("x")) for target in net],
        "net_y": [cells.number(target.get("y")) for target in net],
    }


def _event_players(players: list[Rows]) -> Columns:
    flat = [player for of_event in players for player in of_event]
    return {
        "event_no": [number for number, of_event in enumerate(players) for _ in of_event],
        "order": [order for of_event in players for order in range(len(of_event))],
        **{name: _texts(flat, key) for name, key in _PLAYER_TEXT.items()},
    }


def _points(events: Rows, players: list[Rows]) -> Columns:
    paths = [(number, -1, path) for number, event in enumerate(events) if (path := event.get("puckXY"))]
    paths += [
        (number, order, path)
        for number, of_event in enumerate(players)
        for order, player in enumerate(of_event)
        if (path := player.get("xy"))
    ]
    points = [
        (number, order, seq, x, y)
        for number, order, path in paths
        for seq, point in enumerate(cells.rows(path))
        if (x := cells.number(point.get("x"))) is not None and (y := cells.number(point.get("y"))) is not None
    ]
    return {name: [p[i] for p in points] for i, name in enumerate(("event_no", "order", "seq", "x", "y"))}


def _shifts(shifts: Rows) -> Columns:
    sides = {side: [cells.mapping(shift.get(side)) for shift in shifts] for side in SIDES}
    slots = {
        f"{side}_{slot}": [cells.mapping(lineup.get(slot.upper())) for lineup in sides[side]]
        for side in SIDES
        for slot in SLOTS
    }
    return {
        "stint_no": list(range(len(shifts))),
        "source_index": list(range(len(shifts))),
        **{name: _texts(shifts, key) for name, key in _SHIFT_TEXT.items()},
        **{name: _texts(players, "num") for name, players in slots.items()},
        **{f"{name}_id": _texts(players, "id") for name, players in slots.items()},
    }


def _rosters(rosters: dict[str, object], sheet: RosterSheet | None) -> Columns:
    lines = [(side, line) for side in SIDES for line in cells.rows(rosters.get(side))]
    skills = _skills(sheet)
    jerseys = [cells.label(line.get("num")) for _, line in lines]
    return {
        "row": list(range(len(lines))),
        "side": [side for side, _ in lines],
        "player_id": [cells.label(line.get("id")) for _, line in lines],
        "jersey": [None if jersey is None or jersey.lower() == "null" else jersey for jersey in jerseys],
        "full_name": [cells.label(line.get("name")) for _, line in lines],
        "position": [cells.label(line.get("pos")) for _, line in lines],
        "skill": [
            skill if (skill := cells.number(line.get("rating"))) is not None else skills.get((side, jersey))
            for (side, line), jersey in zip(lines, jerseys, strict=True)
        ],
    }


def _skills(sheet: RosterSheet | None) -> dict[tuple[str, str | None], float | None]:
    if sheet is None:
        return {}
    sides: Iterable[tuple[str, object]] = zip(SIDES, (sheet.home_roster, sheet.away_roster), strict=True)
    return {
        (side, jersey): cells.number(line.get("skill"))
        for side, lines in sides
        for line in cells.rows(lines)
        if (jersey := cells.label(line.get("n"))) is not None
    }
