"""Writes `BLB_TABLES.xlsx`, the league's master workbook, and `league.toml`, its rule book."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import xlsxwriter

WORKBOOK_NAME: Final = "BLB_TABLES.xlsx"
# a workbook carries the time of its writing; a demo league is the same bytes for the same seed
WRITTEN: Final = datetime(2024, 1, 1)  # noqa: DTZ001 - the format has no time zone

LEAGUE_TOML: Final = """\
# The rule book of the demo league. Every value here is also the default, but for the links to videos.
name = "Demo League"
time_zone = "America/New_York"
playoff_places = 4
publish_video_links = true

[periods]
count = 3
minutes = 18
overtime_minutes = 5

[penalties]
minor = 3
major = 6
misconduct = 10
minor_pim = 3
major_pim = 6
misconduct_pim = 10

[points]
win = 2
tie = 1
loss = 0
overtime_win = 2
overtime_loss = 0
"""


class SheetWriter:
    """One workbook, written row by row: memory stays flat however long a sheet is."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
        self._book.set_properties({"created": WRITTEN, "author": "Demo League"})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "hh:mm:ss"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._book.close()

    def sheet(self, name: str, columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> None:
        """Write a sheet: a header row, then the named columns of every row; what a row lacks stays empty."""
        sheet = self._book.add_worksheet(name)
        at = {column: number for number, column in enumerate(columns)}
        sheet.write_row(0, 0, at)
        # by exact type: a million cells are written in a long league, and bool is an int
        write = {
            bool: sheet.write_boolean,
            int: sheet.write_number,
            float: sheet.write_number,
            str: sheet.write_string,
            date: lambda row, column, value: sheet.write_datetime(row, column, value, self._date),
            time: lambda row, column, value: sheet.write_datetime(row, column, value, self._time),
        }
        for number, row in enumerate(rows, start=1):
            for column, value in row.items():
                if value is not None and value != "" and column in at:
                    write[type(value)](number, at[column], value)


def write_rule_book(folder: Path) -> None:
    """Write `league.toml` into a folder."""
    (folder / "league.toml").write_text(LEAGUE_TOML, encoding="utf-8")
