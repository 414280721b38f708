"""The files below `raw/`, from which a run makes the league."""

from typing import Literal

from pydantic import BaseModel, Field

from api.models.job import UtcDatetime

RawKind = Literal["tracker_json", "roster", "tracking_workbook", "master_workbook", "league_rules"]


class RawFileResult(BaseModel):
    """Where the file lies below `raw/` now, and what it was recognised as."""

    success: bool = True
    path: str
    kind: RawKind
    game_id: int | None = None
    bytes: int
    sha256: str
    replaced: bool


class RawFile(BaseModel):
    """A file below `raw/`. Kind and game are what the published run took it for."""

    path: str
    bytes: int
    modified_at: UtcDatetime
    kind: str | None = Field(default=None, description="null: the published league was made without it as it is now")
    game_id: int | None = None


class RawFileDeleted(BaseModel):
    """The file is gone; the league is without it from the next run on."""

    success: bool = True
    path: str
