"""Published leagues on disk, and going back to one."""

from typing import Annotated, Any, Final

from fastapi import Body, Path, Response

from api.dependencies import Snapshots
from api.error_handlers import documented
from api.models.job import Lane
from api.models.snapshots import Restored, RestoreRequest, SnapshotInfo
from api.permissions import Operator, Viewer, role_router
from api.routes import upload_examples as examples
from api.routes.examples import SNAPSHOT_ID, answer
from api.routes.job_answers import UNAUTHENTICATED, WRONG_REQUEST
from api.services.job_errors import QueueFull, ShuttingDown
from api.services.snapshot_service import ETLUnderWay, RestoreFailed, SnapshotDamaged, SnapshotNotFound

snapshots_router = role_router("/api/snapshots", "Snapshots")

_REFUSALS: Final = (
    WRONG_REQUEST,
    UNAUTHENTICATED,
    SnapshotNotFound("There is no snapshot 20261018T193012602000Z-5f0d6c1e; GET /api/snapshots lists those there are"),
    SnapshotDamaged(f"Snapshot {SNAPSHOT_ID}: fact_goals.csv is not the file that was published"),
    ETLUnderWay("An ETL job is running: wait for its end, or cancel it"),
    QueueFull(Lane.WAREHOUSE, 50, retry_after_seconds=30),
    ShuttingDown(),
    RestoreFailed("The snapshot's files could not be put in place; what was published still is"),
)
_WHERE: Final = {"Location": "where to ask for the upload's status"}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: answer(examples.RESTORED, "It is published again"),
    202: {"model": Restored}
    | answer(examples.RESTORED_AND_QUEUED, "It is published again, and its upload is queued", _WHERE),
}


@snapshots_router.get("", responses=documented(UNAUTHENTICATED) | {200: answer(examples.SNAPSHOTS, "The newest first")})
def list_snapshots(caller: Viewer, snapshots: Snapshots) -> list[SnapshotInfo]:
    """Every published league that is still on disk, and which of them is the current one."""
    return snapshots.list_snapshots()


@snapshots_router.post("/{snapshot_id}/restore", response_model=Restored, responses=documented(*_REFUSALS) | _ANSWERS)
def restore_snapshot(
    caller: Operator,
    snapshot_id: Annotated[str, Path(max_length=100, examples=[SNAPSHOT_ID])],
    response: Response,
    snapshots: Snapshots,
    request: Annotated[RestoreRequest | None, Body(openapi_examples=examples.RESTORE_REQUESTS)] = None,
) -> Restored:
    """Go back: publish an earlier league again, with `upload` in the database as well.

    Nothing is lost: what was published until now can be restored in turn. Files and corrections stay as they are, so
    the next ETL run makes the league of today again, unless what went wrong is put right before.
    """
    restored = snapshots.restore(snapshot_id, request or RestoreRequest())
    if restored.job is not None:
        response.status_code = 202
        response.headers["Location"] = f"/api/upload/status/{restored.job.job_id}"
    return restored
