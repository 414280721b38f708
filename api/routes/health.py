"""How the service is."""

from api.config import API_VERSION
from api.dependencies import Clock, Status
from api.error_handlers import documented
from api.models.status import Health, ServiceStatus
from api.permissions import Anyone, Viewer, role_router
from api.routes import examples
from api.routes.job_answers import UNAUTHENTICATED

health_router = role_router("/api", "Service")


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
