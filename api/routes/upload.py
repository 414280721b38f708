"""The jobs that bring tables into the database."""

from fastapi import APIRouter, Response

from api.dependencies import Jobs
from api.models.job import Job
from api.routes import examples
from api.routes.job_answers import (
    CANCEL_RESPONSES,
    STATUS_RESPONSES,
    IfNoneMatch,
    JobId,
    Limit,
    Offset,
    StatusFilter,
    Wait,
    list_responses,
    status_answer,
)
from api.services.job_reading import WAREHOUSE_KINDS, newest_jobs

upload_router = APIRouter(prefix="/api/upload", tags=["Upload"])


@upload_router.get("/status/{job_id}", response_model=Job, responses=STATUS_RESPONSES)
async def upload_status(job_id: JobId, jobs: Jobs, wait: Wait = 0, if_none_match: IfNoneMatch = None) -> Response:
    """A job of any kind as it stands; `wait` as for an ETL job."""
    return await status_answer(jobs, job_id, wait, if_none_match)


@upload_router.get("/history", responses=list_responses(examples.WAREHOUSE_JOBS))
async def upload_history(
    response: Response, jobs: Jobs, limit: Limit = 10, offset: Offset = 0, status: StatusFilter = None
) -> list[Job]:
    """Upload and schema jobs, newest first."""
    page, total = newest_jobs(jobs, WAREHOUSE_KINDS, status=status, limit=limit, offset=offset)
    response.headers["X-Total-Count"] = str(total)
    return page


@upload_router.post("/cancel/{job_id}", responses=CANCEL_RESPONSES)
def cancel_upload(job_id: JobId, jobs: Jobs) -> Job:
    """End a job and answer when it has ended; what it had begun to write is taken back."""
    return jobs.cancel_job(job_id)
