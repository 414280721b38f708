"""Builds real .xlsx files for the tests: sheets of plain Python rows, written by xlsxwriter, returned as bytes."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter

Rows = Sequence[Sequence[object]]
FORMATS = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm:ss"}


class Formula(str):
    """A formula saved without its value, as libraries that do not calculate write it."""

    __slots__ = ()


def make_workbook(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook with these sheets; the first row of each is its header."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_urls": False, "strings_to_formulas": False})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, Formula):
                    sheet.write_formula(r, c, cell, None, "")
                elif type(cell) in formats:
                    sheet.write_datetime(r, c, cell, formats[type(cell)])
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                elif cell is not None:
                    sheet.write(r, c, cell)
    book.close()
    return buffer.getvalue()


def make_sheet(rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None) -> Rows:
    """Header and rows of a sheet from mappings; a column that a row lacks is an empty cell."""
    names = list(columns) if columns is not None else list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name) for name in names] for row in rows)]


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The same archive with each part passed through `change`; a part changed to None is left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()
