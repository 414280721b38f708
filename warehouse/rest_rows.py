"""Rows of a snapshot as typed JSON values, in batches that a gateway takes; what no column can hold is named."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import polars as pl

from snapshot.manifest import Column, Table
from snapshot.reader import Snapshot
from warehouse.base import Value
from warehouse.copying import duplicates
from warehouse.errors import BadData, BadRow, SchemaDrift

MAX_BATCH_BYTES: Final = 1_000_000
_INTEGER_BITS: Final = {"integer": 31, "bigint": 63}
_TRUTH: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows with one set of keys. `first_row` counts the table's data rows from 1."""

    table: str
    first_row: int
    rows: list[dict[str, Value]]

    def halves(self) -> tuple["Batch", "Batch"]:
        """Two batches of half the size."""
        middle = len(self.rows) // 2
        return (
            Batch(self.table, self.first_row, self.rows[:middle]),
            Batch(self.table, self.first_row + middle, self.rows[middle:]),
        )


def typed_rows(snapshot: Snapshot, table: Table) -> pl.DataFrame:
    """A table as JSON will hold it: numbers and booleans typed, dates and times as their ISO texts.

    Raises:
        BadData: every row that its columns cannot hold, and every key that comes twice.
        SchemaDrift: the file has other columns than its manifest says.
    """
    _refuse_ragged(snapshot, table)
    texts = pl.read_csv(snapshot.file_of(table.name), infer_schema=False)
    bad: list[BadRow] = []
    typed: list[pl.Series] = []
    for column in table.columns:
        given = texts.get_column(column.name)
        values, reason = _typed(given, column)
        if not column.nullable or column.name in table.primary_key:
            bad += _named(table, column, given.is_null(), "null value in a column that needs one")
        bad += _named(table, column, given.is_not_null() & values.is_null(), reason)
        typed.append(values)
    if bad := bad or list(duplicates(snapshot, table)):
        raise BadData(sorted(bad, key=lambda row: row.row))
    return pl.DataFrame(typed)


def batches(table: str, rows: pl.DataFrame, max_rows: int) -> Iterator[Batch]:
    """The rows in order, at most `max_rows` and one megabyte at a time."""
    yield from packed(table, (row for part in rows.iter_slices(max_rows) for row in part.to_dicts()), max_rows)


def packed(table: str, rows: Iterable[dict[str, Value]], max_rows: int, first_row: int = 1) -> Iterator[Batch]:
    """Any rows, packed so."""
    waiting: list[dict[str, Value]] = []
    size = 0
    for row in rows:
        weight = len(msgspec.json.encode(row)) + 1
        if waiting and (len(waiting) >= max_rows or size + weight > MAX_BATCH_BYTES):
            yield Batch(table, first_row, waiting)
            first_row, waiting, size = first_row + len(waiting), [], 0
        waiting.append(row)
        size += weight
    if waiting:
        yield Batch(table, first_row, waiting)


def _typed(given: pl.Series, column: Column) -> tuple[pl.Series, str]:
    """A column's values, null where the text is none, and why a text would be none."""
    if column.type in _INTEGER_BITS:
        limit = 2 ** _INTEGER_BITS[column.type]
        numbers = given.cast(pl.Int64, strict=False)
        return numbers.set(~numbers.is_between(-limit, limit - 1), None), f"not an {column.type}, or out of its range"
    if column.type == "numeric":
        floats = given.cast(pl.Float64, strict=False)
        return floats.set(~floats.is_finite(), None), "not a number"
    if column.type == "boolean":
        return given.replace_strict(
            _TRUTH, default=None, return_dtype=pl.Boolean
        ), "neither true nor false: not a boolean"
    if column.type == "date":
        return _where(given, given.str.to_date("%Y-%m-%d", strict=False).is_not_null()), "not a date YYYY-MM-DD"
    if column.type == "timestamptz":
        parsed = given.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
        return _where(given, parsed.is_not_null()), "not a time YYYY-MM-DDTHH:MM:SSZ"
    return _where(given, ~given.str.contains("\0", literal=True)), "a NUL character, which no text can hold"


def _where(given: pl.Series, good: pl.Series) -> pl.Series:
    return given.set(~good, None)


def _named(table: Table, column: Column, is_bad: pl.Series, reason: str) -> Iterator[BadRow]:
    for index in is_bad.fill_null(value=False).arg_true():
        yield BadRow(table=table.name, row=index + 1, column=column.name, reason=reason)


def _refuse_ragged(snapshot: Snapshot, table: Table) -> None:
    """Every row must have as many fields as the header, which must be the manifest's."""
    with snapshot.file_of(table.name).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if sorted(header) != sorted(column.name for column in table.columns):
            raise SchemaDrift(f"{table.file} has other columns than the manifest says.", table=table.name)
        bad = [
            BadRow(table=table.name, row=number, column=None, reason=f"{len(row)} fields instead of {len(header)}")
            for number, row in enumerate(reader, start=1)
            if len(row) != len(header)
        ]
    if bad:
        raise BadData(bad)
