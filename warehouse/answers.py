"""What the load functions take and answer, over whichever connection."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warehouse.base import Catalog, Change, ChangeResult, TableResult, TableShape


class _TableAnswer(msgspec.Struct):
    table: str
    rows: int
    inserted: int
    updated: int
    deleted: int
    seconds: float = 0.0


class _ShapeAnswer(msgspec.Struct):
    columns: list[tuple[str, str]]
    key: list[str]
    is_view: bool


class _CatalogAnswer(msgspec.Struct):
    tables: dict[str, _ShapeAnswer]
    functions_version: str | None
    published: dict[str, str]


def results_from(answer: object, load_seconds: Mapping[str, float]) -> tuple[TableResult, ...]:
    """The answer of a merge or a count, with the time that loading took added."""
    return tuple(
        TableResult(
            table=t.table, rows=t.rows, inserted=t.inserted, updated=t.updated, deleted=t.deleted,
            seconds=round(t.seconds + load_seconds.get(t.table, 0.0), 4),
        )
        for t in msgspec.convert(answer, list[_TableAnswer])
    )  # fmt: skip


def catalog_from(answer: object) -> Catalog:
    """The answer of `warehouse_catalog`."""
    found = msgspec.convert(answer, _CatalogAnswer)
    tables = {
        name: TableShape(columns=dict(shape.columns), key=tuple(shape.key), is_view=shape.is_view)
        for name, shape in found.tables.items()
    }
    return Catalog(tables=tables, functions_version=found.functions_version, published=found.published)


def change_results_from(answer: object) -> list[ChangeResult]:
    """The answer of `apply_changes`."""
    return msgspec.convert(answer, list[ChangeResult])


def changes_as_objects(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """What `apply_changes` takes, as objects for JSON."""
    return [
        {
            "table": change.table,
            "rows": [dict(row) for row in change.rows],
            "delete_where": [{"column": f.column, "op": f.op, "value": f.value} for f in change.delete_where],
            "delete_all": change.delete_all,
        }
        for change in changes
    ]


def changes_as_json(changes: Sequence[Change]) -> str:
    """What `apply_changes` takes, as JSON; ValueError for a number that JSON lacks."""
    return json.dumps(changes_as_objects(changes), allow_nan=False)
