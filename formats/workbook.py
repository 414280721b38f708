"""An .xlsx workbook as sheets of text: opened safely, headers matched without regard to case, every cell a text.

Numbers arrive shortest ("12", "12.5"), truths as "true" and "false", dates and times as calamine writes them
("2025-09-07 19:30:00", "1899-12-31 00:18:00" for a time of day). Error cells (#N/A), formulas saved without their
value, and all but the first cell of a merged range are empty, as are the words by which people say so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from formats.workbook_package import LIMITS, WorkbookError, WorkbookLimits, safe_package

if TYPE_CHECKING:
    import fastexcel

ROW: Final = "#row"  # in every sheet's frame: the row's number in the spreadsheet, for messages
EMPTY_WORDS: Final = ("", "nan", "none", "null", "nat", "x", "-")
MASTER_SHEETS: Final = ("dim_player", "dim_team", "dim_schedule", "dim_season", "fact_gameroster")
TRACKING_SHEETS: Final = ("events", "shifts")
_HEADER_WITHIN: Final = 20  # rows; a header further down is none
_UNSTORABLE: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"  # no database takes them, and no one typed them


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `frame` has `ROW` and a text column per header (lower case, trimmed), without the empty rows.

    `repeated` names headers that stand there more than once: their first column counts, its empty cells are filled
    from the others. `missing` names the wanted headers that the sheet lacks: their columns are null throughout.
    """

    name: str
    frame: pl.DataFrame
    repeated: tuple[str, ...]
    missing: tuple[str, ...]


class Workbook:
    """The sheets of one workbook, loaded when asked for. `name` is the file's, for messages."""

    def __init__(self, reader: "fastexcel.ExcelReader", name: str) -> None:
        self._reader = reader
        self.name = name
        self._sheets: Final = {sheet.strip().casefold(): sheet for sheet in reversed(reader.sheet_names)}

    @property
    def kind(self) -> Literal["master", "tracking"] | None:
        """What the workbook is, by its sheets; None when it is neither."""
        if any(self.has(sheet) for sheet in TRACKING_SHEETS):
            return "tracking"
        return "master" if any(self.has(sheet) for sheet in MASTER_SHEETS) else None

    def has(self, sheet: str) -> bool:
        """Whether there is a sheet of this name, in any case."""
        return sheet.casefold() in self._sheets

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The sheets' own names, in the workbook's order."""
        return tuple(reversed(self._sheets.values()))

    def headers(self, name: str) -> tuple[str, ...]:
        """The headers of a sheet as `sheet` matches them, empty ones left out; none where there is no such sheet.

        Raises:
            WorkbookError: the sheet cannot be parsed.
        """
        own_name = self._sheets.get(name.casefold())
        return () if own_name is None else tuple(h for h in _header(self._load(own_name, _HEADER_WITHIN))[1] if h)

    def sheet(self, name: str, wanted: Collection[str]) -> Sheet | None:
        """The sheet with the wanted columns, in their order; None when the workbook has no such sheet.

        Raises:
            WorkbookError: the sheet cannot be parsed.
        """
        own_name = self._sheets.get(name.casefold())
        if own_name is None:
            return None
        loaded = self._load(own_name)
        header_row, headers = _header(loaded.head(_HEADER_WITHIN))
        places = {n: [i for i, h in enumerate(headers) if h == n] for n in wanted}
        columns = {index: loaded.columns[index] for of_name in places.values() for index in of_name}
        texts = loaded[header_row + 1 :].select(
            pl.col(columns.values()).str.replace_all(_UNSTORABLE, "").str.strip_chars()
        )
        emptied = texts.select(
            pl.when(pl.col(c).str.to_lowercase().is_in(EMPTY_WORDS)).then(None).otherwise(pl.col(c)).alias(c)
            for c in texts.columns
        )
        return Sheet(
            name=own_name,
            frame=emptied.select(
                pl.int_range(header_row + 2, pl.len() + header_row + 2).alias(ROW),
                *(
                    (pl.coalesce(columns[i] for i in of_name) if of_name else pl.lit(None, pl.String)).alias(name)
                    for name, of_name in places.items()
                ),
            ).filter(pl.any_horizontal(pl.exclude(ROW).is_not_null())),
            repeated=tuple(n for n, of_name in places.items() if len(of_name) > 1),
            missing=tuple(n for n, of_name in places.items() if not of_name),
        )

    def _load(self, sheet: str, rows: int | None = None) -> pl.DataFrame:
        """The cells from A1 on as texts, or those of the first rows."""
        import fastexcel  # noqa: PLC0415 - a league without workbooks needs no Excel

        try:
            loaded = self._reader.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=rows, dtypes="string")
        except (fastexcel.FastExcelError, ValueError) as error:
            raise WorkbookError(f"{self.name}, sheet {sheet}: cannot be read") from error
        return loaded.to_polars()


def _header(top: pl.DataFrame) -> tuple[int, list[str]]:
    """Index of the first row that holds anything, and its cells, trimmed and in lower case."""
    for index, cells in enumerate(top.iter_rows()):
        headers = ["" if cell is None else " ".join(str(cell).split()).lower() for cell in cells]
        if any(headers):
            return index, headers
    return 0, []


def open_workbook(data: bytes, name: str, limits: WorkbookLimits = LIMITS) -> Workbook:
    """The workbook of this file's content. `name` is how messages call the file: its path relative to raw/.

    Raises:
        WorkbookError: not a workbook, password-protected, damaged, or larger than the limits.
    """
    import fastexcel  # noqa: PLC0415 - a league without workbooks needs no Excel

    package = safe_package(data, name, limits)
    try:
        return Workbook(fastexcel.read_excel(package), name)
    except (fastexcel.FastExcelError, ValueError) as error:
        raise WorkbookError(f"{name}: not a workbook, or damaged (its list of sheets cannot be read)") from error
