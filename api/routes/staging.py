"""Corrections to the league's data, and files for the next run."""

from typing import Annotated, Final

from fastapi import Body, File, Form, Path, Query, UploadFile

from api.dependencies import Staging, Standing, Tracking
from api.error_handlers import documented
from api.errors import FieldError, TooLarge
from api.models.staging import (
    BlbDeleteResult,
    BlbUpdate,
    BlbUpdateResult,
    BlbUpload,
    BlbUploadResult,
    FileUploadResult,
    StandingPage,
    TrackingUpload,
    TrackingUploadResult,
)
from api.permissions import Admin, Operator, Scorer, Viewer, role_router
from api.routes import staging_examples as examples
from api.routes.examples import answer
from api.routes.job_answers import UNAUTHENTICATED, WRONG_REQUEST
from api.routes.warehouse_answers import REFUSALS
from api.services.staging_errors import (
    BadRows,
    NotConfirmed,
    NothingMatched,
    UnknownColumn,
    UnknownTable,
    UnusableFile,
)

staging_router = role_router("/api/staging", "Staging")

_BAD_ROWS: Final = BadRows([FieldError("data.0.player_id", "Row 0, column player_id: is missing")])
_UNKNOWN_TABLE: Final = UnknownTable("There is no table 'dim_plyer'; there are dim_event_detail, dim_player")
_UNUSABLE: Final = UnusableFile("The file cannot be used: not JSON (line 1)")
_TOO_LARGE: Final = TooLarge("The body is larger than the 32,000,000 bytes that this server takes")
_NAMELESS: Final = "upload"
TableFile = Annotated[UploadFile, File(description="a .csv file or an .xlsx workbook")]
StagedTable = Annotated[str, Path(max_length=63, examples=["dim_player"])]
GameFile = Annotated[UploadFile, File(description="a tracker's JSON export or a tracking workbook")]


@staging_router.post(
    "/blb-tables/upload",
    responses=documented(_BAD_ROWS, UNAUTHENTICATED, _UNKNOWN_TABLE, _TOO_LARGE, *REFUSALS)
    | {200: answer(examples.UPLOADED, "All rows are staged")},
)
def upload_blb_table(
    caller: Operator, request: Annotated[BlbUpload, Body(openapi_examples=examples.UPLOADS)], staging: Staging
) -> BlbUploadResult:
    """Stage rows of one of the league's tables by key: all of them or none.

    A staged row wins over the files' row of the same key; what it does not say, the files still do. Columns may go by
    the names of the workbook or of other clients (`first_name`, `date`, `home_score`); unknown ones are dropped.
    """
    return staging.upload_blb_table(request)


@staging_router.post(
    "/blb-tables/upload-file",
    responses=documented(_BAD_ROWS, _UNUSABLE, UNAUTHENTICATED, _UNKNOWN_TABLE, _TOO_LARGE, *REFUSALS)
    | {200: answer(examples.FILE_UPLOADED, "What changed, or would")},
)
def upload_blb_file(
    caller: Operator,
    file: TableFile,
    staging: Staging,
    table_name: Annotated[str | None, Form(max_length=63, description="else the sheets' or the file's name")] = None,
    replace: Annotated[bool, Form(description="delete what is staged for these tables first")] = False,  # noqa: FBT002 - a form field
    dry_run: Annotated[bool, Form(description="say what would change, and change nothing")] = False,  # noqa: FBT002 - a form field
) -> FileUploadResult:
    """Stage a table from a CSV file, or one sheet or all of the league's sheets from a workbook."""
    return staging.upload_file(
        file.file.read(), file.filename or _NAMELESS, table_name or None, replace=replace, dry_run=dry_run
    )


@staging_router.put(
    "/blb-tables/update",
    responses=documented(
        _BAD_ROWS,
        UnknownColumn("dim_player has no column 'nickname'", [FieldError("filter_column", "no such column")]),
        UNAUTHENTICATED,
        _UNKNOWN_TABLE,
        NothingMatched("No row of dim_player has player_id 'P999'"),
        _TOO_LARGE,
        *REFUSALS,
    )
    | {200: answer(examples.UPDATED, "The rows are corrected")},
)
def update_blb_table(
    caller: Operator, request: Annotated[BlbUpdate, Body(openapi_examples=examples.UPDATES)], staging: Staging
) -> BlbUpdateResult:
    """Correct the rows where columns have these values; null empties a cell, whatever the files say.

    A row that stands only in the files is copied into staging first. A table whose key has two columns, such as
    `fact_gameroster`, needs `filters` for one row of it.
    """
    return staging.update_blb_table(request)


