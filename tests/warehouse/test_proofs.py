"""What must hold whatever happens: readers see one version, repeats do no harm, secrets stay secret."""

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from benchmarks.bare_upload import copy_and_upsert, upsert_in_a_loop
from tests.postgrest.faults import Fault
from tests.postgrest.server import SERVICE_KEY, PostgrestDouble
from tests.warehouse.servers import Stand
from tests.warehouse.snapshots import TABLES, TEAMS, events, league, make_snapshot
from warehouse.base import PublishOptions, Watch
from warehouse.errors import WarehouseError

ROOT = Path(__file__).parents[2]
MOST_OF_BARE = 3.0  # an upload that compares, guards and is atomic, against loading alone
UPLOAD = """
import os
import sys
from pathlib import Path
from snapshot.reader import load
from warehouse.base import PublishOptions, Watch
kind, path = sys.argv[1:]
where, key = os.environ["WHERE"], os.environ["SERVICE_KEY"]
if kind == "supabase":
    from warehouse.supabase import SupabaseWarehouse
    warehouse = SupabaseWarehouse(where, key)
else:
    from warehouse.postgres import PostgresWarehouse
    warehouse = PostgresWarehouse(where)
snapshot = load(Path(path))
print("ready", flush=True)
sys.stdin.readline()
warehouse.publish(snapshot, [t.name for t in snapshot.manifest.tables], PublishOptions(replace=True), Watch())
"""
SEEN = """select (select string_agg(team_name, ',' order by team_id) from dim_team),
  (select count(*) || ' ' || coalesce(sum(is_goal), 0) from fact_events)"""


def version(number: int, rows: int) -> dict:
    """A league in which every table tells the version."""
    teams = [dict(team, team_name=f"{team['team_name']} {number}") for team in TEAMS]
    return {**league(0), "dim_team": teams, "fact_events": events(rows + number, is_goal=number)}


@contextmanager
def reader(dsn: str) -> Iterator[set[tuple]]:
    """Collects every state that a reader sees meanwhile."""
    seen: set[tuple] = set()
    over = threading.Event()

    def look() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not over.is_set():
                seen.add(tuple(connection.execute(SEEN).fetchone()))
                time.sleep(0.002)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def upload_process(stand: Stand, double: PostgrestDouble | None, path: Path) -> "subprocess.Popen[str]":
    where = double.url(str(conninfo_to_dict(stand.dsn)["dbname"])) if double else stand.dsn
    command = [sys.executable, "-c", UPLOAD, "supabase" if double else "postgres", str(path)]
    # not as arguments, which the whole machine can read
    secret = {**os.environ, "WHERE": where, "SERVICE_KEY": SERVICE_KEY}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=secret)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def killed_uploads(stand: Stand, double: PostgrestDouble | None, folder: Path, kills: int, rows: int) -> None:
    """Upload two versions in turn and kill each upload at a random moment: only whole versions are ever seen."""
    dice = random.Random(5)
    snapshots = [make_snapshot(folder, version(n % 2, rows), number=3) for n in range(2)]
    everything = list(TABLES)
    stand.warehouse.publish(snapshots[0], everything, PublishOptions(), Watch())
    took = stand.warehouse.publish(snapshots[1], everything, PublishOptions(), Watch()).seconds
    whole = {("Platinum 0,Velodrome 0", f"{rows} 0"), ("Platinum 1,Velodrome 1", f"{rows + 1} {rows + 1}")}
    with reader(stand.dsn) as seen:
        for number in range(kills):
            process = upload_process(stand, double, snapshots[number % 2].path)
            process.stdin.write("go\n")
            process.stdin.flush()
            time.sleep(dice.uniform(0, took * 1.3))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdin.close()
            process.stdout.close()
    assert seen <= whole
    assert stand.warehouse.publish(snapshots[0], everything, PublishOptions(), Watch()).atomic
    assert tuple(stand.sql(SEEN)[0]) in whole


def double_of(stand: Stand, request: pytest.FixtureRequest) -> PostgrestDouble | None:
    return request.getfixturevalue("postgrest") if stand.warehouse.backend == "supabase" else None


