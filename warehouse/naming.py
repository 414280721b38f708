"""Which names a table or column may have, and in which order tables are written."""

import hashlib
import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Final

from snapshot.manifest import Manifest, Table
from warehouse.errors import SchemaDrift, UnknownName

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")  # as the manifest has it
_POSTGRES_NAME_BYTES: Final = 63
# a column of such a name could not be filtered on over REST: the parameter means something else there
RESERVED_COLUMNS: Final = frozenset(
    {"select", "order", "limit", "offset", "columns", "on_conflict", "and", "or", "not", "apikey"}
)


def check_name(name: str) -> str:
    """The name itself, once it is a plain identifier; UnknownName otherwise, so that no odd text travels further."""
    if not _IDENTIFIER.fullmatch(name):
        raise UnknownName("There is no table or column of that name.")
    return name


def check_names(tables: Iterable[Table]) -> None:
    """Refuse tables and columns that PostgreSQL or the REST interface could not carry.

    Raises:
        SchemaDrift: names the first one.
    """
    for table in tables:
        columns = [column.name for column in table.columns]
        for name in (table.name, *columns):
            if not _IDENTIFIER.fullmatch(name):
                raise SchemaDrift(f"{name!r} cannot be the name of a table or column.", table=table.name)
        if reserved := RESERVED_COLUMNS.intersection(columns):
            raise SchemaDrift(f"{table.name} has a column {min(reserved)}: that name is reserved.", table=table.name)
        if not table.primary_key or not set(table.primary_key) <= set(columns):
            raise SchemaDrift(f"{table.name} has no primary key among its columns.", table=table.name)
        if table.name.startswith(("stage_", "tracker_")):
            raise SchemaDrift(f"{table.name} is the name of a staging table.", table=table.name)


def parents_first(manifest: Manifest, names: Iterable[str]) -> list[Table]:
    """The tables of these names, each after those that it refers to; children first is the reverse.

    Raises:
        UnknownName: the manifest has no such table.
        SchemaDrift: the references form a circle.
    """
    tables = {table.name: table for table in manifest.tables}
    wanted = sorted(set(names))
    for name in wanted:
        if name not in tables:
            raise UnknownName(f"The snapshot has no table {name}.", table=name)
    graph = {n: sorted({r.table for r in tables[n].references} & set(wanted) - {n}) for n in wanted}
    try:
        return [tables[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise SchemaDrift(f"The references form a circle: {' -> '.join(error.args[1])}.") from error


def short_name(*parts: str) -> str:
    """A name for an index or constraint, made of these parts; a hash keeps long ones apart."""
    name = "_".join(parts)
    if len(name) <= _POSTGRES_NAME_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _POSTGRES_NAME_BYTES - 9]}_{digest}"
