"""The jobs that bring tables into the database."""

from typing import Annotated, Final

from fastapi import Body, Header, Response
from fastapi.responses import FileResponse

from api.dependencies import Jobs, Uploads
from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest, TooLarge
from api.models.access import Role
from api.models.job import Job, Lane
from api.models.upload import SchemaRequest, TableChoice, UploadPreview, UploadRequest
from api.permissions import Operator, Viewer, require, role_router
from api.routes import examples, upload_examples
from api.routes.job_answers import (
    CANCEL_RESPONSES,
    UNAUTHENTICATED,
    IfNoneMatch,
    JobId,
    Limit,
    Offset,
    Responses,
    StatusFilter,
    Wait,
    job_status,
    list_responses,
    newest_first,
    status_answer,
)
from api.services.job_errors import IdempotencyConflict, QueueFull, ShuttingDown
from api.services.job_reading import WAREHOUSE_KINDS
from api.services.upload_choice import UnknownTables
from api.services.upload_service import NoSchema, NothingToUpload
from api.services.warehouse_errors import (
    CannotBeStored,
    NewerStands,
    SchemaDiffers,
    ServerStops,
    WarehouseDenied,
    WarehouseDown,
)

upload_router = role_router("/api/upload", "Upload")

_UNKNOWN: Final = "Unknown table 'fact_goal'. Nearest: fact_goals, fact_shots"
_NOTHING: Final = NothingToUpload("Nothing is published yet: run the ETL first (POST /api/etl/trigger)")
_QUEUE_ERRORS: Final = (
    InvalidRequest("options.batch_size: Input should be less than or equal to 1000", [FieldError("options", "")]),
    UnknownTables(_UNKNOWN, [FieldError("tables.0", _UNKNOWN)]),
    UNAUTHENTICATED,
    _NOTHING,
    IdempotencyConflict(),
    TooLarge("The body is larger than the 1,000,000 bytes that this server takes"),
    QueueFull(Lane.WAREHOUSE, 50, retry_after_seconds=30),
    ShuttingDown(),
)
_PREVIEW_ERRORS: Final = (
    *_QUEUE_ERRORS[:4],
    NewerStands("A newer snapshot stands in the warehouse"),
    SchemaDiffers("fact_goals.goal_id is integer, declared text"),
    CannotBeStored("fact_goals row 3, column period: 'x' is not an integer"),
    _QUEUE_ERRORS[5],
    WarehouseDenied("The database refuses the password"),
    WarehouseDown("The database does not answer"),
    ServerStops("The server is shutting down"),
)
_WHERE: Final = {"Location": "where to ask for its status"}
_QUEUED_UPLOAD: Final[Responses] = {202: examples.answer(upload_examples.QUEUED_UPLOAD, "The job, queued", _WHERE)}
_QUEUED_SCHEMA: Final[Responses] = {202: examples.answer(upload_examples.QUEUED_SCHEMA, "The job, queued", _WHERE)}
_SCRIPT: Final = {
    "description": "The script",
    "content": {
        "application/sql": {
            "schema": {"type": "string"},
            "examples": {"script": {"value": upload_examples.SCHEMA_SCRIPT}},
        }
    },
}
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=255, description="a name for this very request: sent again it answers the same job"
    ),
]


@upload_router.post("/to-supabase", status_code=202, responses=documented(*_QUEUE_ERRORS) | _QUEUED_UPLOAD)
def upload_to_supabase(
    caller: Operator,
    request: Annotated[UploadRequest, Body(openapi_examples=upload_examples.UPLOAD_REQUESTS)],
    response: Response,
    uploads: Uploads,
    idempotency_key: IdempotencyKey = None,
) -> Job:
    """Queue an upload: make the database's tables equal to those of the snapshot that is published now.

    Only rows that differ are written, all at once: readers see the old season or the new one. An upload that would
    delete more than half of a table is refused without `replace`.
    """
    job = uploads.upload_tables(request, idempotency_key=idempotency_key)
    response.headers["Location"] = f"/api/upload/status/{job.job_id}"
    return job


@upload_router.post(
    "/preview",
    responses=documented(*_PREVIEW_ERRORS) | {200: examples.answer(upload_examples.PREVIEW, "What would change")},
)
def preview_upload(
    caller: Operator,
    request: Annotated[TableChoice, Body(openapi_examples=upload_examples.PREVIEW_REQUESTS)],
    uploads: Uploads,
) -> UploadPreview:
    """What an upload would change: rows per table, standings, leaders, games, and box scores against the official ones.

    Nothing is changed.
    """
    return uploads.preview(request)


@upload_router.post(
    "/generate-schema",
    status_code=202,
    responses=documented(_QUEUE_ERRORS[0], *_QUEUE_ERRORS[2:]) | _QUEUED_SCHEMA,
)
def generate_schema(
    caller: Operator,
    request: Annotated[SchemaRequest, Body(openapi_examples=upload_examples.SCHEMA_REQUESTS)],
    response: Response,
    uploads: Uploads,
    idempotency_key: IdempotencyKey = None,
) -> Job:
    """Queue the generation of the SQL that a database needs: tables, views, staging tables, functions and rights.

    The script can be run again at any time. With `apply` it is run on the database too, for an admin.
    """
    if request.options.apply:
        require(caller, Role.ADMIN)
    job = uploads.generate_schema(request, idempotency_key=idempotency_key)
    response.headers["Location"] = f"/api/upload/status/{job.job_id}"
    return job


@upload_router.get(
    "/schema",
    response_class=Response,
    responses=documented(
        UNAUTHENTICATED, NoSchema("No schema has been generated yet: ask for one with POST /api/upload/generate-schema")
    )
    | {200: _SCRIPT},
)
def download_schema(caller: Viewer, uploads: Uploads) -> FileResponse:
    """The SQL script as it was generated last."""
    return FileResponse(uploads.schema_file(), media_type="application/sql", filename="reset_supabase.sql")


@job_status(upload_router)
async def upload_status(
    caller: Viewer, job_id: JobId, jobs: Jobs, wait: Wait = 0, if_none_match: IfNoneMatch = None
) -> Response:
    """A job of any kind as it stands; `wait` as for an ETL job."""
    return await status_answer(jobs, job_id, wait, if_none_match)


@upload_router.get("/history", responses=list_responses(examples.WAREHOUSE_JOBS))
async def upload_history(
    caller: Viewer, response: Response, jobs: Jobs, limit: Limit = 10, offset: Offset = 0, status: StatusFilter = None
) -> list[Job]:
    """Upload and schema jobs, newest first."""
    return newest_first(response, jobs, WAREHOUSE_KINDS, status=status, limit=limit, offset=offset)


@upload_router.post("/cancel/{job_id}", responses=CANCEL_RESPONSES)
def cancel_upload(caller: Operator, job_id: JobId, jobs: Jobs) -> Job:
    """End a job and answer when it has ended; what it had begun to write is taken back."""
    return jobs.cancel_job(job_id)
