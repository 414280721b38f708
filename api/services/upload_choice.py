"""Which tables of a snapshot an upload takes."""

import difflib
from collections.abc import Callable, Mapping
from typing import Final

from api.errors import FieldError, InvalidRequest
from api.models.upload import TableChoice
from snapshot.manifest import Manifest, Table

_NEAREST: Final = 3
_MOST_NAMED: Final = 5
_FITS: Final[Mapping[str, Callable[[Table], bool]]] = {
    "all": lambda _: True,
    "dims": lambda table: table.category == "dim",
    "facts": lambda table: table.category == "fact",
    "qa": lambda table: table.category in {"qa", "lookup"},
    "basic": lambda table: table.name.endswith("_basic"),
    "tracking": lambda table: table.from_tracking,
}


class UnknownTables(InvalidRequest):
    """The request names tables that the published snapshot does not have."""

    code = "unknown_tables"


class NoTables(InvalidRequest):
    """The published snapshot has no table that fits."""

    code = "no_tables"


def chosen_tables(choice: TableChoice, manifest: Manifest) -> list[str]:
    """The names of the tables, sorted.

    Raises:
        UnknownTables: the snapshot lacks some of them; names the nearest that it has.
        NoTables: it has none of the mode.
    """
    known = sorted(table.name for table in manifest.tables)
    if choice.tables:
        _refuse_unknown(choice.tables, known)
        return sorted(set(choice.tables))
    names = sorted(table.name for table in manifest.tables if _FITS[choice.mode](table))
    if not names:
        raise NoTables(f"The published snapshot has no table of mode '{choice.mode}'")
    return names


def _refuse_unknown(wanted: tuple[str, ...], known: list[str]) -> None:
    errors = [
        FieldError(f"tables.{place}", _sentence(name, known)) for place, name in enumerate(wanted) if name not in known
    ]
    if errors:
        more = f"; and {len(errors) - _MOST_NAMED} more" if len(errors) > _MOST_NAMED else ""
        raise UnknownTables("; ".join(e.message for e in errors[:_MOST_NAMED]) + more, errors[:20])


def _sentence(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=_NEAREST, cutoff=0.0)
    return f"Unknown table '{name[:63]}'. Nearest: {', '.join(near)}"
