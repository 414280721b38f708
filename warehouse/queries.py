"""A `Query` as SQL: identifiers quoted by the driver, values bound."""

from collections.abc import Sequence
from typing import Final

from psycopg import sql

from warehouse.base import OPERATORS, Filter, Query, Value
from warehouse.naming import check_name

_SYMBOLS: Final = {
    "eq": sql.SQL("="), "neq": sql.SQL("<>"), "lt": sql.SQL("<"), "lte": sql.SQL("<="), "gt": sql.SQL(">"),
    "gte": sql.SQL(">="), "like": sql.SQL("like"), "ilike": sql.SQL("ilike"),
}  # fmt: skip
_MATCHING: Final = ("like", "ilike")
Bound = list[str | int | None]


def select_rows(query: Query) -> tuple[sql.Composed, Bound]:
    """The statement for the rows, each as one JSON object, and its values."""
    condition, values = _condition(query)
    columns = sql.SQL(", ").join(map(_name, query.columns)) if query.columns else sql.SQL("*")
    parts = [sql.SQL("select {} from {} t").format(columns, _table(query)), condition, _order(query)]
    if query.limit is not None:
        parts.append(sql.SQL("limit %s"))
        values.append(query.limit)
    if query.offset:
        parts.append(sql.SQL("offset %s"))
        values.append(query.offset)
    return sql.SQL("select to_json(q) from ({}) q").format(sql.SQL(" ").join(parts)), values


def count_rows(query: Query) -> tuple[sql.Composed, Bound]:
    """The statement that counts the rows, without limit and offset, and its values."""
    condition, values = _condition(query)
    return sql.SQL("select count(*) from {} t {}").format(_table(query), condition), values


def escape_like(text: str) -> str:
    """A text to be found as it is by LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def as_text(value: Value) -> str | None:
    """A value as PostgreSQL reads it; the column decides the type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def check_filter(condition: Filter) -> Filter:
    """The filter itself, once its operator and its value go together; ValueError otherwise."""
    many = isinstance(condition.value, Sequence) and not isinstance(condition.value, str)
    if condition.op not in OPERATORS:
        raise ValueError(f"There is no operator {condition.op}; there are {', '.join(sorted(OPERATORS))}.")
    if many != (condition.op == "in"):
        raise ValueError("Several values go with the operator in, and with no other.")
    if condition.op == "is_null" and not isinstance(condition.value, bool):
        raise ValueError("is_null takes true or false.")
    return condition


def _condition(query: Query) -> tuple[sql.Composable, Bound]:
    clauses: list[sql.Composable] = []
    values: Bound = []
    for condition in query.where:
        clause, bound = _clause(check_filter(condition))
        clauses.append(clause)
        values += bound
    if query.search and query.search_columns:
        looked_in = sql.SQL(" or ").join(sql.SQL("{}::text ilike %s").format(_name(c)) for c in query.search_columns)
        clauses.append(sql.SQL("({})").format(looked_in))
        values += [f"%{escape_like(query.search)}%"] * len(query.search_columns)
    if not clauses:
        return sql.SQL(""), values
    return sql.SQL("where {}").format(sql.SQL(" and ").join(clauses)), values


def _clause(condition: Filter) -> tuple[sql.Composable, Bound]:
    name, value = _name(condition.column), condition.value
    if condition.op == "is_null":
        return sql.SQL("{} is null" if value else "{} is not null").format(name), []
    if isinstance(value, Sequence) and not isinstance(value, str):
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(value))
        return (sql.SQL("{} in ({})").format(name, marks) if value else sql.SQL("false")), [as_text(v) for v in value]
    if condition.op in _MATCHING:
        name = sql.SQL("{}::text").format(name)
    return sql.SQL("{} {} %s").format(name, _SYMBOLS[condition.op]), [as_text(value)]


def _order(query: Query) -> sql.Composable:
    if not query.order:
        return sql.SQL("")
    terms = [sql.SQL("{} {} nulls last").format(_name(o.lstrip("-")), sql.SQL("desc" if o[0] == "-" else "asc"))
             for o in query.order]  # fmt: skip
    return sql.SQL("order by {}").format(sql.SQL(", ").join(terms))


def _table(query: Query) -> sql.Identifier:
    return sql.Identifier("public", check_name(query.table))


def _name(name: str) -> sql.Composable:
    return sql.Identifier(check_name(name))
