"""Where a run finds staging: told by the server, or by the same configuration that the server has."""

from collections.abc import Mapping
from typing import Final

from etl.extraction_staging import NO_STAGING, StagedLeague, read_staging
from snapshot.layout import DataDir
from warehouse.errors import WarehouseError
from warehouse.opening import Choice, open_warehouse

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
    choice = _choice(environ)
    if not (choice.db_url or choice.supabase_url):
        if not _was_used(data_dir):
            return NO_STAGING
        if environ.get(STARTED_BY) == "server":
            raise StagingUnreadable("Staging cannot be read, so nothing was published: the database is not running.")
    try:
        with open_warehouse(data_dir, choice) as opened:
            return read_staging(opened.warehouse)
    except (WarehouseError, ValueError) as error:
        raise StagingUnreadable(f"Staging cannot be read, so nothing was published: {error}") from error


def _choice(environ: Mapping[str, str]) -> Choice:
    if environ.get("WAREHOUSE", "").strip().lower() == "embedded":
        return Choice()
    names = ("SUPABASE_DB_URL", "SUPABASE_URL", "SUPABASE_SERVICE_KEY")
    db_url, url, key = (environ.get(name, "").strip() or None for name in names)
    return Choice(db_url=db_url, supabase_url=url, supabase_key=key)


def _was_used(data_dir: DataDir) -> bool:
    if not (data_dir.state / "postgres.json").exists():
        return False
    from warehouse.embedded_place import was_used  # noqa: PLC0415 - only where there is one

    return was_used(data_dir)
