"""Small published snapshots for tests: real files, real manifest."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from snapshot.layout import DataDir
from snapshot.manifest import FORMAT_VERSION, Category, Column, ColumnType, Manifest, Reference, Table
from snapshot.reader import sha256_of

TYPES: Mapping[pl.DataType | type[pl.DataType], ColumnType] = {
    pl.String: "text",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "numeric",
    pl.Boolean: "boolean",
    pl.Date: "date",
}


def write_table(
    folder: Path, name: str, frame: pl.DataFrame, key: Sequence[str], references: Sequence[Reference] = ()
) -> Table:
    """The frame as a table of the snapshot in `folder`, with its manifest entry."""
    file = folder / f"{name}.csv"
    frame.write_csv(file)
    category: Category = {"dim": "dim", "qa": "qa", "lookup": "lookup"}.get(name.split("_", maxsplit=1)[0], "fact")  # type: ignore[assignment] # a literal by construction
    return Table(
        name=name,
        file=file.name,
        category=category,
        grain="one row",
        description=f"About {name}.",
        columns=tuple(
            Column(name=c, type=TYPES[t], description=f"The {c}.", nullable=c not in key)
            for c, t in frame.schema.items()
        ),
        primary_key=tuple(key),
        references=tuple(references),
        from_tracking=name.startswith("fact_"),
        rows=frame.height,
        sha256=sha256_of(file),
    )


def publish(
    root: Path,
    tables: Mapping[str, tuple[pl.DataFrame, Sequence[str]]],
    snapshot_id: str = "20261123T190000000000Z-abcdef01",
) -> DataDir:
    """Publish the frames (each with its key) below `root`, as the ETL would."""
    data_dir = DataDir(root)
    data_dir.create()
    folder = data_dir.snapshots / snapshot_id
    folder.mkdir()
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        snapshot_id=snapshot_id,
        run_id="run",
        created_at="2026-11-23T19:00:00Z",
        software_version="1.0.0",
        mode="full",
        source="excel",
        games=(),
        excluded_game_ids=(),
        tables=tuple(write_table(folder, name, frame, key) for name, (frame, key) in tables.items()),
        inputs=(),
        inputs_fingerprint="",
        rules={},
        checks=(),
        warnings=(),
        timings={},
    )
    (folder / "manifest.json").write_bytes(manifest.to_json())
    data_dir.output.unlink(missing_ok=True)
    data_dir.output.symlink_to(Path("snapshots") / snapshot_id)
    return data_dir
