"""The audit log: who did what, to which table or job, when."""

from pydantic import BaseModel, Field, JsonValue

from api.models.access import CallerKind, Role
from api.models.job import UtcDatetime


class TableChange(BaseModel):
    """Rows of a table before and after a change; of large changes the first rows."""

    table_name: str
    rows_before: int = Field(description="how many rows were concerned, those left out here included")
    rows_after: int
    before: list[dict[str, JsonValue]]
    after: list[dict[str, JsonValue]]


class AuditEntry(BaseModel):
    """One thing that somebody did, or was refused for want of a role."""

    id: int
    at: UtcDatetime
    actor_id: str
    actor: str = Field(description="a key's name or an account's address")
    actor_kind: CallerKind
    role: Role | None = None
    address: str = Field(description="where the request came from")
    action: str = Field(description="the operation, as `/docs` names it")
    target: str = Field(description="the request's method and path")
    table_name: str | None = None
    job_id: str | None = None
    status: int = Field(description="how it was answered; 403: it was refused")
    request_id: str
    changes: list[TableChange]
