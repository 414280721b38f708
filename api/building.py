"""Every service of a server, built from its settings and joined to those that it needs."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event

from starlette.datastructures import State

from api.composition import child_environment, database_choice, retention
from api.config import API_VERSION, PROJECT_ROOT, Settings
from api.dependencies import LeagueServices, MLServices, Services
from api.models.job import JobKind
from api.server_lock import StartFailed
from api.services.child_process import Program
from api.services.etl_service import ETLService
from api.services.games_service import GamesService
from api.services.job_followers import followers
from api.services.job_manager import Executor, JobManager, JobSettings
from api.services.job_store import JournalBroken
from api.services.job_store_sqlite import JOURNAL_FILE, SqliteJobStore
from api.services.known_games import KnownGames
from api.services.league_rows import LeagueRows
from api.services.league_rules import RulesService
from api.services.ml_service import MLService
from api.services.raw_files import RawFiles
from api.services.readiness import ReadinessService
from api.services.snapshot_service import SnapshotService
from api.services.staged_rows import StagedRows
from api.services.staging_service import StagingService
from api.services.status_service import ServiceFacts, StatusService
from api.services.table_service import TableService
from api.services.tracking_staging import TrackingStaging
from api.services.train_service import TrainService
from api.services.upload_service import UploadService
from api.services.warehouse_gate import WarehouseGate
from snapshot.layout import DataDir

Clock = Callable[[], datetime]


def build_services(
    settings: Settings, environ: Mapping[str, str], state: State, *, now: Clock, new_id: Callable[[], str]
) -> Services:
    """All services of a server, ready to start; `state` is the application's.

    Raises:
        StartFailed: the journal of jobs cannot be used.
    """
    data_dir = DataDir(settings.benchsight_data_dir)
    executors: dict[JobKind, Executor] = {}
    jobs = _job_manager(settings, data_dir, executors, now=now, new_id=new_id)
    warehouse = WarehouseGate(data_dir, database_choice(settings), state.metrics.warehouse)
    environment = child_environment(settings, environ)

    def with_database(cancelled: Event | None = None) -> Mapping[str, str]:
        return {**environment, **warehouse.child_environment(cancelled)}

    etl_command = (sys.executable, str(settings.etl_script))
    listing = (*etl_command, "--list-games", "--json", "--data-dir", str(data_dir.root))
    games = KnownGames(data_dir, listing, cwd=PROJECT_ROOT, env=with_database)
    uploads = UploadService(jobs, warehouse, data_dir)
    train_command = (sys.executable, "-m", "ml.train")
    training = TrainService(jobs, data_dir, command=train_command, cwd=PROJECT_ROOT, environment=environment)
    program = Program(etl_command, PROJECT_ROOT, with_database)
    etl = ETLService(jobs, games, data_dir, followers(uploads, training), program=program)
    executors |= {JobKind.UPLOAD: uploads.run_upload, JobKind.SCHEMA: uploads.run_schema}
    executors |= {JobKind.ETL: etl.executor, JobKind.TRAIN: training.run}
    return Services(
        jobs=jobs,
        games=games,
        etl=etl,
        status=StatusService(jobs, data_dir, _facts(settings, lambda: state.access.is_open), warehouse, now=now),
        readiness=_readiness(settings, jobs, warehouse, state),
        league=_league_services(warehouse, games, data_dir),
        tables=TableService(data_dir),
        warehouse=warehouse,
        uploads=uploads,
        ml=MLServices(MLService(data_dir), training),
        snapshots=SnapshotService(jobs, uploads, data_dir, retention(settings), now=now, new_id=new_id),
    )


def _job_manager(
    settings: Settings,
    data_dir: DataDir,
    executors: dict[JobKind, Executor],
    *,
    now: Clock,
    new_id: Callable[[], str],
) -> JobManager:
    try:
        store = SqliteJobStore(data_dir.state / JOURNAL_FILE)
    except JournalBroken as error:
        raise StartFailed(str(error)) from error
    return JobManager(
        store,
        now=now,
        new_id=new_id,
        settings=JobSettings(
            logs=data_dir.logs, timeout_seconds=settings.job_timeout_seconds, max_queued=settings.max_queued_jobs
        ),
        executors=executors,
    )


def _facts(settings: Settings, is_open: Callable[[], bool]) -> ServiceFacts:
    return ServiceFacts(
        version=API_VERSION,
        environment=settings.environment,
        is_open=is_open,
        etl_script=settings.etl_script,
    )


def _readiness(settings: Settings, jobs: JobManager, warehouse: WarehouseGate, state: State) -> ReadinessService:
    return ReadinessService(
        jobs,
        warehouse,
        DataDir(settings.benchsight_data_dir),
        most_waiting=settings.max_queued_jobs,
        is_stopping=lambda: state.shutdown.begun,
    )


def _league_services(warehouse: WarehouseGate, games: KnownGames, data_dir: DataDir) -> LeagueServices:
    """What corrects the league's data, on whichever database is open."""
    rows = LeagueRows(data_dir)
    staging = StagingService(lambda: warehouse.opened().warehouse, rows)
    tracking = TrackingStaging(lambda: warehouse.opened().warehouse)
    league_games = GamesService(staging, tracking, games, data_dir)
    return LeagueServices(
        staging=staging,
        staged=StagedRows(staging, rows),
        tracking=tracking,
        raw_files=RawFiles(data_dir),
        games=league_games,
        rules=RulesService(data_dir),
    )
