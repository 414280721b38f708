"""A warehouse in a Supabase project that is reached by its REST interface alone.

Rows go to load tables in batches and are published by a function of the generated schema, all at once. Where the
functions are missing, `warehouse.rest_upserts` writes the tables directly, and the result says so.
"""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

from snapshot.manifest import Manifest, Table
from snapshot.reader import Snapshot
from warehouse import rest_upserts
from warehouse.answers import catalog_from, change_results_from, changes_as_objects, results_from
from warehouse.base import (
    Backend,
    Catalog,
    Change,
    ChangeResult,
    Difference,
    OnRetry,
    PublishOptions,
    PublishResult,
    Query,
    Status,
    TableResult,
    Value,
    Watch,
    nobody_counts,
)
from warehouse.drift import differences, refuse_blocking
from warehouse.errors import (
    NoDirectConnection,
    PublishCancelled,
    SchemaDrift,
    StaleSnapshot,
    UnknownName,
    WarehouseError,
)
from warehouse.naming import check_names, parents_first
from warehouse.rest_client import READ_SECONDS, RestClient
from warehouse.rest_delivery import deliver_all
from warehouse.rest_errors import NO_FUNCTION, Refused
from warehouse.rest_queries import select
from warehouse.rest_rows import Batch, batches, typed_rows

_INSTALL: Final = "Run sql/reset_supabase.sql in the Supabase SQL editor"
_NOT_ATOMIC: Final = (
    "The load functions are missing, so readers could see old and new rows together. "
    f"{_INSTALL}; from then on an upload happens all at once."
)
_OTHER_RELEASE: Final = f"The load functions are of another release. {_INSTALL} to bring them up to date."


class SupabaseWarehouse:
    """Publishes over REST with the service key."""

    backend: Final = Backend.SUPABASE

    def __init__(
        self, url: str, key: str, *, read_seconds: float = READ_SECONDS, on_retry: OnRetry = nobody_counts
    ) -> None:
        """Nothing connects before the first use. An answer may take `read_seconds`.

        Raises:
            ValueError: the URL or the key is not of a known kind; the message does not hold the key.
        """
        if not url.startswith(("https://", "http://")):
            raise ValueError("SUPABASE_URL must start with https://")
        self._client = RestClient(url, key, read_seconds, on_retry)

    def publish(
        self, snapshot: Snapshot, tables: Iterable[str], options: PublishOptions, watch: Watch
    ) -> PublishResult:
        """See `Warehouse.publish`."""
        since = time.perf_counter()
        ordered = parents_first(snapshot.manifest, tables)
        with self._publishing(watch) as client:
            catalog = _prepared(client, ordered)
            if catalog is None:
                results = _upsert(client, snapshot, ordered, options, watch)
                notes: tuple[str, ...] = (_NOT_ATOMIC,)
            else:
                results = _load_and_publish(client, snapshot, ordered, options, watch)
                notes = _notes(ordered, catalog)
        watch.on_progress(sum(t.rows for t in ordered), sum(t.rows for t in ordered))
        return self._result(snapshot, results, notes, since)

    def preview(self, snapshot: Snapshot, tables: Iterable[str], watch: Watch) -> PublishResult:
        """See `Warehouse.preview`: loads the rows, counts, and abandons the load."""
        since = time.perf_counter()
        ordered = parents_first(snapshot.manifest, tables)
        with self._publishing(watch) as client:
            if _prepared(client, ordered) is None:
                plans = _plans(client, snapshot, ordered)
                results = tuple(one.result(0.0, kept=False) for one in plans)
                return self._result(snapshot, results, (_NOT_ATOMIC,), since)
            with _loaded(client, snapshot, ordered, PublishOptions(), watch) as (load_id, seconds):
                counted = client.rpc("preview_load", {"p_load_id": load_id})
        return self._result(snapshot, results_from(counted, seconds), (), since)

    def status(self) -> Status:
        """See `Warehouse.status`; one try."""
        since = time.perf_counter()
        version, problem = None, None
        try:
            version = self._client.rpc("warehouse_status", {}, attempts=1)["server_version"]
        except Refused as refused:
            if refused.code != NO_FUNCTION:
                return Status(backend=self.backend, connected=False, problem=str(refused.translated()))
            problem = str(refused.translated())
        latency = round((time.perf_counter() - since) * 1000, 2)
        return Status(backend=self.backend, connected=True, latency_ms=latency, server_version=version, problem=problem)

    def catalog(self) -> Catalog:
        """See `Warehouse.catalog`; empty where the functions are not installed."""
        with _translating():
            return _catalog(self._client) or Catalog(tables={}, functions_version=None)

    def drift(self, manifest: Manifest) -> tuple[Difference, ...]:
        """See `Warehouse.drift`."""
        return tuple(differences(manifest.tables, self.catalog()))

    def apply_schema(self, script: str) -> None:
        """Always NoDirectConnection: the REST interface runs no SQL."""
        raise NoDirectConnection(f"{_INSTALL}, or set SUPABASE_DB_URL ({len(script)} characters were not run).")

    def read(self, query: Query) -> list[dict[str, Value]]:
        """See `Warehouse.read`."""
        with _translating(query.table):
            return list(rest_upserts.read_all(self._client, query, ()))

    def count(self, query: Query) -> int:
        """See `Warehouse.count`."""
        with _translating(query.table):
            return int(self._client.send(lambda client: select(client, query, count_only=True)).count)

    def apply(self, changes: Sequence[Change]) -> list[ChangeResult]:
        """See `Warehouse.apply`; NoDirectConnection where the functions are missing."""
        with _translating():
            try:
                return change_results_from(
                    self._client.rpc("apply_changes", {"p_changes": changes_as_objects(changes)})
                )
            except Refused as refused:
                if refused.code == NO_FUNCTION:
                    raise NoDirectConnection(f"The load functions are missing. {_INSTALL}.") from refused
                raise

    def close(self) -> None:
        """See `Warehouse.close`."""
        self._client.close()

    def _result(
        self, snapshot: Snapshot, results: tuple[TableResult, ...], notes: tuple[str, ...], since: float
    ) -> PublishResult:
        return PublishResult(
            backend=self.backend, snapshot_id=snapshot.id, atomic=_NOT_ATOMIC not in notes, tables=results,
            seconds=time.perf_counter() - since, notes=notes,
        )  # fmt: skip

    @contextmanager
    def _publishing(self, watch: Watch) -> Iterator[RestClient]:
        """A client whose pauses end with a cancellation."""
        watch.check()
        try:
            with _translating():
                yield self._client.waiting_by(watch.cancelled.wait)
        except WarehouseError as error:
            if watch.cancelled.is_set() and not isinstance(error, StaleSnapshot):
                raise PublishCancelled("The upload was cancelled.") from error
            raise


