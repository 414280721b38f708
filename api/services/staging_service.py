"""The league's tables in staging: rows that win over the files', so that a correction sticks whatever the source."""

import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat

from api.errors import FieldError
from api.models.staging import (
    BlbDeleteResult,
    BlbUpdate,
    BlbUpdateResult,
    BlbUpload,
    BlbUploadResult,
    Cell,
    FileUploadResult,
)
from api.services.deed import note_change
from api.services.league_rows import Key, LeagueRows
from api.services.staging_diff import plain_cell, table_diff
from api.services.staging_errors import (
    BadRows,
    NotConfirmed,
    NothingMatched,
    UnknownColumn,
    UnknownTable,
    warehouse_errors,
)
from api.services.staging_files import tables_of
from api.services.staging_rows import Prepared, Row, prepare
from formats import cells
from formats.sheet_columns import STAGED_SHEETS
from formats.staging_tables import STAGING_TABLES, StagingTable, emptied_numbers, staging_table
from warehouse.base import Change, Filter, Query, Warehouse


class StagingService:
    """Stages rows of the league's tables.

    `opened` gives the warehouse, waiting while it opens; `league` knows how the tables stand without staging.
    """

    def __init__(self, opened: Callable[[], Warehouse], league: LeagueRows) -> None:
        self._opened = opened
        self._league = league
        self._correcting = threading.Lock()  # a correction reads before it writes

    def tables(self) -> list[str]:
        """The names of the tables that can be staged."""
        return sorted(STAGING_TABLES)

    def upload_blb_table(self, request: BlbUpload) -> BlbUploadResult:
        """Stage rows by key: all of them or none.

        Raises:
            UnknownTable: there is no such table.
            BadRows: names each bad row by index and column.
            WarehouseDown: the database does not answer.
        """
        table = known_table(request.table_name)
        prepared = prepare(table, request.data)
        with self._correcting, warehouse_errors():
            before = _keyed(table, self._staged(table))
            (done,) = self._opened().apply([_change(table, prepared, replace=request.replace)])
        _note(table, prepared, before, replace=request.replace)
        return BlbUploadResult(
            table_name=table.name,
            staging_table=table.staging_name,
            rows_inserted=done.inserted,
            rows_updated=done.updated,
            warnings=[*_unread(table), *prepared.warnings],
        )

    def upload_file(
        self, content: bytes, file_name: str, table_name: str | None, *, replace: bool, dry_run: bool
    ) -> FileUploadResult:
        """Stage the tables of a CSV file or a workbook, all or nothing; with `dry_run` only say what would change.

        Raises:
            UnknownTable, UnusableFile, BadRows, WarehouseDown: as for rows.
        """
        wanted = None if table_name is None else known_table(table_name)
        found = [(part.table, _prepared(part.table, part.rows)) for part in tables_of(content, file_name, wanted)]
        with self._correcting, warehouse_errors():
            staged = [_keyed(table, self._staged(table)) for table, _ in found]
            changes = [_change(table, prepared, replace=replace) for table, prepared in found]
            done = [] if dry_run else self._opened().apply(changes)
        diffs = [
            table_diff(table, prepared, rows, replace=replace, notes=_unread(table))
            for (table, prepared), rows in zip(found, staged, strict=True)
        ]
        for (table, prepared), rows in zip(found, staged, strict=True):
            if not dry_run:
                _note(table, prepared, rows, replace=replace)
        return FileUploadResult(
            dry_run=dry_run,
            tables=diffs,
            rows_inserted=sum(d.inserted for d in done),
            rows_updated=sum(d.updated for d in done),
            rows_deleted=sum(d.deleted for d in done),
            warnings=[f"{d.table_name}: {w}" for d in diffs for w in d.warnings],
        )

    def update_blb_table(self, request: BlbUpdate) -> BlbUpdateResult:
        """Correct every row where the columns have these values. A row that stands only in the files is copied first.

        Raises:
            UnknownTable, UnknownColumn: there is no such table or column.
            BadRows: a new value cannot be stored, or would change a key.
            NothingMatched: no row, staged or in the files, has these values.
            WarehouseDown: the database does not answer.
        """
        table = known_table(request.table_name)
        wanted = _wanted(table, request)
        updates, warnings = _updates(table, request.updates)
        with self._correcting, warehouse_errors():
            base, staged = self._league.rows(table), _keyed(table, self._staged(table))
            keys = [key for key in base | staged if _has(_stands(table, base, staged, key), wanted)]
            if not keys:
                named = " and ".join(f"{column} '{value[:60]}'" for column, value in wanted.items())
                raise NothingMatched(f"No row of {table.name} has {named}")
            rows = [_corrected(table, key, base, staged, updates) for key in keys]
            self._opened().apply([Change(table=table.staging_name, rows=tuple(rows))])
        stood = [dict(_stands(table, base, staged, key)) for key in keys]
        note_change(table.name, stood, [row | updates for row in stood])
        return BlbUpdateResult(rows_updated=len(rows), warnings=warnings)

    def delete_blb_table(self, table_name: str, *, confirm: bool) -> BlbDeleteResult:
        """Delete everything staged for a table; what the files say stands again.

        Raises:
            UnknownTable: there is no such table.
            NotConfirmed: it was not confirmed.
            WarehouseDown: the database does not answer.
        """
        table = known_table(table_name)
        if not confirm:
            raise NotConfirmed(
                f"This deletes all staged rows of {table.name}; say confirm=true to do it",
                [FieldError("confirm", "must be true")],
            )
        with self._correcting, warehouse_errors():
            before = self._staged(table)
            (done,) = self._opened().apply([Change(table=table.staging_name, delete_all=True)])
        note_change(table.name, before, [])
        return BlbDeleteResult(rows_deleted=done.deleted)

    def standing(self, table_name: str, *, staged_only: bool = False) -> tuple[dict[Key, Row], frozenset[Key]]:
        """Every row of a table as it stands with staging over the files, by key; and the keys of the staged ones.

        With `staged_only` those alone, which needs no file where nothing is staged.

        Raises:
            WarehouseDown: the database does not answer.
        """
        table = known_table(table_name)
        with warehouse_errors():
            staged = _keyed(table, self._staged(table))
        if staged_only and not staged:
            return {}, frozenset()
        base = self._league.rows(table)
        keys = staged if staged_only else base | staged
        return {key: _stands(table, base, staged, key) for key in keys}, frozenset(staged)

    def delete_rows(self, table_name: str, keys: Sequence[Mapping[str, Cell]]) -> None:
        """Delete staged rows by their keys.

        Raises:
            WarehouseDown: the database does not answer.
        """
        table = known_table(table_name)
        wanted = {tuple(str(key[c]) for c in table.key) for key in keys}
        changes = [
            Change(table=table.staging_name, delete_where=tuple(map(Filter, table.key, repeat("eq"), key)))
            for key in sorted(wanted)
        ]
        with self._correcting, warehouse_errors():
            before = [row for row in self._staged(table) if tuple(str(row[c]) for c in table.key) in wanted]
            self._opened().apply(changes)
        note_change(table.name, before, [])

    def _staged(self, table: StagingTable) -> list[Row]:
        rows = self._opened().read(Query(table=table.staging_name, order=table.key))
        return [{c: plain_cell(row.get(c)) for c in (*table.key, *table.columns)} for row in rows]


