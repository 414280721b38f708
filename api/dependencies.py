"""What routes are given: the services, by the names of these types."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.errors import NotStarted
from api.models.access import Providers
from api.services.access_service import AccessService
from api.services.audit_log import AuditLog
from api.services.etl_service import ETLService
from api.services.explain_service import ExplainService
from api.services.games_service import GamesService
from api.services.job_manager import JobManager
from api.services.known_games import KnownGames
from api.services.league_rules import RulesService
from api.services.ml_service import MLService
from api.services.raw_files import RawFiles
from api.services.readiness import ReadinessService
from api.services.snapshot_service import SnapshotService
from api.services.staged_rows import StagedRows
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
    staged: StagedRows
    tracking: TrackingStaging
    raw_files: RawFiles
    games: GamesService
    rules: RulesService


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
    readiness: ReadinessService
    league: LeagueServices
    tables: TableService
    warehouse: WarehouseGate
    uploads: UploadService
    ml: MLServices
    snapshots: SnapshotService


class Exposition(Protocol):
    """The metrics as a scraper reads them."""

    media_type: str

    def exposition(self) -> bytes:
        """Everything that is measured (blocking)."""
        ...


async def clock(connection: HTTPConnection) -> Callable[[], datetime]:
    """The server's clock, in UTC."""
    now: Callable[[], datetime] = connection.app.state.now
    return now


def services(connection: HTTPConnection) -> Services:
    """All services. Providers call it themselves: the framework resolves each provider of a provider anew.

    Raises:
        NotStarted: the application's lifespan has not begun.
    """
    built = getattr(connection.app.state, "services", None)
    if not isinstance(built, Services):
        raise NotStarted("The server is starting; try again in a moment")
    return built


async def access_service(connection: HTTPConnection) -> AccessService:
    """The service of keys and tokens.

    Raises:
        NotStarted: the application's lifespan has not begun.
    """
    access = getattr(connection.app.state, "access", None)
    if not isinstance(access, AccessService):
        raise NotStarted("The server is starting; try again in a moment")
    return access


async def sign_in_providers(connection: HTTPConnection) -> Providers:
    """Who lets people sign in besides this server."""
    providers: Providers = connection.app.state.providers
    return providers


async def audit_log(connection: HTTPConnection) -> AuditLog:
    """The audit log.

    Raises:
        NotStarted: the application's lifespan has not begun.
    """
    audit = getattr(connection.app.state, "audit", None)
    if not isinstance(audit, AuditLog):
        raise NotStarted("The server is starting; try again in a moment")
    return audit


async def exposition(connection: HTTPConnection) -> Exposition:
    """What has been measured since the start."""
    measured: Exposition = connection.app.state.metrics
    return measured


async def readiness_service(connection: HTTPConnection) -> ReadinessService:
    """The service that asks whether everything works."""
    return services(connection).readiness


async def job_manager(connection: HTTPConnection) -> JobManager:
    """The manager of all jobs."""
    return services(connection).jobs


async def etl_service(connection: HTTPConnection) -> ETLService:
    """The service that queues ETL jobs."""
    return services(connection).etl


async def status_service(connection: HTTPConnection) -> StatusService:
    """The service that reports on the service."""
    return services(connection).status


async def staging_service(connection: HTTPConnection) -> StagingService:
    """The service that stages the league's tables."""
    return services(connection).league.staging


async def staged_rows(connection: HTTPConnection) -> StagedRows:
    """The reader of the tables as they stand with staging."""
    return services(connection).league.staged


async def tracking_staging(connection: HTTPConnection) -> TrackingStaging:
    """The service that stages tracked games."""
    return services(connection).league.tracking


async def raw_files(connection: HTTPConnection) -> RawFiles:
    """The service that stores files for the ETL."""
    return services(connection).league.raw_files


async def rules_service(connection: HTTPConnection) -> RulesService:
    """The service of the league's rules."""
    return services(connection).league.rules


async def games_service(connection: HTTPConnection) -> GamesService:
    """The service of the league's games."""
    return services(connection).league.games


async def table_service(connection: HTTPConnection) -> TableService:
    """The browser of published tables."""
    return services(connection).tables


async def explain_service(connection: HTTPConnection) -> ExplainService:
    """The service that explains published numbers."""
    return ExplainService(services(connection).tables)


async def upload_service(connection: HTTPConnection) -> UploadService:
    """The service that uploads."""
    return services(connection).uploads


async def snapshot_service(connection: HTTPConnection) -> SnapshotService:
    """The service of the snapshots on disk."""
    return services(connection).snapshots


async def ml_service(connection: HTTPConnection) -> MLService:
    """The service that predicts."""
    return services(connection).ml.models


async def train_service(connection: HTTPConnection) -> TrainService:
    """The service that queues trainings."""
    return services(connection).ml.training


Clock = Annotated[Callable[[], datetime], Depends(clock)]
Access = Annotated[AccessService, Depends(access_service)]
SignIn = Annotated[Providers, Depends(sign_in_providers)]
Audit = Annotated[AuditLog, Depends(audit_log)]
Jobs = Annotated[JobManager, Depends(job_manager)]
Etl = Annotated[ETLService, Depends(etl_service)]
Measured = Annotated[Exposition, Depends(exposition)]
Ready = Annotated[ReadinessService, Depends(readiness_service)]
Status = Annotated[StatusService, Depends(status_service)]
Staging = Annotated[StagingService, Depends(staging_service)]
Standing = Annotated[StagedRows, Depends(staged_rows)]
Tracking = Annotated[TrackingStaging, Depends(tracking_staging)]
Raw = Annotated[RawFiles, Depends(raw_files)]
Rules = Annotated[RulesService, Depends(rules_service)]
Games = Annotated[GamesService, Depends(games_service)]
Tables = Annotated[TableService, Depends(table_service)]
Uploads = Annotated[UploadService, Depends(upload_service)]
Snapshots = Annotated[SnapshotService, Depends(snapshot_service)]
Models = Annotated[MLService, Depends(ml_service)]
Training = Annotated[TrainService, Depends(train_service)]
Explanations = Annotated[ExplainService, Depends(explain_service)]
