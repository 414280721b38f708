"""Files of tracked games from outside, known by their content; and their place below `raw/`."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.models.staging import RawFileResult
from api.services.staging_errors import UnusableFile
from formats.json_document import RosterSheet, TrackerExport, Unreadable, game_id, open_json
from snapshot.layout import DataDir

if TYPE_CHECKING:
    from formats.raw import RawFrames

_WORKBOOK_MARKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MASTER_NAME: Final = "BLB_TABLES.xlsx"
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
        raise UnusableFile(f"The file cannot be used: {str(error)[:300]}") from error
    if not isinstance(document, TrackerExport):
        raise UnusableFile("The file is a roster, not a tracked game")
    return read_export(document, safe_name(file_name), sha256)


def safe_name(file_name: str) -> str:
    """The last part of a name, with letters, digits, dots and dashes only, never hidden."""
    last = re.split(r"[/\\]", file_name)[-1]
    stem, _, suffix = _SAFE.sub("_", last).strip("._").rpartition(".")
    return f"{(stem or 'file').strip('.')[:_LONGEST_NAME]}.{suffix[:8] or 'bin'}"


class RawFiles:
    """Stores files below `raw/`, where the next ETL run finds them."""

    def __init__(self, data_dir: DataDir) -> None:
        self._raw = data_dir.raw
        tempfile.gettempdir()  # found while there is room: on a full disk none is, and an upload would not learn why

    def store(self, content: bytes, file_name: str, *, on_master: Callable[[], None] = lambda: None) -> RawFileResult:
        """Store a tracker export, a roster, a tracking workbook or the master workbook, whole or not at all.

        What the file is, its content decides; its name only how it is called. The same name again replaces the file.
        `on_master` is called before a master workbook is stored, and may refuse it.

        Raises:
            UnusableFile: it is none of these.
        """
        kind, number = _recognised(content, file_name)
        if kind == "master_workbook":
            on_master()
        place = self._raw / _MASTER_NAME if kind == "master_workbook" else self._game_place(kind, number, file_name)
        replaced = place.exists()
        _write(place, content)
        return RawFileResult(
            path=place.relative_to(self._raw).as_posix(),
            kind=kind,
            game_id=number,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            replaced=replaced,
        )

    def _game_place(self, kind: str, number: int | None, file_name: str) -> Path:
        suffix = ".xlsx" if kind == "tracking_workbook" else ".json"
        stem = safe_name(file_name).rsplit(".", 1)[0]
        return self._raw / "games" / str(number) / f"{stem}{suffix}"


def _recognised(content: bytes, file_name: str) -> tuple[str, int | None]:
    """What a file is, and the game that it is of."""
    if content.startswith(_WORKBOOK_MARKS):
        from formats.workbook import open_workbook  # noqa: PLC0415 - JSON alone needs no Excel

        try:
            kind = open_workbook(content, safe_name(file_name)).kind
        except Unreadable as error:
            raise UnusableFile(f"The file cannot be used: {str(error)[:300]}") from error
        if kind == "master":
            return "master_workbook", None
        return "tracking_workbook", read_game_file(content, file_name).games["game_id"].item()
    try:
        document = open_json(content)
    except Unreadable as error:
        raise UnusableFile(f"The file cannot be used: {str(error)[:300]}") from error
    if isinstance(document, RosterSheet):
        number = game_id(document.gid)
        if number is None:
            raise UnusableFile("The roster names no game")
        return "roster", number
    return "tracker_json", game_id(document.game_id)


def _write(place: Path, content: bytes) -> None:
    """Write beside the place and move there: a run never sees half a file, and a link is replaced, not followed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(prefix=".upload-", suffix=".half", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(half).chmod(0o644)
        Path(half).replace(place)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
