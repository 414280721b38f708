"""The master workbook (BLB_TABLES.xlsx): the league's players, teams, seasons, schedule and game sheets.

Only five of its sheets are ever opened; registrations with their e-mail addresses are not among them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import polars as pl

from formats.canonical import FLAGS
from formats.league_records import league_records
from formats.master import MasterFrames
from formats.sheet_columns import KEYS, SHEETS, Spellings
from formats.workbook import ROW, Workbook


def read_master(workbook: Workbook) -> MasterFrames:
    """The canonical frames of the league, and the flags of what is odd about its workbook.

    Sheets, columns and cells that are missing are flagged (`sheet_missing`, `column_missing`, ...), never an error.

    Raises:
        WorkbookError: a sheet cannot be parsed.
    """
    rows, flags = read_sheets(workbook)
    frames = league_records(rows, "workbook", workbook.name)
    return replace(frames, flags=pl.concat([flags, frames.flags]))


def read_sheets(workbook: Workbook) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The text rows of the five sheets under our names, before judgement; and the flags of the sheets themselves.

    Raises:
        WorkbookError: a sheet cannot be parsed.
    """
    rows: dict[str, pl.DataFrame] = {}
    notes: list[tuple[str, str]] = []
    for sheet, spellings in SHEETS.items():
        rows[sheet], sheet_notes = _rows(workbook, sheet, spellings)
        notes += sheet_notes
    return rows, _flags(notes, workbook.name)


def newest_master(candidates: Mapping[str, datetime]) -> tuple[str, pl.DataFrame]:
    """The master workbook that counts among several, and a flag `workbook_superseded` for each of the others.

    Args:
        candidates: path relative to raw/ and time of the last change, at least one. The latest change wins; of equals
            the last path by name.
    """
    newest = max(candidates, key=lambda path: (candidates[path], path))
    others: Iterable[str] = sorted(path for path in candidates if path != newest)
    message = f"another master workbook is newer and was read instead: {newest}"
    return newest, pl.concat([_flags([], newest), *(_flags([("workbook_superseded", message)], p) for p in others)])


def _rows(workbook: Workbook, name: str, spellings: Spellings) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """The sheet's rows under our names, all of them null where the sheet has no such column; and notes on the sheet."""
    wanted = [spelling for of_column in spellings.values() for spelling in of_column]
    sheet = workbook.sheet(name, wanted)
    if sheet is None:
        empty = pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(spellings, pl.String)})
        return empty, [("sheet_missing", f"no sheet {name}")]
    rows = sheet.frame.select(ROW, *(pl.coalesce(of_column).alias(ours) for ours, of_column in spellings.items()))
    notes = [("header_repeated", f"{name}: the header {h} stands there more than once") for h in sheet.repeated]
    lacking = [of for key, of in spellings.items() if key in KEYS[name] and set(of) <= set(sheet.missing)]
    notes += [("column_missing", f"{name}: no column {of_column[0]}") for of_column in lacking]
    return rows, notes


def _flags(notes: Iterable[tuple[str, str]], path: str) -> pl.DataFrame:
    told = [{"flag": flag, "source_path": path, "count": 1, "message": message} for flag, message in notes]
    return pl.DataFrame(told, schema=FLAGS)
