"""Who did what."""

from typing import Annotated, Final

from fastapi import Query, Response

from api.dependencies import Audit
from api.error_handlers import documented
from api.models.audit import AuditEntry
from api.models.job import UtcDatetime
from api.permissions import Admin, role_router
from api.routes import access_examples as examples
from api.routes.examples import answer
from api.routes.job_answers import WRONG_REQUEST, Offset
from api.services.access_errors import AccessStoreDown
from api.services.audit_log import AuditFilter

audit_router = role_router("/api/audit", "Access")

_DOWN: Final = AccessStoreDown("The file of keys does not work: its disk or the file has a fault")
Limit = Annotated[int, Query(ge=1, le=500, description="entries in the answer")]
Text = Annotated[str | None, Query(max_length=200)]


@audit_router.get(
    "",
    responses=documented(WRONG_REQUEST, _DOWN)
    | {200: answer(examples.AUDIT, "The newest first", {"X-Total-Count": "how many there are in all"})},
)
def read_audit(  # noqa: PLR0913, PLR0917 - one parameter per filter
    caller: Admin,
    response: Response,
    audit: Audit,
    limit: Limit = 100,
    offset: Offset = 0,
    actor: Annotated[str | None, Query(max_length=200, description="a key's or account's name or id")] = None,
    action: Annotated[str | None, Query(max_length=200, description="an operation, such as trigger_etl")] = None,
    table: Text = None,
    job_id: Text = None,
    status: Annotated[int | None, Query(ge=100, le=599, description="403: what was refused")] = None,
    since: UtcDatetime | None = None,
    until: UtcDatetime | None = None,
) -> list[AuditEntry]:
    """Everything that callers have done: every request but reads, with the rows before and after for corrections."""
    which = AuditFilter(actor=actor, action=action, table=table, job_id=job_id, status=status, since=since, until=until)
    page, total = audit.page(which, limit=limit, offset=offset)
    response.headers["X-Total-Count"] = str(total)
    return page
