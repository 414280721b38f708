"""Requests and answers of the table browser."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class TableParameters(BaseModel):
    """How rows of a table are asked for; every further parameter is a filter."""

    model_config = ConfigDict(frozen=True)

    limit: Annotated[int, Field(ge=1, le=1000, description="rows in the answer")] = 100
    offset: Annotated[int, Field(ge=0, le=2**31, description="rows to skip")] = 0
    sort: Annotated[str | None, Field(max_length=500, examples=["date.desc,game_id"])] = None
    select: Annotated[str | None, Field(max_length=4000, description="the columns; all when absent")] = None
    search: Annotated[str | None, Field(max_length=200, description="in any text column, in any case")] = None
    format: Annotated[Literal["json", "csv"], Field(description="csv is the whole selection, unpaged")] = "json"


class ColumnInfo(BaseModel):
    """One column as the table declares it."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str = Field(description="PostgreSQL type: text, integer, bigint, numeric, boolean, date, timestamptz")
    nullable: bool
    description: str
    unit: str | None = Field(default=None, description="seconds, feet, … where the column is a quantity")


class ReferenceInfo(BaseModel):
    """A foreign key of one column."""

    model_config = ConfigDict(frozen=True)

    column: str
    table: str
    references: str


class TableInfo(BaseModel):
    """One published table."""

    model_config = ConfigDict(frozen=True)

    name: str
    category: str = Field(description="dim, fact, qa or lookup")
    rows: int
    columns: int
    description: str
    from_tracking: bool = Field(description="whether it derives from tracked games")


class TableSchema(BaseModel):
    """What a table declares: grain, key, columns, references."""

    model_config = ConfigDict(frozen=True)

    name: str
    category: str
    description: str
    grain: str
    primary_key: tuple[str, ...]
    columns: tuple[ColumnInfo, ...]
    references: tuple[ReferenceInfo, ...]


class TablePage(BaseModel):
    """Some rows of a table. `total` counts the rows that the filters keep; numbers, truths and nulls are JSON's own."""

    model_config = ConfigDict(frozen=True)

    table: str
    snapshot_id: str
    total: int
    limit: int
    offset: int
    rows: list[dict[str, JsonValue]]
