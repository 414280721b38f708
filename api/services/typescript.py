"""TypeScript types of the published tables, for dashboard authors."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from snapshot.manifest import Column, Manifest, Table

# as supabase-js delivers them: bigint within 2^53 and numeric are JSON numbers, dates and times ISO texts
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "text": "string",
        "integer": "number",
        "bigint": "number",
        "numeric": "number",
        "boolean": "boolean",
        "date": "string",
        "timestamptz": "string",
    }
)


def type_definitions(manifest: Manifest) -> str:
    """One interface per table, with every column's meaning, and `Tables`, which maps names to them."""
    tables = sorted(manifest.tables, key=lambda table: table.name)
    index = "\n".join(f"  {table.name}: {interface_name(table.name)};" for table in tables)
    header = f"// Types of the tables published in snapshot {manifest.snapshot_id}.\n"
    return "\n".join([header, *(map(_interface, tables)), f"export interface Tables {{\n{index}\n}}\n"])


def interface_name(table: str) -> str:
    """`fact_team_game_stats` as `FactTeamGameStats`."""
    return "".join(part.capitalize() for part in table.split("_"))


def _interface(table: Table) -> str:
    fields = "\n".join(map(_field, table.columns))
    return f"{_comment(table.description, '')}export interface {interface_name(table.name)} {{\n{fields}\n}}\n"


def _field(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    null = " | null" if column.nullable else ""
    return f"{_comment(column.description + unit, '  ')}  {json.dumps(column.name)}: {_TYPES[column.type]}{null};"


def _comment(text: str, indent: str) -> str:
    """A description as a comment; one that would close the comment is cut in two."""
    flat = " ".join(text.split()).replace("*/", "* /")
    return f"{indent}/** {flat} */\n"
