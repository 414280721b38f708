"""The rows of the league's tables as they stand without staging: in the master workbook, and in what is published."""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from api.services.staging_files import workbook_rows
from api.services.staging_rows import Row, clean_cell
from api.utils.logger import logger
from formats.json_document import Unreadable
from formats.staging_tables import StagingTable
from snapshot.layout import DataDir, is_source
from snapshot.reader import DamagedSnapshot, load, published_id

Key = tuple[object, ...]
_MARK = tuple[str, int, int]
_MIDNIGHT: Final = " 00:00:00"
_KEPT: Final = 18  # tables in memory: those that people correct, as the workbook and as the snapshot has them


class LeagueRows:
    """Reads the files below `raw/` and the published snapshot. Safe to use from several threads."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._kinds: dict[_MARK, str | None] = {}
        self._tables: dict[tuple[Hashable, str], dict[Key, Row]] = {}

    def rows(self, table: StagingTable) -> dict[Key, Row]:
        """Every row that stands in the files by its key, completed by rows that only the published tables have."""
        return self.published_rows(table) | self.workbook_rows(table)

    def workbook_rows(self, table: StagingTable) -> dict[Key, Row]:
        """Every row of the newest master workbook by its key; none where there is no workbook."""
        with self._lock:
            return dict(self._of_workbook(table))

    def published_rows(self, table: StagingTable) -> dict[Key, Row]:
        """Every row of the published table of this name by its key, under the names that staging has."""
        with self._lock:
            return dict(self._of_snapshot(table))

    def published_from_staging(self, table: StagingTable) -> frozenset[Key]:
        """The keys of the published rows that staging had a hand in; none of game sheets, which do not tell."""
        with self._lock:
            return frozenset(self._of_snapshot(table, only_staged=True))

    def _of_workbook(self, table: StagingTable) -> dict[Key, Row]:
        newest = max(self._masters(), default=None, key=lambda found: (found[0][1], found[0][0]))
        if newest is None:
            return {}
        mark, path = newest
        return self._kept(mark, table, lambda: _read(path, table))

    def _of_snapshot(self, table: StagingTable, *, only_staged: bool = False) -> dict[Key, Row]:
        try:
            current = published_id(self._data_dir)
            if current is None:
                return {}
            path = self._data_dir.snapshots / current
            return self._kept((current, only_staged), table, lambda: _of_table(path, table, only_staged=only_staged))
        except (DamagedSnapshot, OSError, ValueError) as error:
            logger.warning("published_rows_unreadable", table=table.name, error=type(error).__name__)
            return {}

    def _kept(
        self, mark: Hashable, table: StagingTable, read: Callable[[], Iterable[dict[str, object]]]
    ) -> dict[Key, Row]:
        """The rows of a table as a file or snapshot has them, remembered for those asked for last."""
        rows = self._tables.pop((mark, table.name), None)
        while len(self._tables) >= _KEPT:
            self._tables.pop(next(iter(self._tables)))
        self._tables[mark, table.name] = _keyed(table, read()) if rows is None else rows
        return self._tables[mark, table.name]

    def _masters(self) -> Iterable[tuple[_MARK, Path]]:
        """The master workbooks below raw/, each with what tells that it has not changed."""
        for path in sorted(self._data_dir.raw.rglob("*.xlsx")):
            try:
                if not is_source(path.name) or not path.is_file() or path.is_symlink():
                    continue
                status = path.stat()
            except OSError:
                continue
            mark = (str(path), status.st_mtime_ns, status.st_size)
            if mark not in self._kinds:
                self._kinds[mark] = _kind(path)
            if self._kinds[mark] == "master":
                yield mark, path


def _of_table(path: Path, table: StagingTable, *, only_staged: bool) -> Iterator[dict[str, object]]:
    """The rows of the table of this name in a snapshot; none where it has no such table."""
    snapshot = load(path)
    if table.name in {t.name for t in snapshot.manifest.tables}:
        yield from (
            dict[str, object](row) for row in snapshot.rows(table.name) if not only_staged or _is_of_staging(row)
        )


def _is_of_staging(row: Mapping[str, str]) -> bool:
    """Whether somebody staged the row itself; rows that staged tracking made necessary are inferred."""
    return row.get("data_origin") == "stage" and row.get("is_inferred") == "false"


def _kind(path: Path) -> str | None:
    from formats.workbook import open_workbook  # noqa: PLC0415 - a server that never needs it starts quicker

    try:
        return open_workbook(path.read_bytes(), path.name).kind
    except (Unreadable, OSError):
        return None


def _read(path: Path, table: StagingTable) -> list[dict[str, object]]:
    from formats.workbook import open_workbook  # noqa: PLC0415 - as above

    try:
        return workbook_rows(open_workbook(path.read_bytes(), path.name), table.name, table).rows
    except (Unreadable, OSError):
        return []


def _keyed(table: StagingTable, rows: Iterable[dict[str, object]]) -> dict[Key, Row]:
    """Rows with a whole key under the table's columns; cells that staging could not hold are left out."""
    keyed: dict[Key, Row] = {}
    for given in rows:
        row: Row = {}
        for name, value in given.items():
            column = table.column_of(name)
            if column is None:
                continue
            try:
                cell = clean_cell(table, column, value)
            except ValueError:
                continue
            if isinstance(cell, str) and column.endswith("_date"):
                cell = cell.removesuffix(_MIDNIGHT)  # a workbook's days are moments
            row[column] = row.get(column) if row.get(column) is not None else cell
        if all(row.get(c) is not None for c in table.key):
            keyed[tuple(row[c] for c in table.key)] = row
    return keyed
