"""The baseline of the ETL benchmark: read every input and write every output, with nothing in between.

`python -m benchmarks.bare_io DATA_DIR`. The outputs are those of the published snapshot, kept as Arrow files before.
"""

import sys
import tempfile
from pathlib import Path

import fastexcel
import msgspec
import polars as pl

from snapshot.layout import DataDir
from snapshot.reader import Snapshot, published


def read_inputs(raw: Path) -> None:
    """Parse every JSON file, and every sheet of every workbook."""
    for path in raw.rglob("*.json"):
        msgspec.json.decode(path.read_bytes())
    for path in raw.rglob("*.xlsx"):
        workbook = fastexcel.read_excel(path)
        for sheet in workbook.sheet_names:
            workbook.load_sheet(sheet, dtypes="string").to_polars()


def outputs(snapshot: Snapshot, keep: Path) -> list[Path]:
    """The published tables as Arrow files below `keep`, made where they are missing."""
    folder = keep / snapshot.id
    files = []
    for table in snapshot.manifest.tables:
        file = folder / f"{table.name}.arrow"
        if not file.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            snapshot.read(table.name).write_ipc(file)
        files.append(file)
    return files


def main() -> None:
    """Read the inputs, write the outputs."""
    data_dir = DataDir(Path(sys.argv[1]))
    snapshot = published(data_dir)
    if snapshot is None:
        raise SystemExit("publish a snapshot first")
    read_inputs(data_dir.raw)
    with tempfile.TemporaryDirectory(dir=data_dir.root) as target:
        for file in outputs(snapshot, data_dir.root / "bare"):
            pl.read_ipc(file).write_csv(Path(target) / f"{file.stem}.csv")


if __name__ == "__main__":
    main()
