"""Explains one number of a published table or view: its rule, and the rows and events that it was made from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.models.explain import ExplainingRow, Explanation
from api.services.explain_numbers import Number, address, as_json, key_of, number_of_table
from api.services.explain_rows import FACTOR, Found, Moment, moments, total_amount, with_divisors
from api.services.explain_views import VIEWS_BY_NAME, number_of_view
from api.services.table_service import TableService, find_table
from snapshot.lineage import in_words
from snapshot.reader import Snapshot

if TYPE_CHECKING:
    import polars as pl


class ExplainService:
    """Explains what the published snapshot holds; each call resolves it once."""

    def __init__(self, tables: TableService) -> None:
        self._tables = tables

    def explain(self, name: str, key: str, column: str, *, limit: int = 100, offset: int = 0) -> Explanation:
        """How a number of a table, or of a view of the warehouse, came about.

        Raises:
            NothingPublished, TableNotFound, ColumnNotFound, RowNotFound; the last three name what is nearest.
        """
        snapshot = self._tables.snapshot()
        if view := VIEWS_BY_NAME.get(name):
            number = number_of_view(snapshot, view, key, column)
        else:
            number = number_of_table(snapshot, find_table(snapshot, name, VIEWS_BY_NAME), key, column)
        found = number.found
        return Explanation(
            table=name,
            key=key,
            column=number.column,
            snapshot_id=snapshot.id,
            value=number.value,
            unit=number.unit,
            meaning=number.meaning,
            formula=number.formula,
            source=number.source,
            made_from=in_words([part.part for part in found]) or None,
            operands=list(number.operands),
            total=sum(part.rows.height for part in with_divisors(found)),
            amount=total_amount(found) if found else None,
            limit=limit,
            offset=offset,
            rows=list(_page(snapshot, number, limit, offset)),
        )


def _page(snapshot: Snapshot, number: Number, limit: int, offset: int) -> Iterator[ExplainingRow]:
    for part in with_divisors(number.found):
        rows = part.rows.slice(offset, limit)
        offset, limit = max(offset - part.rows.height, 0), limit - rows.height
        if rows.height:
            yield from _explaining(snapshot, part, rows)


def _explaining(snapshot: Snapshot, found: Found, rows: "pl.DataFrame") -> Iterator[ExplainingRow]:
    table, part = snapshot.manifest.table(found.part.table), found.part
    known = moments(snapshot, rows)
    made = {c.name for c in table.columns if c.made_from or c.formula}
    for row, added in zip(rows.drop(FACTOR, strict=False).iter_rows(named=True), found.added(rows), strict=True):
        moment = known.get(str(row.get("event_id") or row.get("shift_id")), Moment())
        yield ExplainingRow(
            table=table.name,
            key=key_of(table, row),
            contributes=added,
            divides=found.divides,
            game_id=row.get("game_id"),
            event_id=row.get("event_id"),
            period=moment.period,
            clock=_clock(moment.clock_seconds),
            video_second=moment.video_second,
            explain=address(table, row, part.quantity) if part.quantity in made and part.quantity else None,
            row={name: as_json(value) for name, value in row.items()},
        )


def _clock(seconds: float | None) -> str | None:
    return None if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
