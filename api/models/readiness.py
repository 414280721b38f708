"""Whether the service can do its work at the moment."""

from typing import Literal

from pydantic import BaseModel, Field


class ReadinessCheck(BaseModel):
    """One thing that the service needs."""

    name: Literal["server", "journal", "warehouse", "disk", "queues"]
    ok: bool
    detail: str = Field(description="one sentence; it tells nothing that is not for everybody")


class Readiness(BaseModel):
    """Everything works."""

    status: Literal["ready"] = "ready"
    checks: list[ReadinessCheck]
