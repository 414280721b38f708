"""How the service is."""

from typing import Final, Literal

from api.config import API_VERSION
from api.dependencies import Clock, Ready, Status
from api.error_handlers import ErrorBody, documented
from api.models.readiness import Readiness, ReadinessCheck
from api.models.status import Health, ServiceStatus
from api.permissions import Anyone, Viewer, role_router
from api.routes import examples
from api.routes.job_answers import UNAUTHENTICATED
from api.services.readiness import NotReady

health_router = role_router("/api", "Service")


class Unready(ErrorBody):
    """Something that the service needs does not work."""

    status: Literal["unready"]
    checks: list[ReadinessCheck]


_NOT_READY: Final = documented(NotReady([ReadinessCheck.model_validate(check) for check in examples.FAILED_CHECKS]))


@health_router.get("/health", responses={200: examples.answer(examples.HEALTH, "It answers")})
async def health(caller: Anyone, now: Clock) -> Health:
    """The process answers; nothing is read, and no key is needed."""
    return Health(version=API_VERSION, timestamp=now())


@health_router.get(
    "/status",
    responses=documented(UNAUTHENTICATED) | {200: examples.answer(examples.SERVICE_STATUS, "How the service is")},
)
def service_status(caller: Viewer, status: Status) -> ServiceStatus:
    """Jobs, the last ETL run, the published snapshot, the disk, and what the operator should see to."""
    return status.status()


@health_router.get(
    "/ready",
    responses={
        200: examples.answer(examples.READY, "Everything that the service needs works"),
        503: _NOT_READY[503] | {"model": Unready},
    },
)
async def ready(caller: Anyone, readiness: Ready) -> Readiness:
    """Whether the service can do its work: the job journal, the database, the disk and the queues.

    No key is needed, and nothing is told but what works. An embedded database that nothing has needed yet is not
    started, and does not count as missing. What was found is told for a second before it is looked for again.
    """
    return await readiness.check()