@contextmanager
def _translating(table: str | None = None) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise refused.translated(table) from refused


def _catalog(client: RestClient) -> Catalog | None:
    """What stands in the database; None where the functions are missing."""
    try:
        return catalog_from(client.rpc("warehouse_catalog", {}))
    except Refused as refused:
        if refused.code == NO_FUNCTION:
            return None
        raise


def _prepared(client: RestClient, tables: list[Table]) -> Catalog | None:
    """The catalog, once it is sure that the tables can take the rows; None where the functions are missing."""
    check_names(tables)
    catalog = _catalog(client)
    if catalog is not None:
        refuse_blocking(tables, catalog)
    return catalog


def _notes(tables: list[Table], catalog: Catalog) -> tuple[str, ...]:
    return (_OTHER_RELEASE,) if any(not d.table for d in differences(tables, catalog)) else ()


def _load_and_publish(
    client: RestClient, snapshot: Snapshot, tables: list[Table], options: PublishOptions, watch: Watch
) -> tuple[TableResult, ...]:
    with _loaded(client, snapshot, tables, options, watch) as (load_id, seconds):
        watch.check()
        how = {"p_keep_missing": options.keep_missing, "p_replace": options.replace}
        return results_from(client.rpc("publish_load", {"p_load_id": load_id, **how}), seconds)


@contextmanager
def _loaded(
    client: RestClient, snapshot: Snapshot, tables: list[Table], options: PublishOptions, watch: Watch
) -> Iterator[tuple[str, dict[str, float]]]:
    """A load with all rows in its load tables, given up afterwards unless it was published."""
    load_id = secrets.token_hex(16)
    described: list[dict[str, object]] = [
        {"table": t.name, "columns": [c.name for c in t.columns], "rows": t.rows, "guard": t.category != "qa"}
        for t in tables
    ]
    client.rpc("begin_load", {"p_load_id": load_id, "p_snapshot_id": snapshot.id, "p_tables": described})
    seconds: dict[str, float] = {}
    progress = _Progress(sum(t.rows for t in tables), watch)
    try:
        for table in tables:
            since = time.perf_counter()

            def send(batch: Batch) -> None:
                rows = {"p_load_id": load_id, "p_table": batch.table, "p_rows": batch.rows}
                client.rpc("load_rows", rows)

            deliver_all(batches(table.name, typed_rows(snapshot, table), options.batch_size), send, progress.add, watch)
            seconds[table.name] = time.perf_counter() - since
        yield load_id, seconds
    finally:
        with suppress(Refused, WarehouseError):
            client.rpc("abandon_load", {"p_load_id": load_id}, attempts=2)


def _upsert(
    client: RestClient, snapshot: Snapshot, tables: list[Table], options: PublishOptions, watch: Watch
) -> tuple[TableResult, ...]:
    """Compare, write parents first, delete children first, count."""
    since = time.perf_counter()
    plans = _plans(client, snapshot, tables)
    kept = options.keep_missing
    if not kept and not options.replace:
        rest_upserts.refuse_many_deletes(plans)
    progress = _Progress(sum(t.rows for t in tables), watch)
    results: dict[str, TableResult] = {}
    planning = (time.perf_counter() - since) / max(len(plans), 1)
    try:
        for one in plans:
            start = time.perf_counter()
            progress.add(one.rows - len(one.inserts) - len(one.updates))
            rest_upserts.write(client, one, options, watch, progress.add)
            results[one.table.name] = one.result(time.perf_counter() - start + planning, kept=True)
        for one in reversed(plans):
            watch.check()
            if not kept:
                rest_upserts.delete(client, one)
                results[one.table.name] = replace(results[one.table.name], deleted=len(one.deletes))
        for one in plans:
            rest_upserts.verify(client, one, kept=kept)
    except WarehouseError as error:
        error.written = tuple(results.values())
        raise
    return tuple(results.values())


def _plans(client: RestClient, snapshot: Snapshot, tables: list[Table]) -> list[rest_upserts.Plan]:
    try:
        return [rest_upserts.plan(client, snapshot, table) for table in tables]
    except Refused as refused:
        if isinstance(error := refused.translated(), UnknownName):
            raise SchemaDrift(f"{error}. {_INSTALL}.", table=error.table) from refused
        raise


class _Progress:
    """Counts the rows that arrived."""

    def __init__(self, total: int, watch: Watch) -> None:
        self._done, self._total, self._watch = 0, total, watch

    def add(self, rows: int) -> None:
        """So many more arrived; stops here once the end was asked for."""
        self._done += rows
        self._watch.on_progress(self._done, self._total)
        self._watch.check()
