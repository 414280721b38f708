"""All jobs, of whatever kind."""

from typing import Annotated, Final

from fastapi import Query, Response, WebSocket

from api.dependencies import Jobs
from api.models.job import Job, JobKind
from api.permissions import Viewer, role_router
from api.routes import examples
from api.routes.job_answers import Limit, Offset, StatusFilter, list_responses, newest_first
from api.routes.socket_answers import tell
from api.services.job_messages import messages_of_all
from api.services.job_reading import EVERY_KIND

jobs_router = role_router("/api/jobs", "Jobs")

_LARGEST_SEQ: Final = 2**63 - 1
KindFilter = Annotated[JobKind | None, Query(description="only jobs of this kind")]


@jobs_router.get("", responses=list_responses(examples.ALL_JOBS))
async def list_jobs(  # noqa: PLR0913 - the filters
    caller: Viewer,
    response: Response,
    jobs: Jobs,
    *,
    kind: KindFilter = None,
    status: StatusFilter = None,
    limit: Limit = 10,
    offset: Offset = 0,
) -> list[Job]:
    """Jobs of all kinds, newest first.

    To be told of every change instead of asking again: the WebSockets `/api/jobs/ws` (all jobs; `since` resumes after a
    `seq`, `limit` bounds the snapshot) and `/api/etl/ws/{job_id}` (one job of any kind; `version` resumes, `log` is the
    byte from which on its log is told). They first tell what is, then every change, and a heartbeat in silence; they
    let in whom this request lets in. A browser offers the sub-protocols `benchsight` and `bearer.<token>`. Messages and
    close codes: `docs/live.md`.
    """
    kinds = EVERY_KIND if kind is None else (kind,)
    return newest_first(response, jobs, kinds, status=status, limit=limit, offset=offset)


@jobs_router.websocket("/ws")
async def watch_jobs(
    caller: Viewer,
    socket: WebSocket,
    jobs: Jobs,
    since: Annotated[int | None, Query(ge=0, le=_LARGEST_SEQ)] = None,
    limit: Limit = 50,
) -> None:
    """The newest jobs as they are, then each change of any job; or what came after `since`. See docs/live.md."""
    await tell(socket, messages_of_all(jobs, since, limit))
