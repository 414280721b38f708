"""Rows of a snapshot into temporary tables by COPY, straight from the CSV files; bad rows are named."""

import csv
import re
import time
from collections.abc import Callable, Iterator
from typing import Final

import psycopg
from psycopg import sql

from snapshot.manifest import Table
from snapshot.reader import Snapshot
from warehouse.base import Watch
from warehouse.errors import BadData, BadRow, SchemaDrift
from warehouse.schema import column_definition
from warehouse.translation import error_for, reason_for

Connection = psycopg.Connection[tuple[object, ...]]
_BLOCK_BYTES: Final = 1 << 18
_LINE: Final = re.compile(r", line (\d+)(?:, column ([^:]+))?")
_NOT_FINITE: Final = re.compile(r"\s*[+-]?(nan|inf(inity)?)\s*", re.IGNORECASE)


def load_all(
    connection: Connection, snapshot: Snapshot, tables: list[Table], watch: Watch
) -> tuple[list[dict[str, object]], dict[str, float]]:
    """Load every table; gives what `benchsight.merge` takes, and the seconds that each took."""
    total, done = sum(t.rows for t in tables), 0
    sources: list[dict[str, object]] = []
    seconds: dict[str, float] = {}
    for number, table in enumerate(tables):
        since, before = time.perf_counter(), done

        def on_rows(rows: int, before: int = before) -> None:
            watch.check()
            watch.on_progress(before + rows, total)

        source = _load(connection, snapshot, table, f"benchsight_load_{number}", on_rows)
        sources.append({"table": table.name, "source": source, "columns": [c.name for c in table.columns],
                        "guard": table.category != "qa"})  # fmt: skip
        done += table.rows
        seconds[table.name] = time.perf_counter() - since
    return sources, seconds


def _load(
    connection: Connection,
    snapshot: Snapshot,
    table: Table,
    name: str,
    on_rows: Callable[[int], None],
) -> str:
    """Fill the temporary table `name` with a table's rows, ready to be merged; give the expression to read it by.

    `on_rows(rows)` hears how far it is, estimated from the bytes sent, and may raise to stop.

    Raises:
        BadData: a row that the table cannot take, a key that comes twice, a number that is none.
        SchemaDrift: the file has other columns than its manifest says.
    """
    target = sql.Identifier("pg_temp", name)
    columns = sql.SQL(", ").join(map(column_definition, table.columns))
    connection.execute(sql.SQL("create temporary table {} ({}) on commit drop").format(sql.Identifier(name), columns))
    try:
        _copy(connection, snapshot, table, target, on_rows)
        key = sql.SQL(", ").join(map(sql.Identifier, table.primary_key))
        _refuse_not_finite(connection, snapshot, table, target)
        connection.execute(sql.SQL("alter table {} add primary key ({})").format(target, key))
        connection.execute(sql.SQL("analyze {}").format(target))
    except psycopg.errors.UniqueViolation as error:
        raise BadData(list(duplicates(snapshot, table))) from error
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise _named(error, snapshot, table) from error
    return target.as_string(connection)


def duplicates(snapshot: Snapshot, table: Table) -> Iterator[BadRow]:
    """The rows whose key another row before them has."""
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(snapshot.rows(table.name), start=1):
        key = tuple(row[name] for name in table.primary_key)
        if key in seen:
            text = ", ".join(f"{name}={value}" for name, value in zip(table.primary_key, key, strict=True))
            reason = f"the same key twice: {text}"
            yield BadRow(table=table.name, row=number, column=table.primary_key[-1], reason=reason)
        seen.add(key)


def _copy(
    connection: Connection,
    snapshot: Snapshot,
    table: Table,
    target: sql.Identifier,
    on_rows: Callable[[int], None],
) -> None:
    path = snapshot.file_of(table.name)
    header = _header(snapshot, table)
    size, sent = max(path.stat().st_size, 1), 0
    statement = sql.SQL("copy {} ({}) from stdin (format csv, header true, null '', encoding 'UTF8')").format(
        target, sql.SQL(", ").join(map(sql.Identifier, header))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            copy.write(block)
            sent += len(block)
            on_rows(table.rows * sent // size)


def _header(snapshot: Snapshot, table: Table) -> list[str]:
    with snapshot.file_of(table.name).open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    if sorted(header) != sorted(column.name for column in table.columns):
        raise SchemaDrift(f"{table.file} has other columns than the manifest says.", table=table.name)
    return header


def _refuse_not_finite(connection: Connection, snapshot: Snapshot, table: Table, target: sql.Identifier) -> None:
    """PostgreSQL takes NaN and Infinity for numbers; one of them would spoil every average."""
    numbers = [column.name for column in table.columns if column.type == "numeric"]
    if not numbers:
        return
    condition = sql.SQL(" or ").join(
        sql.SQL("{} in ('NaN', 'Infinity', '-Infinity')").format(sql.Identifier(name)) for name in numbers
    )
    found = connection.execute(sql.SQL("select exists (select from {} where {})").format(target, condition)).fetchone()
    if found and found[0]:
        raise BadData(list(_not_finite(snapshot, table, numbers)))


def _not_finite(snapshot: Snapshot, table: Table, columns: list[str]) -> Iterator[BadRow]:
    for number, row in enumerate(snapshot.rows(table.name), start=1):
        for name in columns:
            if _NOT_FINITE.fullmatch(row[name]):
                yield BadRow(table=table.name, row=number, column=name, reason=f"{row[name].strip()} is not a number")


def _named(error: psycopg.Error, snapshot: Snapshot, table: Table) -> Exception:
    """The row and column that COPY stumbled over, from the context that the server gives."""
    diagnosis = error.diag
    place = _LINE.search(diagnosis.context or "")
    state, message = error.sqlstate or "", diagnosis.message_primary or "it cannot be stored"
    if place is None:
        return error_for(state, message, table=table.name, detail=diagnosis.message_detail)
    column = diagnosis.column_name or place[2]
    row, reason = _row_at(snapshot, table, int(place[1])), reason_for(state, message, None)
    return BadData([BadRow(table=table.name, row=row, column=column, reason=reason)])


def _row_at(snapshot: Snapshot, table: Table, line: int) -> int:
    """The data row that a line of the file belongs to: a quoted text may hold line breaks."""
    with snapshot.file_of(table.name).open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(file.read().replace("\0", "?").splitlines(keepends=True))
        for number, _ in enumerate(reader):
            if reader.line_num >= line:
                return number
    return 0
