"""Each verb of the REST interface as real SQL, in one transaction per request."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import psycopg
from psycopg import sql

from tests.postgrest.errors import ApiError
from tests.postgrest.grammar import Request, embedded, parse, unquote

Connection = psycopg.Connection


@dataclass
class Call:
    """A request, taken apart."""

    method: str
    schema: str
    name: str
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    max_rows: int | None = None
    query: Request = field(default_factory=Request)

    def prefers(self) -> dict[str, str]:
        """Preferences; of one given twice the first counts."""
        wanted: dict[str, str] = {}
        for part in self.headers.get("prefer", "").split(","):
            name, _, value = part.strip().partition("=")
            wanted.setdefault(name, value)
        return wanted


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def columns_of(connection: Connection, schema: str, table: str) -> dict[str, tuple[str, str | None]]:
    """Type and default by column; PGRST205 for an unknown table."""
    rows = connection.execute(
        "select a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid) from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum"
        " where c.relnamespace = to_regnamespace(%s) and c.relname = %s and c.relkind in ('r', 'v', 'p', 'm')"
        " order by a.attnum",
        (schema, table),
    ).fetchall()
    if not rows:
        raise unknown_table(schema, table)
    return {name: (kind, default) for name, kind, default in rows}


def unknown_table(schema: str, table: str) -> ApiError:
    return ApiError(404, "PGRST205", f"Could not find the table '{schema}.{table}' in the schema cache")


def read(connection: Connection, call: Call) -> Answer:
    columns_of(connection, call.schema, call.name)
    query, wants_count = call.query, "count" in call.prefers()
    ranged = re.fullmatch(r"(\d+)-(\d*)", call.headers.get("range", ""))
    if ranged:
        query.offset = int(ranged[1])
        query.limit = int(ranged[2]) - int(ranged[1]) + 1 if ranged[2] else query.limit
    if (query.limit or 0) < 0 or query.offset < 0:
        raise ApiError(416, "PGRST103", "Requested range not satisfiable")
    limits = [n for n in (query.limit, call.max_rows) if n is not None]
    table = sql.Identifier(call.schema, call.name)
    parents = {item: parent_of(connection, call, item) for item in query.select if embedded(item)}
    query.where += [sql.SQL("exists {}").format(row) for item, row in parents.items() if "!inner" in item]
    parts = [sql.SQL("select {} from {}").format(select_list(query, parents), table), query.condition()]
    if query.order:
        parts.append(sql.SQL(" order by {}").format(sql.SQL(", ").join(query.order)))
    parts.append(sql.SQL(f" limit {min(limits)}" if limits else "") + sql.SQL(f" offset {query.offset}"))
    whole = sql.SQL("select coalesce(json_agg(q), '[]')::text, count(*) from ({}) q").format(sql.Composed(parts))
    text, found = connection.execute(whole, query.values).fetchone()
    total = None
    if wants_count:
        counting = sql.SQL("select count(*) from {}{}").format(table, query.condition())
        total = connection.execute(counting, query.values).fetchone()[0]
        if query.offset > total:
            raise ApiError(
                416,
                "PGRST103",
                "Requested range not satisfiable",
                f"An offset of {query.offset} was requested, but there are only {total} rows.",
            )
    shown = f"{query.offset}-{query.offset + found - 1}" if found else "*"
    headers = {"Content-Range": f"{shown}/{'*' if total is None else total}"}
    status = 206 if total is not None and found < total else 200
    return Answer(status, single(call, text, found), headers)


def single(call: Call, text: str, found: int) -> bytes:
    if "vnd.pgrst.object" not in call.headers.get("accept", ""):
        return text.encode()
    if found != 1:
        raise ApiError(
            406, "PGRST116", "Cannot coerce the result to a single JSON object", f"The result contains {found} rows"
        )
    return json.dumps(json.loads(text)[0]).encode()


def parent_of(connection: Connection, call: Call, item: str) -> sql.Composable:
    """The row that a foreign key of this table names, as a query of its own; PGRST200 without such a key."""
    name, columns, _ = embedded(item) or ("", [], False)
    keys = connection.execute(
        "select a.attname, b.attname from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]"
        " where c.contype = 'f' and c.conrelid = to_regclass(%s) and c.confrelid = to_regclass(%s)",
        [sql.Identifier(call.schema, table).as_string(connection) for table in (call.name, name)],
    ).fetchall()
    if len(keys) != 1:
        message = f"Could not find a relationship between '{call.name}' and '{name}' in the schema cache"
        raise ApiError(400, "PGRST200", message) if not keys else ApiError(300, "PGRST201", message)
    own, other = (sql.Identifier(key) for key in keys[0])
    return sql.SQL("(select {} from {} where {}.{} = {}.{})").format(
        select_list(Request(select=[c for c in columns if c != "*"])), sql.Identifier(call.schema, name),
        sql.Identifier(name), other, sql.Identifier(call.name), own,
    )  # fmt: skip


def select_list(query: Request, parents: Mapping[str, sql.Composable] = MappingProxyType({})) -> sql.Composable:
    return sql.SQL(", ").join(_selected(item, parents) for item in query.select or ["*"])


def _selected(item: str, parents: Mapping[str, sql.Composable]) -> sql.Composable:
    if item == "*":
        return sql.SQL("*")
    if item in parents:
        name = sql.Identifier((embedded(item) or (item,))[0])
        return sql.SQL("(select to_json(e) from {} e) as {}").format(parents[item], name)
    alias, _, rest = item.rpartition(":") if "::" not in item else ("", "", item)
    if "::" in item and re.match(r"[^:]+:[^:]", item):
        alias, rest = item.split(":", 1)
    name, _, cast = rest.partition("::")
    column: sql.Composable = sql.Identifier(unquote(name))
    if cast:
        column = sql.SQL("{}::" + re.sub(r"[^\w ]", "", cast)).format(column)
    return sql.SQL("{} as {}").format(column, sql.Identifier(unquote(alias or name)))


def rows_in(call: Call) -> list[dict[str, object]]:
    try:
        body = json.loads(call.body, parse_constant=lambda _: (_ for _ in ()).throw(ValueError()))
    except ValueError:
        raise ApiError(400, "PGRST102", "Empty or invalid json") from None
    rows = body if isinstance(body, list) else [body]
    if call.query.columns is None and len({frozenset(row) for row in rows}) > 1:
        raise ApiError(400, "PGRST102", "All object keys must match")
    return rows


def insert(connection: Connection, call: Call) -> Answer:
    known, rows, wanted = columns_of(connection, call.schema, call.name), rows_in(call), call.prefers()
    names = call.query.columns if call.query.columns is not None else list(rows[0] if rows else {})
    for name in names:
        if name not in known:
            raise ApiError(400, "PGRST204", f"Could not find the '{name}' column of '{call.name}' in the schema cache")
    resolution = wanted.get("resolution", "") if call.query.on_conflict or key_of(connection, call) else ""
    if not rows:
        return written(connection, call, [], 200 if resolution == "merge-duplicates" else 201)
    values: list[object] = [json.dumps(rows)]
    if names:
        body = sql.SQL("%s::json")
        if wanted.get("missing") == "default":
            defaults = [sql.SQL("{}::text, " + known[n][1]).format(sql.Literal(n)) for n in names if known[n][1]]
            body = sql.SQL(
                "(select json_agg(jsonb_build_object({}) || e) from jsonb_array_elements(%s::jsonb) e)").format(
                sql.SQL(", ").join(defaults))  # fmt: skip
        typed = sql.SQL(", ").join(sql.SQL("{} " + known[n][0]).format(sql.Identifier(n)) for n in names)
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        statement = sql.SQL("insert into {} ({}) select {} from json_to_recordset({}) as _({})").format(
            sql.Identifier(call.schema, call.name), listed, listed, body, typed)  # fmt: skip
    else:
        statement, values = sql.SQL("insert into {} default values").format(sql.Identifier(call.schema, call.name)), []
    statement += conflict(connection, call, names, resolution)
    returned = connection.execute(statement + sql.SQL(" returning *, xmax = 0 as is_new__"), values)
    found = as_dicts(returned)
    fresh = sum(bool(row.pop("is_new__")) for row in found)
    return written(connection, call, found, 200 if resolution == "merge-duplicates" and not fresh else 201)


def as_dicts(cursor: psycopg.Cursor) -> list[dict[str, object]]:
    names = [c.name for c in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def key_of(connection: Connection, call: Call) -> list[str]:
    rows = connection.execute(
        "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)"
        " where i.indrelid = to_regclass(%s) and i.indisprimary",
        (sql.Identifier(call.schema, call.name).as_string(connection),),
    ).fetchall()
    return [name for (name,) in rows]


def conflict(connection: Connection, call: Call, names: list[str], resolution: str) -> sql.Composable:
    if not resolution:
        return sql.SQL("")
    key = call.query.on_conflict or key_of(connection, call)
    target = sql.SQL(" on conflict ({}) do ").format(sql.SQL(", ").join(map(sql.Identifier, key)))
    if resolution == "ignore-duplicates" or not names:
        return target + sql.SQL("nothing")
    sets = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(n)) for n in names)
    return target + sql.SQL("update set {}").format(sets)


def written(connection: Connection, call: Call, rows: list[dict[str, object]], status: int) -> Answer:
    """The answer to a POST or DELETE; `rows` are as psycopg read them."""
    headers = {"Content-Range": f"*/{len(rows)}" if "count" in call.prefers() else "*/*"}
    return represented(connection, call, rows, Answer(status, b"", headers))


def represented(connection: Connection, call: Call, rows: list[dict[str, object]], empty: Answer) -> Answer:
    if call.prefers().get("return") != "representation":
        return empty
    shaped = [{k: v for k, v in row.items() if not call.query.select or k in call.query.select} for row in rows]
    text = json.dumps(shaped, default=str)
    status = 200 if call.method in {"PATCH", "DELETE"} else empty.status
    return Answer(status, single(call, text, len(shaped)), empty.headers)


def update(connection: Connection, call: Call) -> Answer:
    known, rows = columns_of(connection, call.schema, call.name), rows_in(call)
    names = call.query.columns if call.query.columns is not None else list(rows[0] if rows else {})
    for name in names:
        if name not in known:
            raise ApiError(400, "PGRST204", f"Could not find the '{name}' column of '{call.name}' in the schema cache")
    found: list[dict[str, object]] = []
    if names:
        refuse_unfiltered(call, "UPDATE")
        sets = sql.SQL(", ").join(sql.SQL("{0} = r.{0}").format(sql.Identifier(n)) for n in names)
        typed = sql.SQL(", ").join(sql.SQL("{} " + known[n][0]).format(sql.Identifier(n)) for n in names)
        table = sql.Identifier(call.schema, call.name)
        statement = sql.SQL(
            "update {0} set {1} from json_to_record(%s::json) as r({2})"
            " where ctid in (select ctid from {0}{3}) returning {0}.*"
        )
        statement = statement.format(table, sets, typed, call.query.condition())
        found = as_dicts(connection.execute(statement, [json.dumps(rows[0]), *call.query.values]))
    shown = f"0-{len(found) - 1}/*" if found else "*/*"
    return represented(connection, call, found, Answer(204, b"", {"Content-Range": shown}))


def delete(connection: Connection, call: Call) -> Answer:
    columns_of(connection, call.schema, call.name)
    refuse_unfiltered(call, "DELETE")
    statement = sql.SQL("delete from {}{} returning *").format(
        sql.Identifier(call.schema, call.name), call.query.condition()
    )
    found = as_dicts(connection.execute(statement, call.query.values))
    most = call.prefers().get("max-affected")
    if call.prefers().get("handling") == "strict" and most and len(found) > int(most):
        raise ApiError(
            400,
            "PGRST124",
            "Query result exceeds max-affected preference constraint",
            f"The query affects {len(found)} rows",
        )
    return written(connection, call, found, 204)


def refuse_unfiltered(call: Call, verb: str) -> None:
    """What the extension safeupdate does, which Supabase loads for the roles of its API."""
    if not call.query.where:
        raise ApiError(400, "21000", f"{verb} requires a WHERE clause")


def rpc(connection: Connection, call: Call) -> Answer:
    if call.method not in {"POST", "GET", "HEAD"}:
        raise ApiError(405, "PGRST101", f"Cannot use the {call.method} method on RPC")
    given = json.loads(call.body or b"{}") if call.method == "POST" else dict(call.pairs)
    candidates = connection.execute(
        "select p.proretset, p.prorettype = 'void'::regtype, t.typtype = 'c', coalesce(p.proargnames, '{}'),"
        " p.pronargdefaults,"
        " array(select format_type(a, null) from unnest(p.proargtypes) with ordinality u(a, n) order by n),"
        " p.proconfig, p.provolatile"
        " from pg_proc p join pg_type t on t.oid = p.prorettype"
        " where p.pronamespace = to_regnamespace(%s) and p.proname = %s", (call.schema, call.name),
    ).fetchall()  # fmt: skip
    fitting = [f for f in candidates if set(given) <= set(f[3][: len(f[5])]) and len(given) >= len(f[5]) - f[4]]
    if not fitting:
        names = ", ".join(sorted(given))
        raise ApiError(
            404, "PGRST202", f"Could not find the function {call.schema}.{call.name}({names}) in the schema cache"
        )
    if len(fitting) > 1:
        raise ApiError(300, "PGRST203", "Could not choose the best candidate function")
    is_set, is_void, is_row, names, _, types, config, volatility = fitting[0]
    if call.method != "POST" and volatility == "v":
        raise ApiError(405, "25006", "cannot execute INSERT in a read-only transaction")
    kinds = dict(zip(names, types, strict=False))
    for setting in config or []:  # PostgREST hoists a function's own timeout to the transaction
        if setting.startswith("statement_timeout="):
            connection.execute(
                sql.SQL("set local statement_timeout = {}").format(sql.Literal(setting.partition("=")[2]))
            )
    arguments = sql.SQL(", ").join(sql.SQL("{} => %s::" + kinds[n]).format(sql.Identifier(n)) for n in given)
    values = [json.dumps(v) if kinds[n] in {"json", "jsonb"} else v for n, v in given.items()]
    function = sql.SQL("{}({})").format(sql.Identifier(call.schema, call.name), arguments)
    if is_void:
        connection.execute(sql.SQL("select {}").format(function), values)
        return Answer(204)
    shape = "select coalesce(json_agg(q), '[]')::text from {} q" if is_set else "select to_json({})::text"
    text = connection.execute(sql.SQL(shape).format(function), values).fetchone()[0]
    return Answer(
        200, (text if text is not None else "null").encode(), {"Content-Range": "*/*" if not is_row else "0-0/*"}
    )


def answer(connection: Connection, call: Call) -> Answer:
    if call.schema != "public":
        raise ApiError(406, "PGRST106", "The schema must be one of the following: public")
    if call.prefers().get("handling") == "strict" and (odd := set(call.prefers()) - KNOWN_PREFERENCES):
        raise ApiError(
            400,
            "PGRST122",
            "Invalid preferences given with handling=strict",
            f"Invalid preferences: {', '.join(sorted(odd))}",
        )
    if call.name.startswith("rpc/"):
        call.name = call.name.removeprefix("rpc/")
        return rpc(connection, call)
    call.query = parse(call.pairs)
    done = VERBS[call.method](connection, call)
    applied = [f"{k}={v}" for k, v in call.prefers().items() if k in KNOWN_PREFERENCES]
    if applied:
        done.headers["Preference-Applied"] = ", ".join(applied)
    return done


KNOWN_PREFERENCES = {"return", "count", "resolution", "missing", "handling", "max-affected", "tx", "timezone"}
VERBS = {"GET": read, "HEAD": read, "POST": insert, "PATCH": update, "DELETE": delete}
