"""Rows as people send them, made fit for a staging table: pure judgement, no I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.errors import FieldError
from api.services.staging_errors import BadRows
from formats import cells
from formats.json_document import game_id
from formats.staging_tables import StagingTable, out_of_range

Row = dict[str, str | int | None]
_LONGEST_CELL: Final = 5_000
_MOST_ERRORS: Final = 1_000
_MOST_WARNINGS: Final = 50
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
_FORMULA: Final = re.compile(r"=|@\w|[+-][A-Za-z]+\(")
_INTEGERS: Final = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows with the staging table's columns, one per key, and what the sender should know about them."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


class _BadCell(ValueError):
    """A cell that cannot be stored; the message completes 'column x'."""


def prepare(table: StagingTable, data: Sequence[object], *, keep_empty: bool = False) -> Prepared:
    """The rows as the table takes them. `keep_empty` turns null into an empty text, which empties what a file says.

    Raises:
        BadRows: names each bad row by its index from 0, and its column.
    """
    rows: dict[tuple[object, ...], Row] = {}
    places: dict[tuple[object, ...], int] = {}
    errors: list[FieldError] = []
    notes: list[str] = []
    unknown: dict[str, None] = {}
    for index, given in enumerate(data):
        row, wrong = _row(table, given, index, unknown, notes, keep_empty=keep_empty)
        errors += wrong
        if len(errors) >= _MOST_ERRORS:
            break
        if not wrong:
            key = tuple(row[c] for c in table.key)
            if key in rows:
                notes.append(f"Row {index} has the key of row {places[key]}, whose cells it completes")
            rows[key] = rows.get(key, {}) | {
                c: v for c, v in row.items() if v is not None or c not in rows.get(key, {})
            }
            places[key] = index
    if errors:
        raise BadRows(errors)
    dropped = [f"Column '{name[:60]}' is not one of {table.name}'s and was not stored" for name in unknown]
    warnings = dropped + notes
    more = len(warnings) - _MOST_WARNINGS
    shown = (*warnings[:_MOST_WARNINGS], *([f"and {more} more warnings"] if more > 0 else []))
    return Prepared(tuple(rows.values()), shown)


def _row(
    table: StagingTable, given: object, index: int, unknown: dict[str, None], notes: list[str], *, keep_empty: bool
) -> tuple[Row, list[FieldError]]:
    """One row, and what is wrong with it."""
    if not isinstance(given, Mapping):
        return {}, [FieldError(f"data.{index}", f"Row {index} is not an object of columns and values")]
    row: Row = {}
    errors: list[FieldError] = []
    for name, value in given.items():
        column = table.column_of(str(name))
        if column is None:
            unknown.setdefault(str(name))
            continue
        try:
            cell = clean_cell(table, column, value, keep_empty=keep_empty)
        except _BadCell as error:
            errors.append(_named(index, column, str(error)))
            continue
        if isinstance(cell, str) and _EMAIL.search(cell):
            notes.append(f"Row {index}, column {column}: an e-mail address was left out")
            cell = _EMAIL.sub("", cell).strip() or None
        if cell is not None or column not in row:
            row[column] = cell
    if keep_empty and (emptied := sorted(c for c in table.integers if c in row and row[c] is None)):
        row["emptied"] = " ".join(emptied)
    absent = [c for c in table.key if row.get(c) in {None, ""}]
    reported = {e.field for e in errors}
    errors += [_named(index, c, "is missing") for c in absent if f"data.{index}.{c}" not in reported]
    notes += [f"Row {index}: {sentence}; kept and flagged" for _, sentence in out_of_range(table, row)]
    return row, errors


def _named(index: int, column: str, problem: str) -> FieldError:
    return FieldError(f"data.{index}.{column}", f"Row {index}, column {column}: {problem}")


def clean_cell(table: StagingTable, column: str, value: object, *, keep_empty: bool = False) -> str | int | None:
    """A value as the column stores it.

    Raises:
        ValueError: it cannot be stored; the message says why.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return "" if keep_empty and column not in table.integers else None
    text = cells.text(value)
    if text is None:
        raise _BadCell("is neither text, a number nor true or false")
    _refuse_unstorable(text)
    text = text.strip()
    if column in table.integers:
        return _integer(text)
    if column == "game_id" and column in table.key:
        number = game_id(cells.integer(text))
        if number is None:
            raise _BadCell(f"'{text[:40]}' is not a game's number")
        return str(number)
    return text


def _refuse_unstorable(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise _BadCell("holds a character that cannot be stored")
    if len(text) > _LONGEST_CELL:
        raise _BadCell(f"is longer than {_LONGEST_CELL:,} characters")
    if _FORMULA.match(text.lstrip()):
        raise _BadCell("looks like a spreadsheet formula; send its value")


def _integer(text: str) -> int:
    number = cells.integer(text)
    if number is None or number not in _INTEGERS:
        raise _BadCell(f"'{text[:40]}' is not a whole number")
    return number
