"""Workbooks below raw/: which is the master, which are tracking files, and their readings."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Final, Literal

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile
from etl.extraction_plan import Source, master_key
from formats.json_document import Unreadable
from formats.master import MasterFrames
from formats.master_workbook import newest_master, read_master, read_sheets
from formats.raw import RawFrames
from formats.tracking_workbook import read_tracking
from formats.workbook import Workbook, open_workbook

_FRAMES: Final = tuple(f.name for f in fields(MasterFrames))


def read_workbook(data: bytes, file: FoundFile, cache: ExtractionCache) -> RawFrames | Literal["master"]:
    """The raw frames of a tracking workbook; of the master only that it is one, its frames are stored.

    Raises:
        Unreadable: it cannot be opened, names no game, or is neither of the two.
    """
    workbook = open_workbook(data, file.name)
    if workbook.kind == "tracking":
        return read_tracking(workbook, file.sha256 or "")
    if workbook.kind != "master":
        raise Unreadable("a workbook, but neither the league's tables nor a tracked game")
    with suppress(Unreadable):  # the run stops where it needs the master, and says why
        _stored_master(workbook, file, cache)
    return "master"


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
    stored = cache.load(master_key(source.file, cache.reader), _FRAMES)
    if stored is not None:
        frames = MasterFrames(**stored)
    else:
        frames = _stored_master(open_workbook(source.file.location.read_bytes(), newest), source.file, cache)
    return source, replace(frames, flags=pl.concat([frames.flags, flags]))


def _stored_master(workbook: Workbook, file: FoundFile, cache: ExtractionCache) -> MasterFrames:
    frames = read_master(workbook)
    cache.store(master_key(file, cache.reader), {name: getattr(frames, name) for name in _FRAMES})
    return frames
