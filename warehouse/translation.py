"""PostgreSQL's error codes, in our terms. The REST interface passes the same codes on."""

from collections.abc import Callable
from typing import Final

from warehouse.errors import (
    AccessDenied,
    BadData,
    BadRow,
    BrokenReference,
    IncompleteLoad,
    SchemaDrift,
    StaleSnapshot,
    TooManyDeletes,
    UnknownName,
    WarehouseError,
    WarehouseUnavailable,
)

_REGENERATE: Final = "Generate the schema and run it on the database."
_TOLD: Final[dict[str, Callable[[str, str | None], WarehouseError]]] = {
    "BSOLD": lambda text, table: StaleSnapshot(f"{text} Run the ETL and upload its result.", table=table),
    "BSDEL": lambda text, table: TooManyDeletes(f"{text} If that is right, upload with replace.", table=table),
    "BSCNT": lambda text, table: IncompleteLoad(f"{text} Nothing was published; upload again.", table=table),
    "BSLOA": lambda text, table: IncompleteLoad(f"{text} Nothing was published; upload again.", table=table),
    "BSDRF": lambda text, table: SchemaDrift(f"{text} {_REGENERATE}", table=table),
    "42P01": lambda _, table: UnknownName(f"There is no table {table or 'of that name'}.", table=table),
    "42703": lambda _, table: UnknownName("There is no column of that name.", table=table),
    "42804": lambda text, table: SchemaDrift(f"{text.capitalize()}. {_REGENERATE}", table=table),
    "42883": lambda _, table: SchemaDrift(f"The load functions are missing or old. {_REGENERATE}", table=table),
    "57014": lambda _, table: WarehouseUnavailable("The database gave up: a statement took too long.", table=table),
}  # fmt: skip
_DATA_CLASSES: Final = ("22", "23", "21")
_ACCESS_CLASSES: Final = ("28", "0L", "0P")
_AWAY_CLASSES: Final = ("08", "53", "57", "58")


def error_for(
    state: str | None, message: str, *, table: str | None = None, detail: str | None = None, column: str | None = None
) -> WarehouseError:
    """Our error for a SQLSTATE. `detail` is shown only where it names the row that a person has to mend."""
    state = state or "08000"
    if state in _TOLD:
        return _TOLD[state](message, table)
    if state == "23503":
        return BrokenReference(f"{message.capitalize()}: {detail or ''} Upload both tables together.", table=table)
    if state == "42501" or state.startswith(_ACCESS_CLASSES):
        return AccessDenied("The database refused access: the key or the user lacks the rights.", table=table)
    if state.startswith(_DATA_CLASSES):
        return BadData([BadRow(table=table or "row", row=0, column=column, reason=reason_for(state, message, detail))])
    if state.startswith(_AWAY_CLASSES):
        return WarehouseUnavailable("The database does not answer.", table=table)
    return WarehouseError(f"The database refused (code {state}).", table=table)


def reason_for(state: str, message: str, detail: str | None) -> str:
    """Why a row was refused, with the key where the database names one."""
    if state in {"23505", "21000"}:
        return f"the same key twice{': ' + detail if detail else ''}"
    return message
