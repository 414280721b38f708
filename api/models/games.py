"""The league's games as the API gives and takes them."""

from datetime import date as Day  # noqa: N812 - a field is called date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Goals = Annotated[int, Field(ge=0, le=99)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
LastPeriod = Annotated[
    Literal["Regulation", "Overtime", "Shootout"], Field(description="how the game ended; points go by it")
]
TrackingStatus = Literal["None", "Template", "Partial", "Complete", "Error", "Tracked"]


class Tracking(BaseModel):
    """Whether somebody tracked the game.

    `status` is the last run's word; Tracked where there is tracking that no run has read yet. `staged`: the rows are in
    staging.
    """

    status: TrackingStatus
    staged: bool


class GameETL(BaseModel):
    """Whether the published tables have the game: published, or pending: the next run brings it."""

    status: Literal["published", "pending"]
    snapshot_id: str | None


class Game(BaseModel):
    """A game of the schedule as it stands, with staging over the files.

    `origin` is `stage` where staging has a hand in it, else what the published table says, else `workbook`.
    """

    game_id: int
    season_id: str | None = None
    season: str | None = None
    date: str | None = None
    game_time: str | None = None
    game_type: str | None = None
    schedule_type: str | None = None
    playoff_round: str | None = None
    last_period_type: str | None = None
    venue: str | None = None
    home_team: str | None = None
    away_team: str | None = None
    home_team_id: str | None = None
    away_team_id: str | None = None
    home_goals: int | None = None
    away_goals: int | None = None
    origin: str
    tracking: Tracking
    etl: GameETL


class GameChanges(BaseModel):
    """What to change of a game; null empties a field."""

    model_config = ConfigDict(extra="forbid")

    season_id: Text | None = None
    season: Text | None = None
    date: Day | None = None
    game_time: Clock | None = None
    game_type: Text | None = None
    schedule_type: Text | None = None
    playoff_round: Text | None = None
    last_period_type: LastPeriod | None = None
    venue: Text | None = None
    home_team: Text | None = None
    away_team: Text | None = None
    home_team_id: Text | None = None
    away_team_id: Text | None = None
    home_goals: Goals | None = None
    away_goals: Goals | None = None

    def cells(self) -> dict[str, str | int | None]:
        """The given fields by the columns of the schedule's staging table."""
        given = self.model_dump(mode="json", exclude_unset=True, exclude={"game_id"})
        return {_COLUMNS.get(name, name): value for name, value in given.items()}


class GameUpdate(GameChanges):
    """A correction of a game; at least one field."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("Name at least one field to change")
        return self


class NewGame(GameChanges):
    """A game for the schedule."""

    game_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    date: Day
    home_team: Text
    away_team: Text


class GameDeleted(BaseModel):
    """The game is out of the league from the next run on. `tracking_rows_deleted` were staged for it."""

    success: bool = True
    game_id: int
    tracking_rows_deleted: int


_COLUMNS = {"date": "game_date", "home_goals": "home_score", "away_goals": "away_score"}
