"""`python -m api.backup` beside a real server at work, and what starts from the backup elsewhere."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import psycopg
import pytest

from api.services.backup_archive import Archive
from api.services.job_recovery import INTERRUPTED
from snapshot.layout import DataDir
from snapshot.reader import load
from tests.e2e.server import ROOT, Server, environment, wait_until
from tests.known_secrets import ADMIN_KEY
from tests.reachable import reachable_folder
from warehouse.embedded import running_dsn

pytestmark = pytest.mark.timeout(300)  # one league is run, trained on, backed up and restored for all of them
ADMIN = {"X-API-Key": ADMIN_KEY}
SETTINGS = {"WAREHOUSE": "embedded", "ADMIN_API_KEY": ADMIN_KEY}
BOOKKEEPING = "benchsight_"


def command(program: str, data_dir: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"api.{program}", *map(str, arguments)],
        cwd=ROOT,
        env=environment(data_dir, 0),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@contextmanager
def serving(data_dir: Path) -> Iterator[Server]:
    with Server(data_dir, **SETTINGS) as server:
        server.http.headers.update(ADMIN)
        yield server
        assert server.terminate() == -signal.SIGTERM


@contextmanager
def uploading_on(server: Server, export: Path) -> Iterator[list[int]]:
    """Send raw files and uploads of the tables without a pause; the answers' statuses."""
    statuses: list[int] = []
    over = threading.Event()

    def send() -> None:
        content, number = export.read_bytes(), 0
        with httpx.Client(base_url=server.http.base_url, headers=ADMIN, timeout=30) as http:
            while not over.is_set():
                name = f"again-{number % 3}.json"
                statuses.append(http.post("/api/raw/files", files={"file": (name, content)}).status_code)
                job = http.post("/api/upload/to-supabase", json={"mode": "all"})
                statuses.append(job.status_code)
                http.get(f"/api/upload/status/{job.json()['job_id']}?wait=20")
                number += 1

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield statuses
    finally:
        over.set()
        sender.join(60)


def database_of(data_dir: Path) -> dict[str, list[Any]]:
    """Every table of the embedded database, row by row."""
    dsn = running_dsn(DataDir(data_dir))
    assert dsn is not None
    with psycopg.connect(dsn) as connection:
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables "
            "where schemaname not in ('pg_catalog', 'information_schema') order by 1"
        ).fetchall()
        return {
            name: connection.execute(f"select t::text from {name} t order by 1").fetchall()  # type: ignore[call-overload]
            for (name,) in names
        }


def told(server: Server, path: str) -> Any:
    answer = server.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def correct(server: Server, name: str) -> None:
    row = {"player_id": "P100001", "player_full_name": name}
    answer = server.http.post("/api/staging/blb-tables/upload", json={"table_name": "dim_player", "data": [row]})
    assert answer.status_code == 200, answer.text


def statuses_in(archive: Path) -> dict[str, str]:
    """The jobs in a backup's journal, as they stood when it was made."""
    with ZipFile(archive) as opened, tempfile.TemporaryDirectory() as folder:
        journal = opened.extract("state/jobs.sqlite3", folder)
        with closing(sqlite3.connect(journal)) as db:
            return dict(db.execute("SELECT job_id, status FROM jobs").fetchall())


@dataclass(frozen=True)
class Moved:
    """A league that was backed up at work and restored elsewhere, and what the first server said of it."""

    source: Path
    archive: Path
    target: Server
    key: str
    snapshot_id: str
    answers: dict[str, Any]
    database: dict[str, list[Any]]


HISTORIES = ("/api/etl/history?limit=200", "/api/upload/history?limit=200", "/api/ml/history?limit=200")
COMPARED = (
    *HISTORIES,
    "/api/auth/keys",
    "/api/audit?limit=200",
    "/api/staging/blb-tables/dim_player?staged_only=true",
    "/api/ml/models",
)


