"""A piece of a job's log."""

from pydantic import BaseModel, Field


class JobLog(BaseModel):
    """A piece of a job's log, cut between characters. Ask again with `next_offset` until it is `complete`."""

    job_id: str
    offset: int = Field(description="the byte at which this piece begins")
    next_offset: int = Field(description="the byte at which the next piece begins")
    complete: bool = Field(description="the job has finished and this piece ends with its last line")
    text: str
