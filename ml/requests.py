"""The features of each model, typed: `Request` is their union, told apart by `model`. Loads no numpy."""

import datetime as dt
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

Id = Annotated[str, Field(min_length=1, max_length=64)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class _TwoTeams(_Strict):
    home_team_id: Id
    away_team_id: Id

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.home_team_id == self.away_team_id:
            raise PydanticCustomError("same_team", "A team cannot play itself: home_team_id equals away_team_id")
        return self


class GameOutcomeFeatures(_TwoTeams):
    """Two teams; without a date, both rested, at the time of the last game known."""

    date: dt.date | None = None


class GameContext(_Strict):
    """What is known of a player's next game. Anything left out is averaged over."""

    opponent_team_id: Id | None = None
    is_home: bool | None = None
    goalie_player_id: Id | None = None


class GoalPredictionFeatures(_Strict):
    """A skater, and his next game as far as it is known."""

    player_id: Id
    game_context: GameContext = GameContext()


class WinProbabilityFeatures(_TwoTeams):
    """A game in progress. Clock and periods as in the league's rules; skaters without goalies."""

    home_goals: int = Field(ge=0, le=99)
    away_goals: int = Field(ge=0, le=99)
    period: int = Field(ge=1, le=9)
    seconds_left: int = Field(ge=0, le=3600, description="Clock of the period, counting down.")
    home_skaters: int = Field(default=5, ge=3, le=6)
    away_skaters: int = Field(default=5, ge=3, le=6)
    strength_seconds_left: int | None = Field(
        default=None, ge=0, le=1200, description="How long the strength lasts; half a minor penalty when left out."
    )


class GoaliePerformanceFeatures(_Strict):
    """A goalie, and whom he faces."""

    player_id: Id
    opponent_team_id: Id | None = None


class PlayoffProbabilityFeatures(_Strict):
    """A team's season: the current one."""

    team_id: Id
    simulations: int = Field(default=10_000, ge=100, le=50_000)


class SimilarPlayersFeatures(_Strict):
    """A player, and how many neighbours to name."""

    player_id: Id
    count: int = Field(default=5, ge=1, le=25)


class LineChemistryFeatures(_Strict):
    """Two to five skaters of one side."""

    player_ids: Annotated[list[Id], Field(min_length=2, max_length=5)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.player_ids)) < len(self.player_ids):
            raise PydanticCustomError("same_player", "player_ids names a player twice")
        return self


ShotType = Literal[
    "Wrist", "Backhand", "Slap", "Snap", "OneTime", "Tip", "Bat", "Poke", "WrapAround", "Dumpin", "Cradle", "Other"
]


class ExpectedGoalsFeatures(_Strict):
    """A shot attempt. Coordinates in feet from centre ice, +x towards the net attacked; both or none."""

    shot_type: ShotType | None = None
    situation: Literal["EV", "PP", "SH", "EN"] | None = Field(
        default=None, description="the shooters'; EN: at an empty net"
    )
    is_rebound: bool = Field(default=False, description="within 3 s of the side's attempt before")
    is_rush: bool = Field(default=False, description="within 4 s of a rush's entry")
    after_turnover: bool = Field(default=False, description="within 4 s of winning the puck from the other side")
    is_blocked: bool = False
    x_ft: float | None = Field(default=None, ge=-100, le=100)
    y_ft: float | None = Field(default=None, ge=-42.5, le=42.5)

    @model_validator(mode="after")
    def _both_coordinates_or_none(self) -> Self:
        if (self.x_ft is None) != (self.y_ft is None):
            raise PydanticCustomError("half_a_place", "x_ft and y_ft are given together or not at all")
        return self


class ExpectedGoalsRequest(_Strict):
    """A shot's goal probability."""

    model: Literal["expected_goals"] = "expected_goals"
    features: ExpectedGoalsFeatures


class GameOutcomeRequest(_Strict):
    """Who wins, and by how many goals."""

    model: Literal["game_outcome"] = "game_outcome"
    features: GameOutcomeFeatures


class GoalPredictionRequest(_Strict):
    """Whether a player scores in the next game."""

    model: Literal["goal_prediction"] = "goal_prediction"
    features: GoalPredictionFeatures


class WinProbabilityRequest(_Strict):
    """Who wins the game that is being played."""

    model: Literal["win_probability"] = "win_probability"
    features: WinProbabilityFeatures


class GoaliePerformanceRequest(_Strict):
    """A goalie's next game."""

    model: Literal["goalie_performance"] = "goalie_performance"
    features: GoaliePerformanceFeatures


class PlayoffProbabilityRequest(_Strict):
    """Whether a team reaches the playoffs."""

    model: Literal["playoff_probability"] = "playoff_probability"
    features: PlayoffProbabilityFeatures


class SimilarPlayersRequest(_Strict):
    """Who plays like whom."""

    model: Literal["similar_players"] = "similar_players"
    features: SimilarPlayersFeatures


class LineChemistryRequest(_Strict):
    """What players are worth together beyond what each is alone."""

    model: Literal["line_chemistry"] = "line_chemistry"
    features: LineChemistryFeatures


Request = Annotated[
    GameOutcomeRequest
    | GoalPredictionRequest
    | WinProbabilityRequest
    | GoaliePerformanceRequest
    | PlayoffProbabilityRequest
    | SimilarPlayersRequest
    | LineChemistryRequest
    | ExpectedGoalsRequest,
    Field(discriminator="model"),
]
REQUEST: TypeAdapter[Request] = TypeAdapter(Request, config=ConfigDict(defer_build=True))
"""Reads a request from plain data or JSON; pydantic's ValidationError says what is wrong with it."""
KINDS: Final[dict[str, type[BaseModel]]] = {
    kind.model_fields["model"].default: kind for kind in get_args(get_args(Request)[0])
}
"""Every model's name with the class of its requests."""
