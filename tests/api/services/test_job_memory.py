"""What a run leaves in the memory of the server when it has ended."""

import weakref
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from api.models.job import Job, JobKind
from api.services.job_context import JobContext
from api.services.job_feed import JobFeed
from api.services.job_lanes import run_executor
from api.services.job_store import JobChange, ProcessRef

JOB = Job(job_id="1", kind=JobKind.ETL, mode="full", created_at=datetime(2026, 11, 24, tzinfo=UTC))
TABLES = 66
RUNS = 3


class Books:
    """Keeps every list of tables that a job reports, as the feed does."""

    def __init__(self) -> None:
        self.tables: list[Sequence[str]] = []

    def report(self, _job_id: str, changes: Mapping[str, object]) -> None:
        tables = changes["tables_created"]
        assert isinstance(tables, tuple)
        self.tables.append(JOB.with_changes(tables_created=tables).tables_created or ())

    def note_child(self, _job_id: str, _child: ProcessRef) -> None:
        raise AssertionError("no child here")


def fresh_names(count: int) -> list[str]:
    """Strings of their own, as a reader of a progress file makes them."""
    return [f"fact_table_{number}" for number in range(count)]


def context(folder: Path, books: Books) -> JobContext:
    return JobContext(JOB, log_path=folder / "log", timeout_seconds=60, max_log_bytes=1000, owner=books)


class TestNamesOfTables:
    def test_all_changes_of_all_runs_share_one_string_for_a_name(self, tmp_path: Path) -> None:
        books = Books()
        for _ in range(RUNS):
            run = context(tmp_path, books)
            for built in range(1, TABLES + 1):
                run.report(tables_created=fresh_names(built))
        assert len(books.tables) == RUNS * TABLES
        assert books.tables[-1] == tuple(fresh_names(TABLES))
        assert len({id(name) for names in books.tables for name in names}) == TABLES

    def test_so_do_the_results_in_the_history(self, tmp_path: Path) -> None:
        kept: list[Sequence[str]] = []
        for _ in range(RUNS):
            outcome = run_executor(
                lambda _job, _context: {"tables_created": fresh_names(TABLES)}, context(tmp_path, Books())
            )
            result, tables = outcome.changes["result"], outcome.changes["tables_created"]
            assert isinstance(result, dict)
            assert isinstance(tables, tuple)
            kept += [result["tables_created"], tables]
        assert len({id(name) for names in kept for name in names}) == TABLES


class TestFeed:
    def test_it_holds_few_changes_however_many_come(self) -> None:
        feed = JobFeed(lambda _seq: [])
        jobs: list[weakref.ref[Job]] = []
        for seq in range(1, 1001):
            job = JOB.model_copy()
            jobs.append(weakref.ref(job))
            feed.publish([JobChange(seq, job)])
            del job
        assert sum(ref() is not None for ref in jobs) == 256
        assert feed.last == 1000
