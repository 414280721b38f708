"""What a WebSocket tells, message by message; `docs/live.md` has the protocol."""

from typing import Literal

from pydantic import BaseModel, Field

from api.models.job import Job
from api.models.job_log import JobLog


class JobMessage(BaseModel):
    """A job as it is, at first and after each change."""

    type: Literal["job"] = "job"
    seq: int = Field(description="the number of the change, over all jobs; it grows, not always by one")
    job: Job


class SnapshotMessage(BaseModel):
    """The newest jobs as they are; what follows are the changes after `seq`."""

    type: Literal["snapshot"] = "snapshot"
    seq: int = Field(description="the last change that is in it")
    jobs: list[Job] = Field(description="newest first")
    total: int = Field(description="how many jobs there are in all; GET /api/jobs has them")


class LogMessage(JobLog):
    """A piece of the job's log, cut between lines."""

    type: Literal["log"] = "log"


class HeartbeatMessage(BaseModel):
    """Nothing has happened, and the connection works."""

    type: Literal["heartbeat"] = "heartbeat"
