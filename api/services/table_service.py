"""The table browser: what is published, read only, by the manifest's names and nothing else."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

from api.errors import Conflict, NotFound
from api.models.table import ColumnInfo, ReferenceInfo, TableInfo, TablePage, TableSchema
from api.services.spreadsheet_safety import without_formulas
from api.services.table_filter import Order, expression, parse_filters, parse_select, parse_sort
from api.services.typescript import type_definitions
from snapshot.layout import DataDir
from snapshot.manifest import Table
from snapshot.reader import Snapshot, published

if TYPE_CHECKING:
    import polars as pl

_CHUNK_BYTES: Final = 1 << 16
_CHUNK_ROWS: Final = 5000


class NothingPublished(Conflict):
    """No ETL job has published tables yet."""

    code = "nothing_published"


class TableNotFound(NotFound):
    """No published table has this name."""

    code = "table_not_found"


@dataclass(frozen=True, slots=True)
class TableQuery:
    """Which rows of a table are wanted. `filters` are the query string's pairs; `search` looks into all texts."""

    filters: Sequence[tuple[str, str]] = ()
    sort: str | None = None
    search: str | None = None
    limit: int = 100
    offset: int = 0
    select: str | None = None

    @property
    def keeps_all_rows(self) -> bool:
        """Whether the rows are wanted as they stand: all, in their own order."""
        return not (self.filters or self.sort or self.search)


@dataclass(frozen=True, slots=True)
class Page:
    """A `TablePage` written as JSON, by the frame engine since rows may be many; and how many rows there are in all."""

    total: int
    json: str


class TableService:
    """Reads the published snapshot of one data directory; each call resolves it once."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir

    def snapshot(self) -> Snapshot:
        """The published snapshot.

        Raises:
            NothingPublished: there is none.
        """
        snapshot = published(self._data_dir)
        if snapshot is None:
            raise NothingPublished("Nothing is published yet: run the ETL first (POST /api/etl/trigger)")
        return snapshot

    def list_tables(self) -> list[TableInfo]:
        """Every published table, by name. Raises NothingPublished."""
        return [
            TableInfo(
                name=t.name,
                category=t.category,
                rows=t.rows,
                columns=len(t.columns),
                description=t.description,
                from_tracking=t.from_tracking,
            )
            for t in sorted(self.snapshot().manifest.tables, key=lambda t: t.name)
        ]

    def schema(self, name: str) -> TableSchema:
        """What a table declares. Raises NothingPublished, TableNotFound."""
        table = find_table(self.snapshot(), name)
        return TableSchema(
            name=table.name,
            category=table.category,
            description=table.description,
            grain=table.grain,
            primary_key=table.primary_key,
            columns=tuple(
                ColumnInfo(name=c.name, type=c.type, nullable=c.nullable, description=c.description, unit=c.unit)
                for c in table.columns
            ),
            references=tuple(
                ReferenceInfo(column=r.column, table=r.table, references=r.references) for r in table.references
            ),
        )

    def types(self) -> str:
        """TypeScript types of all published tables. Raises NothingPublished."""
        return type_definitions(self.snapshot().manifest)

    def page(self, name: str, query: TableQuery) -> Page:
        """One page of a table.

        Raises:
            NothingPublished, TableNotFound, InvalidRequest (a filter or sort key is wrong).
        """
        snapshot = self.snapshot()
        table = find_table(snapshot, name)
        if query.keeps_all_rows:
            columns = parse_select(table, query.select)
            rows = snapshot.scan(table.name).select(columns).slice(query.offset, query.limit).collect()
            total = table.rows
        else:
            kept = _select(snapshot, table, query)
            rows, total = kept.slice(query.offset, query.limit), kept.height
        head = TablePage(
            table=table.name, snapshot_id=snapshot.id, total=total, limit=query.limit, offset=query.offset, rows=[]
        )
        return Page(total, head.model_dump_json().removesuffix("[]}") + rows.write_json() + "}")

    def csv(self, name: str, query: TableQuery) -> Iterator[bytes]:
        """The rows as CSV for a spreadsheet, chunk by chunk; `limit` and `offset` play no part.

        Raises, before the first chunk:
            NothingPublished, TableNotFound, InvalidRequest.
        """
        snapshot = self.snapshot()
        table = find_table(snapshot, name)
        return _csv_chunks(without_formulas(_select(snapshot, table, query)))


def find_table(snapshot: Snapshot, name: str, others: Iterable[str] = ()) -> Table:
    """The table of this name; `others` are names that might have been meant as well.

    Raises:
        TableNotFound: there is none; the message has the nearest names.
    """
    try:
        return snapshot.manifest.table(name)
    except KeyError as error:
        near = get_close_matches(name, [*(t.name for t in snapshot.manifest.tables), *others], n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; GET /api/tables lists them"
        raise TableNotFound(f"No table {name[:63]!r} is published{hint}") from error


def _select(snapshot: Snapshot, table: Table, query: TableQuery) -> "pl.DataFrame":
    filters, orders = parse_filters(table, query.filters), parse_sort(table, query.sort)
    columns = parse_select(table, query.select)
    kept = snapshot.scan(table.name)
    for condition in filters:
        kept = kept.filter(expression(condition))
    if query.search:
        kept = kept.filter(_found(table, query.search))
    if orders:
        kept = _sorted(kept, table, orders)
    return kept.select(columns).collect()


def _found(table: Table, search: str) -> "pl.Expr":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    needle = search.lower()
    texts = [pl.col(column.name) for column in table.columns if column.type == "text"]
    found = [text.str.to_lowercase().str.contains(needle, literal=True).fill_null(value=False) for text in texts]
    return reduce(or_, found) if found else pl.lit(value=False)


def _sorted(frame: "pl.LazyFrame", table: Table, orders: list[Order]) -> "pl.LazyFrame":
    """By the keys asked for, then by primary key, so that pages neither repeat nor miss a row."""
    named = {order.column for order in orders}
    keys = [*orders, *(Order(name, descending=False) for name in table.primary_key if name not in named)]
    return frame.sort([k.column for k in keys], descending=[k.descending for k in keys], nulls_last=True)


def _csv_chunks(frame: "pl.DataFrame") -> Iterator[bytes]:
    for offset in range(0, max(frame.height, 1), _CHUNK_ROWS):
        part = io.BytesIO()
        frame.slice(offset, _CHUNK_ROWS).write_csv(
            part, include_header=offset == 0, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ"
        )
        yield part.getvalue()
