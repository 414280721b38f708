"""The jobs that may follow on an ETL run, by the option that asks for them."""

from collections.abc import Callable, Mapping

from api.models.job import Job
from api.models.ml import TrainRequest
from api.models.upload import SchemaRequest, UploadRequest
from api.services.train_service import TrainService
from api.services.upload_service import ETLRun, UploadService

Followers = Mapping[str, Callable[[ETLRun], Job]]
"""How to queue the job that an option asks for, after the run that has it."""


def followers(uploads: UploadService, training: TrainService) -> Followers:
    """The followers that these services run."""
    return {
        "regenerate_schema": lambda run: uploads.generate_schema(SchemaRequest(), linked_to=run),
        "upload_to_supabase": lambda run: uploads.upload_tables(UploadRequest(), linked_to=run),
        "train": lambda run: training.train(TrainRequest(), linked_to=run),
    }
