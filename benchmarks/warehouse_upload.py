"""Rows per second into each kind of database, as a ratio to bare loading of the same rows in the same run.

Embedded always; any PostgreSQL over TCP when `BENCHSIGHT_TEST_POSTGRES_DSN` names one; the REST lane on the PostgREST
double of the tests, which is a process of its own.
"""

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.table import Table

from benchmarks.bare_upload import copy_and_upsert, upsert_in_a_loop
from benchmarks.league import ROOT, demo_league
from snapshot.layout import DataDir
from snapshot.reader import Snapshot, published
from warehouse.base import PublishOptions, Warehouse, Watch
from warehouse.embedded import EmbeddedPostgres
from warehouse.postgres import PostgresWarehouse
from warehouse.schema import generate
from warehouse.supabase import SupabaseWarehouse

_RUNS: Final = 3
_MOST_GAMES: Final = 12  # the ratios do not change with more, and REST takes its time
_TCP: Final = "BENCHSIGHT_TEST_POSTGRES_DSN"
Bare = Callable[[], None]
Lane = Callable[[str, Snapshot], AbstractContextManager[tuple[Warehouse, Bare]]]
"""How a database, given by its DSN, is reached: our way, and the bare way to bring a snapshot into it."""


def run(console: Console, games: int) -> None:
    """An upload into empty tables, the same upload again, and the bare way into empty tables; on each backend."""
    games = min(games, _MOST_GAMES)
    snapshot = _snapshot(games)
    rows = sum(table.rows for table in snapshot.manifest.tables)
    title = f"{games} games, {len(snapshot.manifest.tables)} tables, {rows:,} rows; median of {_RUNS}"
    shown = Table("backend", "step", "seconds", "rows per s", "speed to bare", title=title)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bs-")))
        folder.chmod(0o755)  # the server's user must be able to reach it
        embedded = stack.enter_context(EmbeddedPostgres(DataDir(folder))).dsn
        places: list[tuple[str, str, Lane]] = [("embedded", embedded, _direct), ("REST", embedded, _rest)]
        if tcp := os.environ.get(_TCP):
            places.insert(1, ("TCP", tcp, _direct))
        for name, server, lane in places:
            _show(shown, name, rows, _measured(server, snapshot, lane))
    console.print(shown)
    console.print(
        "bare: COPY and upsert in one transaction; for REST a supabase-py loop of upserts, which is not atomic"
    )


@contextmanager
def _direct(dsn: str, snapshot: Snapshot) -> Iterator[tuple[Warehouse, Bare]]:
    warehouse = PostgresWarehouse(dsn)
    try:
        yield warehouse, lambda: copy_and_upsert(dsn, snapshot)
    finally:
        warehouse.close()


@contextmanager
def _rest(dsn: str, snapshot: Snapshot) -> Iterator[tuple[Warehouse, Bare]]:
    command = [sys.executable, "-m", "tests.postgrest", dsn]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as double:
        url, key = (double.stdout.readline() if double.stdout else "").split()
        warehouse = SupabaseWarehouse(url, key)
        try:
            yield warehouse, lambda: upsert_in_a_loop(url, key, snapshot)
        finally:
            warehouse.close()
            if double.stdin:
                double.stdin.close()


def _measured(server: str, snapshot: Snapshot, lane: Lane) -> Mapping[str, float]:
    """Median seconds by step; each time in new databases."""
    took: dict[str, list[float]] = {"bare": [], "upload": [], "the same again": []}
    everything = [table.name for table in snapshot.manifest.tables]
    for _ in range(_RUNS):
        with _new_database(server, snapshot) as dsn, lane(dsn, snapshot) as (_, bare):
            took["bare"].append(_seconds(bare))
        with _new_database(server, snapshot) as dsn, lane(dsn, snapshot) as (warehouse, _):
            for step in ("upload", "the same again"):
                took[step].append(
                    _seconds(lambda w=warehouse: w.publish(snapshot, everything, PublishOptions(), Watch()))  # type: ignore[misc]  # bound now
                )
    return {step: statistics.median(seconds) for step, seconds in took.items()}


def _seconds(step: Callable[[], object]) -> float:
    since = time.perf_counter()
    step()
    return time.perf_counter() - since


@contextmanager
def _new_database(server: str, snapshot: Snapshot) -> Iterator[str]:
    """A database with the snapshot's tables, empty; gone afterwards."""
    name = f"bs_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        dsn = make_conninfo(server, dbname=name)
        try:
            with psycopg.connect(dsn, autocommit=True) as inside:
                inside.execute(generate(snapshot.manifest).text.encode())
            yield dsn
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _snapshot(games: int) -> Snapshot:
    """The published tables of the demo league; the run that makes them is not measured."""
    data_dir = demo_league(games)
    command = [sys.executable, "run_etl.py", "--data-dir", str(data_dir), "--incremental"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = published(DataDir(data_dir))
    if found is None:
        raise RuntimeError("the run published nothing")
    return found


def _show(shown: Table, backend: str, rows: int, took: Mapping[str, float]) -> None:
    for step, seconds in took.items():
        ratio = took["bare"] / seconds
        shown.add_row(backend, step, f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{ratio:.2f}")
