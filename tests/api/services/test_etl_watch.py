import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.models.etl_progress import Failed, Step, TableBuilt, read_event
from api.models.job import Job, JobKind
from api.services.etl_watch import RunWatch, last_useful_line
from api.services.job_context import JobContext
from api.services.job_store import ProcessRef

STEP = {"event": "step", "step": "x", "title": "Reading", "done": 1, "total": 2, "fraction": 0.5, "eta_seconds": 1.0}
TABLE = {"event": "table_built", "table": "dim_team", "rows": 1, "done": 1, "total": 2, "fraction": 0.7}
DONE = {
    "event": "completed",
    "result": {"tables_created": [], "rows_written": 0, "games": 0, "snapshot_id": None, "duration_seconds": 0},
}


class Books:
    """Keeps what a job reports."""

    def __init__(self, reports: list[Mapping[str, object]]) -> None:
        self._reports = reports

    def report(self, _job_id: str, changes: Mapping[str, object]) -> None:
        self._reports.append(changes)

    def note_child(self, _job_id: str, _child: ProcessRef) -> None:
        raise AssertionError("no child here")


def watching(folder: Path) -> tuple[RunWatch, Path, list[Mapping[str, object]]]:
    reports: list[Mapping[str, object]] = []
    job = Job(job_id="1", kind=JobKind.ETL, mode="full", created_at=datetime(2026, 10, 18, tzinfo=UTC))
    context = JobContext(
        job,
        log_path=folder / "log",
        timeout_seconds=60,
        max_log_bytes=1000,
        owner=Books(reports),
    )
    return RunWatch(folder / "progress", context), folder / "progress", reports


class TestEvents:
    def test_each_kind_is_read(self) -> None:
        assert isinstance(read_event(json.dumps(STEP).encode()), Step)
        assert isinstance(read_event(json.dumps(TABLE).encode()), TableBuilt)
        assert read_event(b'{"event":"failed","error":"no","more":[1]}') == Failed("no")

    @pytest.mark.parametrize(
        "line",
        [
            b"",
            b"{",
            b"null",
            b'{"event":"newer"}',
            b'{"event":"failed"}',
            b"\xff\xfe",
            b"[" * 100_000,
            json.dumps({**STEP, "fraction": 1.5}).encode(),
            json.dumps({**STEP, "eta_seconds": -1}).encode(),
        ],
    )
    def test_what_is_none_of_them_is_left_out(self, line: bytes) -> None:
        assert read_event(line) is None

    @settings(deadline=None)
    @given(st.binary(max_size=200))
    def test_no_line_does_harm(self, line: bytes) -> None:
        read_event(line)


class TestWatch:
    def test_before_the_run_says_anything_there_is_nothing(self, tmp_path: Path) -> None:
        watch, _, reports = watching(tmp_path)
        watch.poll()
        assert (watch.result(), reports) == (None, [])

    def test_steps_and_tables_become_progress(self, tmp_path: Path) -> None:
        watch, progress, reports = watching(tmp_path)
        progress.write_text(json.dumps(STEP) + "\n" + json.dumps(TABLE) + "\n")
        watch.poll()
        assert reports == [
            {"progress": 50, "current_step": "Reading (1/2)", "eta_seconds": 1.0},
            {
                "progress": 70,
                "current_step": "Built dim_team (1/2)",
                "eta_seconds": None,
                "tables_created": ("dim_team",),
            },
        ]

    def test_warnings_join_the_result_once_and_not_without_bound(self, tmp_path: Path) -> None:
        watch, progress, _ = watching(tmp_path)
        lines = [{"event": "warning", "message": f"game {i % 400}"} for i in range(800)]
        progress.write_text("".join(json.dumps(line) + "\n" for line in [*lines, DONE]))
        watch.poll()
        result = watch.result()
        assert result is not None
        assert len(result["warnings"]) == 100

    @settings(deadline=None)
    @given(cuts=st.lists(st.integers(0, 400), max_size=8))
    def test_lines_may_come_in_any_pieces(self, cuts: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
        watch, progress, reports = watching(tmp_path_factory.mktemp("run"))
        text = ("".join(json.dumps(line) + "\n" for line in (STEP, TABLE, STEP, DONE))).encode()
        places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
        for start, end in itertools.pairwise(places):
            with progress.open("ab") as file:
                file.write(text[start:end])
            watch.poll()
        assert len(reports) == 3
        assert watch.completed is not None


class TestLastUsefulLine:
    @pytest.mark.parametrize(
        ("log", "line"),
        [
            ("Reading\nThe workbook is damaged\n\n", "The workbook is damaged"),
            ('Traceback (most recent call last):\n  File "x", line 1\n    f()\nOSError: full\n', "OSError: full"),
            ("\x1b[31mNo space is left\x1b[0m\n─────────\n", "No space is left"),
            ("10%\r20%\rReading games\r", "Reading games"),
            ("──\n\n   \n", None),
            ("", None),
            ("x" * 1000, "x" * 500),
        ],
        ids=["plain", "traceback", "colours and a rule", "a progress bar", "nothing useful", "empty", "a long one"],
    )
    def test_it_says_something(self, tmp_path: Path, log: str, line: str | None) -> None:
        (tmp_path / "log").write_bytes(log.encode("utf-8"))
        assert last_useful_line(tmp_path / "log") == line

    def test_a_log_that_is_not_there_says_nothing(self, tmp_path: Path) -> None:
        assert last_useful_line(tmp_path / "log") is None

    @settings(deadline=None)
    @given(log=st.binary(max_size=300))
    def test_it_is_one_line_whatever_was_printed(self, log: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
        path = tmp_path_factory.mktemp("log") / "log"
        path.write_bytes(log)
        line = last_useful_line(path)
        assert line is None or ("\n" not in line and "\x1b" not in line and line.strip())