def test_a_killed_upload_leaves_a_whole_version(stand: Stand, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    killed_uploads(stand, double_of(stand, request), tmp_path, kills=3, rows=1500)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_fifty_killed_uploads(stand: Stand, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    killed_uploads(stand, double_of(stand, request), tmp_path, kills=50, rows=5000)


def parallel_uploads(stand: Stand, folder: Path, threads: int, each: int) -> None:
    """All uploads of the same age succeed, one after another; what stands in the end is one of them, whole."""
    snapshots = [make_snapshot(folder, version(n, 40), number=3) for n in range(threads)]
    stand.warehouse.publish(snapshots[0], list(TABLES), PublishOptions(), Watch())
    failed: list[Exception] = []

    def upload(number: int) -> None:
        try:
            for _ in range(each):
                stand.warehouse.publish(snapshots[number], list(TABLES), PublishOptions(replace=True), Watch())
        except WarehouseError as error:
            failed.append(error)

    running = [threading.Thread(target=upload, args=(n,)) for n in range(threads)]
    with reader(stand.dsn) as seen:
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    assert failed == []
    assert seen <= {(f"Platinum {n},Velodrome {n}", f"{40 + n} {(40 + n) * n}") for n in range(threads)}


def test_eight_uploads_at_once(stand: Stand, tmp_path: Path) -> None:
    parallel_uploads(stand, tmp_path, threads=8, each=1)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_eight_threads_with_two_hundred_uploads_each(stand: Stand, tmp_path: Path) -> None:
    parallel_uploads(stand, tmp_path, threads=8, each=200)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_replies_lost_and_storms_on_fifty_thousand_rows(
    stand: Stand, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    double = double_of(stand, request)
    if double is not None:
        for kind, rate in (("drop_after", 0.05), ("drop_before", 0.05), ("429", 0.05), ("57014", 0.05), ("503", 0.05)):
            least = 1500 if kind == "57014" else 0  # a single row that takes too long ends an upload, and rightly
            double.faults.waiting.append(Fault(kind, "load_rows", times=None, rate=rate, bytes=least, retry_after=0))
    try:
        stand.warehouse.publish(make_snapshot(tmp_path, league(50_000)), list(TABLES), PublishOptions(), Watch())
    finally:
        if double is not None:
            double.faults.clear()
    assert stand.sql("select count(*), count(distinct event_id) from fact_events") == [(50_000, 50_000)]


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_fifty_thousand_rows_against_bare_loading(
    stand: Stand, tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """Against COPY and upsert, and against a plain supabase-py loop, of the same rows in the same run."""
    empty, full = make_snapshot(tmp_path, league(0)), make_snapshot(tmp_path, league(50_000))
    double = double_of(stand, request)
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(5):  # the best of five: other work on the machine only adds
        stand.warehouse.publish(empty, list(TABLES), PublishOptions(replace=True), Watch())
        since = time.perf_counter()
        stand.warehouse.publish(full, list(TABLES), PublishOptions(), Watch())
        took["ours"].append(time.perf_counter() - since)
        stand.warehouse.publish(empty, list(TABLES), PublishOptions(replace=True), Watch())
        since = time.perf_counter()
        if double is None:
            copy_and_upsert(stand.dsn, full)
        else:
            upsert_in_a_loop(double.url(str(conninfo_to_dict(stand.dsn)["dbname"])), SERVICE_KEY, full)
        took["bare"].append(time.perf_counter() - since)
    ratio = min(took["ours"]) / min(took["bare"])
    record_property("seconds", took)
    print(f"{stand.warehouse.backend}: 50,000 rows in {min(took['ours']):.2f} s, {ratio:.2f} of bare")  # noqa: T201 - quoted in the notes
    assert ratio < MOST_OF_BARE


def test_no_secret_is_logged_or_told(
    stand: Stand, tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    password = str(conninfo_to_dict(stand.dsn).get("password") or "no password at all")
    double = double_of(stand, request)
    if double is not None:
        double.faults.waiting.append(Fault("401", "publish_load"))
    told = []
    for snapshot in (
        make_snapshot(tmp_path, league()),
        make_snapshot(tmp_path, {**league(), "fact_events": events(3, x_ft="NaN")}),
    ):
        try:
            told.append(repr(stand.warehouse.publish(snapshot, list(TABLES), PublishOptions(), Watch())))
        except WarehouseError as error:
            told.append(f"{error!r} {error}")
    told += [repr(stand.warehouse), repr(stand.warehouse.status()), caplog.text]
    if double is not None:
        double.faults.clear()
    for secret in (SERVICE_KEY, password):
        assert secret not in "\n".join(told)
