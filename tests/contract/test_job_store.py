"""What every job store promises; each implementation is held to it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.models.job import IllegalTransition, Job, JobKind, JobStatus, Lane
from api.services.job_store import (
    JobChange,
    JobStore,
    JournalUnavailable,
    KeyHolder,
    ProcessRef,
    StoredJob,
    VersionConflict,
)
from api.services.job_store_memory import MemoryJobStore
from api.services.job_store_sqlite import SqliteJobStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = NOON + timedelta(seconds=60)


def memory_store(_: Path) -> JobStore:
    return MemoryJobStore()


def sqlite_store(folder: Path) -> JobStore:
    return SqliteJobStore(folder / "jobs.sqlite3")


@pytest.fixture(params=[memory_store, sqlite_store])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobStore]:
    make: Callable[[Path], JobStore] = request.param
    opened = make(tmp_path)
    yield opened
    opened.close()


def make_record(job_id: str, kind: JobKind = JobKind.ETL, **fields: object) -> StoredJob:
    return StoredJob(Job(job_id=job_id, kind=kind, mode="full", created_at=NOON, **fields), f"print of {job_id}")


def stored(store: JobStore, job_id: str) -> StoredJob:
    found = store.read(job_id)
    assert found is not None
    return found[0]


def progressed(record: StoredJob, **changes: object) -> StoredJob:
    return replace(record, job=record.job.with_changes(**changes))


class TestInsert:
    def test_a_job_comes_back_as_it_was(self, store: JobStore) -> None:
        record = make_record("a", options={"wipe": True, "nested": [1, {"x": None}]}, game_ids=(18969,))
        change = store.insert(record, None)
        assert isinstance(change, JobChange)
        assert store.read("a") == (record, change.seq)
        assert store.load() == ([(record, change.seq)], {})

    def test_a_key_stands_for_the_first_job_that_came_with_it(self, store: JobStore) -> None:
        store.insert(make_record("a"), "key")
        assert store.insert(make_record("b"), "key") == KeyHolder("a", "print of a")
        assert store.read("b") is None
        assert store.load()[1] == {"key": KeyHolder("a", "print of a")}

    def test_of_many_at_once_with_one_key_one_wins(self, store: JobStore) -> None:
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda n: store.insert(make_record(f"job {n}"), "key"), range(40)))
        assert sum(isinstance(outcome, JobChange) for outcome in outcomes) == 1
        assert len(store.load()[0]) == 1

    def test_a_further_key_can_be_bound(self, store: JobStore) -> None:
        store.insert(make_record("a"), None)
        holder = KeyHolder("a", "print of a")
        assert store.bind_key("late", holder) == holder
        assert store.bind_key("late", KeyHolder("b", "other")) == holder


class TestCompareAndSet:
    def test_the_next_version_replaces_the_job(self, store: JobStore) -> None:
        store.insert(make_record("a"), None)
        later = progressed(make_record("a"), current_step="Waiting: 1st in line")
        (change,) = store.compare_and_set([later])
        assert store.read("a") == (later, change.seq)

    @pytest.mark.parametrize("steps", [0, 2], ids=["same version", "a version skipped"])
    def test_any_other_version_is_refused(self, store: JobStore, steps: int) -> None:
        record = make_record("a")
        store.insert(record, None)
        for _ in range(steps):
            record = progressed(record)
        with pytest.raises(VersionConflict):
            store.compare_and_set([record])
        assert stored(store, "a") == make_record("a")

    def test_an_unknown_job_is_refused(self, store: JobStore) -> None:
        with pytest.raises(VersionConflict):
            store.compare_and_set([progressed(make_record("a"))])

    def test_several_change_all_or_none(self, store: JobStore) -> None:
        for name in "ab":
            store.insert(make_record(name), None)
        with pytest.raises(VersionConflict):
            store.compare_and_set([progressed(make_record("a")), make_record("b")])
        assert stored(store, "a") == make_record("a")
        assert len(store.changes_since(0)) == 2

    def test_of_many_at_once_one_wins(self, store: JobStore) -> None:
        store.insert(make_record("a"), None)

        def attempt(n: int) -> bool:
            try:
                store.compare_and_set([progressed(make_record("a"), current_step=str(n))])
            except VersionConflict:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, range(40))) == 1

    def test_the_child_of_a_job_is_kept(self, store: JobStore) -> None:
        store.insert(make_record("a"), None)
        record = replace(progressed(make_record("a")), child=ProcessRef(4242, "boot/ns/17"))
        store.compare_and_set([record])
        assert stored(store, "a").child == ProcessRef(4242, "boot/ns/17")


class TestClaim:
    def claim(self, store: JobStore, lane: Lane = Lane.ETL, owner: str = "server") -> StoredJob | None:
        claimed = store.claim(lane, owner=owner, at=NOON, lease_until=LEASE)
        return claimed[0] if claimed else None

    def test_the_oldest_of_the_lane_starts(self, store: JobStore) -> None:
        store.insert(make_record("upload", JobKind.UPLOAD), None)
        for name in "ba":
            store.insert(make_record(name), None)
        claimed = self.claim(store)
        assert claimed is not None
        assert (claimed.job.job_id, claimed.job.status, claimed.job.version) == ("b", JobStatus.RUNNING, 2)
        assert (claimed.owner, claimed.lease_until, claimed.job.started_at) == ("server", LEASE, NOON)
        assert stored(store, "b") == claimed

    def test_a_lane_runs_one_at_a_time_and_lanes_do_not_wait_for_each_other(self, store: JobStore) -> None:
        for name, kind in [("a", JobKind.ETL), ("b", JobKind.ETL), ("up", JobKind.UPLOAD), ("sql", JobKind.SCHEMA)]:
            store.insert(make_record(name, kind), None)
        assert self.claim(store) is not None
        assert self.claim(store) is None
        assert self.claim(store, Lane.WAREHOUSE) is not None
        assert self.claim(store, Lane.WAREHOUSE) is None
        assert self.claim(store, Lane.TRAIN) is None

    def test_an_empty_lane_gives_nothing(self, store: JobStore) -> None:
        assert self.claim(store) is None

    def test_of_many_at_once_one_wins(self, store: JobStore) -> None:
        for n in range(5):
            store.insert(make_record(f"job {n}"), None)
        with ThreadPoolExecutor(8) as pool:
            claimed = list(pool.map(lambda n: self.claim(store, owner=f"server {n}"), range(20)))
        assert [c.job.job_id for c in claimed if c is not None] == ["job 0"]

    def test_the_next_starts_when_the_lane_is_free(self, store: JobStore) -> None:
        for name in "ab":
            store.insert(make_record(name), None)
        first = self.claim(store)
        assert first is not None
        store.compare_and_set([replace(first, job=first.job.to(JobStatus.FAILED, at=NOON))])
        second = self.claim(store)
        assert second is not None
        assert second.job.job_id == "b"

    def test_a_job_cannot_be_claimed_twice(self) -> None:
        claimed = make_record("a").claimed(owner="x", at=NOON, lease_until=LEASE)
        with pytest.raises(IllegalTransition):
            claimed.claimed(owner="y", at=NOON, lease_until=LEASE)


class TestLease:
    def test_only_the_owner_renews_and_only_while_it_runs(self, store: JobStore) -> None:
        later = LEASE + timedelta(seconds=60)
        store.insert(make_record("a"), None)
        assert not store.renew("a", owner="server", lease_until=later)
        store.claim(Lane.ETL, owner="server", at=NOON, lease_until=LEASE)
        assert not store.renew("a", owner="other", lease_until=later)
        assert store.renew("a", owner="server", lease_until=later)
        record = stored(store, "a")
        assert (record.lease_until, record.job.version) == (later, 2)
        store.compare_and_set([replace(record, job=record.job.to(JobStatus.COMPLETED, at=NOON))])
        assert not store.renew("a", owner="server", lease_until=later)
        assert not store.renew("unknown", owner="server", lease_until=later)

    def test_a_running_job_is_orphaned_when_its_lease_ends(self, store: JobStore) -> None:
        for name in "ab":
            store.insert(make_record(name), None)
        store.claim(Lane.ETL, owner="server", at=NOON, lease_until=LEASE)
        assert store.orphans(LEASE - timedelta(microseconds=1)) == []
        assert [record.job.job_id for record in store.orphans(LEASE)] == ["a"]


class TestChanges:
    def test_each_move_is_there_and_the_last_of_what_came_between(self, store: JobStore) -> None:
        store.insert(make_record("a"), None)
        claimed = store.claim(Lane.ETL, owner="server", at=NOON, lease_until=LEASE)
        assert claimed is not None
        record = claimed[0]
        for percent in range(1, 51):
            record = progressed(record, progress=percent)
            store.compare_and_set([record])
        store.compare_and_set([replace(record, job=record.job.to(JobStatus.COMPLETED, at=NOON))])
        changes = store.changes_since(0)
        assert [(c.job.status, c.job.progress) for c in changes] == [
            (JobStatus.PENDING, 0),
            (JobStatus.RUNNING, 0),
            (JobStatus.RUNNING, 50),
            (JobStatus.COMPLETED, 100),
        ]
        assert [c.seq for c in changes] == sorted({c.seq for c in changes})

    def test_what_was_seen_does_not_come_again(self, store: JobStore) -> None:
        for n in range(5):
            store.insert(make_record(f"job {n}"), None)
        seen = store.changes_since(0, limit=2)
        assert len(seen) == 2
        assert [c.job.job_id for c in store.changes_since(seen[-1].seq)] == ["job 2", "job 3", "job 4"]

    def test_a_number_is_not_given_twice_even_when_the_last_job_is_deleted(self, store: JobStore) -> None:
        first = store.insert(make_record("a"), None)
        store.delete(["a"])
        second = store.insert(make_record("b"), None)
        assert isinstance(first, JobChange)
        assert isinstance(second, JobChange)
        assert second.seq > first.seq


class TestDelete:
    def test_a_job_goes_with_its_journal_and_its_keys(self, store: JobStore) -> None:
        store.insert(make_record("a"), "key")
        store.insert(make_record("b"), "other key")
        store.delete({"a", "unknown"})
        assert [record.job.job_id for record, _ in store.load()[0]] == ["b"]
        assert store.load()[1] == {"other key": KeyHolder("b", "print of b")}
        assert [change.job.job_id for change in store.changes_since(0)] == ["b"]
        assert isinstance(store.insert(make_record("c"), "key"), JobChange)


def test_a_check_changes_nothing(store: JobStore) -> None:
    store.insert(make_record("a"), "key")
    before = store.load(), store.changes_since(0)
    store.check()
    assert (store.load(), store.changes_since(0)) == before


def test_a_closed_store_says_so(store: JobStore) -> None:
    store.close()
    with pytest.raises(JournalUnavailable):
        store.insert(make_record("a"), None)
    with pytest.raises(JournalUnavailable):
        store.load()
    with pytest.raises(JournalUnavailable):
        store.check()
