"""What can be wrong with what people want to stage, and the warehouse's own failures in the API's terms."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from api.errors import Conflict, FieldError, InvalidRequest, NotFound, TooLarge
from api.services.warehouse_errors import SchemaDiffers, translated
from api.utils.logger import logger
from warehouse.errors import BadData, UnknownName, WarehouseError

_SHOWN: Final = 3
_LISTED: Final = 100
_NO_STAGING: Final = (
    "The database has no staging tables yet: generate the schema (POST /api/upload/generate-schema) "
    "and run sql/reset_supabase.sql in its SQL editor"
)


class BadRows(InvalidRequest):
    """Some rows cannot be staged, so none was."""

    code = "bad_rows"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        shown = "; ".join(e.message for e in errors[:_SHOWN])
        more = f"; and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
        super().__init__(f"{shown}{more}. Nothing was stored", errors[:_LISTED])


class UnknownTable(NotFound):
    """There is no such table among the league's."""

    code = "unknown_table"


class UnknownColumn(InvalidRequest):
    """The table has no such column."""

    code = "unknown_column"


class NothingMatched(NotFound):
    """No row, staged or in the files, has that value."""

    code = "nothing_matched"


class NotConfirmed(InvalidRequest):
    """Something would be lost, and the request does not confirm it."""

    code = "not_confirmed"


class UnusableFile(InvalidRequest):
    """The file cannot be what it should be."""

    code = "unusable_file"


class FileTooLarge(TooLarge):
    """The file is larger than the service takes."""

    code = "file_too_large"


class RawFileNotFound(NotFound):
    """There is no such file below `raw/`."""

    code = "raw_file_not_found"


class GameNotFound(NotFound):
    """The league has no such game."""

    code = "game_not_found"


class GameExists(Conflict):
    """The league has that game already."""

    code = "game_exists"


@contextmanager
def warehouse_errors() -> Iterator[None]:
    """Turn what the warehouse raises into what the API answers.

    Raises:
        BadRows: rows that the database cannot store, named.
        WarehouseDown, WarehouseDenied, SchemaDiffers, ServerStops: as `warehouse_errors.translated`.
    """
    try:
        yield
    except BadData as error:
        raise BadRows([FieldError(row.column or "data", str(row)) for row in error.rows]) from error
    except UnknownName as error:
        raise SchemaDiffers(_NO_STAGING) from error
    except WarehouseError as error:
        logger.warning("warehouse_failed", error=type(error).__name__)
        raise translated(error) from error
