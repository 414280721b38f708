import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from etl.columns.column import Column, count, text
from etl.publish import SnapshotWriter, clear_leftovers
from etl.registry import Table, table
from snapshot.fence import Fence, Superseded
from snapshot.layout import DataDir
from snapshot.manifest import FORMAT_VERSION, Manifest
from snapshot.pins import mark_published, pin
from snapshot.publication import PublishFailed, Retention, prune
from snapshot.reader import list_ids, published

NAME = text("name", "A name.")
COLUMNS = (
    NAME,
    text("note", "Text."),
    count("number", "Count."),
    Column("numeric", "share", "A share."),
    Column("boolean", "flag", "A flag."),
    Column("date", "day", "A day."),
    Column("timestamptz", "at", "A time."),
)


@table(key=("name",), grain="one name", columns=COLUMNS)
def dim_name() -> pl.DataFrame:
    """Names with everything that a cell can hold."""
    schema = {c.name: c.frame_type for c in COLUMNS}
    rows = [
        ("a", "", 1, 0.1, True, "2026-01-02", "2026-01-02T03:04:05"),
        ("b", None, 2, None, None, None, None),
        ('c, "d"\r\né', "null", 3, 1e-9, False, None, None),
    ]
    frame = pl.DataFrame(rows, schema={**schema, "day": pl.String, "at": pl.String}, orient="row")
    return frame.with_columns(
        pl.col("day").str.to_date(), pl.col("at").str.to_datetime(time_unit="us", time_zone="UTC")
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    found = DataDir(tmp_path)
    found.create()
    return found


def make_manifest(writer: SnapshotWriter, run_id: str = "run-1") -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        snapshot_id=writer.snapshot_id,
        run_id=run_id,
        created_at="2026-01-01T00:00:00.000000Z",
        software_version="1",
        mode="full",
        source="excel",
        games=(),
        excluded_game_ids=(),
        tables=tuple(writer.tables.values()),
        inputs=(),
        inputs_fingerprint="f",
        rules={},
        checks=(),
        warnings=(),
        timings={},
    )


def publish(data_dir: DataDir, snapshot_id: str, run_id: str = "run-1", declared: Table = dim_name) -> SnapshotWriter:
    Fence(data_dir).raise_for("run-1")
    writer = SnapshotWriter(data_dir, snapshot_id)
    writer.write(declared, declared())
    writer.publish(make_manifest(writer, run_id), lambda: None)
    return writer


class TestConfiguredRetention:
    def test_keeps_the_last_few_and_those_of_the_last_days_before_the_latest(self, data_dir: DataDir) -> None:
        ids = [f"202601{day:02}T120000000000Z-aaaaaaaa" for day in (1, 10, 28, 29, 30)]
        for snapshot_id in ids:
            publish(data_dir, snapshot_id)
        prune(data_dir, ids[-1], Retention(count=1, days=20))
        assert list_ids(data_dir) == ids[1:]
        prune(data_dir, ids[-1], Retention(count=2))
        assert list_ids(data_dir) == ids[3:]

    def test_spares_what_stands_in_the_warehouse(self, data_dir: DataDir) -> None:
        for name in ("s1", "s2", "s3"):
            publish(data_dir, name)
        mark_published(data_dir, {"s1", "gone", "no/name"})
        prune(data_dir, "s3", Retention(count=1))
        assert list_ids(data_dir) == ["s1", "s3"]
        mark_published(data_dir, {"s3"})
        prune(data_dir, "s3", Retention(count=1))
        assert list_ids(data_dir) == ["s3"]


class TestPublish:
    def test_a_snapshot_is_read_back_as_it_was_written(self, data_dir: DataDir) -> None:
        publish(data_dir, "s1")
        found = published(data_dir)
        assert found is not None
        found.verify()
        assert found.read("dim_name").equals(dim_name())
        assert data_dir.output.readlink() == Path("snapshots/s1")
        lines = (data_dir.output / "dim_name.csv").read_text(encoding="utf-8").splitlines()
        assert lines[:3] == [
            "name,note,number,share,flag,day,at",
            'a,"",1,0.1,true,2026-01-02,2026-01-02T03:04:05.000000Z',
            "b,,2,,,,",
        ]

    def test_a_run_that_was_given_up_changes_nothing(self, data_dir: DataDir) -> None:
        publish(data_dir, "s1")
        with pytest.raises(Superseded):
            publish(data_dir, "s2", run_id="run-0")
        found = published(data_dir)
        assert found is not None
        assert found.id == "s1"
        assert list_ids(data_dir) == ["s1"]

    def test_something_that_is_no_link_is_not_replaced(self, data_dir: DataDir) -> None:
        (data_dir.output / "kept").mkdir(parents=True)
        with pytest.raises(PublishFailed, match="is in the way"):
            publish(data_dir, "s1")
        assert (data_dir.output / "kept").is_dir()

    def test_what_dead_runs_left_is_cleared(self, data_dir: DataDir) -> None:
        SnapshotWriter(data_dir, "dead").write(dim_name, dim_name())
        (data_dir.root / ".output.dead").symlink_to("snapshots/dead")
        assert list_ids(data_dir) == []
        clear_leftovers(data_dir)
        assert list(data_dir.snapshots.iterdir()) == []
        assert not (data_dir.root / ".output.dead").is_symlink()

    def test_discarding_leaves_nothing_while_tables_are_still_written(self, data_dir: DataDir) -> None:
        writer, frame = SnapshotWriter(data_dir, "a"), dim_name()

        def write() -> None:
            for number in range(10_000):
                try:
                    writer.write(replace(dim_name, name=f"dim_name_{number}"), frame)
                except OSError:  # the folder is gone
                    return

        with ThreadPoolExecutor(2) as pool:
            writing = [pool.submit(write), pool.submit(write)]
            while len(writer.tables) < 20:
                time.sleep(0.001)
            writer.discard()
            for done in writing:
                done.result()
        assert list(data_dir.snapshots.iterdir()) == []

    def test_discarding_removes_what_was_written_and_spares_what_is_published(self, data_dir: DataDir) -> None:
        writer = publish(data_dir, "s1")
        writer.discard()
        other = SnapshotWriter(data_dir, "s2")
        other.discard()
        assert [p.name for p in data_dir.snapshots.iterdir()] == ["s1"]


class TestRetention:
    def test_the_last_few_the_pinned_and_the_current_one_are_kept(self, data_dir: DataDir) -> None:
        pin(data_dir, "s00", "job-1")
        for n in range(Retention().count + 3):
            publish(data_dir, f"s{n:02}")
        assert list_ids(data_dir) == ["s00", *(f"s{n:02}" for n in range(3, Retention().count + 3))]
        prune(data_dir, "s03")
        publish(data_dir, "s99")
        prune(data_dir, "s04")
        assert "s04" in list_ids(data_dir)
