"""A warehouse in any PostgreSQL that a DSN reaches: the embedded server, Supabase directly or by its poolers."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from snapshot.manifest import Manifest, Table
from snapshot.reader import Snapshot
from warehouse import queries, schema
from warehouse.answers import catalog_from, change_results_from, changes_as_json, results_from
from warehouse.base import (
    Backend,
    Catalog,
    Change,
    ChangeResult,
    Difference,
    PublishOptions,
    PublishResult,
    Query,
    Status,
    TableResult,
    Value,
    Watch,
)
from warehouse.copying import load_all
from warehouse.drift import differences, refuse_blocking
from warehouse.errors import PublishCancelled, SchemaDrift, UnknownName, WarehouseError, WarehouseUnavailable
from warehouse.naming import check_names, parents_first
from warehouse.translation import error_for

Connection = psycopg.Connection[tuple[object, ...]]
_CONNECT_SECONDS: Final = 10
_POOL_SECONDS: Final = 1.0
# a server that vanishes without a word (a cut line, a failover) is given up after a minute, not after hours
_PATIENCE: Final = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_CANCEL_POLL_SECONDS: Final = 0.1
_LOCK: Final = "select pg_advisory_xact_lock(hashtext('benchsight.publish'))"
# waits for a lock are bounded, work is not: a season may take longer than a server's default for one statement
_SESSION: Final = (
    "set local statement_timeout = 0; set local lock_timeout = '60s'; set local datestyle = 'ISO, YMD'; "
    "set local client_min_messages = warning; set local search_path = public"
)


class PostgresWarehouse:
    """Publishes by COPY into temporary tables and one merge, all in one transaction."""

    def __init__(self, dsn: str, *, backend: Backend = Backend.POSTGRES) -> None:
        """Nothing connects before the first use.

        Raises:
            ValueError: the DSN cannot be read; the message does not hold it.
        """
        try:
            given = conninfo_to_dict(dsn)
        except psycopg.ProgrammingError:
            raise ValueError("The database URL cannot be read; expected postgresql://user:password@host/name") from None
        self._dsn = make_conninfo(dsn, **{name: value for name, value in _PATIENCE.items() if name not in given})
        self._backend = backend
        self._pool = ConnectionPool(
            self._dsn, min_size=0, max_size=8, timeout=_CONNECT_SECONDS, max_idle=60, open=False, kwargs=_options(),
            check=ConnectionPool.check_connection, name="warehouse",
        )  # fmt: skip
        self._installing = threading.Lock()
        self._installed = False

    @property
    def backend(self) -> Backend:
        """Embedded or any other PostgreSQL."""
        return self._backend

    def publish(
        self, snapshot: Snapshot, tables: Iterable[str], options: PublishOptions, watch: Watch
    ) -> PublishResult:
        """See `Warehouse.publish`."""
        since = time.perf_counter()
        ordered = parents_first(snapshot.manifest, tables)
        with self._publishing(watch) as connection:
            self._prepare(connection, snapshot.manifest, ordered)
            with connection.transaction():
                connection.execute(_SESSION)
                connection.execute(_LOCK)
                names = [t.name for t in ordered]
                connection.execute("select benchsight.refuse_stale(%s, %s)", (snapshot.id, names))
                sources, seconds = load_all(connection, snapshot, ordered, watch)
                merged = _call(connection, "select benchsight.merge(%s, %s::jsonb, %s, %s)",
                               snapshot.id, json.dumps(sources), options.keep_missing, options.replace)  # fmt: skip
                watch.check()
        watch.on_progress(sum(t.rows for t in ordered), sum(t.rows for t in ordered))
        return self._result(snapshot, results_from(merged, seconds), since)

    def preview(self, snapshot: Snapshot, tables: Iterable[str], watch: Watch) -> PublishResult:
        """See `Warehouse.preview`: loads the rows, counts, and rolls back."""
        since = time.perf_counter()
        ordered = parents_first(snapshot.manifest, tables)
        with self._publishing(watch) as connection:
            self._prepare(connection, snapshot.manifest, ordered)
            with connection.transaction(force_rollback=True):
                connection.execute(_SESSION)
                connection.execute("select benchsight.refuse_stale(%s, %s)", (snapshot.id, [t.name for t in ordered]))
                sources, seconds = load_all(connection, snapshot, ordered, watch)
                count = "select benchsight.count_changes(%s::jsonb)"
                counted = [_call(connection, count, json.dumps(source)) for source in sources]
        return self._result(snapshot, results_from(counted, seconds), since)

    def status(self) -> Status:
        """See `Warehouse.status`."""
        try:
            with psycopg.connect(self._dsn, **_options()) as connection:
                since = time.perf_counter()
                version = connection.execute("select current_setting('server_version')").fetchone()
                latency = (time.perf_counter() - since) * 1000
        except psycopg.Error as error:
            return Status(backend=self._backend, connected=False, problem=str(_translated(error)))
        named = str(version[0]) if version else None
        return Status(backend=self._backend, connected=True, latency_ms=round(latency, 2), server_version=named)

    def catalog(self) -> Catalog:
        """See `Warehouse.catalog`; empty where the functions were never installed."""
        with self._session() as connection:
            return _catalog(connection)

    def drift(self, manifest: Manifest) -> tuple[Difference, ...]:
        """See `Warehouse.drift`."""
        return tuple(differences(manifest.tables, self.catalog()))

    def apply_schema(self, script: str) -> None:
        """See `Warehouse.apply_schema`."""
        with self._session() as connection:
            connection.execute(script.encode())

    def read(self, query: Query) -> list[dict[str, Value]]:
        """See `Warehouse.read`."""
        statement, values = queries.select_rows(query)
        with self._reading(query.table) as connection:
            return cast("list[dict[str, Value]]", [row[0] for row in connection.execute(statement, values)])

    def count(self, query: Query) -> int:
        """See `Warehouse.count`."""
        statement, values = queries.count_rows(query)
        with self._reading(query.table) as connection:
            found = connection.execute(statement, values).fetchone()
            return cast("int", found[0]) if found else 0

    def apply(self, changes: Sequence[Change]) -> list[ChangeResult]:
        """See `Warehouse.apply`."""
        self._ensure_installed()
        with self._session() as connection:
            done = _call(connection, "select public.apply_changes(%s::jsonb)", changes_as_json(changes))
        return change_results_from(done)

    def close(self) -> None:
        """See `Warehouse.close`."""
        self._pool.close()

    def _result(self, snapshot: Snapshot, results: tuple[TableResult, ...], since: float) -> PublishResult:
        seconds = time.perf_counter() - since
        return PublishResult(
            backend=self._backend, snapshot_id=snapshot.id, atomic=True, tables=results, seconds=seconds
        )

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        """A connection from the pool, in autocommit."""
        self._pool.open()
        try:
            with self._lent() as connection:
                yield connection
        except PoolTimeout as error:
            raise WarehouseUnavailable(self.status().problem or "The database does not answer.") from error
        except psycopg.Error as error:
            raise _translated(error) from error

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """A connection of the pool, which tries long after a server that is not there: that is found out on the way."""
        try:
            connection = self._pool.getconn(timeout=_POOL_SECONDS)
        except PoolTimeout:
            if not self.status().connected:
                raise
            connection = self._pool.getconn()  # the server is there: all connections are in use
        try:
            with connection:
                yield connection
        finally:
            self._pool.putconn(connection)

    @contextmanager
    def _reading(self, table: str) -> Iterator[Connection]:
        """As `_session`; staging tables are made before they are read for the first time."""
        if table.startswith("stage_") or table == "tracker_videos":
            self._ensure_installed()
        try:
            with self._session() as connection:
                yield connection
        except SchemaDrift as error:
            raise UnknownName("That column cannot be compared so.", table=table) from error

    @contextmanager
    def _publishing(self, watch: Watch) -> Iterator[Connection]:
        """A connection of its own for a long transaction, which a cancellation cuts short."""
        watch.check()
        try:
            with psycopg.connect(self._dsn, **_options()) as connection, _cut_short(connection, watch):
                yield connection
        except psycopg.Error as error:
            if watch.cancelled.is_set():
                raise PublishCancelled("The upload was cancelled; the warehouse is as it was before.") from error
            raise _translated(error) from error

    def _prepare(self, connection: Connection, manifest: Manifest, tables: list[Table]) -> None:
        """Create the tables and functions that are missing; refuse what only a person can change."""
        check_names(tables)
        if any(d.text for d in differences(tables, _catalog(connection)) if d.blocks_publishing or not d.table):
            connection.execute(schema.generate(manifest).text.encode())
            refuse_blocking(tables, _catalog(connection))

    def _ensure_installed(self) -> None:
        """Install functions and staging tables of this release, once per process."""
        with self._installing:
            if not self._installed:
                with self._session() as connection:
                    if _catalog(connection).functions_version != schema.functions_version():
                        connection.execute(schema.staging_script().encode())
                self._installed = True


def _options() -> dict[str, Any]:
    # poolers in transaction mode (Supabase's port 6543) cannot keep prepared statements
    return {
        "autocommit": True,
        "prepare_threshold": None,
        "application_name": "benchsight",
    }


@contextmanager
def _cut_short(connection: Connection, watch: Watch) -> Iterator[None]:
    """Cancel the statement that runs when the end is asked for."""
    over = threading.Event()

    def wait() -> None:
        while not over.wait(_CANCEL_POLL_SECONDS):
            if watch.cancelled.is_set():
                with suppress(psycopg.Error):  # a pooler may not pass it on; the next block of rows notices then
                    connection.cancel_safe(timeout=_CONNECT_SECONDS)
                return

    waiting = threading.Thread(target=wait, name="upload-cancel", daemon=True)
    waiting.start()
    try:
        yield
    finally:
        over.set()
        waiting.join()


def _catalog(connection: Connection) -> Catalog:
    try:
        return catalog_from(_call(connection, "select public.warehouse_catalog()"))
    except (psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return Catalog(tables={}, functions_version=None)


def _call(connection: Connection, statement: str, *values: object) -> object:
    found = connection.execute(statement.encode(), values).fetchone()
    return found[0] if found else None


def _translated(error: psycopg.Error) -> WarehouseError:
    diagnosis = error.diag
    return error_for(
        error.sqlstate,
        diagnosis.message_primary or "",
        table=diagnosis.table_name,
        detail=diagnosis.message_detail,
        column=diagnosis.column_name,
    )