@pytest.fixture(scope="module")
def moved(demo_league: Path) -> Iterator[Moved]:
    """Backed up while runs wait for each other and files and tables are uploaded all the time."""
    with reachable_folder() as folder:
        source, archive = Path(shutil.copytree(demo_league, folder / "source")), folder / "backup.zip"
        with serving(source) as server:
            key = server.http.post("/api/auth/keys", json={"name": "dashboard", "role": "viewer"}).json()["key"]
            correct(server, "Johnny Corrected")
            done = server.wait_for(server.trigger(options={"upload_to_supabase": True, "train": True}), "completed")
            wait_until(lambda: all(job["completed_at"] for path in HISTORIES for job in told(server, path)), 90)
            answers = {path: told(server, path) for path in COMPARED}
            with uploading_on(server, next((source / "raw").rglob("*.json"))) as statuses:
                for _ in range(4):
                    server.trigger(options={"wipe": True})
                wait_until(lambda: len(statuses) >= 2, 60)
                ended = command("backup", source, "create", archive)
            assert ended.returncode == 0, ended.stderr
            assert set(statuses) == {201, 202}
            tables = database_of(source)
        ended = command("backup", folder / "target", "restore", archive)
        assert ended.returncode == 0, ended.stderr
        with serving(folder / "target") as target:
            wait_until(lambda: told(target, "/api/status")["warehouse"]["connected"], 60)
            yield Moved(source, archive, target, key, done["result"]["snapshot_id"], answers, tables)


def test_it_is_for_its_owner_and_nothing_is_left_beside_it(moved: Moved) -> None:
    assert moved.archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in moved.archive.parent.iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in (moved.source / "state" / "pins").iterdir() if ".backup" in path.name] == []
    checked = command("backup", moved.source, "verify", moved.archive)
    assert (checked.returncode, "is whole" in checked.stderr) == (0, True), checked.stderr


def test_the_same_leagues_are_published(moved: Moved) -> None:
    """What was current then is there; runs that waited may have published since."""
    snapshots, source = moved.target.data_dir / "snapshots", moved.source / "snapshots"
    with Archive(moved.archive) as archive:
        current = archive.contents.published
    assert current is not None
    for snapshot_id in {current, moved.snapshot_id}:
        load(snapshots / snapshot_id).verify()
        assert (snapshots / snapshot_id / "manifest.json").read_bytes() == (
            source / snapshot_id / "manifest.json"
        ).read_bytes()


def test_every_table_of_the_database_is_the_same(moved: Moved) -> None:
    restored = database_of(moved.target.data_dir)
    assert restored.keys() == moved.database.keys()
    assert len(restored) > 60
    assert [name for name in restored if restored[name] != moved.database[name] and BOOKKEEPING not in name] == []


def test_jobs_that_had_ended_are_the_same_and_none_is_lost_or_stuck(moved: Moved) -> None:
    for path in HISTORIES:
        ended = moved.answers[path]
        assert ended
        assert [told(moved.target, f"/api/etl/status/{job['job_id']}") for job in ended] == ended
    backed_up = statuses_in(moved.archive)
    running, waiting = ({job for job, status in backed_up.items() if status == s} for s in ("running", "pending"))
    assert running
    assert waiting
    assert {moved.target.job(job)["error"] for job in running} == {INTERRUPTED}
    assert all(moved.target.wait_for(job)["completed_at"] for job in waiting)


def test_corrections_and_models_are_the_same(moved: Moved) -> None:
    path = "/api/staging/blb-tables/dim_player?staged_only=true"
    staged = told(moved.target, path)
    assert staged == moved.answers[path]
    assert "Johnny Corrected" in str(staged)
    was, now = (
        {model["name"]: (model["model_version"], model["evaluation"]) for model in models}
        for models in (moved.answers["/api/ml/models"], told(moved.target, "/api/ml/models"))
    )
    assert now == was


def test_keys_open_the_new_server_and_the_audit_log_goes_on(moved: Moved) -> None:
    def still(row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name != "last_used_at"}

    keys = told(moved.target, "/api/auth/keys")
    assert [still(key) for key in keys] == [still(key) for key in moved.answers["/api/auth/keys"]]
    me = moved.target.http.get("/api/auth/me", headers={"X-API-Key": moved.key})
    assert (me.status_code, me.json()["role"]) == (200, "viewer")
    entries = {entry["id"]: entry for entry in told(moved.target, "/api/audit?limit=200")}
    assert all(entries[entry["id"]] == entry for entry in moved.answers["/api/audit?limit=200"])
    actions = [entry["action"] for entry in told(moved.target, "/api/audit?action=restore_backup")]
    assert actions == ["restore_backup"]


def test_a_directory_in_use_is_left_alone(moved: Moved) -> None:
    ended = command("backup", moved.target.data_dir, "restore", moved.archive, "--replace")
    assert (ended.returncode, "is in use by a server" in ended.stderr) == (1, True), ended.stderr
    assert moved.target.answers()
