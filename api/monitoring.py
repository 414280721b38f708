"""What is measured of an application, made when one is made: importing the service loads no metrics library."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from api.config import API_VERSION, Settings
from snapshot.layout import DataDir

if TYPE_CHECKING:
    from api.dependencies import Services
    from api.services.metrics import Metrics


def new_metrics() -> "Metrics":
    """The metrics of one application."""
    from api.services.metrics import Metrics  # noqa: PLC0415 - loads the library

    return Metrics(API_VERSION)


@asynccontextmanager
async def monitored(
    metrics: "Metrics", services: "Services", settings: Settings, now: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Let the metrics tell of these services, as long as they run."""
    from api.services.job_counting import count_jobs  # noqa: PLC0415 - they load the library
    from api.services.state_metrics import StateCollector  # noqa: PLC0415

    data_dir = DataDir(settings.benchsight_data_dir)
    state = StateCollector(services.jobs, services.warehouse, data_dir, most_waiting=settings.max_queued_jobs, now=now)
    metrics.registry.register(state)
    counting = asyncio.create_task(count_jobs(services.jobs, metrics.jobs, data_dir))
    try:
        yield
    finally:
        services.jobs.end_streams()
        await counting
        metrics.registry.unregister(state)
