"""What the staging endpoints take and answer."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

TableName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=63)]
Cell = str | int | float | bool | None
GameId = Annotated[int, Field(ge=1, le=2**31 - 1, description="the game's number")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BlbUpload(_Request):
    """Rows for one of the league's tables."""

    table_name: TableName = Field(description="such as `dim_player`; `GET /api/staging/blb-tables/list` has them all")
    data: list[Any] = Field(max_length=100_000, description="one object per row, by column names")
    replace: bool = Field(default=False, description="delete what is staged for this table first")


class BlbUploadResult(BaseModel):
    """What an upload did: all of its rows are in, or the answer is an error that names the bad ones."""

    success: bool = True
    table_name: str
    staging_table: str
    rows_inserted: int
    rows_updated: int
    errors: list[str] = []
    warnings: list[str] = []


class RowChange(BaseModel):
    """A row that an upload would change. `columns` has the old and the new value by column."""

    key: dict[str, Cell]
    columns: dict[str, tuple[Cell, Cell]]


class TableDiff(BaseModel):
    """What a file would change in one staging table, or has changed. The lists hold the first 100."""

    table_name: str
    staging_table: str
    rows: int
    added_count: int
    changed_count: int
    removed_count: int
    added: list[dict[str, Cell]]
    changed: list[RowChange]
    removed: list[dict[str, Cell]]
    warnings: list[str] = []


class FileUploadResult(BaseModel):
    """What the file's tables came to."""

    success: bool = True
    dry_run: bool
    tables: list[TableDiff]
    rows_inserted: int
    rows_updated: int
    rows_deleted: int
    errors: list[str] = []
    warnings: list[str] = []


class BlbUpdate(_Request):
    """A correction of the rows where a column has a value, or, with `filters`, where several columns have theirs."""

    table_name: TableName
    filter_column: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    filter_value: str | int | float | bool | None = None
    filters: dict[str, str | int | float | bool] | None = Field(
        default=None,
        min_length=1,
        max_length=10,
        description="values by column that a row must all have, such as those of its key; instead of the two above",
    )
    updates: dict[str, Cell] = Field(min_length=1, max_length=100, description="new values by column; null empties")

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> Self:
        given = (self.filter_column is not None, self.filter_value is not None)
        if given not in {(True, True), (False, False)} or given[0] is (self.filters is not None):
            raise ValueError("Say which rows by filter_column and filter_value, or by filters")
        return self


class BlbUpdateResult(BaseModel):
    """How many rows were corrected."""

    success: bool = True
    rows_updated: int
    warnings: list[str] = []


class BlbDeleteResult(BaseModel):
    """How many staged rows are gone; what the files say stands again."""

    success: bool = True
    rows_deleted: int


class TrackingUpload(_Request):
    """The tracked rows of one game, in any shape of the staging tables."""

    game_id: GameId
    events: list[Any] = Field(default=[], max_length=50_000)
    shifts: list[Any] = Field(default=[], max_length=10_000)


class TrackingUploadResult(BaseModel):
    """How many rows the game has now; those that it had before are gone."""

    success: bool = True
    game_id: int
    events_inserted: int
    shifts_inserted: int
    errors: list[str] = []
    warnings: list[str] = []


class StandingRow(BaseModel):
    """A row as the next run will see it. `pending`: it was corrected, and what is published does not say so yet."""

    cells: dict[str, Cell]
    staged: bool
    pending: bool


class StandingPage(BaseModel):
    """Rows of a table with staging over the files, staged ones first; `total` of them fit the search."""

    table_name: str
    key: list[str]
    columns: list[str]
    total: int
    staged: int = Field(description="staged rows of the whole table")
    pending: int = Field(description="corrections among the rows that fit which are not published yet")
    limit: int
    offset: int
    rows: list[StandingRow]
