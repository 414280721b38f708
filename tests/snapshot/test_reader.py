"""A published snapshot is found through its link, read by its manifest, and checked against its checksums."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from snapshot.layout import DataDir
from snapshot.manifest import FORMAT_VERSION, Column, InvalidManifest, Manifest, Table
from snapshot.reader import DamagedSnapshot, list_ids, load, published, sha256_of

CSV = 'player_id,goals,rate,is_sub,day,at\nP1,2,0.5,true,2026-01-31,2026-01-31T20:15:00.250000Z\n"",,,,,\n'
COLUMNS = tuple(
    Column(name=name, type=kind, description=name)
    for name, kind in {
        "player_id": "text",
        "goals": "integer",
        "rate": "numeric",
        "is_sub": "boolean",
        "day": "date",
        "at": "timestamptz",
    }.items()
)


def make_snapshot(data_dir: DataDir, snapshot_id: str) -> Path:
    path = data_dir.snapshots / snapshot_id
    path.mkdir(parents=True)
    (path / "fact_x.csv").write_text(CSV, encoding="utf-8")
    table = Table(
        name="fact_x",
        file="fact_x.csv",
        category="fact",
        grain="one row",
        description="x",
        columns=COLUMNS,
        primary_key=("player_id",),
        references=(),
        from_tracking=True,
        rows=2,
        sha256=sha256_of(path / "fact_x.csv"),
    )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        snapshot_id=snapshot_id,
        run_id="run",
        created_at="2026-01-31T20:15:00Z",
        software_version="1.0.0",
        mode="full",
        source="excel",
        games=(1,),
        excluded_game_ids=(),
        tables=(table,),
        inputs=(),
        inputs_fingerprint="f",
        rules={},
        checks=(),
        warnings=(),
        timings={},
    )
    (path / "manifest.json").write_bytes(manifest.to_json())
    return path


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    data_dir = DataDir(tmp_path)
    data_dir.create()
    return data_dir


def test_nothing_is_published_at_first(data_dir: DataDir) -> None:
    assert published(data_dir) is None
    assert list_ids(data_dir) == []


def test_a_reader_keeps_its_league_when_the_link_moves_on(data_dir: DataDir) -> None:
    for name in ("a", "b"):
        make_snapshot(data_dir, name)
    data_dir.output.symlink_to(Path("snapshots") / "a")
    reader = published(data_dir)
    data_dir.output.unlink()
    data_dir.output.symlink_to(Path("snapshots") / "b")
    assert reader is not None
    assert reader.id == "a"
    assert reader.file_of("fact_x").parent.name == "a"
    assert list_ids(data_dir) == ["a", "b"]


def test_a_pointer_file_serves_where_links_cannot_be_made(data_dir: DataDir) -> None:
    make_snapshot(data_dir, "a")
    data_dir.output.write_text("a\n", encoding="utf-8")
    snapshot = published(data_dir)
    assert snapshot is not None
    assert snapshot.id == "a"


def test_types_nulls_and_empty_texts_come_back_as_they_were(data_dir: DataDir) -> None:
    frame = load(make_snapshot(data_dir, "a")).read("fact_x")
    at = dt.datetime(2026, 1, 31, 20, 15, 0, 250000, dt.UTC)
    expected = pl.DataFrame(
        {
            "player_id": ["P1", ""],
            "goals": pl.Series([2, None], dtype=pl.Int32),
            "rate": [0.5, None],
            "is_sub": [True, None],
            "day": [dt.date(2026, 1, 31), None],
            "at": pl.Series([at, None], dtype=pl.Datetime("us", "UTC")),
        }
    )
    assert_frame_equal(frame, expected)


def test_rows_need_no_frame_engine(data_dir: DataDir) -> None:
    first = next(load(make_snapshot(data_dir, "a")).rows("fact_x"))
    assert first["goals"] == "2"


class TestDamage:
    def test_a_whole_snapshot_verifies(self, data_dir: DataDir) -> None:
        load(make_snapshot(data_dir, "a")).verify()

    def test_an_altered_file_is_named(self, data_dir: DataDir) -> None:
        path = make_snapshot(data_dir, "a")
        (path / "fact_x.csv").write_text("player_id\n", encoding="utf-8")
        with pytest.raises(DamagedSnapshot, match=r"fact_x\.csv is not the file"):
            load(path).verify()

    def test_a_missing_file_is_named(self, data_dir: DataDir) -> None:
        path = make_snapshot(data_dir, "a")
        (path / "fact_x.csv").unlink()
        with pytest.raises(DamagedSnapshot, match=r"fact_x\.csv is missing"):
            load(path).verify()

    def test_a_missing_manifest_is_damage(self, data_dir: DataDir) -> None:
        with pytest.raises(DamagedSnapshot, match="nothing-here"):
            load(data_dir.snapshots / "nothing-here")


class TestManifest:
    def test_it_reads_what_it_writes(self, data_dir: DataDir) -> None:
        manifest = load(make_snapshot(data_dir, "a")).manifest
        assert Manifest.from_json(manifest.to_json()) == manifest
        assert manifest.total_rows == 2

    @pytest.mark.parametrize(
        ("change", "message"),
        [({"format_version": 99}, "format 99"), ({"tables": 5}, "tables"), ({"mode": None}, "mode")],
        ids=["later-format", "wrong-type", "null"],
    )
    def test_one_that_cannot_be_read_says_why(self, data_dir: DataDir, change: dict[str, object], message: str) -> None:
        text = load(make_snapshot(data_dir, "a")).manifest.to_json()
        altered = msgspec.json.encode({**msgspec.json.decode(text), **change})
        with pytest.raises(InvalidManifest, match=message):
            Manifest.from_json(altered)

    @pytest.mark.parametrize("name", ["../x", "a b", "1a", "x" * 64, 'a";drop', ""])
    def test_a_name_that_is_no_identifier_is_refused(self, data_dir: DataDir, name: str) -> None:
        manifest = load(make_snapshot(data_dir, "a")).manifest
        with pytest.raises(InvalidManifest, match="matching regex"):
            Manifest.from_json(
                msgspec.structs.replace(
                    manifest, tables=(msgspec.structs.replace(manifest.tables[0], name=name),)
                ).to_json()
            )

    def test_a_file_outside_the_snapshot_is_refused(self, data_dir: DataDir) -> None:
        manifest = load(make_snapshot(data_dir, "a")).manifest
        table = msgspec.structs.replace(manifest.tables[0], file="../../secret.csv")
        with pytest.raises(InvalidManifest, match=r"\$\.tables.*file"):
            Manifest.from_json(msgspec.structs.replace(manifest, tables=(table,)).to_json())


def test_the_layout_is_the_documented_one(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    data_dir.create()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["logs", "raw", "snapshots", "state"]
    assert replace(data_dir, root=tmp_path / "x").output == tmp_path / "x" / "output"


def test_a_manifest_that_told_lineage_in_its_older_form_is_read_without_it(tmp_path: Path) -> None:
    path = make_snapshot(DataDir(tmp_path), "20260118T000000Z-aaaa")
    document = msgspec.json.decode((path / "manifest.json").read_bytes())
    document["tables"][0]["columns"][1]["made_from"] = [
        {"table": "fact_goals", "sign": -1, "links": [{"table": "fact_x", "on": "player_id"}]}
    ]
    (path / "manifest.json").write_bytes(msgspec.json.encode(document))
    (_, goals, *_) = load(path).manifest.table("fact_x").columns
    assert (goals.name, goals.made_from) == ("goals", ())
