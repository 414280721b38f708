"""Find, read and verify published snapshots. A reader resolves the link once and then sees one league."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from snapshot.layout import DataDir
from snapshot.manifest import MANIFEST_FILE, InvalidManifest, Manifest, Table

if TYPE_CHECKING:
    import polars as pl


class DamagedSnapshot(RuntimeError):
    """A file of the snapshot is missing or is not what the manifest says."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published league on disk. `path` is its own directory, never the link."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The snapshot's id, which is also its directory's name."""
        return self.manifest.snapshot_id

    def file_of(self, table: str) -> Path:
        """The CSV file of a table; KeyError when the snapshot has no such table."""
        return self.path / self.manifest.table(table).file

    def read(self, table: str) -> "pl.DataFrame":
        """A table as a frame, typed by the manifest; an empty field is null, a quoted empty one an empty text."""
        return self.scan(table).collect()

    def scan(self, table: str) -> "pl.LazyFrame":
        """As `read`, but reads only what a query on it needs."""
        return scan_csv(self.file_of(table), self.manifest.table(table))

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        """A table row by row as text, without loading a frame engine. Empty fields are empty texts."""
        with self.file_of(table).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def verify(self) -> None:
        """Check every file against its checksum.

        Raises:
            DamagedSnapshot: names the first file that is missing or altered.
        """
        for table in self.manifest.tables:
            try:
                digest = sha256_of(self.path / table.file)
            except FileNotFoundError as error:
                raise DamagedSnapshot(f"{self.id}: {table.file} is missing") from error
            if digest != table.sha256:
                raise DamagedSnapshot(f"{self.id}: {table.file} is not the file that was published")


def published(data_dir: DataDir) -> Snapshot | None:
    """The snapshot that `output` points at now; None before the first publication."""
    target = _resolve(data_dir.output)
    return None if target is None else load(target)


def published_id(data_dir: DataDir) -> str | None:
    """The id of the snapshot that `output` points at now, without opening it; None before the first publication."""
    target = _resolve(data_dir.output)
    return None if target is None else target.name


def load(path: Path) -> Snapshot:
    """The snapshot in this directory.

    Raises:
        DamagedSnapshot: it has no readable manifest.
    """
    try:
        return Snapshot(path, Manifest.from_json((path / MANIFEST_FILE).read_bytes()))
    except InvalidManifest as error:
        raise DamagedSnapshot(f"{path.name}: {error}") from error
    except OSError as error:  # whose own text names the folder, which is for nobody outside
        raise DamagedSnapshot(f"{path.name}: {MANIFEST_FILE} cannot be read: {error.strerror}") from error


def list_ids(data_dir: DataDir) -> list[str]:
    """The ids of all whole snapshots on disk, oldest first."""
    if not data_dir.snapshots.is_dir():
        return []
    found = (path for path in data_dir.snapshots.iterdir() if not path.name.startswith("."))  # half-written or going
    return sorted(path.name for path in found if (path / MANIFEST_FILE).is_file())


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def scan_csv(path: Path, table: Table) -> "pl.LazyFrame":
    """A CSV file of a snapshot as a lazy frame with the types that its manifest entry declares."""
    import polars as pl  # noqa: PLC0415 - the server reads manifests without loading the frame engine

    types: dict[str, type[pl.DataType] | pl.DataType] = {
        "text": pl.String,
        "integer": pl.Int32,
        "bigint": pl.Int64,
        "numeric": pl.Float64,
        "boolean": pl.Boolean,
        "date": pl.Date,
        "timestamptz": pl.Datetime("us", "UTC"),
    }
    schema = {column.name: types[column.type] for column in table.columns}
    # dates and times are parsed from text: the CSV reader's own parser knows no time zones
    late = {name for name, kind in schema.items() if isinstance(kind, pl.Datetime)}
    text_first = {name: pl.String if name in late else kind for name, kind in schema.items()}
    frame = pl.scan_csv(path, schema=text_first)
    return frame.with_columns(
        pl.col(n).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC") for n in late
    )


def _resolve(output: Path) -> Path | None:
    """Where the link leads. On systems without links `output` is a file that holds the snapshot's name."""
    if output.is_symlink():
        return output.resolve()
    if output.is_file():
        return output.parent / "snapshots" / output.read_text(encoding="utf-8").strip()
    return None
