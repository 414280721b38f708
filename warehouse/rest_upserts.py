"""Publishing without the load functions: rows go straight into the tables, in batches, so readers may see a mixture.

What stands is read first and compared, so that only rows that differ are sent.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from snapshot.manifest import Table
from snapshot.reader import Snapshot
from warehouse.base import PublishOptions, Query, TableResult, Value, Watch
from warehouse.errors import IncompleteLoad, TooManyDeletes
from warehouse.rest_client import RestClient
from warehouse.rest_delivery import deliver_all
from warehouse.rest_errors import Refused
from warehouse.rest_queries import key_condition, select
from warehouse.rest_rows import Batch, packed, typed_rows

PAGE_ROWS: Final = 1000
_DELETES_PER_REQUEST: Final = 50  # keys travel in the URL
Rows = list[dict[str, Value]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to happen to one table: rows to insert, rows to update, and the keys of rows to delete."""

    table: Table
    rows: int
    stood: int
    inserts: Rows
    updates: Rows
    deletes: Rows

    def result(self, seconds: float, *, kept: bool) -> TableResult:
        """The counts. `kept`: nothing was deleted."""
        return TableResult(
            table=self.table.name, rows=self.rows, inserted=len(self.inserts), updated=len(self.updates),
            deleted=0 if kept else len(self.deletes), seconds=round(seconds, 4),
        )  # fmt: skip


def plan(client: RestClient, snapshot: Snapshot, table: Table) -> Plan:
    """Compare a table with the snapshot's rows.

    Raises:
        BadData: a row that its columns cannot hold.
    """
    columns = tuple(column.name for column in table.columns)
    wanted = {_key(table, row): row for row in typed_rows(snapshot, table).iter_rows(named=True)}
    standing = {
        _key(table, row): row for row in read_all(client, Query(table=table.name, columns=columns), table.primary_key)
    }
    shared = wanted.keys() & standing.keys()
    return Plan(
        table=table,
        rows=len(wanted),
        stood=len(standing),
        inserts=[row for key, row in wanted.items() if key not in shared],
        updates=[row for key, row in wanted.items() if key in shared and _differs(table, row, standing[key])],
        deletes=[{name: row[name] for name in table.primary_key} for key, row in standing.items() if key not in shared],
    )


def refuse_many_deletes(plans: Sequence[Plan]) -> None:
    """The guard that the database's own functions have."""
    for one in plans:
        if one.table.category != "qa" and len(one.deletes) * 2 > one.stood:
            raise TooManyDeletes(
                f"The upload would delete {len(one.deletes)} of the {one.stood} rows of {one.table.name}. "
                "If that is right, upload with replace.",
                table=one.table.name,
            )


def write(client: RestClient, one: Plan, options: PublishOptions, watch: Watch, on_rows: Any) -> None:  # noqa: ANN401 - a callback
    """Send the rows that are new or differ."""
    changed = packed(one.table.name, [*one.inserts, *one.updates], options.batch_size)
    on_conflict = ",".join(one.table.primary_key)

    def send(batch: Batch) -> None:
        client.send(lambda c: c.table(batch.table).upsert(batch.rows, on_conflict=on_conflict, returning="minimal"))  # type: ignore[arg-type]  # a literal is as good as the enum

    deliver_all(changed, send, on_rows, watch)


def delete(client: RestClient, one: Plan) -> None:
    """Delete the rows that are gone from the snapshot."""
    for start in range(0, len(one.deletes), _DELETES_PER_REQUEST):
        keys = [key_condition(one.table.primary_key, row) for row in one.deletes[start : start + _DELETES_PER_REQUEST]]
        try:
            client.send(lambda c, keys=keys: c.table(one.table.name).delete(returning="minimal").or_(",".join(keys)))  # type: ignore[misc]  # bound now
        except Refused as refused:
            raise refused.translated(one.table.name) from refused


def verify(client: RestClient, one: Plan, *, kept: bool) -> None:
    """Count afterwards; IncompleteLoad when the table does not hold what it should."""
    found = client.send(lambda c: select(c, Query(table=one.table.name), count_only=True)).count
    expected = one.rows + (len(one.deletes) if kept else 0)
    if found != expected:
        raise IncompleteLoad(
            f"{one.table.name} holds {found} rows instead of {expected}; upload again.", table=one.table.name
        )


def read_all(client: RestClient, query: Query, key: Sequence[str]) -> Iterator[dict[str, Value]]:
    """Every row of a query, page by page in a fixed order: a gateway cuts long answers without saying so."""
    ordered = Query(
        table=query.table, columns=query.columns, where=query.where, order=(*query.order, *key), search=query.search,
        search_columns=query.search_columns,
    )  # fmt: skip
    offset = query.offset
    left = query.limit if query.limit is not None else math.inf
    while left > 0:
        size = int(min(PAGE_ROWS, left))
        answer = client.send(lambda c, a=offset, n=size: select(c, ordered, count_only=False).range(a, a + n - 1))  # type: ignore[misc]  # bound now
        yield from answer.data
        offset += len(answer.data)
        left -= len(answer.data)
        if not answer.data or offset >= (answer.count or 0):
            return


def _key(table: Table, row: dict[str, Any]) -> tuple[Value, ...]:
    return tuple(_comparable(table, name, row[name]) for name in table.primary_key)


def _differs(table: Table, wanted: dict[str, Any], standing: dict[str, Any]) -> bool:
    return any(
        _comparable(table, name, value) != _comparable(table, name, standing[name]) for name, value in wanted.items()
    )


def _comparable(table: Table, name: str, value: Value) -> Any:  # noqa: ANN401 - a value of the column's type
    """The same for equal values, whichever way they are written."""
    kind = next(column.type for column in table.columns if column.name == name)
    if value is None:
        return None
    if kind == "timestamptz":
        return datetime.fromisoformat(str(value))
    return float(value) if kind == "numeric" else value
