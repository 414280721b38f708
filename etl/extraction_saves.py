"""Files below raw/, parsed to tell what they are; what a save says is stored, and found when its game is read.

Parsing takes longer than anything else that is done with a file. What no game needs any more goes at the run's end.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Final, Literal

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile
from etl.extraction_plan import raw_key
from formats.file_facts import FileFacts, rejected, roster_facts, save_facts
from formats.json_document import RosterSheet, Unreadable, open_json
from formats.raw import RawFrames
from formats.tracker_json import read_export

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"  # an old or password-protected workbook
_STORED_AS: Final = {f"raw_{f.name}": f.name for f in fields(RawFrames)}  # beside canonical frames of the same names


def facts_of(cache_folder: Path, reader: str, file: FoundFile) -> FileFacts:
    """What the file is, by its content; one that cannot be used is rejected with its reason, never an error."""
    cache = ExtractionCache(cache_folder, reader)
    try:
        parsed = _parsed(file, cache)
    except OSError as error:
        return rejected(f"cannot be opened: {error.strerror}")
    except Unreadable as error:
        return rejected(str(error))
    if isinstance(parsed, RosterSheet):
        return roster_facts(parsed)
    if not isinstance(parsed, RawFrames):
        return FileFacts(kind=parsed)
    cache.store(raw_key(file, reader), {stored: getattr(parsed, name) for stored, name in _STORED_AS.items()})
    return save_facts(parsed)


def read_save(file: FoundFile, cache: ExtractionCache) -> RawFrames:
    """The raw frames of a save.

    Raises:
        Unreadable: it can no longer be read as what it was.
        OSError: nor be opened.
    """
    stored = cache.load(raw_key(file, cache.reader), _STORED_AS)
    if stored is not None:
        return RawFrames(**{_STORED_AS[name]: frame for name, frame in stored.items()})
    parsed = _parsed(file, cache)
    if not isinstance(parsed, RawFrames):
        raise Unreadable("the file changed while the run was reading")
    return parsed


def read_roster_sheet(file: FoundFile) -> RosterSheet | None:
    """A roster.json; None where it can no longer be read as one."""
    try:
        document = open_json(file.location.read_bytes())
    except (Unreadable, OSError):
        return None
    return document if isinstance(document, RosterSheet) else None


def _parsed(file: FoundFile, cache: ExtractionCache) -> RawFrames | RosterSheet | Literal["master"]:
    """A workbook and a JSON file are told apart by their first bytes."""
    data = file.location.read_bytes()
    if data.startswith((_ZIP, _OLE)):
        from etl.extraction_workbooks import read_workbook  # noqa: PLC0415 - JSON saves alone need no Excel

        return read_workbook(data, file, cache)
    with _no_collector():
        document = open_json(data)
        return document if isinstance(document, RosterSheet) else read_export(document, file.name, file.sha256 or "")


@contextmanager
def _no_collector() -> Iterator[None]:
    """Documents make many objects and no cycles: looking for cycles among them is a sixth of the reading."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
