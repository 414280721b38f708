"""Where a run finds staging: told by the server, or by the same configuration that the server has."""

from collections.abc import Mapping
from typing import Final

from etl.extraction_staging import NO_STAGING, StagedLeague, read_staging
from snapshot.layout import DataDir
from warehouse.errors import WarehouseError
from warehouse.opening import Choice, open_warehouse

DSN_VARIABLE: Final = "BENCHSIGHT_WAREHOUSE_DSN"
"""Set by the server for its children, so that they start nothing; empty where it has no warehouse."""


class StagingUnreadable(Exception):
    """Staging is there and cannot be read. A league without its corrections must not be published."""


def staged_league(data_dir: DataDir, environ: Mapping[str, str]) -> StagedLeague:
    """What is staged for this league.

    A run that nobody told where staging is, and for which no database is configured, starts the embedded server if it
    was ever used, and stops it again.

    Raises:
        StagingUnreadable: the database does not answer, or is configured wrongly; the message holds no secret.
    """
    if environ.get(DSN_VARIABLE) == "":
        return NO_STAGING
    choice = Choice(
        db_url=environ.get(DSN_VARIABLE) or environ.get("SUPABASE_DB_URL") or None,
        supabase_url=environ.get("SUPABASE_URL") or None,
        supabase_key=environ.get("SUPABASE_SERVICE_KEY") or None,
    )
    if not (choice.db_url or choice.supabase_url) and not _was_used(data_dir):
        return NO_STAGING
    try:
        with open_warehouse(data_dir, choice) as opened:
            return read_staging(opened.warehouse)
    except (WarehouseError, ValueError) as error:
        raise StagingUnreadable(f"Staging cannot be read, so nothing was published: {error}") from error


def _was_used(data_dir: DataDir) -> bool:
    """Whether the embedded server has a cluster of this league."""
    if not (data_dir.state / "postgres.json").exists():
        return False
    from warehouse.embedded_place import existing_home  # noqa: PLC0415 - only where there is one

    home = existing_home(data_dir)
    return home is not None and (home / "data" / "PG_VERSION").exists()
