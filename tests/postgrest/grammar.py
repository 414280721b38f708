"""The query string of a request, as SQL."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from psycopg import sql

from tests.postgrest.errors import ApiError

RESERVED = {"select", "order", "limit", "offset", "columns", "on_conflict", "and", "or", "not.and", "not.or"}
OPERATORS = {
    "eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "like": "like", "ilike": "ilike",
    "isdistinct": "is distinct from", "cs": "@>", "cd": "<@", "ov": "&&",
}  # fmt: skip
IS = {"null", "not_null", "true", "false", "unknown"}


@dataclass
class Request:
    """A parsed query string."""

    select: list[str] = field(default_factory=list)
    where: list[sql.Composable] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    order: list[sql.Composable] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    columns: list[str] | None = None
    on_conflict: list[str] | None = None

    def condition(self) -> sql.Composable:
        return sql.SQL(" where {}").format(sql.SQL(" and ").join(self.where)) if self.where else sql.SQL("")


def parse(pairs: Iterable[tuple[str, str]]) -> Request:
    request = Request()
    for name, value in pairs:
        if name == "select":
            request.select = [] if value == "*" else [c for c in split(value) if c]
        elif name in {"and", "or", "not.and", "not.or"}:
            request.where.append(logic(name, value, request.values))
        elif name == "order":
            request.order = [order_term(term) for term in split(value)]
        elif name in {"limit", "offset"}:
            setattr(request, name, number(value))
        elif name in {"columns", "on_conflict"}:
            if not value.strip():
                raise ApiError(400, "PGRST100", f'"failed to parse {name} parameter ({value})" (line 1, column 1)')
            setattr(request, name, [unquote(c) for c in split(value)])
        else:
            request.where.append(condition(name, value, request.values))
    return request


def number(value: str) -> int:
    if not re.fullmatch(r"-?\d+", value):
        raise ApiError(400, "PGRST100", f'"failed to parse ({value})" (line 1, column 1)')
    return int(value)


def split(text: str, separator: str = ",") -> list[str]:
    """Split outside quotes and parentheses."""
    parts, depth, quoted, escaped, current = [], 0, False, False, ""
    for char in text:
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
        elif not quoted and depth == 0 and char == separator:
            parts.append(current)
            current = ""
            continue
        current += char
    return [*parts, current]


def unquote(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def order_term(term: str) -> sql.Composable:
    name, *modes = term.split(".")
    words = {"asc": "asc", "desc": "desc", "nullsfirst": "nulls first", "nullslast": "nulls last"}
    if any(mode not in words for mode in modes):
        raise ApiError(400, "PGRST100", f'"failed to parse order ({term})" (line 1, column 1)')
    return sql.SQL(" ").join([sql.Identifier(unquote(name)), *(sql.SQL(words[mode]) for mode in modes)])


def condition(name: str, text: str, values: list[object]) -> sql.Composable:
    """`col=[not.]op.value`."""
    negated = text.startswith("not.")
    op, dot, value = text.removeprefix("not.").partition(".")
    if not dot or (op not in OPERATORS and op not in {"in", "is"}):
        raise ApiError(400, "PGRST100", f'"failed to parse filter ({text})" (line 1, column 1)')
    clause = _clause(sql.Identifier(unquote(name)), op, value, values)
    return sql.SQL("not ({})").format(clause) if negated else clause


def embedded(item: str) -> tuple[str, list[str], bool] | None:
    """`parent!inner(a,b)` as the parent, its columns and whether rows without it are left out; None for a column."""
    found = re.fullmatch(r"(\w+)(![\w]+)?\((.*)\)", item)
    return (found[1], split(found[3]), found[2] == "!inner") if found else None


def _clause(column: sql.Identifier, op: str, value: str, values: list[object]) -> sql.Composable:
    if op == "is":
        if value.lower() not in IS:
            raise ApiError(400, "PGRST100", f'"failed to parse filter (is.{value})" (line 1, column 1)')
        return sql.SQL("{} is " + value.lower().replace("not_", "not ")).format(column)
    if op == "in":
        items = [unquote(item) for item in split(value.strip()[1:-1])] if value.strip() != "()" else []
        values += items
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(items))
        return sql.SQL("{} in ({})").format(column, marks) if items else sql.SQL("false")
    values.append(value.replace("*", "%") if op in {"like", "ilike"} else value)
    return sql.SQL("{} " + OPERATORS[op] + " %s").format(column)


def logic(name: str, value: str, values: list[object]) -> sql.Composable:
    """`or=(a.eq.1,and(b.lt.2,c.is.null))`."""
    joint = sql.SQL(" or " if name.endswith("or") else " and ")
    clauses = [_logic_term(term.strip(), values) for term in split(value.strip()[1:-1])]
    joined = sql.SQL("({})").format(joint.join(clauses))
    return sql.SQL("not {}").format(joined) if name.startswith("not.") else joined


def _logic_term(term: str, values: list[object]) -> sql.Composable:
    nested = re.fullmatch(r"((?:not\.)?(?:and|or))(\(.*\))", term, re.DOTALL)
    if nested:
        return logic(nested[1], nested[2], values)
    name, _, rest = term.partition(".")
    op, dot, value = rest.partition(".")
    if op == "not":
        inner, _, value = value.partition(".")
        return sql.SQL("not ({})").format(_logic_term(f"{name}.{inner}.{value}", values))
    return condition(name, f"{op}{dot}{unquote(value) if op != 'in' else value}", values)
