"""A number that is asked about: where it stands, its value and rule, and the rows that it was made from."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from pydantic import JsonValue

from api.errors import NotFound
from api.models.explain import Operand
from api.services.explain_rows import Found, find
from snapshot.manifest import Column, Table
from snapshot.reader import Snapshot

if TYPE_CHECKING:
    import polars as pl

SEPARATOR: Final = ","
_COMPARED_KEYS: Final = 20_000  # enough for every player and game; the nearest of a million events helps nobody


class ColumnNotFound(NotFound):
    """The table has no column of this name."""

    code = "column_not_found"


class RowNotFound(NotFound):
    """No row of the table has this key."""

    code = "row_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A value of one column, its rule, and what was found of it in the published tables."""

    column: str
    value: JsonValue
    unit: str | None = None
    meaning: str
    formula: str | None = None
    source: str | None = None
    operands: Sequence[Operand] = ()
    found: Sequence[Found] = ()


def number_of_table(snapshot: Snapshot, table: Table, key: str, column_name: str) -> Number:
    """A value of a published table.

    Raises:
        ColumnNotFound, RowNotFound; both name what is nearest.
    """
    column = find_column(table, column_name)
    row = find_row(snapshot.scan(table.name), table.name, table.name, {name: name for name in table.primary_key}, key)
    return Number(
        column=column.name,
        value=as_json(row[column.name]),
        unit=column.unit,
        meaning=column.description,
        formula=column.formula,
        source=column.source,
        operands=list(_operands(table, column, row)),
        found=find(snapshot, row, column.made_from),
    )


def find_column(table: Table, name: str) -> Column:
    """The column of this name. Raises ColumnNotFound."""
    for column in table.columns:
        if column.name == name:
            return column
    raise no_column(
        table.name, name, [c.name for c in table.columns], f"GET /api/tables/{table.name}/schema lists them"
    )


def no_column(of: str, name: str, known: Sequence[str], otherwise: str) -> ColumnNotFound:
    """What is said of a column that does not exist."""
    near = get_close_matches(name, known, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else otherwise
    return ColumnNotFound(f"{of} has no column {name[:63]!r}; {hint}")


def find_row(rows: "pl.LazyFrame", of: str, listed: str, named_by: Mapping[str, str], key: str) -> dict[str, object]:
    """The first row of this key as Python values; `named_by` are the key's columns and what they are called in `rows`.

    `of` is whose row it is, `listed` the table that has such rows.

    Raises:
        RowNotFound: no row has it; the nearest keys are named.
    """
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    values = next(csv.reader([key], strict=False), [])
    if len(values) != len(named_by):
        raise RowNotFound(f"The key of {of} is {SEPARATOR.join(named_by)}; {key[:100]!r} is not one")
    texts = [pl.col(name).cast(pl.String) for name in named_by.values()]
    fits = [text == value for text, value in zip(texts, values, strict=True)]
    found = rows.filter(*fits).head(1).collect()
    if found.height:
        return found.row(0, named=True)
    keys = rows.select(pl.concat_str(texts, separator=SEPARATOR)).head(_COMPARED_KEYS).collect()
    near = get_close_matches(key, keys.to_series().drop_nulls().unique().sort().to_list(), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"GET /api/tables/{listed} lists the rows"
    raise RowNotFound(f"{of} has no row {key[:100]!r}; {hint}")


def operand(table: Table, name: str, row: Mapping[str, object]) -> Operand:
    """A column of a row of the table, and where it is explained."""
    return Operand(column=name, value=as_json(row[name]), explain=address(table, row, name))


def _operands(table: Table, column: Column, row: Mapping[str, object]) -> Iterator[Operand]:
    """The columns of the same row that the formula names, in its order; a single letter is a word of its sentence."""
    names = {c.name for c in table.columns if len(c.name) > 1} - {column.name}
    for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*(?![\w.]*\()", column.formula or "")):
        if name in names:
            yield operand(table, name, row)


def key_of(table: Table, row: Mapping[str, object]) -> str:
    """The row's key as a request names it."""
    values = (str(row[name]) for name in table.primary_key)
    return SEPARATOR.join(f'"{v}"' if SEPARATOR in v else v for v in values)


def address(table: Table, row: Mapping[str, object], column: str) -> str:
    """Where a column of a row is explained."""
    return f"/api/explain/{table.name}/{quote(key_of(table, row), safe=SEPARATOR)}/{column}"


def as_json(value: object) -> JsonValue:
    """A value of a frame as JSON has it: dates and times as ISO 8601."""
    return cast("JsonValue", value) if isinstance(value, bool | int | float | str | None) else str(value)
