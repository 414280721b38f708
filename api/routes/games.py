"""The league's games."""

from datetime import date as Day  # noqa: N812 - a query parameter is called date
from typing import Annotated, Final

from fastapi import Body, Path, Query, Response

from api.dependencies import Games
from api.error_handlers import documented
from api.errors import FieldError, TooLarge
from api.models.games import Game, GameDeleted, GameUpdate, NewGame
from api.permissions import Admin, Operator, Viewer, role_router
from api.routes import staging_examples as examples
from api.routes.examples import answer
from api.routes.job_answers import UNAUTHENTICATED, WRONG_REQUEST, Offset, Responses
from api.routes.warehouse_answers import REFUSALS
from api.services.games_service import GameFilter
from api.services.known_teams import SameTeam, UnknownTeam
from api.services.staging_errors import GameExists, GameNotFound, NotConfirmed

games_router = role_router("/api/games", "Games")

_NOT_FOUND: Final = GameNotFound("The league has no game 18968")
_UNKNOWN_TEAM: Final = UnknownTeam(
    "The league has no team 'River Comet' (did you mean River Comets?); a new team is entered in dim_team first",
    [FieldError("home_team", "The league has no team 'River Comet' (did you mean River Comets?)")],
)
_SAME_TEAM: Final = SameTeam("A team cannot play itself", [FieldError("away_team", "is the home team, too")])
_TOO_LARGE: Final = TooLarge("The body is larger than the 1,000,000 bytes that this server takes")
_THE_GAME: Final[Responses] = {200: answer(examples.A_GAME, "The game as it stands")}
GameNumber = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[18969])]
Limit = Annotated[int, Query(ge=1, le=1000, description="games in the answer")]
Name = Annotated[str | None, Query(max_length=100)]


@games_router.get(
    "",
    responses=documented(UNAUTHENTICATED, WRONG_REQUEST, *REFUSALS)
    | {200: answer(examples.GAMES, "The latest first", {"X-Total-Count": "how many there are in all"})},
)
def list_games(  # noqa: PLR0913, PLR0917 - one parameter per filter
    caller: Viewer,
    response: Response,
    games: Games,
    limit: Limit = 100,
    offset: Offset = 0,
    season_id: Name = None,
    team_id: Name = None,
    search: Annotated[str | None, Query(max_length=100, description="a part of a team's name")] = None,
    tracked: Annotated[bool | None, Query(description="only games with tracked events, or only those without")] = None,
    played: Annotated[
        bool | None, Query(description="only games with a score or tracked to the end, or only others")
    ] = None,
    date_from: Day | None = None,
    date_to: Day | None = None,
) -> list[Game]:
    """The schedule with staging over the files, the latest game first."""
    which = GameFilter(
        season_id=season_id,
        team_id=team_id,
        search=search,
        tracked=tracked,
        played=played,
        date_from=None if date_from is None else date_from.isoformat(),
        date_to=None if date_to is None else date_to.isoformat(),
    )
    page, total = games.list_games(which, limit=limit, offset=offset)
    response.headers["X-Total-Count"] = str(total)
    return page


@games_router.post(
    "",
    status_code=201,
    responses=documented(
        WRONG_REQUEST,
        _UNKNOWN_TEAM,
        _SAME_TEAM,
        UNAUTHENTICATED,
        GameExists("The league has game 18969 already; change it with PUT"),
        _TOO_LARGE,
        *REFUSALS,
    )
    | {201: answer(examples.A_GAME, "The game, staged")},
)
def create_game(
    caller: Operator, request: Annotated[NewGame, Body(openapi_examples=examples.NEW_GAMES)], games: Games
) -> Game:
    """Add a game to the schedule; the next run publishes it.

    Its teams must be the league's (by name in any case, or by long name), unless the league has none yet: a run would
    count the game of an unknown team for nobody. A game that names no season is of the last one begun by its day.
    """
    return games.create(request)


@games_router.get("/{game_id}", responses=documented(WRONG_REQUEST, UNAUTHENTICATED, _NOT_FOUND, *REFUSALS) | _THE_GAME)
def get_game(caller: Viewer, game_id: GameNumber, games: Games) -> Game:
    """One game of the schedule, or a tracked one that the schedule lacks."""
    return games.get(game_id)


@games_router.put(
    "/{game_id}",
    responses=documented(WRONG_REQUEST, _UNKNOWN_TEAM, _SAME_TEAM, UNAUTHENTICATED, _NOT_FOUND, _TOO_LARGE, *REFUSALS)
    | _THE_GAME,
)
def update_game(
    caller: Operator,
    game_id: GameNumber,
    request: Annotated[GameUpdate, Body(openapi_examples=examples.GAME_UPDATES)],
    games: Games,
) -> Game:
    """Correct a game; the correction wins over the files."""
    return games.update(game_id, request)


@games_router.delete(
    "/{game_id}",
    responses=documented(
        NotConfirmed("Game 18969 is tracked; say confirm=true", [FieldError("confirm", "must be true")]),
        UNAUTHENTICATED,
        _NOT_FOUND,
        *REFUSALS,
    )
    | {200: answer(examples.GAME_DELETED, "The game is out of the league from the next run on")},
)
def delete_game(
    caller: Admin,
    game_id: GameNumber,
    games: Games,
    confirm: Annotated[bool, Query(description="needed for a tracked game")] = False,  # noqa: FBT002 - a query parameter
) -> GameDeleted:
    """Take a game out of the league, also when the files have it; its staged tracking is deleted."""
    return games.delete(game_id, confirm=confirm)
