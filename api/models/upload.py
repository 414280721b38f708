"""Requests and answers about the database that the dashboard reads."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.models.job import or_empty

MOST_BATCH_ROWS: Final = 1000
UPLOAD_MODES: Final = ("all", "dims", "facts", "qa", "basic", "tracking")
UploadMode = Literal["all", "dims", "facts", "qa", "basic", "tracking"]
TableNames = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=1000)]


class UploadOptions(BaseModel):
    """How tables are uploaded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    replace: bool = Field(default=False, description="allow more than half of a table's rows to be deleted")
    keep_missing: bool = Field(default=False, description="delete no rows, not even those that the snapshot lacks")
    batch_size: int = Field(
        default=MOST_BATCH_ROWS, ge=1, le=MOST_BATCH_ROWS, description="rows per request, over the REST interface"
    )
    clean: bool = Field(default=False, description="does nothing; older clients send it, and the result says so")


class TableChoice(BaseModel):
    """Which tables of the published snapshot are meant. `tables` wins over `mode`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: TableNames | None = Field(default=None, description="by name; empty counts as absent")
    mode: UploadMode = Field(
        default="all", description="`qa` takes lookup tables too, `basic` those named so, `tracking` tracked ones"
    )


class UploadRequest(TableChoice):
    """Queue an upload of the published snapshot."""

    options: Annotated[UploadOptions, BeforeValidator(or_empty)] = Field(default_factory=UploadOptions)


class SchemaOptions(BaseModel):
    """What happens to the generated schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    apply: bool = Field(default=False, description="run it on the database too, which needs a direct connection")


class SchemaRequest(BaseModel):
    """Queue the generation of the database schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: Annotated[SchemaOptions, BeforeValidator(or_empty)] = Field(default_factory=SchemaOptions)


class TableChange(BaseModel):
    """What an upload would do to one table."""

    table: str
    rows: int = Field(description="in the snapshot")
    inserted: int
    updated: int
    deleted: int
    needs_replace: bool = Field(description="more than half of its rows would go: refused without `replace`")


class StandingsMove(BaseModel):
    """A team whose place or points change; null where it is not listed."""

    season_id: str
    team_id: str
    team_name: str | None
    place_before: int | None
    place_after: int | None
    points_before: int | None
    points_after: int | None


class Leader(BaseModel):
    """A player among the leaders of a category."""

    player_id: str
    player_name: str | None
    value: int


class LeadersChange(BaseModel):
    """A category of the current season whose first five change."""

    category: Literal["goals", "assists", "points"]
    before: list[Leader]
    after: list[Leader]


class GameLine(BaseModel):
    """A game of the schedule; the score is null until it is played."""

    game_id: int
    date: str | None
    home_team: str | None
    away_team: str | None
    score: str | None = Field(description="home-away")


class ScoreChange(BaseModel):
    """A game whose score changes."""

    game_id: int
    before: str | None
    after: str | None


class GamesChange(BaseModel):
    """Games that an upload makes appear, vanish or change; the lists name the first 50 of each."""

    appear: list[GameLine]
    vanish: list[GameLine]
    rescored: list[ScoreChange]
    appear_count: int
    vanish_count: int
    rescored_count: int


class BoxScoreDifference(BaseModel):
    """A tracked game whose goals do not add up to the official score."""

    game_id: int
    official: str
    tracked: str


class BoxScores(BaseModel):
    """Tracked against official goals, in the snapshot."""

    compared: int
    agreeing: int
    differing: list[BoxScoreDifference]


class UploadPreview(BaseModel):
    """What an upload of the published snapshot would change."""

    snapshot_id: str
    backend: Literal["embedded", "postgres", "supabase"]
    atomic: bool = Field(description="readers would see the old tables or the new, never a mixture")
    rows: int
    inserted: int
    updated: int
    deleted: int
    tables: list[TableChange]
    standings: list[StandingsMove]
    leaders: list[LeadersChange]
    games: GamesChange
    box_scores: BoxScores
    notes: list[str]
