"""Where a run finds staging: told by the server, or by the same configuration that the server has."""

from collections.abc import Mapping
from typing import Final

from etl.extraction_staging import NO_STAGING, StagedLeague, read_staging
from snapshot.layout import DataDir

STARTED_BY: Final = "BENCHSIGHT_STARTED_BY"
"""`server` for the server's children: they use the database that their environment names, and start none."""


class StagingUnreadable(Exception):
    """Staging is there and cannot be read. A league without its corrections must not be published."""


def staged_league(data_dir: DataDir, environ: Mapping[str, str]) -> StagedLeague:
    """What is staged for this league.

    A run that nobody told where staging is, and for which no database is configured, starts the embedded server if it
    was ever used, and stops it again.

    Raises:
        StagingUnreadable: the database does not answer, or is configured wrongly; the message holds no secret.
    """
    configured = _configured(environ)
    if not (configured["db_url"] or configured["supabase_url"]):
        if not _was_used(data_dir):
            return NO_STAGING
        if environ.get(STARTED_BY) == "server":
            raise StagingUnreadable("Staging cannot be read, so nothing was published: the database is not running.")
    from warehouse.errors import WarehouseError  # noqa: PLC0415 - a league without staging needs no database
    from warehouse.opening import Choice, open_warehouse  # noqa: PLC0415

    try:
        with open_warehouse(data_dir, Choice(**configured)) as opened:
            return read_staging(opened.warehouse)
    except (WarehouseError, ValueError) as error:
        raise StagingUnreadable(f"Staging cannot be read, so nothing was published: {error}") from error


def _configured(environ: Mapping[str, str]) -> dict[str, str | None]:
    """The fields of a `warehouse.opening.Choice`."""
    is_embedded = environ.get("WAREHOUSE", "").strip().lower() == "embedded"
    names = {"db_url": "SUPABASE_DB_URL", "supabase_url": "SUPABASE_URL", "supabase_key": "SUPABASE_SERVICE_KEY"}
    return {field: None if is_embedded else environ.get(name, "").strip() or None for field, name in names.items()}


def _was_used(data_dir: DataDir) -> bool:
    if not (data_dir.state / "postgres.json").exists():
        return False
    from warehouse.embedded_place import was_used  # noqa: PLC0415 - only where there is one

    return was_used(data_dir)
