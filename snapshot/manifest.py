"""The manifest of a snapshot: the contract between the ETL and everything after it.

`manifest.json` lies beside the CSV files of a snapshot. Read it with `Manifest.from_json`, which validates.
"""

from typing import Annotated, Final, Literal

import msgspec

from snapshot.lineage import Part

FORMAT_VERSION: Final = 1
MANIFEST_FILE: Final = "manifest.json"

ColumnType = Literal["text", "integer", "bigint", "numeric", "boolean", "date", "timestamptz"]
Category = Literal["dim", "fact", "qa", "lookup"]
CheckLevel = Literal["block", "warn"]

# 63 bytes is PostgreSQL's limit; \Z, since $ would let a final line break through
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}\Z")]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]+\.csv\Z")]


class InvalidManifest(ValueError):
    """The manifest cannot be read: it is damaged, or of another format version."""


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column: its PostgreSQL type, meaning and, for quantities, unit; for metrics, formula, source and rows."""

    name: Identifier
    type: ColumnType
    description: str
    nullable: bool = True
    unit: str | None = None
    formula: str | None = None
    source: str | None = None
    # under a name of its own: snapshots kept from before told it in another form, as made_from
    made_from: tuple[Part, ...] = msgspec.field(name="lineage", default=())


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key: `column` of this table names a row of `table` by its `references` column."""

    column: Identifier
    table: Identifier
    references: Identifier


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One published table. `file` is relative to the snapshot; `sha256` is of that file."""

    name: Identifier
    file: FileName
    category: Category
    grain: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    references: tuple[Reference, ...]
    from_tracking: bool
    rows: int
    sha256: str


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One file that the run looked at. `path` is relative to `raw/`; `game_id` where the file is a game's."""

    path: str
    kind: str
    sha256: str
    game_id: int | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One quality check and how many rows offended it."""

    name: str
    level: CheckLevel
    description: str
    offending_rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A published league: what is in it, what it was made from, and by which rules.

    Times are UTC, ISO 8601 with `Z`. `timings` maps a step of the run, or a table as `table:<name>`, to seconds.
    `rules` is the league's rule book in force, and as `expected_goals` the version of the coefficients that made the
    expected goals; `games` the games with tracked events. `restored_from` names the snapshot that this one is again.
    """

    format_version: int
    snapshot_id: str
    run_id: str
    created_at: str
    software_version: str
    mode: str
    source: str
    games: tuple[int, ...]
    excluded_game_ids: tuple[int, ...]
    tables: tuple[Table, ...]
    inputs: tuple[Input, ...]
    inputs_fingerprint: str
    rules: dict[str, object]
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]
    timings: dict[str, float]
    restored_from: str | None = None

    def table(self, name: str) -> Table:
        """The table of this name; KeyError when the snapshot has none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @property
    def total_rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables)

    def to_json(self) -> bytes:
        """The manifest as indented JSON, ready for `manifest.json`."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Read and validate a manifest; InvalidManifest says what is wrong with it."""
        try:
            manifest = msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise InvalidManifest(f"manifest.json cannot be read: {error}") from error
        if manifest.format_version != FORMAT_VERSION:
            raise InvalidManifest(f"manifest.json is of format {manifest.format_version}; expected {FORMAT_VERSION}")
        return manifest
