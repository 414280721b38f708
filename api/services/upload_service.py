"""Uploads: bring a published snapshot into the database, preview that, and write the database's schema."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.errors import Conflict, NotFound
from api.models.job import Job, JobKind, NewJob
from api.models.upload import SchemaRequest, TableChoice, UploadOptions, UploadPreview, UploadRequest
from api.services.job_context import JobContext
from api.services.job_manager import JobManager
from api.services.upload_choice import chosen_tables
from api.services.upload_pins import UploadPins
from api.services.upload_preview import preview
from api.services.upload_results import as_job, failed_upload, result_of
from api.services.warehouse_errors import translated
from api.services.warehouse_gate import WarehouseGate
from api.utils.logger import logger
from snapshot.files import replace_file
from snapshot.layout import DataDir
from snapshot.manifest import Manifest
from snapshot.pins import PUBLISHED, mark_published, pin
from snapshot.reader import DamagedSnapshot, Snapshot, published
from warehouse.base import PublishOptions, Warehouse, Watch
from warehouse.errors import WarehouseError

SCHEMA_FILE: Final = "sql/reset_supabase.sql"
_LOADED_PERCENT: Final = 80.0  # loading takes about this share of the time, merging the rest


class NothingToUpload(Conflict):
    """Nothing is published yet, or what is published cannot be read."""

    code = "nothing_to_upload"


class NoSchema(NotFound):
    """The schema has not been generated yet."""

    code = "no_schema"


@dataclass(frozen=True, slots=True)
class ETLRun:
    """The ETL job that a job belongs to, and the snapshot that it left."""

    job_id: str
    snapshot_id: str


class UploadService:
    """Queues uploads and schema jobs, and runs them on the thread of the warehouse's lane."""

    def __init__(self, jobs: JobManager, gate: WarehouseGate, data_dir: DataDir) -> None:
        self._jobs = jobs
        self._gate = gate
        self._data_dir = data_dir
        self._pins = UploadPins(jobs, data_dir)

    def upload_tables(
        self,
        request: UploadRequest,
        *,
        linked_to: ETLRun | None = None,
        idempotency_key: str | None = None,
        snapshot: Snapshot | None = None,
    ) -> Job:
        """Queue an upload of the snapshot that is published now, or of the one that an ETL job has made.

        Args:
            request: which tables, and how.
            linked_to: upload exactly the snapshot of this run.
            idempotency_key: sent again with the same request it gives the same job, whatever was published since.
            snapshot: upload exactly this one, which the caller has found.

        Raises:
            NothingToUpload: nothing is published.
            UnknownTables, NoTables: the snapshot does not have what is asked for.
            IdempotencyConflict, QueueFull, ShuttingDown, JournalUnavailable: as `JobManager.create_job`.
        """
        named = {"tables": sorted(set(request.tables))} if request.tables else {}
        wanted = NewJob(
            kind=JobKind.UPLOAD,
            mode="tables" if request.tables else request.mode,
            options={**named, **request.options.model_dump()},
            linked_to=linked_to.job_id if linked_to else None,
            idempotency_key=idempotency_key,
        )
        if (known := self._jobs.known_job(wanted)) is not None:
            return known
        snapshot = snapshot or self._snapshot(linked_to)
        resolved = {"snapshot_id": snapshot.id, "tables": list(chosen_tables(request, snapshot.manifest))}
        return self._queued(wanted.model_copy(update={"resolved": resolved}), snapshot)

    def generate_schema(
        self, request: SchemaRequest, *, linked_to: ETLRun | None = None, idempotency_key: str | None = None
    ) -> Job:
        """Queue the generation of the schema for the published snapshot; before the first one, of staging alone.

        Raises:
            NothingToUpload: what is published cannot be read.
            IdempotencyConflict, QueueFull, ShuttingDown, JournalUnavailable: as `JobManager.create_job`.
        """
        wanted = NewJob(
            kind=JobKind.SCHEMA,
            mode="schema",
            options=request.options.model_dump(),
            linked_to=linked_to.job_id if linked_to else None,
            idempotency_key=idempotency_key,
        )
        if (known := self._jobs.known_job(wanted)) is not None:
            return known
        snapshot = self._snapshot(linked_to) if linked_to or self._published() else None
        resolved = {"snapshot_id": snapshot.id if snapshot else None}
        return self._queued(wanted.model_copy(update={"resolved": resolved}), snapshot)

    def preview(self, choice: TableChoice) -> UploadPreview:
        """What an upload would change (blocking: it loads the rows and rolls back).

        Raises:
            NothingToUpload: nothing is published.
            UnknownTables, NoTables: the snapshot does not have what is asked for.
            WarehouseDown, WarehouseDenied, NewerStands, SchemaDiffers, CannotBeStored: the database's own refusals.
        """
        snapshot = self._snapshot()
        tables = chosen_tables(choice, snapshot.manifest)
        try:
            warehouse = self._gate.opened(self._gate.closing).warehouse
            return preview(warehouse, snapshot, tables, self._gate.closing)
        except WarehouseError as error:
            raise translated(error) from error
        except OSError as error:
            raise NothingToUpload("The published snapshot was replaced meanwhile; try again") from error

    def schema_file(self) -> Path:
        """The schema as it was generated last; NoSchema before the first time."""
        path = self._data_dir.root / SCHEMA_FILE
        if not path.is_file():
            raise NoSchema("No schema has been generated yet: ask for one with POST /api/upload/generate-schema")
        return path

    def release_pins(self) -> None:
        """Free the snapshots of jobs that have ended; for the start of the server."""
        self._pins.release()

    def run_upload(self, job: Job, context: JobContext) -> dict[str, object]:
        """Upload the job's tables to the end, or leave the database as it was; the job's result.

        Raises:
            JobFailed: with the reason; bad rows are named.
            JobCancelled, JobTimedOut, JobInterrupted: it was stopped and everything is taken back.
        """
        options = UploadOptions.model_validate(
            {k: v for k, v in job.options.items() if k in UploadOptions.model_fields}
        )

        def work() -> dict[str, object]:
            context.report(0, "Opening the database")
            warehouse = self._gate.opened(context.cancel_requested).warehouse
            with self._pins.held(job.job_id, str(job.options["snapshot_id"])) as snapshot:
                how = PublishOptions(
                    replace=options.replace, keep_missing=options.keep_missing, batch_size=options.batch_size
                )
                watch = Watch(on_progress=_Progress(context), cancelled=context.cancel_requested)
                pin(self._data_dir, snapshot.id, PUBLISHED)  # before it stands: a crash in between must not lose it
                try:
                    done = warehouse.publish(snapshot, _names(job), how, watch)
                except WarehouseError as error:
                    context.check()  # a connection that is cut by a stop is no failure of its own
                    raise failed_upload(error, warehouse.backend, snapshot, _names(job)) from error
                self._remember_what_stands(warehouse)
                return result_of(done, clean=options.clean)

        return as_job(work, context)

    def run_schema(self, job: Job, context: JobContext) -> dict[str, object]:
        """Write the schema's script, and run it where that was asked for; the job's result.

        Raises:
            JobFailed: with the reason.
            JobCancelled, JobTimedOut, JobInterrupted: it was stopped.
        """

        def work() -> dict[str, object]:
            snapshot_id = job.options.get("snapshot_id")
            if snapshot_id is None:
                text, result = _script(None)
            else:
                with self._pins.held(job.job_id, str(snapshot_id)) as snapshot:
                    text, result = _script(snapshot.manifest)
            context.check()
            replace_file(self._data_dir.root / SCHEMA_FILE, text.encode())
            is_applied = bool(job.options.get("apply"))
            if is_applied:
                context.report(50, "Applying the schema")
                self._gate.opened(context.cancel_requested).warehouse.apply_schema(text)
            return {**result, "schema_file": SCHEMA_FILE, "snapshot_id": snapshot_id, "applied": is_applied}

        return as_job(work, context)

    def _remember_what_stands(self, warehouse: Warehouse) -> None:
        """Keep the snapshots that the warehouse's tables equal now; without its answer those kept before stay too."""
        try:
            mark_published(self._data_dir, set(warehouse.catalog().published.values()))
        except WarehouseError as error:
            logger.warning("published_snapshots_not_read", error=str(error))

    def _queued(self, job: NewJob, snapshot: Snapshot | None) -> Job:
        """The job, queued; its snapshot is pinned until it is finished."""
        if snapshot is None:
            return self._jobs.get_job(self._jobs.create_job(job))
        return self._pins.queue(snapshot.id, lambda: self._jobs.create_job(job))

    def _published(self) -> Snapshot | None:
        try:
            return published(self._data_dir)
        except (DamagedSnapshot, OSError) as error:
            raise NothingToUpload("The published snapshot cannot be read: run the ETL again") from error

    def _snapshot(self, run: ETLRun | None = None) -> Snapshot:
        if run is not None:
            try:
                return self._pins.find(run.snapshot_id)
            except (DamagedSnapshot, OSError) as error:
                raise NothingToUpload("The run's snapshot is not there any more") from error
        snapshot = self._published()
        if snapshot is None:
            raise NothingToUpload("Nothing is published yet: run the ETL first (POST /api/etl/trigger)")
        return snapshot


