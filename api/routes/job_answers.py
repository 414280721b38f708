"""What the routes of all kinds of jobs share: their parameters, their errors and the conditional answer."""

import hashlib
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Header, Path, Query, Response
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from api.dependencies import services
from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest, Unauthenticated
from api.models.job import Job, JobKind, JobStatus
from api.permissions import RoleRoute, authorised
from api.routes import examples
from api.routes.examples import JOB_ID
from api.services.encoded_once import encoded_once
from api.services.job_errors import JobAlreadyFinished, JobNotFound
from api.services.job_manager import JobManager
from api.services.job_reading import changed_job, newest_jobs
from api.services.job_store import JournalUnavailable

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Awaitable[Response]])
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
_NOT_STORED: Final = JournalUnavailable(
    "The job has ended, but is running until that can be stored: The job journal does not work: the disk is full"
)
STATUS_RESPONSES: Final[Responses] = documented(UNAUTHENTICATED, WRONG_REQUEST, JobNotFound(JOB_ID)) | {
    200: examples.answer(examples.ANY_JOB, "The job as it stands", {"ETag": "stands for this very answer"}),
    304: {"description": "The job is as `If-None-Match` has it"},
}
CANCEL_RESPONSES: Final[Responses] = documented(
    UNAUTHENTICATED, WRONG_REQUEST, JobNotFound(JOB_ID), JobAlreadyFinished(_FINISHED), _NOT_STORED
) | {200: examples.answer(examples.CANCELLED_JOB, "The job, ended")}


def list_responses(listed: dict[str, Any]) -> Responses:
    """OpenAPI `responses` of a page of jobs."""
    total = {"X-Total-Count": "how many there are in all"}
    return documented(UNAUTHENTICATED, WRONG_REQUEST) | {200: examples.answer(listed, "Newest first", total)}


def newest_first(
    response: Response,
    jobs: JobManager,
    kinds: Collection[JobKind],
    *,
    status: JobStatus | None,
    limit: int,
    offset: int,
) -> list[Job]:
    """A page of the jobs of some kinds; how many there are in all goes into a header of the answer."""
    page, total = newest_jobs(jobs, kinds, status=status, limit=limit, offset=offset)
    response.headers["X-Total-Count"] = str(total)
    return page


class JobStatusRoute(RoleRoute):
    """Answers a plain poll by itself: there is nothing in it that the framework would have to read.

    Clients poll several times a second, and reading the parameters takes the framework longer than all the rest.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        authorised(scope, self.role)
        answer = _plain_answer(scope)
        if answer is None:
            await super().handle(scope, receive, send)
        else:
            await answer(scope, receive, send)


def job_status(router: APIRouter) -> Callable[[_Endpoint], _Endpoint]:
    """Declare the route of a router that answers a job as it stands."""

    def declare(endpoint: _Endpoint) -> _Endpoint:
        router.add_api_route(
            "/status/{job_id}",
            endpoint,
            response_model=Job,
            responses=STATUS_RESPONSES,
            route_class_override=JobStatusRoute,
        )
        return endpoint

    return declare


def _plain_answer(scope: Scope) -> Response | None:
    """The answer to a poll without parameters for a job that there is; None for anything else."""
    if scope["method"] != "GET" or scope["query_string"]:
        return None
    try:
        job = services(HTTPConnection(scope)).jobs.get_job(scope["path_params"]["job_id"])
    except JobNotFound:
        return None
    return conditional(job, Headers(scope=scope).get("if-none-match"))


_document: Final = encoded_once(Job.model_dump_json)


async def status_answer(jobs: JobManager, job_id: str, wait_seconds: float, if_none_match: str | None) -> Response:
    """The job as it stands, or as it is after its next change."""

    def caller_has(job: Job) -> bool:
        return if_none_match is None or is_known(job, if_none_match)

    return conditional(await changed_job(jobs, job_id, is_known=caller_has, wait_seconds=wait_seconds), if_none_match)


def etag_of(job: Job) -> str:
    """A tag that stands for the job exactly as it is.

    Of the contents, not the version: after a crash a version may come again with other contents.
    """
    return f'"{hashlib.blake2b(_document(job).encode(), digest_size=12).hexdigest()}"'


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
    return Response(_document(job), media_type="application/json", headers=headers)
