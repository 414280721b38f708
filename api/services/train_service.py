"""Training jobs: queue them, and run `python -m ml.train` as the child that does the work."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from api.models.job import Job, JobKind, NewJob
from api.models.ml import TrainRequest
from api.services.child_process import run_child
from api.services.etl_watch import RunWatch, failure
from api.services.job_context import JobContext
from api.services.job_errors import JobFailed
from api.services.job_manager import JobManager
from api.services.table_service import NothingPublished
from api.services.upload_service import ETLRun
from snapshot.layout import DataDir
from snapshot.reader import published_id


class TrainService:
    """Queues trainings and runs them."""

    def __init__(
        self,
        jobs: JobManager,
        data_dir: DataDir,
        *,
        command: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
    ) -> None:
        self._jobs = jobs
        self._data_dir = data_dir
        self._command = command
        self._cwd = cwd
        self._environment = environment

    def train(
        self, request: TrainRequest, *, linked_to: ETLRun | None = None, idempotency_key: str | None = None
    ) -> Job:
        """Queue a training on what is published when it begins; at least as new as the run that it is linked to.

        Raises:
            NothingPublished: there is nothing to learn from.
            IdempotencyConflict, QueueFull, ShuttingDown, JournalUnavailable: as `JobManager.create_job`.
        """
        if published_id(self._data_dir) is None:
            raise NothingPublished("Nothing is published yet: run the ETL first (POST /api/etl/trigger)")
        job = NewJob(
            kind=JobKind.TRAIN,
            mode="train",
            options=request.model_dump(),
            linked_to=linked_to.job_id if linked_to else None,
            idempotency_key=idempotency_key,
        )
        return self._jobs.get_job(self._jobs.create_job(job))

    def run(self, job: Job, context: JobContext) -> dict[str, object]:
        """Train to the end, on the thread of the lane; the job's result.

        Raises:
            JobFailed: with the training's own reason, or the last useful line of its log.
            JobCancelled, JobTimedOut, JobInterrupted: it was stopped; the models are as they were.
        """
        progress_file = self._data_dir.state / f"progress-{job.job_id}.jsonl"
        watch = RunWatch(progress_file, context)
        arguments = ["--data-dir", str(self._data_dir.root), "--progress-file", str(progress_file)]
        try:
            exit_code = run_child(
                [*self._command, *arguments, "--seed", str(job.options.get("seed", 0))],
                cwd=self._cwd,
                env=self._environment,
                context=context,
                on_poll=watch.poll,
            )
        finally:
            progress_file.unlink(missing_ok=True)
        if exit_code != 0:
            raise failure(watch, exit_code, context.log_path, "The training")
        if watch.trained is None:
            raise JobFailed("The training ended without saying what it did")
        result: dict[str, object] = msgspec.to_builtins(watch.trained.result)
        return result
