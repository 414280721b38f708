"""What a monitoring system reads."""

from typing import Final

from fastapi import Response

from api.dependencies import Measured
from api.error_handlers import documented
from api.permissions import Viewer, role_router
from api.routes import examples
from api.routes.job_answers import UNAUTHENTICATED

metrics_router = role_router("", "Service")

_TEXT: Final = {
    "description": "Prometheus' text format",
    "content": {"text/plain": {"schema": {"type": "string"}, "examples": examples.METRICS}},
}


@metrics_router.get("/metrics", response_class=Response, responses=documented(UNAUTHENTICATED) | {200: _TEXT})
def metrics(caller: Viewer, measured: Measured) -> Response:
    """Figures for Prometheus: requests, jobs, queues, uploads, the database, ages and the process.

    A scraper sends its key in `X-API-Key`.
    """
    return Response(measured.exposition(), media_type=measured.media_type, headers={"Cache-Control": "no-store"})
