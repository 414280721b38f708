"""Tables in the files that people upload: CSV as spreadsheets save it, and workbooks."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.services.staging_errors import UnusableFile
from formats.json_document import Unreadable
from formats.staging_tables import STAGING_TABLES, StagingTable, staging_table

if TYPE_CHECKING:
    from formats.workbook import Workbook

_WORKBOOK_MARKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MOST_ROWS: Final = 100_000
_MOST_COLUMNS: Final = 500
_LONGEST_FIELD: Final = 20_000


@dataclass(frozen=True, slots=True)
class FileTable:
    """One table of a file: its rows by the file's own headers. `has_key`: the columns of the key are among them."""

    table: StagingTable
    rows: list[dict[str, object]]
    has_key: bool = True


def tables_of(content: bytes, file_name: str, wanted: StagingTable | None) -> list[FileTable]:
    """The league's tables in a file. `wanted` names the table; a workbook without it gives each sheet with a key.

    Raises:
        UnusableFile: no file of these kinds, damaged, too large once unpacked, or without a table of the league.
    """
    if content.startswith(_WORKBOOK_MARKS):
        found = _of_workbook(content, file_name, wanted)
        _refuse_keyless(found)
        return found
    if wanted is None:
        stem = file_name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].rsplit(".", 1)[0]
        wanted = staging_table(stem)
    if wanted is None:
        raise UnusableFile("Which table is it? Say it in table_name, or in the file's name, such as dim_player.csv")
    headers, rows = _csv_rows(content)
    part = FileTable(wanted, rows, has_key=_has_key(wanted, headers))
    _refuse_keyless([part])
    return [part]


def _has_key(table: StagingTable, headers: Iterable[str]) -> bool:
    return set(table.key) <= {table.column_of(header) for header in headers}


def _refuse_keyless(found: Iterable[FileTable]) -> None:
    for part in found:
        if not part.has_key:
            key = " and ".join(part.table.key)
            raise UnusableFile(f"The file has no column {key}, by which the rows of {part.table.name} are told apart")


def _of_workbook(content: bytes, file_name: str, wanted: StagingTable | None) -> list[FileTable]:
    from formats.workbook import open_workbook  # noqa: PLC0415 - the server starts without the frame engine

    try:
        workbook = open_workbook(content, file_name)
        if wanted is None:
            found = [
                workbook_rows(workbook, name, table) for name, table in STAGING_TABLES.items() if workbook.has(name)
            ]
        else:
            sheets = workbook.sheet_names
            sheet = wanted.name if workbook.has(wanted.name) else sheets[0] if len(sheets) == 1 else None
            if sheet is None:
                raise UnusableFile(f"The workbook has no sheet {wanted.name}")
            found = [workbook_rows(workbook, sheet, wanted)]
    except Unreadable as error:
        raise UnusableFile(_sentence(str(error))) from error
    if wanted is None:
        found = [part for part in found if part.has_key]  # the league's workbooks have sheets that nobody gave ids
    if not found:
        raise UnusableFile("The workbook has none of the league's sheets")
    if sum(len(part.rows) for part in found) > _MOST_ROWS:
        raise UnusableFile(f"The workbook has more than {_MOST_ROWS:,} rows")
    return found


def _sentence(problem: str) -> str:
    return problem[:300]


def workbook_rows(workbook: "Workbook", sheet: str, table: StagingTable) -> FileTable:
    """The rows of one sheet by its headers; empty cells are null.

    Raises:
        WorkbookError: the sheet cannot be parsed.
    """
    from formats.workbook import ROW  # noqa: PLC0415 - the server starts without the frame engine

    headers = [h for h in dict.fromkeys(workbook.headers(sheet)) if h and not _is_left_by_a_spreadsheet(h)]
    found = workbook.sheet(sheet, headers[:_MOST_COLUMNS])
    rows = [] if found is None else found.frame.drop(ROW).to_dicts()
    return FileTable(table, rows, has_key=_has_key(table, headers))


def _is_left_by_a_spreadsheet(header: str) -> bool:
    """Row numbers and formulas' columns, which no one wants to hear of."""
    return header == "index" or header.startswith("unnamed") or header.endswith("_")


def _csv_rows(content: bytes) -> tuple[list[str], list[dict[str, object]]]:
    """The headers of a CSV file, and its rows by them."""
    text = _decoded(content)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnusableFile(f"The file is not CSV that can be read: {error}") from error
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if not lines:
        raise UnusableFile("The file is empty")
    if any(len(cell) > _LONGEST_FIELD for line in lines for cell in line):  # csv's own limit is the whole process's
        raise UnusableFile(f"The file is not CSV that can be read: field larger than field limit ({_LONGEST_FIELD})")
    headers = [" ".join(h.split()) for h in lines[0]]
    if len(headers) > _MOST_COLUMNS or len(lines) > _MOST_ROWS:
        raise UnusableFile(f"The file has more than {_MOST_COLUMNS} columns or {_MOST_ROWS:,} rows")
    long = next((n for n, line in enumerate(lines) if len(line) > len(headers)), None)
    if long is not None:
        raise UnusableFile(f"Line {long + 1} has more cells than the first line has headers")
    wanted = [(i, h) for i, h in enumerate(headers) if h and not _is_left_by_a_spreadsheet(h.lower())]
    return headers, [{h: line[i].strip() or None if i < len(line) else None for i, h in wanted} for line in lines[1:]]


def _decoded(content: bytes) -> str:
    if b"\x00" in content[:4096]:
        raise UnusableFile("The file is neither CSV nor a workbook")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what Excel writes on Windows
