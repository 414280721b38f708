"""Run the ETL and watch it."""

from typing import Annotated, Final

from fastapi import Body, Header, Query, Response, WebSocket

from api.dependencies import Etl, Jobs
from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest, TooLarge
from api.models.job import Job, Lane, TriggerETLRequest
from api.models.job_log import JobLog
from api.permissions import Operator, Viewer, role_router
from api.routes import examples
from api.routes.job_answers import (
    CANCEL_RESPONSES,
    UNAUTHENTICATED,
    WRONG_REQUEST,
    IfNoneMatch,
    JobId,
    Limit,
    Offset,
    StatusFilter,
    Wait,
    job_status,
    list_responses,
    newest_first,
    status_answer,
)
from api.routes.socket_answers import tell
from api.services.job_errors import IdempotencyConflict, JobNotFound, QueueFull, ShuttingDown
from api.services.job_messages import messages_of_job, messages_of_log
from api.services.job_reading import ETL_KINDS, job_log
from api.services.known_games import UnknownGames

etl_router = role_router("/api/etl", "ETL")

_LARGEST_OFFSET: Final = 2**53
_TRIGGER_ERRORS: Final = documented(
    InvalidRequest(
        "Invalid mode 'quick'. Valid modes: full, incremental, single, test",
        [FieldError("mode", "Invalid mode 'quick'. Valid modes: full, incremental, single, test")],
    ),
    UnknownGames("Unknown game 18968. Nearest: 18969, 18977", [FieldError("game_ids", "Unknown game 18968")]),
    UNAUTHENTICATED,
    IdempotencyConflict(),
    TooLarge("The body is larger than the 1,000,000 bytes that this server takes"),
    QueueFull(Lane.ETL, 50, retry_after_seconds=30),
    ShuttingDown(),
)

_LOG_RESPONSES: Final = documented(UNAUTHENTICATED, WRONG_REQUEST, JobNotFound(examples.JOB_ID)) | {
    200: examples.answer(examples.JOB_LOG, "A piece of the log")
}


@etl_router.post(
    "/trigger",
    status_code=202,
    responses=_TRIGGER_ERRORS
    | {202: examples.answer(examples.QUEUED_JOB, "The job, queued", {"Location": "where to ask for its status"})},
)
def trigger_etl(
    caller: Operator,
    request: Annotated[TriggerETLRequest, Body(openapi_examples=examples.TRIGGER_REQUESTS)],
    response: Response,
    etl: Etl,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="a name for this very request: sent again it answers the same job, not a second one",
        ),
    ] = None,
) -> Job:
    """Queue an ETL job: read the tracked games and publish the tables.

    * `full` reads every game that is new or changed and rebuilds all tables;
    * `incremental` does the same, and nothing at all when nothing changed;
    * `single` reads the named games again and keeps the others as they were last read;
    * `test` runs all checks and publishes nothing.

    A request that is identical to one still waiting answers that one's job.
    """
    job = etl.run_etl_async(request, idempotency_key=idempotency_key)
    response.headers["Location"] = f"/api/etl/status/{job.job_id}"
    return job


@job_status(etl_router)
async def etl_status(
    caller: Viewer, job_id: JobId, jobs: Jobs, wait: Wait = 0, if_none_match: IfNoneMatch = None
) -> Response:
    """A job of any kind as it stands.

    With `wait`, an unfinished job is answered when it changes from what `If-None-Match` has, or from what it is now.
    """
    return await status_answer(jobs, job_id, wait, if_none_match)


@etl_router.get("/history", responses=list_responses(examples.ETL_JOBS))
async def etl_history(
    caller: Viewer, response: Response, jobs: Jobs, limit: Limit = 10, offset: Offset = 0, status: StatusFilter = None
) -> list[Job]:
    """ETL jobs, newest first."""
    return newest_first(response, jobs, ETL_KINDS, status=status, limit=limit, offset=offset)


@etl_router.post("/cancel/{job_id}", responses=CANCEL_RESPONSES)
def cancel_etl(caller: Operator, job_id: JobId, jobs: Jobs) -> Job:
    """End a job and answer when it has ended: `cancelled` only when nothing of it runs any more.

    A run that finishes first is `completed`.
    """
    return jobs.cancel_job(job_id)


@etl_router.get(
    "/logs/{job_id}",
    responses=_LOG_RESPONSES,
)
def etl_log(
    caller: Viewer,
    job_id: JobId,
    jobs: Jobs,
    offset: Annotated[int, Query(ge=0, le=_LARGEST_OFFSET, description="the byte to begin at")] = 0,
) -> JobLog:
    """What a job has printed, piece by piece: ask again with `next_offset` until `complete`."""
    return job_log(jobs, job_id, offset)


@etl_router.websocket("/ws/{job_id}")
async def watch_job(
    caller: Viewer,
    socket: WebSocket,
    job_id: JobId,
    jobs: Jobs,
    version: Annotated[int, Query(ge=0, le=_LARGEST_OFFSET)] = 0,
    log: Annotated[int | None, Query(ge=0, le=_LARGEST_OFFSET)] = None,
) -> None:
    """A job of any kind as it is and each of its changes; with `log`, its log from that byte on. See docs/live.md."""
    sources = [messages_of_job(jobs, job_id, version)]
    if log is not None:
        sources.append(messages_of_log(jobs, job_id, log))
    await tell(socket, *sources)
