"""What the routes of all kinds of jobs share: their parameters, their errors and the conditional answer."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Header, Path, Query, Response

from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest, Unauthenticated
from api.models.job import Job, JobKind, JobStatus
from api.routes import examples
from api.routes.examples import JOB_ID
from api.services.job_errors import JobAlreadyFinished, JobNotFound
from api.services.job_manager import JobManager
from api.services.job_reading import changed_job

Responses = dict[int | str, dict[str, Any]]
JobId = Annotated[str, Path(description="as the trigger answered it", examples=[JOB_ID], max_length=200)]
Limit = Annotated[int, Query(ge=1, le=200, description="jobs in the answer")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="jobs to skip")]
StatusFilter = Annotated[JobStatus | None, Query(alias="status", description="only jobs in this state")]
Wait = Annotated[float, Query(ge=0, le=60, description="seconds to wait for a change before answering")]
IfNoneMatch = Annotated[str | None, Header(description="the `ETag` of the answer that you have")]

UNAUTHENTICATED: Final = Unauthenticated("This server asks for its API key in the X-API-Key header")
WRONG_REQUEST: Final = InvalidRequest(
    "limit: Input should be less than or equal to 200",
    [FieldError("limit", "Input should be less than or equal to 200")],
)
_FINISHED: Final = Job(
    job_id=JOB_ID,
    kind=JobKind.ETL,
    status=JobStatus.COMPLETED,
    mode="full",
    created_at=datetime(2026, 10, 18, tzinfo=UTC),
)
STATUS_RESPONSES: Final[Responses] = documented(UNAUTHENTICATED, WRONG_REQUEST, JobNotFound(JOB_ID)) | {
    200: examples.answer(examples.ANY_JOB, "The job as it stands", {"ETag": "stands for this very answer"}),
    304: {"description": "The job is as `If-None-Match` has it"},
}
CANCEL_RESPONSES: Final[Responses] = documented(
    UNAUTHENTICATED, WRONG_REQUEST, JobNotFound(JOB_ID), JobAlreadyFinished(_FINISHED)
) | {200: examples.answer(examples.CANCELLED_JOB, "The job, ended")}


def list_responses(listed: dict[str, Any]) -> Responses:
    """OpenAPI `responses` of a page of jobs."""
    total = {"X-Total-Count": "how many there are in all"}
    return documented(UNAUTHENTICATED, WRONG_REQUEST) | {200: examples.answer(listed, "Newest first", total)}


async def status_answer(jobs: JobManager, job_id: str, wait_seconds: float, if_none_match: str | None) -> Response:
    """The job as it stands, or as it is after its next change."""

    def caller_has(job: Job) -> bool:
        return if_none_match is None or is_known(job, if_none_match)

    return conditional(await changed_job(jobs, job_id, is_known=caller_has, wait_seconds=wait_seconds), if_none_match)


def etag_of(job: Job) -> str:
    """A tag that stands for the job exactly as it is.

    Of the contents, not the version: after a crash a version may come again with other contents.
    """
    return f'"{hashlib.blake2b(job.model_dump_json().encode(), digest_size=12).hexdigest()}"'


def is_known(job: Job, if_none_match: str | None) -> bool:
    """Whether the caller has the job as it is, by the `If-None-Match` that came with the request."""
    if if_none_match is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag_of(job) in tags


def conditional(job: Job, if_none_match: str | None) -> Response:
    """The job with its `ETag`, or 304 without a body when the caller has it already."""
    headers = {"ETag": etag_of(job), "Cache-Control": "no-cache"}
    if is_known(job, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(job.model_dump_json(), media_type="application/json", headers=headers)
