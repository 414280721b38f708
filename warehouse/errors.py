"""What can go wrong in a warehouse. Messages are for the person who asked; none holds a key, a password or SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from warehouse.base import TableResult

_NAMED: Final = 5  # bad rows that the message itself names; the error holds more


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that the database cannot take. `row` counts the table's data rows from 1; 0 where it is not known."""

    table: str
    row: int
    column: str | None
    reason: str

    def __str__(self) -> str:
        place = f"{self.table} row {self.row}" if self.row else self.table
        return f"{place}, column {self.column}: {self.reason}" if self.column else f"{place}: {self.reason}"


class WarehouseError(Exception):
    """Something that a warehouse refused or could not do. `table` is the one concerned, where there is one.

    `written` is what was written all the same, where a publication could not be atomic.
    """

    def __init__(self, message: str, *, table: str | None = None) -> None:
        super().__init__(message)
        self.table = table
        self.written: tuple[TableResult, ...] = ()


class WarehouseUnavailable(WarehouseError):
    """The database does not answer, or stopped answering."""


class AccessDenied(WarehouseError):
    """The key, the password or its rights are not enough."""


class StaleSnapshot(WarehouseError):
    """A newer snapshot stands in the warehouse."""


class TooManyDeletes(WarehouseError):
    """More than half of a table's rows would be deleted, and `replace` was not asked for."""


class SchemaDrift(WarehouseError):
    """The tables are not what the manifest declares, and only a person can mend that."""


class NoDirectConnection(WarehouseError):
    """This backend cannot run SQL; a person has to."""


class UnknownName(WarehouseError):
    """There is no such table or column."""


class PublishCancelled(WarehouseError):
    """The publication was cancelled; nothing has changed."""


class BrokenReference(WarehouseError):
    """A row names, or is named by, a row of a table that was not uploaded with it."""


class IncompleteLoad(WarehouseError):
    """Fewer or more rows arrived than were sent; nothing was published."""


class BadData(WarehouseError):
    """Rows that cannot be stored. `rows` names them; the message names the first few."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        self.rows = tuple(rows)
        more = len(self.rows) - _NAMED
        text = "; ".join(str(row) for row in self.rows[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
        super().__init__(text, table=self.rows[0].table if self.rows else None)
