"""Answers that explain one number of a published table."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Operand(BaseModel):
    """A column of the same row that the formula names."""

    model_config = ConfigDict(frozen=True)

    column: str
    value: JsonValue
    explain: str = Field(description="where that number is explained")


class ExplainingRow(BaseModel):
    """One published row that the number was made from, and when it happened, where that is known."""

    model_config = ConfigDict(frozen=True)

    table: str
    key: str = Field(description="its primary key; the parts of a composite key are separated by commas")
    contributes: float = Field(description="what it adds: 1 for a row that is counted, times the weight in made_from")
    divides: bool = Field(default=False, description="of a quotient: whether it adds to what is divided by")
    game_id: int | None = None
    event_id: str | None = None
    period: int | None = None
    clock: str | None = Field(default=None, description="left in the period, as 12:34")
    video_second: float | None = Field(default=None, description="second of the game's video")
    explain: str | None = Field(default=None, description="where the number that it adds is explained in turn")
    row: dict[str, JsonValue] = Field(description="the row itself")


class Explanation(BaseModel):
    """A number, its rule, and the rows that it was made from: `total` of them come to `amount`."""

    model_config = ConfigDict(frozen=True)

    table: str = Field(description="the table or view")
    key: str
    column: str
    snapshot_id: str
    value: JsonValue
    unit: str | None = None
    meaning: str
    formula: str | None = Field(default=None, description="how it is computed, in terms of columns")
    source: str | None = Field(
        default=None, description="whose definition it is, where it is not the plain rule of the game"
    )
    made_from: str | None = Field(
        default=None, description="which rows it counts or sums, in words; null where it counts none"
    )
    operands: list[Operand] = Field(description="the columns of the same row that the formula names")
    total: int = Field(description="explaining rows in all")
    amount: float | None = Field(default=None, description="what they come to; the number itself, before it is rounded")
    limit: int
    offset: int
    rows: list[ExplainingRow]


class ExplainParameters(BaseModel):
    """Which of the explaining rows are wanted."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(default=100, ge=1, le=1000, description="rows in the answer")
    offset: int = Field(default=0, ge=0, le=2**31, description="rows to skip")
