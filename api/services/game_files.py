"""Files from outside, known by their content."""

import hashlib
import re
from typing import TYPE_CHECKING, Final

from api.models.raw import RawKind
from api.services.league_rules import is_rules
from api.services.staging_errors import UnusableFile
from formats.json_document import RosterSheet, TrackerExport, Unreadable, game_id, open_json

if TYPE_CHECKING:
    from formats.raw import RawFrames

_WORKBOOK_MARKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 80


def read_game_file(content: bytes, file_name: str) -> "RawFrames":
    """The raw frames of a tracker export or a tracking workbook.

    Raises:
        UnusableFile: it is neither.
    """
    from formats.tracker_json import read_export  # noqa: PLC0415 - the server starts without the frame engine

    sha256 = hashlib.sha256(content).hexdigest()
    try:
        if content.startswith(_WORKBOOK_MARKS):
            from formats.tracking_workbook import read_tracking  # noqa: PLC0415 - JSON alone needs no Excel
            from formats.workbook import open_workbook  # noqa: PLC0415

            workbook = open_workbook(content, safe_name(file_name))
            if workbook.kind != "tracking":
                raise UnusableFile("The workbook has neither a sheet events nor a sheet shifts")
            return read_tracking(workbook, sha256)
        document = open_json(content)
    except Unreadable as error:
        raise _unusable(error) from error
    if not isinstance(document, TrackerExport):
        raise UnusableFile("The file is a roster, not a tracked game")
    return read_export(document, safe_name(file_name), sha256)


def safe_name(file_name: str) -> str:
    """The last part of a name, with letters, digits, dots and dashes only, never hidden."""
    last = re.split(r"[/\\]", file_name)[-1]
    stem, _, suffix = _SAFE.sub("_", last).strip("._").rpartition(".")
    return f"{(stem or 'file').strip('.')[:_LONGEST_NAME]}.{suffix[:8] or 'bin'}"


def recognised(content: bytes, file_name: str) -> tuple[RawKind, int | None]:
    """What a file is, and the game that it is of.

    Raises:
        UnusableFile: it is none of the league's files.
    """
    if content.startswith(_WORKBOOK_MARKS):
        return _workbook(content, file_name)
    if is_rules(content, file_name):
        return "league_rules", None
    try:
        document = open_json(content)
    except Unreadable as error:
        raise _unusable(error) from error
    if isinstance(document, RosterSheet):
        number = game_id(document.gid)
        if number is None:
            raise UnusableFile("The roster names no game")
        return "roster", number
    return "tracker_json", game_id(document.game_id)


def _workbook(content: bytes, file_name: str) -> tuple[RawKind, int | None]:
    from formats.workbook import open_workbook  # noqa: PLC0415 - JSON alone needs no Excel

    try:
        kind = open_workbook(content, safe_name(file_name)).kind
    except Unreadable as error:
        raise _unusable(error) from error
    if kind == "master":
        return "master_workbook", None
    return "tracking_workbook", read_game_file(content, file_name).games["game_id"].item()


def _unusable(error: Unreadable) -> UnusableFile:
    return UnusableFile(f"The file cannot be used: {str(error)[:300]}")
