"""What a column is, and short names for the seven kinds of it."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from snapshot.lineage import Part
from snapshot.manifest import Column as ManifestColumn
from snapshot.manifest import ColumnType

FRAME_TYPES: Final[dict[ColumnType, pl.DataType | type[pl.DataType]]] = {
    "text": pl.String,
    "integer": pl.Int32,
    "bigint": pl.Int64,
    "numeric": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamptz": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table.

    `sql_type` is its PostgreSQL type; `references` ("dim_player.player_id") the column whose values it repeats;
    a column that is not `nullable` never holds a null in any table. A metric says by `formula` how it is computed, in
    terms of columns and events ("100 * corsi_for / (corsi_for + corsi_against)"), and by `source` whose definition
    that is, where it is not the plain rule of the game; `made_from` are the published rows that it counts or sums.
    """

    sql_type: ColumnType
    name: str
    description: str
    unit: str | None = None
    nullable: bool = True
    references: str | None = None
    formula: str | None = None
    source: str | None = None
    made_from: tuple[Part, ...] = ()

    @property
    def frame_type(self) -> pl.DataType | type[pl.DataType]:
        """The polars type of the column's values."""
        return FRAME_TYPES[self.sql_type]

    def to_manifest(self) -> ManifestColumn:
        """The column as the manifest describes it."""
        return ManifestColumn(
            name=self.name,
            type=self.sql_type,
            description=self.description,
            nullable=self.nullable,
            unit=self.unit,
            formula=self.formula,
            source=self.source,
            made_from=self.made_from,
        )


text = partial(Column, "text")
integer = partial(Column, "integer")
bigint = partial(Column, "bigint")
numeric = partial(Column, "numeric")
boolean = partial(Column, "boolean")
date = partial(Column, "date")
count = partial(Column, "integer", nullable=False)
