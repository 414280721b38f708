"""A `Query` for the REST interface."""

from collections.abc import Sequence
from typing import Any, Final

from supabase import Client

from warehouse.base import Filter, Query, Value
from warehouse.naming import check_name
from warehouse.queries import as_text, check_filter, escape_like

_MATCHING: Final = ("like", "ilike")


def select(client: Client, query: Query, *, count_only: bool) -> Any:  # noqa: ANN401 - the client's builders have no common type
    """The request for the rows, or only for their number; the caller adds limit and offset."""
    columns = [check_name(name) for name in query.columns] or ["*"]
    request = client.table(check_name(query.table)).select(*columns, count="exact", head=count_only)  # type: ignore[arg-type]  # a literal is as good as the enum
    for condition in query.where:
        request = _filtered(request, check_filter(condition))
    if query.search and query.search_columns:
        pattern = quoted(f"%{escape_like(query.search)}%")
        request = request.or_(",".join(f"{check_name(name)}.ilike.{pattern}" for name in query.search_columns))
    if not count_only:
        for term in query.order:
            request = request.order(check_name(term.lstrip("-")), desc=term.startswith("-"), nullsfirst=False)
    return request


def quoted(text: str) -> str:
    """A value inside a list or a logical expression, where commas and parentheses have a meaning."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def key_condition(key: Sequence[str], row: dict[str, Value]) -> str:
    """`and(a.eq."1",b.eq."2")`: the row of this key."""
    terms = ",".join(f"{name}.eq.{quoted(as_text(row[name]) or '')}" for name in key)
    return f"and({terms})"


def _filtered(request: Any, condition: Filter) -> Any:  # noqa: ANN401 - as above
    name, value = check_name(condition.column), condition.value
    if condition.op == "is_null":
        return request.is_(name, "null") if value else request.not_.is_(name, "null")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return request.filter(name, "in", "(" + ",".join(quoted(as_text(v) or "") for v in value) + ")")
    if condition.op in _MATCHING:
        # here * stands for %, so a text with a star would match more; one character of any kind stands in for it
        return request.filter(name, condition.op, (as_text(value) or "").replace("*", "_"))
    return request.filter(name, condition.op, as_text(value) or "")
