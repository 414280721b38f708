"""Explains numbers of the warehouse's views from the published tables, whether or not a database is at hand."""

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from pydantic import JsonValue

from api.services.explain_numbers import Number, find_column, find_row, no_column, operand
from api.services.explain_rows import Found, find, matching, total_amount
from api.services.table_service import find_table
from snapshot.lineage import Part, own
from snapshot.reader import Snapshot
from warehouse.view_terms import Derived, View
from warehouse.views import VIEWS

if TYPE_CHECKING:
    import polars as pl

VIEWS_BY_NAME: Final = {view.name: view for view in VIEWS}
_EXACT_DIGITS: Final = 12  # a quotient's last bits are no reason to round the other way


def number_of_view(snapshot: Snapshot, view: View, key: str, column: str) -> Number:
    """A number of a view.

    Raises:
        TableNotFound: the snapshot has no table under the view.
        ColumnNotFound, RowNotFound; both name what is nearest.
    """
    base = find_table(snapshot, view.base)
    if column not in view.same and column not in view.derived:
        known = [*view.same, *view.derived]
        raise no_column(view.name, column, known, f"its numbers are {', '.join(known)}")
    row = find_row(_rows(snapshot, view), view.name, view.base, view.key, key)
    if column in view.derived:
        derived = view.derived[column]
        found = find(snapshot, row, derived.made_from)
        is_missing = derived.null_without and not matching(snapshot, row, derived.null_without).head(1).collect().height
        value = None if is_missing else _value(derived, found)
        return Number(column=column, value=value, meaning=derived.meaning, found=found)
    repeated = find_column(base, view.same[column])
    shown = operand(base, repeated.name, row)
    itself = Part(table=base.name, where=own(*base.primary_key), quantity=repeated.name)
    return Number(
        column=column,
        value=shown.value,
        unit=repeated.unit,
        meaning=repeated.description,
        formula=f"{repeated.name} of {base.name}",
        source=repeated.source,
        operands=[shown],
        found=find(snapshot, row, [itself]),
    )


def _rows(snapshot: Snapshot, view: View) -> "pl.LazyFrame":
    """The rows of the base that the view's rows stand for."""
    rows = matching(snapshot, {}, Part(table=view.base, where=view.where, top=view.top))
    return _of_current_season(snapshot, view.base, rows) if view.is_current else rows


def _of_current_season(snapshot: Snapshot, base: str, rows: "pl.LazyFrame") -> "pl.LazyFrame":
    """Those of the season that began last, of the seasons that the table has."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    begun = snapshot.scan("dim_season").select("season_id", "start_date")
    latest = (
        snapshot.scan(base)
        .filter(pl.col("game_type") == "All")
        .join(begun, on="season_id", how="left")
        .sort("start_date", "season_id", descending=True, nulls_last=True)
        .head(1)
    )
    return rows.join(latest.select("season_id"), on="season_id", how="semi")


def _value(derived: Derived, found: tuple[Found, ...]) -> JsonValue:
    amount = total_amount(found)
    if amount is None:
        return None
    if derived.type == "integer":
        return round(amount)
    if derived.digits is None:
        return amount
    exact = Decimal(repr(round(amount, _EXACT_DIGITS)))
    return float(exact.quantize(Decimal(10) ** -derived.digits, ROUND_HALF_UP))
