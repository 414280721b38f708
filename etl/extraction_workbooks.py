"""Workbooks below raw/: which is the master, which are tracking files, and their readings."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_plan import Source, master_key
from formats.file_facts import FileFacts, rejected, workbook_facts
from formats.json_document import Unreadable
from formats.master import MasterFrames
from formats.master_workbook import newest_master, read_master, read_sheets
from formats.raw import RawFrames
from formats.tracking_workbook import read_tracking
from formats.workbook import open_workbook

_FRAMES = tuple(f.name for f in fields(MasterFrames))


def workbook_file_facts(data: bytes, name: str) -> FileFacts:
    """The facts of a workbook; one that is neither the master nor a game is rejected with its reason."""
    try:
        kind = open_workbook(data, name).kind
        if kind == "master":
            return FileFacts(kind="master")
        if kind == "tracking":
            return workbook_facts(read_tracking_file(data, name, ""))
    except Unreadable as error:
        return rejected(str(error))
    return rejected("a workbook, but neither the league's tables nor a tracked game")


def read_tracking_file(data: bytes, name: str, sha256: str) -> RawFrames:
    """The raw frames of a tracking workbook.

    Raises:
        Unreadable: it cannot be opened, or names no game.
    """
    return read_tracking(open_workbook(data, name), sha256)


def sheets_of_file(source: Source) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The text rows of the master workbook's sheets, before judgement, and their flags.

    Raises:
        Unreadable: it cannot be parsed.
    """
    return read_sheets(open_workbook(source.file.location.read_bytes(), source.file.name))


def read_master_file(masters: Sequence[Source], cache: ExtractionCache, reader: str) -> tuple[Source, MasterFrames]:
    """The master workbook that counts among several, and its frames; flags name the ones that are not read.

    Raises:
        Unreadable: it cannot be parsed. A league published without its tables would be worse than a failed run.
    """
    changed = {source.file.name: datetime.fromtimestamp(source.file.modified_at, UTC) for source in masters}
    newest, flags = newest_master(changed)
    source = next(s for s in masters if s.file.name == newest)
    key = master_key(source, reader)
    stored = cache.load(key)
    if stored is not None and set(stored) == set(_FRAMES):
        frames = MasterFrames(**stored)
    else:
        frames = read_master(open_workbook(source.file.location.read_bytes(), newest))
        cache.store(key, {name: getattr(frames, name) for name in _FRAMES})
    return source, replace(frames, flags=pl.concat([frames.flags, flags]))
