"""How much of the warehouse contract a database serves: tables, columns and views, present and holding values."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

HERE = Path(__file__).parent
TYPES = {"timestamptz": "timestamp with time zone", "json": "text"}  # what the web tracker serialises is kept as text


@dataclass(frozen=True)
class Relation:
    """A table or view that the contract asks for; `columns` maps a name to a type, `named` are those in requests."""

    name: str
    is_view: bool
    columns: Mapping[str, str]
    named: tuple[str, ...]
    key: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_staged(self) -> bool:
        """Whether people write it, and the ETL does not."""
        return self.name.startswith("stage_") or self.name == "tracker_videos"

    @property
    def role(self) -> str:
        """The least role that the consumers use it in."""
        return "authenticated" if self.name.startswith("stage_") else "anon"


@cache
def contract() -> dict[str, Any]:
    return json.loads((HERE / "warehouse_contract.json").read_text(encoding="utf-8"))


@cache
def relations() -> tuple[Relation, ...]:
    tables = [
        Relation(name, False, {n: c["type"] for n, c in about["columns"].items()},
                 tuple(n for n, c in about["columns"].items() if c["need"] == "hard"),
                 tuple(about["primary_key"]), about.get("foreign_keys") or {})
        for name, about in contract()["tables"].items()
    ]  # fmt: skip
    views = [
        Relation(name, True, {c["name"]: c["type"] for c in about["column_details"]},
                 tuple(c["name"] for c in about["column_details"] if c["need"] == "hard"))
        for name, about in contract()["views"].items()
    ]  # fmt: skip
    return (*tables, *views)


@cache
def excuses() -> dict[str, str]:
    """Why a column ("table.column") may be null everywhere on the demo league."""
    return json.loads((HERE / "excuses.json").read_text(encoding="utf-8"))


@dataclass
class Served:
    """What was found. `columns` and `holding` are "relation.column"; `odd` names wrong types, keys and references."""

    relations: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    holding: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def missing_relations(self) -> list[str]:
        return [r.name for r in relations() if r.name not in self.relations]

    def missing_columns(self) -> list[str]:
        """Of relations that are there."""
        return [c for r in relations() if r.name in self.relations for c in column_names([r]) if c not in self.columns]

    def null_columns(self) -> list[str]:
        """Null everywhere, without an excuse."""
        return [c for c in column_names(relations()) if c in self.columns - self.holding and c not in excuses()]

    def needless_excuses(self) -> list[str]:
        return sorted(c for c in excuses() if c in self.holding or c not in column_names(relations()))

    @property
    def is_whole(self) -> bool:
        return not (self.missing_relations() or self.missing_columns() or self.null_columns() or self.odd)


def column_names(wanted: Iterable[Relation]) -> list[str]:
    return [f"{r.name}.{name}" for r in wanted for name in r.columns]


def measure(connection: psycopg.Connection) -> Served:
    """What of the contract this database serves."""
    served = Served()
    for relation in relations():
        types = _types(connection, relation.name)
        if not types:
            continue
        served.relations.add(relation.name)
        present = [name for name in relation.columns if name in types]
        served.columns |= {f"{relation.name}.{name}" for name in present}
        counts = sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(name)) for name in present)
        query = sql.SQL("select count(*), {} from {}").format(counts, sql.Identifier("public", relation.name))
        rows, *filled = connection.execute(query).fetchone() or ()
        served.rows[relation.name] = rows
        served.holding |= {f"{relation.name}.{name}" for name, n in zip(present, filled, strict=True) if n}
        served.odd += _odd(connection, relation, types)
    return served


def _types(connection: psycopg.Connection, name: str) -> dict[str, str]:
    rows = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        (f'public."{name}"',),
    )
    return dict(rows.fetchall())


def _odd(connection: psycopg.Connection, relation: Relation, types: Mapping[str, str]) -> list[str]:
    found = [
        f"{relation.name}.{name} is {types[name]}, not {kind}"
        for name, kind in relation.columns.items()
        if name in types and types[name] != TYPES.get(kind, kind)
    ]
    if relation.is_view or relation.is_staged:
        return found
    key = connection.execute(
        "select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)) from pg_index i"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)"
        " where i.indrelid = to_regclass(%s) and i.indisprimary",
        (f'public."{relation.name}"',),
    ).fetchone()
    if key is None or tuple(key[0] or ()) != relation.key:
        found.append(f"{relation.name} has the key {key and key[0]}, not {list(relation.key)}")
    referred = _references(connection, relation.name)
    found += [
        f"{relation.name}.{column} does not refer to {target}"
        for column, target in relation.references.items()
        if column in types and _types(connection, target.split(".")[0]) and referred.get(column) != target
    ]
    return found


def _references(connection: psycopg.Connection, name: str) -> dict[str, str]:
    rows = connection.execute(
        "select a.attname, f.relname || '.' || b.attname from pg_constraint c join pg_class f on f.oid = c.confrelid"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]"
        " where c.contype = 'f' and cardinality(c.conkey) = 1 and c.conrelid = to_regclass(%s)",
        (f'public."{name}"',),
    )
    return dict(rows.fetchall())


def report(served: Served) -> str:
    """The figures in words, and below them whatever is short."""
    tables = [r for r in relations() if not r.is_view]
    views = [r for r in relations() if r.is_view]
    lines = [_line("tables", tables, served), _line("views", views, served)]
    excused = [c for c in column_names(relations()) if c in served.columns - served.holding and c in excuses()]
    short = [
        *(f"missing: {name}" for name in served.missing_relations()),
        *(f"missing: {name}" for name in served.missing_columns()),
        *(f"null everywhere: {name}" for name in served.null_columns()),
        *served.odd,
        *(f"needs no excuse: {name}" for name in served.needless_excuses()),
    ]
    return "\n".join([*lines, *(f"  excused: {c}: {excuses()[c]}" for c in excused), *(f"  {s}" for s in short)])


def _line(what: str, wanted: list[Relation], served: Served) -> str:
    there = sum(r.name in served.relations for r in wanted)
    names = column_names(wanted)
    present, holding = (sum(c in found for c in names) for found in (served.columns, served.holding))
    excused = sum(c in served.columns - served.holding and c in excuses() for c in names)
    return (
        f"{what}: {there}/{len(wanted)}, columns {present}/{len(names)} present, {holding + excused}/{len(names)}"
        f" holding values or excused ({excused} excused)"
    )
