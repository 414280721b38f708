"""ETL jobs: queue them, and run `run_etl.py` as the child that does the work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.errors import DomainError
from api.models.job import Job, TriggerETLRequest
from api.services.child_process import Program, run_child
from api.services.etl_watch import RunWatch, failure
from api.services.job_context import JobContext
from api.services.job_errors import JobFailed, JobInterrupted
from api.services.job_followers import Followers
from api.services.job_manager import JobManager
from api.services.known_games import KnownGames
from api.services.upload_service import ETLRun
from snapshot.fence import Fence
from snapshot.files import LockHeld, exclusive
from snapshot.layout import DataDir
from warehouse.errors import PublishCancelled

_BLOCKED_BY_A_CHECK: Final = 3
_LOOK_AGAIN_SECONDS: Final = 0.5
# option of a job -> where its result names the follower, and what is said when that cannot be queued
_FOLLOWERS: Final[Mapping[str, tuple[str, str]]] = {
    "regenerate_schema": ("schema_job_id", "The database schema was not written"),  # before the upload, which needs it
    "upload_to_supabase": ("upload_job_id", "The tables were not uploaded"),
    "train": ("train_job_id", "The models were not trained"),
}


class ETLService:
    """Queues ETL jobs and runs them."""

    def __init__(
        self,
        jobs: JobManager,
        games: KnownGames,
        data_dir: DataDir,
        followers: Followers,
        *,
        program: Program,
    ) -> None:
        self._jobs = jobs
        self._games = games
        self._data_dir = data_dir
        self._followers = followers
        self._program = program

    def run_etl_async(self, request: TriggerETLRequest, *, idempotency_key: str | None = None) -> Job:
        """Queue an ETL job and return it at once (blocking only to check game ids; call it from a thread).

        Raises:
            UnknownGames: the request names games that the league does not have.
            IdempotencyConflict: the key came before with another request.
            QueueFull: too many jobs wait.
            ShuttingDown, JournalUnavailable: no job can be taken now.
        """
        wanted = request.as_new_job(idempotency_key=idempotency_key)
        if (known := self._jobs.known_job(wanted)) is not None:
            return known
        self._games.require("game_ids", request.game_ids or ())
        self._games.require("exclude_game_ids", request.exclude_game_ids or ())
        return self._jobs.get_job(self._jobs.create_job(wanted))

    def _run_etl_sync(self, job: Job, context: JobContext) -> dict[str, object]:
        """Run the ETL program for a job, to its end, on the thread of the lane; the job's result.

        Raises:
            JobFailed: with the run's own reason, or the last useful line of its log.
            JobCancelled, JobTimedOut, JobInterrupted: it was stopped and nothing of it is left.
        """
        progress_file = self._data_dir.state / f"progress-{job.job_id}.jsonl"
        watch = RunWatch(progress_file, context)
        try:
            with self._allowed_to_publish(job, context):
                exit_code = run_child(
                    self._arguments(job, progress_file),
                    cwd=self._program.cwd,
                    env=self._environment(context),
                    context=context,
                    on_poll=watch.poll,
                )
        finally:
            progress_file.unlink(missing_ok=True)
        return self._with_linked_jobs(job, _outcome(watch, exit_code, context.log_path))

    executor = _run_etl_sync
    """What the job manager runs for an ETL job."""

    def give_up(self, job: Job) -> None:
        """See to it that a run which was interrupted can never publish, should anything of it be left."""
        Fence(self._data_dir).lower(job.job_id)

    def _environment(self, context: JobContext) -> Mapping[str, str]:
        """The child's environment, once the database is there to be named in it.

        Raises:
            JobCancelled, JobTimedOut, JobInterrupted: the job was stopped while the database started.
        """
        context.report(None, "Opening the database")
        try:
            return self._program.environment(context.cancel_requested)
        except PublishCancelled as error:
            context.check()
            raise JobInterrupted("The server was shut down before the run began") from error

    @contextmanager
    def _allowed_to_publish(self, job: Job, context: JobContext) -> Iterator[None]:
        """Raise the fence for this run, and lower it when the run is over.

        A run started by hand on the same data directory is waited for: raising the fence would make it fail. The fence
        is raised while the run lock is held, so that no other run can begin in between.
        """
        fence = Fence(self._data_dir)
        while True:
            try:
                with exclusive(self._data_dir.etl_lock, wait_seconds=0):
                    fence.raise_for(job.job_id)
                break
            except LockHeld:
                context.report(None, "Waiting for a run that was started outside of the server")
                context.cancel_requested.wait(min(_LOOK_AGAIN_SECONDS, max(context.deadline_seconds_left(), 0)))
                context.check()
        try:
            yield
        finally:
            fence.lower(job.job_id)

    def _with_linked_jobs(self, job: Job, result: dict[str, object]) -> dict[str, object]:
        """Queue what shall follow on the run, of exactly its snapshot; the result with the ids of those jobs.

        A follower that cannot be queued is a warning: the run itself has succeeded.
        """
        wanted = [follower for follower in _FOLLOWERS if job.options.get(follower)]
        if not wanted:
            return result
        if job.mode == "test" or not result.get("snapshot_id"):
            return _warned(result, "Nothing was published, so no other job followed")
        run = ETLRun(job.job_id, str(result["snapshot_id"]))
        for option in wanted:
            name, not_done = _FOLLOWERS[option]
            try:
                result = {**result, name: self._followers[option](run).job_id}
            except DomainError as error:
                result = _warned(result, f"{not_done}: {error.message}")
        return result

    def _arguments(self, job: Job, progress_file: Path) -> list[str]:
        options = job.options
        arguments = [*self._program.command, "--mode", job.mode, "--data-dir", str(self._data_dir.root)]
        arguments += ["--run-id", job.job_id, "--progress-file", str(progress_file)]
        arguments += ["--source", str(options.get("source") or "excel")]
        arguments += ["--wipe"] if options.get("wipe") else []
        arguments += [] if options.get("validate", True) else ["--lenient"]
        if job.game_ids:
            arguments += ["--games", *map(str, job.game_ids)]
        excluded = options.get("exclude_game_ids")
        if isinstance(excluded, list) and excluded:
            arguments += ["--exclude-games", *map(str, excluded)]
        return arguments


def _warned(result: dict[str, object], warning: str) -> dict[str, object]:
    warnings = result.get("warnings")
    return {**result, "warnings": [*(warnings if isinstance(warnings, list) else []), warning]}


def _outcome(watch: RunWatch, exit_code: int, log: Path) -> dict[str, object]:
    """The result of a run that has ended by itself."""
    if exit_code == 0:
        result = watch.result()
        if result is None:
            raise JobFailed("The ETL ended without saying what it did")
        return result
    failed = failure(watch, exit_code, log, "The ETL")
    raise JobFailed(f"Blocked by a check: {failed.message}") if exit_code == _BLOCKED_BY_A_CHECK else failed
