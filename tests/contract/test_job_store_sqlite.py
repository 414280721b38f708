"""What only the SQLite job store does: it survives, it refuses a bad file, and it says what is wrong with the disk."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from api.models.job import JobKind, JobStatus, Lane
from api.services.job_store import JournalBroken, JournalUnavailable, KeyHolder
from api.services.job_store_sqlite import SqliteJobStore
from tests.contract.test_job_store import LEASE, NOON, make_record, progressed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "jobs.sqlite3"


def test_everything_survives_reopening_and_no_lease_does(path: Path) -> None:
    store = SqliteJobStore(path)
    store.insert(make_record("a"), "key")
    store.insert(make_record("up", JobKind.UPLOAD), None)
    claimed = store.claim(Lane.ETL, owner="server", at=NOON, lease_until=LEASE)
    assert claimed is not None
    before, keys = store.load()
    store.close()

    again = SqliteJobStore(path)
    after, keys_after = again.load()
    assert [(r.job, seq) for r, seq in after] == [(r.job, seq) for r, seq in before]
    assert keys_after == keys == {"key": KeyHolder("a", "print of a")}
    assert [r.job.status for r in again.orphans(NOON - timedelta(days=365))] == [JobStatus.RUNNING]
    again.close()


def test_what_was_answered_is_there_after_the_process_is_gone(path: Path) -> None:
    store = SqliteJobStore(path)
    store.insert(make_record("a"), None)
    reader = sqlite3.connect(path)  # sees only what is committed
    assert reader.execute("SELECT job_id FROM jobs").fetchall() == [("a",)]
    reader.close()
    store.close()


@pytest.mark.parametrize("content", [b"not a database at all " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_journal_ends_the_start_with_one_clear_line(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(JournalBroken, match=r"jobs\.sqlite3 .*move the file away") as caught:
        SqliteJobStore(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_journal_is_noticed_at_the_start(path: Path) -> None:
    store = SqliteJobStore(path)
    for n in range(200):
        store.insert(make_record(f"job {n}"), None)
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 2000] = b"\xee" * 2000
    path.write_bytes(content)
    with pytest.raises(JournalBroken, match="damaged"):
        SqliteJobStore(path)


def test_a_journal_of_a_newer_version_is_left_alone(path: Path) -> None:
    SqliteJobStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalBroken, match="newer version"):
        SqliteJobStore(path)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(JournalBroken):
        SqliteJobStore(path)


def test_a_file_in_the_place_of_the_folder_is_refused(path: Path) -> None:
    path.parent.write_text("")
    with pytest.raises(JournalBroken, match="folder"):
        SqliteJobStore(path)


def test_a_full_disk_refuses_the_job_and_keeps_what_was_there(path: Path) -> None:
    store = SqliteJobStore(path)
    store.insert(make_record("a"), None)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to have no more room
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        store.insert(make_record("big", options={"text": "x" * 100_000}), "key")
    assert [r.job.job_id for r, _ in store.load()[0]] == ["a"]
    assert store.load()[1] == {}
    store._db.execute("PRAGMA max_page_count = 100000")
    store.compare_and_set([progressed(make_record("a"))])
    store.close()


def test_the_journal_does_not_grow_with_progress(path: Path) -> None:
    store = SqliteJobStore(path)
    store.insert(make_record("a"), None)
    record = make_record("a")
    for n in range(300):
        record = progressed(record, current_step=str(n))
        store.compare_and_set([record])
    assert len(store.changes_since(0)) == 2
    store.close()


def test_two_jobs_of_a_lane_cannot_run_whoever_writes(path: Path) -> None:
    store = SqliteJobStore(path)
    for name in "ab":
        store.insert(make_record(name), None)
    store.claim(Lane.ETL, owner="server", at=NOON, lease_until=LEASE)
    with pytest.raises(JournalUnavailable):
        store.compare_and_set([make_record("b").claimed(owner="rogue", at=NOON, lease_until=LEASE)])
    store.close()
