"""What routes are given: the services, by the names of these types."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from api.errors import Unavailable
from api.services.etl_service import ETLService
from api.services.explain_service import ExplainService
from api.services.game_files import RawFiles
from api.services.games_service import GamesService
from api.services.job_manager import JobManager
from api.services.known_games import KnownGames
from api.services.ml_service import MLService
from api.services.staging_service import StagingService
from api.services.status_service import StatusService
from api.services.table_service import TableService
from api.services.tracking_staging import TrackingStaging
from api.services.train_service import TrainService
from api.services.upload_service import UploadService
from api.services.warehouse_gate import WarehouseGate


@dataclass(frozen=True, slots=True)
class LeagueServices:
    """What corrects the league's data."""

    staging: StagingService
    tracking: TrackingStaging
    raw_files: RawFiles
    games: GamesService


@dataclass(frozen=True, slots=True)
class MLServices:
    """What predicts, and what learns to."""

    models: MLService
    training: TrainService


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a running server has; built by `api.main` when it starts."""

    jobs: JobManager
    games: KnownGames
    etl: ETLService
    status: StatusService
    league: LeagueServices
    tables: TableService
    warehouse: WarehouseGate
    uploads: UploadService
    ml: MLServices


class NotStarted(Unavailable):
    """The application has not been started, or is not ready yet."""

    code = "not_started"


async def clock(request: Request) -> Callable[[], datetime]:
    """The server's clock, in UTC."""
    now: Callable[[], datetime] = request.app.state.now
    return now


async def services(request: Request) -> Services:
    """All services.

    Raises:
        NotStarted: the application's lifespan has not begun.
    """
    built = getattr(request.app.state, "services", None)
    if not isinstance(built, Services):
        raise NotStarted("The server is starting; try again in a moment")
    return built


async def job_manager(built: Annotated[Services, Depends(services)]) -> JobManager:
    """The manager of all jobs."""
    return built.jobs


async def etl_service(built: Annotated[Services, Depends(services)]) -> ETLService:
    """The service that queues ETL jobs."""
    return built.etl


async def status_service(built: Annotated[Services, Depends(services)]) -> StatusService:
    """The service that reports on the service."""
    return built.status


async def staging_service(built: Annotated[Services, Depends(services)]) -> StagingService:
    """The service that stages the league's tables."""
    return built.league.staging


async def tracking_staging(built: Annotated[Services, Depends(services)]) -> TrackingStaging:
    """The service that stages tracked games."""
    return built.league.tracking


async def raw_files(built: Annotated[Services, Depends(services)]) -> RawFiles:
    """The service that stores files for the ETL."""
    return built.league.raw_files


async def games_service(built: Annotated[Services, Depends(services)]) -> GamesService:
    """The service of the league's games."""
    return built.league.games


async def table_service(built: Annotated[Services, Depends(services)]) -> TableService:
    """The browser of published tables."""
    return built.tables


async def explain_service(built: Annotated[Services, Depends(services)]) -> ExplainService:
    """The service that explains published numbers."""
    return ExplainService(built.tables)


async def upload_service(built: Annotated[Services, Depends(services)]) -> UploadService:
    """The service that uploads."""
    return built.uploads


async def ml_service(built: Annotated[Services, Depends(services)]) -> MLService:
    """The service that predicts."""
    return built.ml.models


async def train_service(built: Annotated[Services, Depends(services)]) -> TrainService:
    """The service that queues trainings."""
    return built.ml.training


Clock = Annotated[Callable[[], datetime], Depends(clock)]
Jobs = Annotated[JobManager, Depends(job_manager)]
Etl = Annotated[ETLService, Depends(etl_service)]
Status = Annotated[StatusService, Depends(status_service)]
Staging = Annotated[StagingService, Depends(staging_service)]
Tracking = Annotated[TrackingStaging, Depends(tracking_staging)]
Raw = Annotated[RawFiles, Depends(raw_files)]
Games = Annotated[GamesService, Depends(games_service)]
Tables = Annotated[TableService, Depends(table_service)]
Uploads = Annotated[UploadService, Depends(upload_service)]
Models = Annotated[MLService, Depends(ml_service)]
Training = Annotated[TrainService, Depends(train_service)]
Explanations = Annotated[ExplainService, Depends(explain_service)]
