"""Workbooks below raw/: which is the master, which are tracking files, and their readings.

A workbook has to be parsed to tell what it is, which takes longer than anything else that is done with it. So what it
says is stored at once, and found by whoever reads it next.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Final

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile
from etl.extraction_plan import Source, master_key, workbook_key
from formats.file_facts import FileFacts, rejected, workbook_facts
from formats.json_document import Unreadable
from formats.master import MasterFrames
from formats.master_workbook import newest_master, read_master, read_sheets
from formats.raw import RawFrames
from formats.tracking_workbook import read_tracking
from formats.workbook import Workbook, open_workbook

_MASTER: Final = tuple(f.name for f in fields(MasterFrames))
_RAW: Final = {
    f"raw_{f.name}": f.name for f in fields(RawFrames)
}  # the cache knows the canonical frames by their names


def workbook_file_facts(data: bytes, file: FoundFile, cache: ExtractionCache) -> FileFacts:
    """The facts of a workbook; one that is neither the master nor a game is rejected with its reason."""
    try:
        workbook = open_workbook(data, file.name)
        if workbook.kind == "master":
            with suppress(Unreadable):  # whoever needs it says why
                _stored_master(workbook, file, cache)
            return FileFacts(kind="master")
        if workbook.kind == "tracking":
            return workbook_facts(_stored_tracking(workbook, file, cache))
    except Unreadable as error:
        return rejected(str(error))
    return rejected("a workbook, but neither the league's tables nor a tracked game")


def read_tracking_file(data: bytes, file: FoundFile, cache: ExtractionCache) -> RawFrames:
    """The raw frames of a tracking workbook.

    Raises:
        Unreadable: it cannot be opened, or names no game.
    """
    stored = cache.load(workbook_key(file, cache.reader), _RAW)
    if stored is not None:
        return RawFrames(**{_RAW[name]: frame for name, frame in stored.items()})
    return _stored_tracking(open_workbook(data, file.name), file, cache)


def sheets_of_file(source: Source) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The text rows of the master workbook's sheets, before judgement, and their flags.

    Raises:
        Unreadable: it cannot be parsed.
    """
    return read_sheets(open_workbook(source.file.location.read_bytes(), source.file.name))


def read_master_file(masters: Sequence[Source], cache: ExtractionCache) -> tuple[Source, MasterFrames]:
    """The master workbook that counts among several, and its frames; flags name the ones that are not read.

    Raises:
        Unreadable: it cannot be parsed. A league published without its tables would be worse than a failed run.
    """
    changed = {source.file.name: datetime.fromtimestamp(source.file.modified_at, UTC) for source in masters}
    newest, flags = newest_master(changed)
    source = next(s for s in masters if s.file.name == newest)
    stored = cache.load(master_key(source.file, cache.reader), _MASTER)
    if stored is not None:
        frames = MasterFrames(**stored)
    else:
        frames = _stored_master(open_workbook(source.file.location.read_bytes(), newest), source.file, cache)
    return source, replace(frames, flags=pl.concat([frames.flags, flags]))


def _stored_tracking(workbook: Workbook, file: FoundFile, cache: ExtractionCache) -> RawFrames:
    raw = read_tracking(workbook, file.sha256 or "")
    cache.store(workbook_key(file, cache.reader), {stored: getattr(raw, name) for stored, name in _RAW.items()})
    return raw


def _stored_master(workbook: Workbook, file: FoundFile, cache: ExtractionCache) -> MasterFrames:
    frames = read_master(workbook)
    cache.store(master_key(file, cache.reader), {name: getattr(frames, name) for name in _MASTER})
    return frames
