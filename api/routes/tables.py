"""Browse what is published."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.dependencies import Tables
from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest
from api.models.table import TableInfo, TablePage, TableParameters, TableSchema
from api.permissions import Viewer, role_router
from api.routes import examples
from api.routes.job_answers import UNAUTHENTICATED
from api.services.table_service import NothingPublished, TableNotFound, TableQuery

tables_router = role_router("/api/tables", "Tables")

_NOTHING: Final = NothingPublished("Nothing is published yet: run the ETL first (POST /api/etl/trigger)")
_UNKNOWN: Final = TableNotFound("No table 'dim_schedules' is published; did you mean dim_schedule?")
_WRONG_FILTER: Final = InvalidRequest(
    "goals: 'one' is not a value of type integer", [FieldError("goals", "'one' is not a value of type integer")]
)
_LIST_RESPONSES: Final = documented(UNAUTHENTICATED, _NOTHING)
_SCHEMA_RESPONSES: Final = documented(UNAUTHENTICATED, _WRONG_FILTER, _UNKNOWN, _NOTHING)

TableName = Annotated[str, Path(description="as GET /api/tables lists it", examples=["dim_schedule"], max_length=63)]


def _typed(media_type: str, example: str, description: str) -> dict[str, Any]:
    content = {"schema": {"type": "string"}, "examples": {"published": {"value": example}}}
    return {"description": description, "content": {media_type: content}}


_PAGE: Final = examples.answer(
    examples.TABLE_PAGE, "The rows, as JSON or CSV", {"X-Total-Count": "rows that the filters keep"}
)
_PAGE["content"] |= _typed("text/csv", "game_id,date\n18969,2026-01-18\n", "")["content"]


@tables_router.get("", responses=_LIST_RESPONSES | {200: examples.answer(examples.TABLES, "By name")})
def list_tables(caller: Viewer, tables: Tables) -> list[TableInfo]:
    """Every published table with its size and what it holds."""
    return tables.list_tables()


@tables_router.get(
    "/types.ts",
    response_class=Response,
    responses=_LIST_RESPONSES
    | {200: _typed("text/plain", "export interface DimTeam {\n}\n", "TypeScript, one interface per table")},
)
def table_types(caller: Viewer, tables: Tables) -> Response:
    """Exact TypeScript types of the published tables, for dashboard authors."""
    return Response(tables.types(), media_type="text/plain")


@tables_router.get(
    "/{name}/schema", responses=_SCHEMA_RESPONSES | {200: examples.answer(examples.TABLE_SCHEMA, "As it is declared")}
)
def table_schema(caller: Viewer, name: TableName, tables: Tables) -> TableSchema:
    """What a table declares: grain, primary key, columns with types, units and meanings, references."""
    return tables.schema(name)


@tables_router.get("/{name}", response_model=TablePage, responses=_SCHEMA_RESPONSES | {200: _PAGE})
def table_rows(
    caller: Viewer, request: Request, name: TableName, tables: Tables, wanted: Annotated[TableParameters, Query()]
) -> Response:
    """Rows of a table: paged, sorted, searched and filtered; `select=player_id,goals` asks for these columns only.

    Any other parameter is a filter on the column of that name, `operator.value`, all of which must hold:
    `goals=gte.2`, `event_type=in.(Shot,Goal)`, `date=is.null`, `player_name=ilike.*smith*`, `position=not.eq.Goalie`.
    Operators: eq, neq, gt, gte, lt, lte, like, ilike, in, is. Nulls sort last. CSV is for spreadsheets: text that they
    would run as a formula has an apostrophe before it.
    """
    filters = [pair for pair in request.query_params.multi_items() if pair[0] not in TableParameters.model_fields]
    query = TableQuery(filters, wanted.sort, wanted.search, wanted.limit, wanted.offset, wanted.select)
    if wanted.format == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingResponse(tables.csv(name, query), media_type="text/csv; charset=utf-8", headers=headers)
    page = tables.page(name, query)
    return Response(page.json, media_type="application/json", headers={"X-Total-Count": str(page.total)})