def known_table(name: str) -> StagingTable:
    """The table of this name.

    Raises:
        UnknownTable: there is none.
    """
    table = staging_table(name)
    if table is None:
        raise UnknownTable(f"There is no table '{name[:63]}'; there are {', '.join(sorted(STAGING_TABLES))}")
    return table


def known_column(table: StagingTable, name: str, field: str) -> str:
    """The table's own name of a column.

    Raises:
        UnknownColumn: it has none of that name.
    """
    column = table.column_of(name)
    if column is None:
        sentence = f"{table.name} has no column '{name[:63]}'"
        raise UnknownColumn(sentence, [FieldError(field, sentence)])
    return column


def _change(table: StagingTable, prepared: Prepared, *, replace: bool) -> Change:
    return Change(table=table.staging_name, rows=prepared.rows, delete_all=replace)


def _note(table: StagingTable, prepared: Prepared, staged: Mapping[Key, Row], *, replace: bool) -> None:
    """Remember for the audit log what was staged before, and is now, of the rows concerned."""
    new = {tuple(row[c] for c in table.key): row for row in prepared.rows}
    before = [row for key, row in staged.items() if replace or key in new]
    after = [row if replace else {**staged.get(key, {}), **row} for key, row in new.items()]
    note_change(table.name, before, after)


