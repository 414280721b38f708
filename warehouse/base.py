"""What a warehouse can do, whichever database stands behind it, and what it answers.

All backends keep this protocol and pass one conformance suite: `warehouse.postgres` (any PostgreSQL by a DSN, also
the embedded server of `warehouse.embedded`) and `warehouse.supabase` (the REST interface of a Supabase project).
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from snapshot.manifest import Manifest
from snapshot.reader import Snapshot
from warehouse.errors import PublishCancelled

# what a cell of a row, read or written, can be
Value = str | int | float | bool | None
Row = Mapping[str, Value]
MAX_BATCH_ROWS: Final = 1000


OnRetry = Callable[[], None]
"""Told each time that a request is sent again."""


def nobody_counts() -> None:
    """Retries that are told to nobody."""


class Backend(StrEnum):
    """Which kind of database stands behind a warehouse."""

    EMBEDDED = "embedded"
    POSTGRES = "postgres"
    SUPABASE = "supabase"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOptions:
    """How to publish.

    `replace` lifts the guard against deleting more than half of a table; `keep_missing` deletes nothing; `batch_size`
    is rows per request on the REST lane (at most 1000; COPY has no batches).
    """

    replace: bool = False
    keep_missing: bool = False
    batch_size: int = MAX_BATCH_ROWS

    def __post_init__(self) -> None:
        if not 1 <= self.batch_size <= MAX_BATCH_ROWS:
            raise ValueError(f"batch_size must be between 1 and {MAX_BATCH_ROWS}, not {self.batch_size}")


def _no_progress(rows_done: int, rows_total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who watches a publication: `on_progress(rows_done, rows_total)` never falls, and `cancelled` asks for its end."""

    on_progress: Callable[[int, int], None] = _no_progress
    cancelled: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise PublishCancelled once the end was asked for."""
        if self.cancelled.is_set():
            raise PublishCancelled("The upload was cancelled; the warehouse is as it was before.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """What publishing did to one table. `rows` stand in the snapshot; unchanged rows are counted nowhere else.

    `seconds` covers loading and merging. `error` is set on the table that stopped a publication.
    """

    table: str
    rows: int
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    seconds: float = 0.0
    error: str | None = None

    @property
    def written(self) -> int:
        """Rows that had to be touched."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """What a publication, or its preview, comes to.

    `atomic` is false when readers could see a mixture while it ran; `notes` then says how to have that put right.
    """

    backend: Backend
    snapshot_id: str
    atomic: bool
    tables: tuple[TableResult, ...]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all tables in the snapshot."""
        return sum(t.rows for t in self.tables)

    @property
    def written(self) -> int:
        """Rows inserted, updated and deleted; 0 when the warehouse already equalled the snapshot."""
        return sum(t.written for t in self.tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether the warehouse answers. `problem` is one sentence without secrets; `latency_ms` one round trip."""

    backend: Backend
    connected: bool
    latency_ms: float | None = None
    server_version: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """A table as it stands in the database: PostgreSQL's type names by column, in order, and the primary key."""

    columns: dict[str, str]
    key: tuple[str, ...]
    is_view: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What stands in the database. `functions_version` is None where the load functions are not installed."""

    tables: dict[str, TableShape]
    functions_version: str | None
    published: dict[str, str] = field(default_factory=dict)  # table -> id of the snapshot that stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which the database is not what the manifest declares. `text` is for a person."""

    table: str
    text: str
    blocks_publishing: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a column. For `in` the value is a list; for `is_null` true or false; `ilike` takes `%`."""

    column: str
    op: str
    value: Value | Sequence[Value]


OPERATORS: Final = frozenset({"eq", "neq", "lt", "lte", "gt", "gte", "like", "ilike", "in", "is_null"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Rows of one table or view. `order` holds column names, with a leading `-` for descending; nulls come last.

    `search` is a text looked for, ignoring case, in any of `search_columns`.
    """

    table: str
    columns: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0
    search: str | None = None
    search_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step on a staging table; the steps of one call happen together or not at all.

    First the rows that meet `delete_where` go (all of them when it is empty and `delete_all` is set), then `rows` are
    written: over the row with the same primary key where one stands (columns that a row does not name stay as they
    were), else as new ones.
    """

    table: str
    rows: tuple[Row, ...] = ()
    delete_where: tuple[Filter, ...] = ()
    delete_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResult:
    """Rows that one step inserted, updated and deleted."""

    table: str
    inserted: int
    updated: int
    deleted: int


class Warehouse(Protocol):
    """A database that publishes snapshots and keeps staging rows. Safe to use from several threads."""

    @property
    def backend(self) -> Backend:
        """Which kind it is."""
        ...

    def publish(
        self, snapshot: Snapshot, tables: Iterable[str], options: PublishOptions, watch: Watch
    ) -> PublishResult:
        """Make these tables equal to the snapshot's, all at once.

        Raises:
            StaleSnapshot: what stands is newer.
            TooManyDeletes: more than half of a table's rows would go, and `replace` is not set.
            BadData: rows that the database cannot take, named.
            SchemaDrift: the tables differ from the manifest in a way that only a person can mend.
            PublishCancelled: `watch.cancelled` was set; nothing has changed.
            WarehouseUnavailable: it does not answer.
        """
        ...

    def preview(self, snapshot: Snapshot, tables: Iterable[str], watch: Watch) -> PublishResult:
        """What `publish` would change, without changing it. Raises as `publish` does, the guard apart."""
        ...

    def status(self) -> Status:
        """Whether it answers, within a few seconds. Never raises."""
        ...

    def catalog(self) -> Catalog:
        """The tables and views that stand in it."""
        ...

    def drift(self, manifest: Manifest) -> tuple[Difference, ...]:
        """How its tables differ from what the manifest declares; empty when they agree."""
        ...

    def apply_schema(self, script: str) -> None:
        """Run a script of `warehouse.schema`; NoDirectConnection where the backend cannot run SQL."""
        ...

    def read(self, query: Query) -> list[dict[str, Value]]:
        """Rows as JSON would hold them: dates and times as ISO texts. UnknownName for what does not exist."""
        ...

    def count(self, query: Query) -> int:
        """How many rows the query would give without its limit and offset."""
        ...

    def apply(self, changes: Sequence[Change]) -> list[ChangeResult]:
        """Change staging tables in one transaction; BadData names the row that cannot be stored."""
        ...

    def close(self) -> None:
        """Free the connections."""
        ...
