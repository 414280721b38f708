"""The events of a tracker's document: their fields under our names, whatever stands in the file.

Nearly every file writes numbers as numbers and lists of objects as such; its events are decoded straight into these
structs. Any other value goes through `tracked_events`, which gives what can be made of it. Texts are judged later
(`formats.cells.text`), since trackers write them as texts, numbers and truths.
"""

from typing import Annotated, Any, Final

import msgspec

from formats import cells

_LIMIT: Final = 2**53  # up to it `formats.cells` takes numbers as they are
_Whole = Annotated[int, msgspec.Meta(gt=-_LIMIT, lt=_LIMIT)]
_Number = Annotated[float, msgspec.Meta(gt=-_LIMIT, lt=_LIMIT)]


class Point(msgspec.Struct, gc=False):
    """A place on the ice; null where the file has no number."""

    x: _Number | None = None
    y: _Number | None = None


class TrackedPlayer(
    msgspec.Struct,
    gc=False,
    rename={
        "player_id": "id",
        "jersey": "num",
        "full_name": "name",
        "play_detail1": "playD1",
        "play_detail2": "playD2",
        "play_success": "playSuccess",
        "pressured_by": "pressuredBy",
        "side_of_puck": "sideOfPuck",
        "path": "xy",
    },
):
    """A player of an event."""

    player_id: Any = None
    jersey: Any = None
    full_name: Any = None
    team: Any = None
    role: Any = None
    play_detail1: Any = None
    play_detail2: Any = None
    play_success: Any = None
    pressure: Any = None
    pressured_by: Any = None
    side_of_puck: Any = None
    path: list[Point] | None = None


class TrackedEvent(
    msgspec.Struct,
    gc=False,
    rename={
        "source_index": "idx",
        "clock_start": "start_time",
        "clock_end": "end_time",
        "is_highlight": "isHighlight",
        "chain": "linkedEventIdx",
        "sequence": "sequenceIdx",
        "play": "playIdx",
        "assist_to": "assistToGoalIdx",
        "net": "netXY",
        "path": "puckXY",
    },
):
    """An event. `path` is the puck's."""

    source_index: _Whole | None = None
    period: Any = None
    clock_start: Any = None
    clock_end: Any = None
    type: Any = None
    detail1: Any = None
    detail2: Any = None
    team: Any = None
    zone: Any = None
    success: Any = None
    is_highlight: Any = None
    chain: _Whole | None = None
    sequence: _Whole | None = None
    play: _Whole | None = None
    assist_to: _Whole | None = None
    net: Point | None = None
    path: list[Point] | None = None
    players: list[TrackedPlayer] | None = None


_EVENT_KEYS: Final = {field.name: field.encode_name for field in msgspec.structs.fields(TrackedEvent)}
_PLAYER_KEYS: Final = {field.name: field.encode_name for field in msgspec.structs.fields(TrackedPlayer)}
_WHOLE: Final = ("source_index", "chain", "sequence", "play", "assist_to")


def tracked_events(value: object) -> list[TrackedEvent]:
    """The events of any JSON value: the objects of a list; a field that is not what it should be is null."""
    return [_event(row) for row in cells.rows(value)]


def _event(row: dict[str, object]) -> TrackedEvent:
    fields = {name: row.get(key) for name, key in _EVENT_KEYS.items()}
    fields |= {name: cells.integer(fields[name]) for name in _WHOLE}
    players = [_player(player) for player in cells.rows(fields["players"])]
    fields |= {"net": _point(cells.mapping(fields["net"])), "path": _path(fields["path"]), "players": players}
    return TrackedEvent(**fields)  # type: ignore[arg-type]  # each is of its field's type by now


def _player(row: dict[str, object]) -> TrackedPlayer:
    fields = {name: row.get(key) for name, key in _PLAYER_KEYS.items()}
    return TrackedPlayer(**fields | {"path": _path(fields["path"])})  # type: ignore[arg-type]


def _path(value: object) -> list[Point]:
    return [_point(point) for point in cells.rows(value)]


def _point(row: dict[str, object]) -> Point:
    return Point(cells.number(row.get("x")), cells.number(row.get("y")))