@staging_router.get(
    "/blb-tables/list",
    responses=documented(UNAUTHENTICATED) | {200: answer(examples.TABLES, "The names")},
)
def list_blb_tables(caller: Viewer, staging: Staging) -> list[str]:
    """The tables that can be staged."""
    return staging.tables()


@staging_router.get(
    "/blb-tables/{table_name}",
    responses=documented(WRONG_REQUEST, UNAUTHENTICATED, _UNKNOWN_TABLE, *REFUSALS)
    | {200: answer(examples.STANDING, "The rows, staged ones first")},
)
def standing_rows(  # noqa: PLR0913, PLR0917 - one parameter per filter
    caller: Operator,
    table_name: StagedTable,
    standing: Standing,
    search: Annotated[str, Query(max_length=200, description="in any cell, in any case")] = "",
    staged_only: Annotated[bool, Query(description="only corrections")] = False,  # noqa: FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> StandingPage:
    """One of the league's tables as the next run will see it: what the files say, with staging over it."""
    return standing.page(table_name, search=search, staged_only=staged_only, limit=limit, offset=offset)


@staging_router.delete(
    "/blb-tables/{table_name}/rows",
    responses=documented(
        BadRows([FieldError("key", "The key of dim_player is player_id: give one value for each")]),
        UNAUTHENTICATED,
        _UNKNOWN_TABLE,
        NothingMatched("No staged row of dim_player has the key P999"),
        *REFUSALS,
    )
    | {200: answer(examples.DELETED_ROW, "What the files say of it stands again")},
)
def take_back_row(
    caller: Operator,
    table_name: StagedTable,
    standing: Standing,
    key: Annotated[
        list[str], Query(max_length=4, description="one value for each column of the key", examples=[["P001"]])
    ],
) -> BlbDeleteResult:
    """Take one correction back: what the files say of the row stands again from the next run on."""
    return standing.take_back(table_name, key)


@staging_router.delete(
    "/blb-tables/{table_name}",
    responses=documented(
        NotConfirmed("This deletes all staged rows of dim_player; say confirm=true to do it"),
        UNAUTHENTICATED,
        _UNKNOWN_TABLE,
        *REFUSALS,
    )
    | {200: answer(examples.DELETED, "Nothing is staged for the table any more")},
)
def delete_blb_table(
    caller: Admin,
    table_name: StagedTable,
    staging: Staging,
    confirm: Annotated[bool, Query(description="must be true")] = False,  # noqa: FBT002 - a query parameter
) -> BlbDeleteResult:
    """Delete everything staged for a table; what the files say stands again from the next run on."""
    return staging.delete_blb_table(table_name, confirm=confirm)


@staging_router.post(
    "/tracking/upload",
    responses=documented(_BAD_ROWS, UNAUTHENTICATED, _TOO_LARGE, *REFUSALS)
    | {200: answer(examples.TRACKING_UPLOADED, "The game has these rows now")},
)
def upload_tracking(
    caller: Scorer, request: Annotated[TrackingUpload, Body(openapi_examples=examples.TRACKING)], tracking: Tracking
) -> TrackingUploadResult:
    """Replace a game's staged events and shifts, in one transaction. The game then wins over its files."""
    return tracking.upload_tracking_data(request)


@staging_router.post(
    "/tracking/upload-file",
    responses=documented(_UNUSABLE, UNAUTHENTICATED, _TOO_LARGE, *REFUSALS)
    | {200: answer(examples.TRACKING_UPLOADED, "The game has these rows now")},
)
def upload_tracking_file(caller: Scorer, file: GameFile, tracking: Tracking) -> TrackingUploadResult:
    """Stage the game of a tracker's file as it is; it gives the tables that the file would give."""
    return tracking.upload_file(file.file.read(), file.filename or _NAMELESS)
