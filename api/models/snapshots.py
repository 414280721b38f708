"""Published leagues on disk, and going back to one of them."""

from pydantic import BaseModel, ConfigDict, Field

from api.models.job import Job


class SnapshotInfo(BaseModel):
    """A snapshot on disk. A damaged one says why and has no figures."""

    snapshot_id: str
    created_at: str | None = None
    games: int | None = Field(default=None, description="games with tracked events in it; a template is none")
    tables: int | None = None
    rows: int | None = None
    size_bytes: int = Field(description="of its files; snapshots that were restored share theirs with the earlier one")
    current: bool = Field(description="the one that is published now, and that the next upload takes")
    in_warehouse: bool = Field(description="tables of the database equal it, as of this server's last upload")
    pinned: bool = Field(description="a job that has not ended, or a backup that is being made, needs it")
    restored_from: str | None = Field(default=None, description="the earlier snapshot that this one is again")
    problem: str | None = None


class RestoreRequest(BaseModel):
    """Go back to an earlier snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    upload: bool = Field(default=False, description="bring it into the database too, all tables of it")
    replace: bool = Field(default=False, description="for that upload: allow more than half of a table to be deleted")


class Restored(BaseModel):
    """What is published after going back."""

    snapshot_id: str = Field(description="under which it is published now, later than every other")
    restored_from: str
    previous_id: str | None = Field(
        default=None, description="what was published until now, and can be restored in turn"
    )
    job: Job | None = Field(default=None, description="the upload, where one was asked for")
