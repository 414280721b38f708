"""Explains one number of a published table: its rule, and the rows and events that it was made from."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from pydantic import JsonValue

from api.errors import NotFound
from api.models.explain import ExplainingRow, Explanation, Operand
from api.services.explain_rows import FACTOR, Found, Moment, find, moments, total_amount
from api.services.table_service import TableService, find_table
from snapshot.lineage import in_words
from snapshot.manifest import Column, Table
from snapshot.reader import Snapshot

if TYPE_CHECKING:
    import polars as pl

_SEPARATOR: Final = ","
_COMPARED_KEYS: Final = 20_000  # enough for every player and game; the nearest of a million events helps nobody


class ColumnNotFound(NotFound):
    """The table has no column of this name."""

    code = "column_not_found"


class RowNotFound(NotFound):
    """No row of the table has this key."""

    code = "row_not_found"


class ExplainService:
    """Explains what the published snapshot holds; each call resolves it once."""

    def __init__(self, tables: TableService) -> None:
        self._tables = tables

    def explain(self, name: str, key: str, column_name: str, *, limit: int = 100, offset: int = 0) -> Explanation:
        """How a number came about.

        Raises:
            NothingPublished, TableNotFound, ColumnNotFound, RowNotFound; the last three name what is nearest.
        """
        snapshot = self._tables.snapshot()
        table = find_table(snapshot, name)
        column = _find_column(table, column_name)
        row = _find_row(snapshot, table, key)
        found = find(snapshot, row, column.made_from)
        return Explanation(
            table=table.name,
            key=key,
            column=column.name,
            snapshot_id=snapshot.id,
            value=_json(row[column.name]),
            unit=column.unit,
            meaning=column.description,
            formula=column.formula,
            source=column.source,
            made_from=in_words([part.part for part in found]) or None,
            operands=list(_operands(table, column, key, row)),
            total=sum(each.rows.height for part in found for each in part.all()),
            amount=total_amount(found) if found else None,
            limit=limit,
            offset=offset,
            rows=list(_page(snapshot, found, limit, offset)),
        )


def _find_column(table: Table, name: str) -> Column:
    for column in table.columns:
        if column.name == name:
            return column
    near = get_close_matches(name, [c.name for c in table.columns], n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"GET /api/tables/{table.name}/schema lists them"
    raise ColumnNotFound(f"{table.name} has no column {name[:63]!r}; {hint}")


def _find_row(snapshot: Snapshot, table: Table, key: str) -> dict[str, object]:
    """The row of this key as Python values."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    values = next(csv.reader([key], strict=False), [])
    if len(values) != len(table.primary_key):
        raise RowNotFound(f"The key of {table.name} is {_SEPARATOR.join(table.primary_key)}; {key[:100]!r} is not one")
    texts = [pl.col(name).cast(pl.String) for name in table.primary_key]
    fits = [text == value for text, value in zip(texts, values, strict=True)]
    rows = snapshot.scan(table.name).filter(*fits).head(1).collect()
    if rows.height:
        return rows.row(0, named=True)
    keys = snapshot.scan(table.name).select(pl.concat_str(texts, separator=_SEPARATOR)).head(_COMPARED_KEYS).collect()
    near = get_close_matches(key, keys.to_series().to_list(), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"GET /api/tables/{table.name} lists the rows"
    raise RowNotFound(f"{table.name} has no row {key[:100]!r}; {hint}")


def _operands(table: Table, column: Column, key: str, row: Mapping[str, object]) -> Iterator[Operand]:
    """The columns of the same row that the formula names, in its order; a single letter is a word of its sentence."""
    names = {c.name for c in table.columns if len(c.name) > 1} - {column.name}
    for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*(?![\w.]*\()", column.formula or "")):
        if name in names:
            yield Operand(column=name, value=_json(row[name]), explain=_address(table.name, key, name))


def _page(snapshot: Snapshot, found: Sequence[Found], limit: int, offset: int) -> Iterator[ExplainingRow]:
    for part in (each for whole in found for each in whole.all()):
        rows = part.rows.slice(offset, limit)
        offset, limit = max(offset - part.rows.height, 0), limit - rows.height
        if rows.height:
            yield from _explaining(snapshot, part, rows)


def _explaining(snapshot: Snapshot, found: Found, rows: "pl.DataFrame") -> Iterator[ExplainingRow]:
    table, part = snapshot.manifest.table(found.part.table), found.part
    known = moments(snapshot, rows)
    made = {c.name for c in table.columns if c.made_from or c.formula}
    for row, added in zip(rows.drop(FACTOR, strict=False).iter_rows(named=True), found.added(rows), strict=True):
        key = _key(table, row)
        moment = known.get(str(row.get("event_id") or row.get("shift_id")), Moment())
        yield ExplainingRow(
            table=table.name,
            key=key,
            contributes=added,
            divides=found.divides,
            game_id=row.get("game_id"),
            event_id=row.get("event_id"),
            period=moment.period,
            clock=_clock(moment.clock_seconds),
            video_second=moment.video_second,
            explain=_address(table.name, key, part.quantity) if part.quantity in made and part.quantity else None,
            row={name: _json(value) for name, value in row.items()},
        )


def _key(table: Table, row: Mapping[str, object]) -> str:
    """The row's key as a request names it."""
    values = (str(row[name]) for name in table.primary_key)
    return _SEPARATOR.join(f'"{v}"' if _SEPARATOR in v else v for v in values)


def _address(table: str, key: str, column: str) -> str:
    return f"/api/explain/{table}/{quote(key, safe=_SEPARATOR)}/{column}"


def _clock(seconds: float | None) -> str | None:
    return None if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _json(value: object) -> JsonValue:
    """A value of a frame as JSON has it: dates and times as ISO 8601."""
    return cast("JsonValue", value) if isinstance(value, bool | int | float | str | None) else str(value)