def _prepared(table: StagingTable, rows: Sequence[object]) -> Prepared:
    try:
        return prepare(table, rows)
    except BadRows as error:
        raise BadRows([FieldError(e.field, f"{table.name}: {e.message}") for e in error.errors]) from None


def _unread(table: StagingTable) -> list[str]:
    """What to know about a table that is stored for other clients alone."""
    if table.name in STAGED_SHEETS:
        return []
    return [f"No run reads {table.name}: its rows are stored, and no published table changes with them"]


def _keyed(table: StagingTable, rows: Sequence[Row]) -> dict[Key, Row]:
    return {tuple(row[c] for c in table.key): row for row in rows}


def _stands(table: StagingTable, base: Mapping[Key, Row], staged: Mapping[Key, Row], key: Key) -> Row:
    """The row as the ETL will see it: a staged null says nothing, an empty text empties."""
    row = staged.get(key, {})
    over = {column: value for column, value in row.items() if value is not None}
    over |= dict.fromkeys(emptied_numbers(table, row), "")
    return {column: None if value == "" else value for column, value in (base.get(key, {}) | over).items()}


def _wanted(table: StagingTable, request: BlbUpdate) -> dict[str, str]:
    """The values, as text, that the rows to correct have."""
    if request.filters is None:
        given, field = {request.filter_column or "": request.filter_value}, "filter_column"
    else:
        given, field = dict(request.filters), "filters"
    return {known_column(table, name, field): (cells.text(value) or "").strip() for name, value in given.items()}


def _has(row: Row, wanted: Mapping[str, str]) -> bool:
    return all(cells.text(row.get(column)) == value for column, value in wanted.items())


def _updates(table: StagingTable, given: Mapping[str, Cell]) -> tuple[Row, list[str]]:
    """The new values by column, and what to know about them."""
    named = {known_column(table, name, f"updates.{name}"): value for name, value in given.items()}
    forbidden = [c for c in table.key if c in named]
    if forbidden:
        raise BadRows([FieldError(f"updates.{c}", f"Column {c} is the key and cannot change") for c in forbidden])
    stand_in = dict.fromkeys(table.key, "1")
    try:
        prepared = prepare(table, [named | stand_in], keep_empty=True)
    except BadRows as error:
        fields = [(e.field.removeprefix("data.0."), e.message.removeprefix("Row 0, c")) for e in error.errors]
        raise BadRows([FieldError(f"updates.{c}", f"C{message}") for c, message in fields]) from None
    updates = {c: v for c, v in prepared.rows[0].items() if c not in table.key}
    followers = {c for c, leaders in table.follows.items() if c not in updates and any(x in updates for x in leaders)}
    return updates | dict.fromkeys(followers), [w.removeprefix("Row 0: ") for w in prepared.warnings]


def _corrected(table: StagingTable, key: Key, base: Mapping[Key, Row], staged: Mapping[Key, Row], updates: Row) -> Row:
    """The staged row after the correction; one that stood only in the files is a whole copy of it."""
    identity = dict(zip(table.key, key, strict=True))
    copied: Row = {} if key in staged else base[key]
    if "emptied" in updates:  # and what was emptied before
        before = cells.text(staged.get(key, {}).get("emptied")) or ""
        updates = updates | {"emptied": " ".join(sorted({*before.split(), *str(updates["emptied"]).split()}))}
    return {**copied, **updates, **{column: plain_cell(value) for column, value in identity.items()}}
