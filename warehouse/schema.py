"""Generate `reset_supabase.sql`: everything that a database needs to take the tables of a manifest.

The script can be run again at any time. It creates what is missing and leaves rows alone; staging tables, views and
functions come from the `.sql` files beside this module.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from psycopg import sql

from snapshot.manifest import Column, Manifest, Table
from warehouse.naming import check_names, parents_first, short_name

_FUNCTION_FILES: Final = ("merge", "loading", "catalog", "changes")
# What the dashboard and the trackers filter and sort by (contract, "Tables"), in whichever table has it.
INDEXED_COLUMNS: Final = (
    "game_id", "player_id", "team_id", "season_id", "event_id", "shift_id", "home_team_id", "away_team_id",
    "player_1_id", "player_2_id", "date", "game_date", "season", "player_full_name", "player_name", "team_name",
    "home_team_name", "away_team_name", "linked_event_key", "sequence_key",
)  # fmt: skip
_NEEDS: Final = re.compile(r"^-- needs: (\w+)\(([^)]*)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaScript:
    """The script and what is in it. `left_out` maps a view to the reason why it could not be made."""

    text: str
    tables: tuple[str, ...]
    views: tuple[str, ...]
    left_out: dict[str, str]


def generate(manifest: Manifest) -> SchemaScript:
    """The script for a manifest's tables.

    Raises:
        SchemaDrift: a name that no database could carry, or references in a circle.
    """
    check_names(manifest.tables)
    tables = parents_first(manifest, (t.name for t in manifest.tables))
    views, left_out = _views(tables)
    parts = [
        f"-- Tables of snapshot {manifest.snapshot_id}. For the SQL editor, or psql -f. It can be run again.",
        *_ground(),
        *(f"drop view if exists public.{name};" for name in sorted({*views, *left_out}, reverse=True)),
        *(_table_section(table) for table in tables),
        *(_as_text(_reference(table, r.column, r.table, r.references)) for table in tables for r in table.references),
        *(f"-- {name} is left out: {reason}" for name, reason in left_out.items()),
        *(text + _as_text(_open_to_readers(name)) for name, text in views.items()),
        *_seal(),
    ]
    names = tuple(t.name for t in tables)
    return SchemaScript(text="\n\n".join(parts) + "\n", tables=names, views=tuple(views), left_out=left_out)


@cache
def functions_version() -> str:
    """Identifies the functions of this release, to tell whether a database has them."""
    text = "".join(_file(name) for name in (*_FUNCTION_FILES, "bookkeeping", "functions_security"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def staging_script() -> str:
    """Functions, staging tables and bookkeeping only: what a database needs before there is any snapshot."""
    return "\n\n".join([*_ground(), *_seal()]) + "\n"


def postgres_type(column: Column) -> str:
    """PostgreSQL's own name of a column's type, as the catalog spells it."""
    return "timestamp with time zone" if column.type == "timestamptz" else column.type


def column_definition(column: Column) -> sql.Composed:
    """`"name" type [not null]`."""
    null = sql.SQL("" if column.nullable else " not null")
    return sql.SQL("{} {}{}").format(sql.Identifier(column.name), sql.SQL(postgres_type(column)), null)


def _ground() -> list[str]:
    """Roles, bookkeeping, functions and staging tables, in a transaction that `_seal` ends."""
    return [
        "begin;\nset local client_min_messages = warning;\nset local check_function_bodies = off;",
        "select pg_advisory_xact_lock(hashtext('benchsight.publish'));",
        *(_file(name) for name in ("roles", "bookkeeping", *_FUNCTION_FILES, "staging")),
        _as_text(_functions_comment()),
    ]


def _seal() -> list[str]:
    return [_file("functions_security"), _file("staging_security"), "notify pgrst, 'reload schema';\ncommit;"]


def _table_section(table: Table) -> str:
    name = sql.Identifier("public", table.name)
    load = sql.Identifier("benchsight_load", table.name)
    key = sql.SQL(", ").join(sql.Identifier(k) for k in table.primary_key)
    added = (sql.SQL("add column if not exists {} {}").format(sql.Identifier(c.name), sql.SQL(postgres_type(c)))
             for c in table.columns)  # fmt: skip
    statements = [
        sql.SQL("create table if not exists {} (\n  {},\n  primary key ({})\n);").format(
            name, sql.SQL(",\n  ").join(map(column_definition, table.columns)), key
        ),
        sql.SQL("alter table {} {};").format(name, sql.SQL(", ").join(added)),
        sql.SQL("drop table if exists {};").format(load),
        sql.SQL("create unlogged table {} (_load_id text not null, like {}, primary key (_load_id, {}));").format(
            load, name, key
        ),
        *_comments(table, name),
        *(_index(table.name, column) for column in _indexed(table)),
        sql.SQL("alter table {} enable row level security;").format(name),
        _open_to_readers(table.name),
        sql.SQL("grant insert, update, delete on {} to service_role;").format(name),
        sql.SQL('drop policy if exists "everyone reads" on {};').format(name),
        sql.SQL('create policy "everyone reads" on {} for select to anon, authenticated using (true);').format(name),
    ]
    return "\n".join(map(_as_text, statements))


def _comments(table: Table, name: sql.Identifier) -> Iterator[sql.Composed]:
    yield sql.SQL("comment on table {} is {};").format(name, sql.Literal(f"{table.description} Grain: {table.grain}."))
    for column in table.columns:
        meaning = f"{column.description} ({column.unit})" if column.unit else column.description
        target = sql.Identifier("public", table.name, column.name)
        yield sql.SQL("comment on column {} is {};").format(target, sql.Literal(meaning))


def _indexed(table: Table) -> list[str]:
    """Foreign keys and columns often filtered by; the key's first column has the key's own index."""
    wanted = {r.column for r in table.references} | set(INDEXED_COLUMNS)
    return [c.name for c in table.columns if c.name in wanted and c.name != table.primary_key[0]]


def _index(table: str, column: str) -> sql.Composed:
    return sql.SQL("create index if not exists {} on {} ({});").format(
        sql.Identifier(short_name(table, column, "idx")), sql.Identifier("public", table), sql.Identifier(column)
    )


def _reference(table: Table, column: str, parent: str, parent_column: str) -> sql.Composed:
    """Add a foreign key unless the table has it."""
    return sql.SQL(
        "do $$ begin\n  alter table {} add constraint {} foreign key ({}) references {} ({});\n"
        "exception when duplicate_object then null; end $$;"
    ).format(
        sql.Identifier("public", table.name),
        sql.Identifier(short_name(table.name, column, "fkey")),
        sql.Identifier(column),
        sql.Identifier("public", parent),
        sql.Identifier(parent_column),
    )


def _open_to_readers(name: str) -> sql.Composed:
    return sql.SQL(
        "revoke all on {0} from public, anon, authenticated;\ngrant select on {0} to anon, authenticated, service_role;"
    ).format(sql.Identifier("public", name))


def _functions_comment() -> sql.Composed:
    return sql.SQL("comment on function public.warehouse_catalog() is {};").format(sql.Literal(functions_version()))


def _views(tables: list[Table]) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of the views that these tables can feed, and why the others are left out."""
    columns = {table.name: {column.name for column in table.columns} for table in tables}
    made, left_out = {}, {}
    for path in sorted((files("warehouse") / "sql" / "views").iterdir(), key=lambda p: p.name):
        name, text = path.name.removesuffix(".sql"), path.read_text(encoding="utf-8")
        if reason := _missing_for(text, columns):
            left_out[name] = reason
        else:
            made[name] = text
    return made, left_out


def _missing_for(view: str, columns: dict[str, set[str]]) -> str | None:
    for table, needed in _NEEDS.findall(view):
        if table not in columns:
            return f"the snapshot has no table {table}"
        if absent := sorted(set(needed.split(", ")) - columns[table]):
            return f"{table} has no column {absent[0]}"
    return None


def _file(name: str) -> str:
    return (files("warehouse") / "sql" / f"{name}.sql").read_text(encoding="utf-8").rstrip()


def _as_text(statement: sql.Composable) -> str:
    return statement.as_string(None)
