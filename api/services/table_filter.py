"""Filters and sorting of the table browser, in the notation of PostgREST: `goals=gte.2`, `sort=goals.desc,player_name`.

Every name is checked against the table's declaration, and every value is parsed by the column's type, before anything
is read.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from api.errors import FieldError, InvalidRequest
from snapshot.manifest import Column, Table

if TYPE_CHECKING:
    import polars as pl

Value = str | int | float | bool | dt.date | dt.datetime

OPERATORS: Final = ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is")
_IS: Final = ("null", "not_null", "true", "false")
_TEXT_ONLY: Final = frozenset({"like", "ilike"})
# a quoted value may hold commas and, after a backslash, quotes and backslashes
_LISTED: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*))\s*(?:,|\Z)')
_INTEGER_BITS: Final[Mapping[str, int]] = MappingProxyType({"integer": 32, "bigint": 64})


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on one column. `values` has one value, but any number for `in`, and none for `is`."""

    column: str
    operator: str
    values: tuple[Value, ...]
    negated: bool = False
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key; nulls come last in both directions."""

    column: str
    descending: bool


def parse_filters(table: Table, wanted: Sequence[tuple[str, str]]) -> list[Filter]:
    """The filters of a query string, in its order; repeated columns must all hold.

    Raises:
        InvalidRequest: names every parameter that is wrong.
    """
    columns = {column.name: column for column in table.columns}
    filters, errors = [], []
    for name, text in wanted:
        try:
            filters.append(_filter(_column(columns, name), text))
        except ValueError as error:
            errors.append(FieldError(name, str(error)))
    _raise_any(errors)
    return filters


def parse_sort(table: Table, text: str | None) -> list[Order]:
    """The sort keys of `column[.asc|.desc],…`.

    Raises:
        InvalidRequest: a column is unknown, or a direction is neither `asc` nor `desc`.
    """
    columns = {column.name: column for column in table.columns}
    orders, errors = [], []
    for part in filter(None, (text or "").split(",")):
        name, _, direction = part.strip().partition(".")
        try:
            column = _column(columns, name)
            if direction not in {"", "asc", "desc"}:
                raise ValueError(f"{direction!r} is no direction; use {name}.asc or {name}.desc")  # noqa: TRY301 - gathered like the other
        except ValueError as error:
            errors.append(FieldError("sort", str(error)))
        else:
            orders.append(Order(column.name, direction == "desc"))
    _raise_any(errors)
    return orders


def parse_select(table: Table, text: str | None) -> list[str]:
    """The columns of `column,…`, each once; all of the table's when there is no text.

    Raises:
        InvalidRequest: a column is unknown.
    """
    columns = {column.name: column for column in table.columns}
    names, errors = list(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip())), []
    for name in names:
        try:
            _column(columns, name)
        except ValueError as error:
            errors.append(FieldError("select", str(error)))
    _raise_any(errors)
    return names or list(columns)


def _raise_any(errors: list[FieldError]) -> None:
    if errors:
        raise InvalidRequest("; ".join(f"{e.field}: {e.message}" for e in errors), errors)


def _column(columns: Mapping[str, Column], name: str) -> Column:
    if name in columns:
        return columns[name]
    near = get_close_matches(name, columns, n=3)
    raise ValueError(f"no column {name[:63]!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))


def _filter(column: Column, text: str) -> Filter:
    operator, _, rest = text.partition(".")
    negated = operator == "not"
    if negated:
        operator, _, rest = rest.partition(".")
    if operator not in OPERATORS:
        raise ValueError(f"write {column.name}=operator.value with one of {', '.join(OPERATORS)}, as in eq.1")
    if operator == "is":
        if rest not in _IS:
            raise ValueError(f"is takes one of {', '.join(_IS)}")
        if rest in {"true", "false"} and column.type != "boolean":
            raise ValueError(f"is.{rest} needs a boolean column; {column.name} is {column.type}")
        return Filter(column.name, operator, (), negated, rest)
    if operator in _TEXT_ONLY and column.type != "text":
        raise ValueError(f"{operator} needs a text column; {column.name} is {column.type}")
    texts = _listed(rest) if operator == "in" else [rest]
    return Filter(column.name, operator, tuple(parse_value(column.type, t) for t in texts), negated)


def _listed(text: str) -> list[str]:
    if not (text.startswith("(") and text.endswith(")")):
        raise ValueError('in takes values in parentheses, as in in.(1,2) or in.("a, b",c)')
    inner, values, position = text[1:-1], [], 0
    while position < len(inner):
        found = _LISTED.match(inner, position)
        if found is None:
            raise ValueError(f"cannot read the values from {inner[position : position + 20]!r} on")
        quoted, plain = found.groups()
        values.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip())
        position = found.end()
    return values


def parse_value(kind: str, text: str) -> Value:
    """The text as a value of this column type.

    Raises:
        ValueError: it is not one; the message shows it.
    """
    try:
        return _PARSERS[kind](text)
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is not a value of type {kind}") from error


def _whole(bits: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", text) or not -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1):
            raise ValueError(text)
        return int(text)

    return parse


def _number(text: str) -> float:
    value = float(text)
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - the test for NaN
        raise ValueError(text)
    return value


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


_PARSERS: Final[Mapping[str, Callable[[str], Value]]] = MappingProxyType(
    {
        "text": str,
        "integer": _whole(_INTEGER_BITS["integer"]),
        "bigint": _whole(_INTEGER_BITS["bigint"]),
        "numeric": _number,
        "boolean": _truth,
        "date": dt.date.fromisoformat,
        "timestamptz": _moment,
    }
)


def expression(condition: Filter) -> "pl.Expr":
    """The condition for a frame. As in SQL, a comparison with null keeps no row, negated or not."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    column = pl.col(condition.column)
    match condition.operator:
        case "is":
            kept = _state(column, condition.state)
        case "in":
            kept = column.is_in(list(condition.values)) if condition.values else column.is_null() & column.is_not_null()
        case "like" | "ilike":
            kept = column.str.contains(_pattern(str(condition.values[0]), fold=condition.operator == "ilike"))
        case operator:
            kept = _comparison(column, operator, condition.values[0])
    return kept.not_() if condition.negated else kept


def _state(column: "pl.Expr", state: str | None) -> "pl.Expr":
    if state in {"null", "not_null"}:
        return column.is_null() if state == "null" else column.is_not_null()
    return column.eq_missing(state == "true")


def _comparison(column: "pl.Expr", operator: str, value: Value) -> "pl.Expr":
    compare: Mapping[str, Callable[[Value], pl.Expr]] = {
        "eq": column.eq,
        "neq": column.ne,
        "gt": column.gt,
        "gte": column.ge,
        "lt": column.lt,
        "lte": column.le,
    }
    return compare[operator](value)


def _pattern(like: str, *, fold: bool) -> str:
    """The regular expression of a LIKE pattern, in which `*` and `%` stand for any text and `_` for one character."""
    wild = {"*": ".*", "%": ".*", "_": "."}
    body = "".join(wild.get(c) or re.escape(c) for c in like)
    return f"(?s{'i' if fold else ''})^{body}$"
