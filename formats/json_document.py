"""A JSON file from outside, opened safely: what it is, and its fields without the ones that must not be seen.

The tracker writes its `settings`, with a service URL and an access key, into every export. They are cut off here,
before any other code sees the document: no function hands them on, and no error quotes the file.
"""

import json
import re
from typing import Any, Final

import msgspec

from formats.tracked_events import TrackedEvent, tracked_events

MAX_FILE_BYTES: Final = 256 * 1024 * 1024  # real exports have 1-2 MB
MAX_GAME_ID: Final = 2**31 - 1  # the schedule's numbers have five digits; the warehouse keeps them as integers
_DEMO_ID: Final = re.compile(r"[HA]\d{1,2}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Unreadable(ValueError):
    """The file cannot be a game; the message is the reason that the league's admin reads. It never quotes the file."""


class TrackerExport(msgspec.Struct, rename="camel", kw_only=True):
    """The fields of a tracker export that matter, as the file has them: any value may be of any type.

    `events` are a list of `TrackedEvent` once `open_json` has opened the file.
    """

    game_id: Any = None
    version: Any = None
    saved_at: Any = None
    export_date: Any = None
    home_team: Any = None
    away_team: Any = None
    rosters: Any = None
    events: Any = None
    shifts: Any = None
    video_timing: Any = None
    videos: Any = None
    period_lengths: Any = None
    penalty_lengths: Any = None
    home_attacks_right_p1: Any = None
    has_settings: bool = False


class RosterSheet(msgspec.Struct, rename="camel", kw_only=True):
    """A `roster.json`: who dressed, with the skill ratings that only this file has."""

    gid: Any = None
    date: Any = None
    home_roster: Any = None
    away_roster: Any = None


class _Document(TrackerExport, rename="camel"):
    settings: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    gid: Any = None
    date: Any = None
    home_roster: Any = None
    away_roster: Any = None


class _Typed(_Document, rename="camel"):
    events: list[TrackedEvent] | None = None


_TYPED: Final = msgspec.json.Decoder(_Typed)
_DOCUMENT: Final = msgspec.json.Decoder(_Document)


def open_json(data: bytes) -> TrackerExport | RosterSheet:
    """The document of a JSON file, which is a tracker export or a small roster file.

    Raises:
        Unreadable: it is not JSON, or neither of the two, or an export that names no game or has the demo roster.
    """
    document = _decode(data, _TYPED, _DOCUMENT)
    opened = _told_apart(document)
    if isinstance(opened, TrackerExport) and not isinstance(document, _Typed):
        opened.events = tracked_events(opened.events)
    return opened


def _told_apart(document: _Document) -> TrackerExport | RosterSheet:
    has_settings = document.settings is not msgspec.UNSET
    if document.gid is not None and document.game_id is None and document.events is None:
        return RosterSheet(
            gid=document.gid,
            date=document.date,
            home_roster=document.home_roster,
            away_roster=document.away_roster,
        )
    if game_id(document.game_id) is None:
        raise Unreadable("no gameId: not a tracker export, or one that lost its game")
    if _is_demo(document.rosters):
        raise Unreadable("demo roster: the tracker was offline and invented its players")
    values = {name: getattr(document, name) for name in TrackerExport.__struct_fields__ if name != "has_settings"}
    return TrackerExport(**values, has_settings=has_settings)


def game_id(value: object) -> int | None:
    """A game's number from 18969, "18969" or 18969.0; None for anything else."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:12])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= MAX_GAME_ID else None


def _decode(data: bytes, *decoders: "msgspec.json.Decoder[Any]") -> _Document:
    """The document by the first decoder that takes it, the quick ones before the forgiving one."""
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable(f"larger than {MAX_FILE_BYTES // 2**20} MB")
    data = data.removeprefix(b"\xef\xbb\xbf")
    has_nul = b"\\" in data and b"\\u0000" in data  # a browser escapes next to nothing, and one byte is quickly sought
    for decoder in () if has_nul else decoders:
        try:
            document: _Document = decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # a text for a number, NaN, lone surrogates and other things that a later one forgives
        return document
    return _decode_forgiving(data)


def _decode_forgiving(data: bytes) -> _Document:
    try:
        value = json.loads(
            data.decode(json.detect_encoding(data), "replace"), parse_constant=_nothing, parse_int=_integer
        )
        if isinstance(value, dict) and "settings" in value:
            value["settings"] = msgspec.Raw(b"null")
        document = msgspec.convert(_storable(value), _Document)
    except RecursionError:
        raise Unreadable("not JSON that can be read: nested too deeply") from None
    except msgspec.ValidationError:
        raise Unreadable("no gameId: the file is JSON, but not an object") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"not JSON{where}") from None
    return document


def _nothing(_constant: str) -> None:
    """NaN and the infinities are no numbers: null."""


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= len(str(2**63)) else None


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _is_demo(rosters: object) -> bool:
    sides = rosters.values() if isinstance(rosters, dict) else ()
    players = [player for side in sides if isinstance(side, list) for player in side if isinstance(player, dict)]
    ids = [player.get("id") for player in players]
    return bool(ids) and all(isinstance(i, str) and _DEMO_ID.fullmatch(i) for i in ids)
