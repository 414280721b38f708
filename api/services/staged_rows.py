"""Look at the league's tables as they stand with staging over the files, and take single corrections back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from api.errors import FieldError
from api.models.staging import BlbDeleteResult, StandingPage, StandingRow
from api.services.league_rows import Key, LeagueRows
from api.services.staging_diff import named_key
from api.services.staging_errors import BadRows, NothingMatched
from api.services.staging_rows import Row
from api.services.staging_service import StagingService, known_table
from formats import cells
from formats.sheet_values import day, time_of_day
from formats.staging_tables import StagingTable
from hockey.aliases import truth

_ANY: Final = ""


class StagedRows:
    """Reads through the staging service; `league` knows what is published."""

    def __init__(self, staging: StagingService, league: LeagueRows) -> None:
        self._staging = staging
        self._league = league

    def page(self, table_name: str, *, search: str, staged_only: bool, limit: int, offset: int) -> StandingPage:
        """Rows of a table as the next run will see them, by key; staged ones first.

        A row is pending while what is published says something else in a column that was corrected and is published;
        one that takes a game out of the league, while that is published. What was taken back is pending, too, while it
        is published. A run writes some values its own way (a day
        without its time, a team's name as the league spells it), which is no difference.

        Raises:
            UnknownTable: there is no such table.
            WarehouseDown: the database does not answer.
        """
        table = known_table(table_name)
        standing, staged = self._staging.standing(table.name, staged_only=staged_only)
        is_pending = self._is_pending_in(table) if staged else _never
        wanted = search.strip().casefold()
        keys = sorted(
            (k for k, row in standing.items() if _has(row, wanted)),
            key=lambda k: (k not in staged, tuple(map(str, k))),
        )
        rows = [
            StandingRow(
                cells=standing[key], staged=key in staged, pending=key in staged and is_pending(key, standing[key])
            )
            for key in keys
        ]
        return StandingPage(
            table_name=table.name,
            key=list(table.key),
            columns=list(dict.fromkeys((*table.key, *table.columns))),
            total=len(rows),
            staged=len(staged),
            pending=sum(row.pending for row in rows) + len(self._league.published_from_staging(table) - staged),
            limit=limit,
            offset=offset,
            rows=rows[offset : offset + limit],
        )

    def take_back(self, table_name: str, key: Sequence[str]) -> BlbDeleteResult:
        """Delete one staged row; what the files say of it stands again from the next run on.

        Raises:
            UnknownTable: there is no such table.
            BadRows: the key has another number of columns.
            NothingMatched: no such row is staged.
            WarehouseDown: the database does not answer.
        """
        table = known_table(table_name)
        if len(key) != len(table.key):
            sentence = f"The key of {table.name} is {', '.join(table.key)}: give one value for each"
            raise BadRows([FieldError("key", sentence)])
        _, staged = self._staging.standing(table.name, staged_only=True)
        wanted = [k for k in staged if tuple(map(cells.text, k)) == tuple(key)]
        if not wanted:
            raise NothingMatched(f"No staged row of {table.name} has the key {', '.join(key)[:120]}")
        self._staging.delete_rows(table.name, [named_key(table, k) for k in wanted])
        return BlbDeleteResult(rows_deleted=len(wanted))

    def _is_pending_in(self, table: StagingTable) -> Callable[[Key, Row], bool]:
        published = self._league.published_rows(table)
        return _pending(published | self._league.workbook_rows(table), published)


def _has(row: Row, wanted: str) -> bool:
    return wanted == _ANY or any(wanted in str(value).casefold() for value in row.values() if value is not None)


def _never(_key: Key, _row: Row) -> bool:
    return False


def _pending(files: Mapping[Key, Row], published: Mapping[Key, Row]) -> Callable[[Key, Row], bool]:
    """Whether a row says something that is not published yet. Columns that publish nothing at all are not compared."""
    shown = {column for row in published.values() for column, value in row.items() if value is not None}

    def differs(key: Key, row: Row) -> bool:
        if not shown:
            return False
        before = published.get(key)
        if truth(cells.text(row.get("deleted"))) is True:
            return before is not None
        if before is None:
            return True
        own = files.get(key, {})
        corrected = [c for c in shown if not _same(c, row.get(c), own.get(c))]
        return any(_waits(c, row.get(c), own.get(c), before.get(c)) for c in corrected)

    return differs


def _waits(column: str, value: object, of_file: object, published: object) -> bool:
    """Whether a corrected value is not published. A run may fill an emptied cell with what it knows from elsewhere."""
    return _same(column, of_file, published) if value is None else not _same(column, value, published)


def _same(column: str, one: object, other: object) -> bool:
    return _as_published(column, one) == _as_published(column, other)


def _as_published(column: str, value: object) -> object:
    """A value in the one form in which it is compared."""
    text = cells.label(value)
    if text is None:
        return None
    if column.endswith("_date"):
        return day(text) or text
    if column.endswith("_time"):
        return time_of_day(text) or text
    number = cells.number(text)
    return " ".join(text.casefold().split()) if number is None else number