class _Progress:
    """Rows loaded so far, as progress of a job."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._began_at = time.monotonic()

    def __call__(self, rows_done: int, rows_total: int) -> None:
        share = rows_done / max(rows_total, 1)
        left = (time.monotonic() - self._began_at) * (100 / (share * _LOADED_PERCENT) - 1) if share > 0 else None
        if rows_done >= rows_total:
            self._context.report(_LOADED_PERCENT, f"Merging {rows_total:,} rows", eta_seconds=left)
        else:
            step = f"Loading rows ({rows_done:,}/{rows_total:,})"
            self._context.report(share * _LOADED_PERCENT, step, eta_seconds=left)


def _names(job: Job) -> list[str]:
    names = job.options.get("tables")
    return [str(name) for name in names] if isinstance(names, list) else []


def _script(manifest: Manifest | None) -> tuple[str, Mapping[str, Any]]:
    """The script for a manifest, or of functions and staging alone; and what is in it."""
    from warehouse import schema  # noqa: PLC0415 - loads the database driver

    if manifest is None:
        warning = "Nothing is published yet: the script holds the staging tables and functions only"
        return schema.staging_script(), {"tables_count": 0, "views_count": 0, "warnings": [warning]}
    made = schema.generate(manifest)
    left_out = [f"The view {name} is left out: {reason}" for name, reason in made.left_out.items()]
    return made.text, {"tables_count": len(made.tables), "views_count": len(made.views), "warnings": left_out}
