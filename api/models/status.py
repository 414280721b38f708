"""What the service says of itself."""

from typing import Literal

from pydantic import BaseModel, Field

from api.models.job import JobStatus, UtcDatetime


class Health(BaseModel):
    """The process answers."""

    status: Literal["healthy"] = "healthy"
    version: str
    timestamp: UtcDatetime


class JobCounts(BaseModel):
    """Jobs of all kinds that are not finished."""

    running: int
    pending: int


class LastETL(BaseModel):
    """The newest ETL job that has ended."""

    job_id: str
    mode: str
    status: JobStatus
    completed_at: UtcDatetime | None
    error: str | None = Field(default=None, description="why it failed")


class PublishedSnapshot(BaseModel):
    """The snapshot that readers see now."""

    snapshot_id: str
    created_at: str = Field(description="UTC, ISO 8601 with `Z`")
    games: int = Field(description="games with tracked events in it; a template is none")
    tables: int
    rows: int = Field(description="rows of all tables together")


class TrainedModels(BaseModel):
    """The models that predictions come from now."""

    model_version: str
    trained_at: UtcDatetime
    snapshot_id: str = Field(description="the published league that they learned from")


class Disk(BaseModel):
    """The file system of the data directory, in bytes."""

    total_bytes: int
    free_bytes: int


class WarehouseStatus(BaseModel):
    """The database that tables are uploaded to."""

    backend: Literal["embedded", "postgres", "supabase"]
    connected: bool = Field(description="it has answered within the last seconds")
    latency_ms: float | None = Field(description="of one round trip")
    server_version: str | None


class ServiceStatus(BaseModel):
    """The service as a whole. What cannot be found out is null, and `warnings` says why."""

    status: Literal["operational", "degraded"] = Field(description="degraded when there is no ETL program")
    version: str
    environment: str
    etl_available: bool = Field(description="the ETL program is there, so that an ETL job can run")
    supabase_connected: bool = Field(description="the database that tables are uploaded to answers")
    warehouse: WarehouseStatus
    timestamp: UtcDatetime
    jobs: JobCounts
    last_etl: LastETL | None
    published: PublishedSnapshot | None = Field(description="null before the first publication")
    models: TrainedModels | None = Field(
        description="null before the first training: until then predictions are answered 409 `not_trained`"
    )
    disk: Disk | None
    warnings: list[str] = Field(description="what the operator should see to")
