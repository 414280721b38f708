"""Explain a published number."""

from typing import Annotated, Final

from fastapi import Path, Query

from api.dependencies import Explanations
from api.error_handlers import documented
from api.models.explain import ExplainParameters, Explanation
from api.permissions import Viewer, role_router
from api.routes import examples, explain_examples
from api.routes.job_answers import UNAUTHENTICATED, WRONG_REQUEST
from api.services.explain_numbers import ColumnNotFound, RowNotFound
from api.services.table_service import NothingPublished, TableNotFound

explain_router = role_router("/api/explain", "Tables")

_RESPONSES: Final = documented(
    WRONG_REQUEST,
    UNAUTHENTICATED,
    RowNotFound("fact_player_game_stats has no row '18969_P10000'; did you mean 18969_P100001 or 18969_P100002?"),
    ColumnNotFound("fact_player_game_stats has no column 'goal'; did you mean goals?"),
    TableNotFound("No table 'fact_player_game' is published; did you mean fact_player_game_stats?"),
    NothingPublished("Nothing is published yet: run the ETL first (POST /api/etl/trigger)"),
)

Name = Annotated[
    str,
    Path(
        description="a table, as GET /api/tables lists it, or a view of the warehouse (`v_...`)",
        examples=["fact_player_game_stats"],
        max_length=63,
    ),
]
RowKey = Annotated[
    str,
    Path(
        description="the row's primary key (GET /api/tables/{name}/schema); the parts of a composite key in their "
        "order, separated by commas: `18969,P100001`; a part with a comma stands in quotes. A view's rows are named by "
        "what they are about: a player, team or game, then the season where the view has several; a 404 says which",
        examples=["18969_P100001"],
        max_length=300,
    ),
]
ColumnName = Annotated[str, Path(description="a column of the table", examples=["points"], max_length=63)]


@explain_router.get(
    "/{table}/{key}/{column}",
    responses=_RESPONSES | {200: examples.answer(explain_examples.EXPLANATION, "The number, its rule and its rows")},
)
def explain(
    caller: Viewer,
    table: Name,
    key: RowKey,
    column: ColumnName,
    wanted: Annotated[ExplainParameters, Query()],
    service: Explanations,
) -> Explanation:
    """How a number came about: its rule, and the rows and events that it was made from, with game, clock and video.

    Counts and sums name every row that they are made from, each with what it adds: game sheets, results and box scores
    for seasons and careers, events and stints for games. A mean or share of other rows says which of them divide.
    A figure made of columns of its own row names them (`operands`), each with the address where it is explained. A view
    of the warehouse leads to the rows of the tables that it reads, whether or not they were uploaded: a number that it
    repeats to the table's own, a rank to the rows that are ahead.
    """
    return service.explain(table, key, column, limit=wanted.limit, offset=wanted.offset)
