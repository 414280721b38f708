"""Finds the rows that a number was made from, by its declaration, in the snapshot that holds the number."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Final, cast

from snapshot.lineage import EVERY, SIDE, Condition, Factor, Link, Listed, Operator, Part
from snapshot.reader import Snapshot

if TYPE_CHECKING:
    import polars as pl

Row = Mapping[str, object]
FACTOR: Final = "_factor"  # of found rows: what each is multiplied by


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one part of a number, in the order of their key; `weight` is what each is multiplied by.

    `over` are the rows of the part's divisor, of which each `divides`.
    """

    part: Part
    rows: "pl.DataFrame"
    weight: float
    over: "tuple[Found, ...]" = ()
    divides: bool = False

    @property
    def amount(self) -> float | None:
        """What they come to; None where that is a quotient with nothing below the line."""
        total = sum(self.added(self.rows))
        if not self.part.over:
            return total
        divisor = total_amount(self.over)
        return total / divisor if divisor else None

    def added(self, rows: "pl.DataFrame") -> list[float]:
        """What each of these rows of it adds."""
        import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

        one = pl.lit(1.0) if self.part.quantity is None else pl.col(self.part.quantity).fill_null(0)
        factor = pl.col(FACTOR) if self.part.by else pl.lit(1.0)
        return rows.select(pl.repeat(self.weight, pl.len()) * one * factor).to_series().to_list()


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: period, seconds left in it, second of the video."""

    period: int | None = None
    clock_seconds: float | None = None
    video_second: float | None = None


def find(snapshot: Snapshot, row: Row, parts: Sequence[Part], *, divides: bool = False) -> tuple[Found, ...]:
    """The rows that the parts of a number match, given the row that holds the number."""
    return tuple(_found(snapshot, row, part, divides=divides) for part in parts if _is_given(part, row))


def total_amount(found: Iterable[Found]) -> float | None:
    """What all parts come to; None where one of them is no number."""
    amounts = [part.amount for part in found]
    return None if None in amounts else sum(cast("list[float]", amounts))


def with_divisors(found: Iterable[Found]) -> Iterator[Found]:
    """All parts, each divisor after the last of those that have it."""
    parts = list(found)
    for n, part in enumerate(parts):
        yield part
        if n + 1 == len(parts) or parts[n + 1].part.over != part.part.over:
            yield from part.over


def moments(snapshot: Snapshot, rows: "pl.DataFrame") -> dict[str, Moment]:
    """When each of these rows happened, by its event_id or else its shift_id; empty for what has neither."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    sources = {"event_id": ("fact_events", "time_start"), "shift_id": ("fact_shifts", "shift_start")}
    known = {t.name for t in snapshot.manifest.tables}
    for by, (source, clock) in sources.items():
        if by in rows.columns and source in known:
            wanted = rows[by].drop_nulls().unique().to_list()
            found = (
                snapshot.scan(source)
                .filter(pl.col(by).is_in(wanted))
                .select(by, "period", f"{clock}_total_seconds", "running_video_time")
                .collect()
            )
            return {key: Moment(*rest) for key, *rest in found.rows()}
    return {}


def _found(snapshot: Snapshot, row: Row, part: Part, *, divides: bool) -> Found:
    times = 1.0 if part.times is None else float(cast("float", row[part.times] or 0))
    over = find(snapshot, row, part.over, divides=True)
    rows = matching(snapshot, row, part).sort(snapshot.manifest.table(part.table).primary_key).collect()
    return Found(part, rows, part.weight * times, over, divides)


def _is_given(part: Part, row: Row) -> bool:
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    if not part.given:
        return True
    own = {c.column: pl.lit(row[c.column]) for c in part.given}
    return bool(pl.select(reduce(and_, (_holds(c, row, own[c.column]) for c in part.given))).item())


def matching(snapshot: Snapshot, row: Row, part: Part) -> "pl.LazyFrame":
    """The rows of a part, in no order, given the row that holds the number."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    kept = snapshot.scan(part.table).filter(_all(part.where, row))
    for link in part.links:
        kept = _linked(kept, snapshot, row, link)
    if part.top:
        kept = kept.sort(part.top.by, descending=True, nulls_last=True).head(part.top.rows)
    if part.quantity is not None:  # what adds nothing explains nothing
        kept = kept.filter(pl.col(part.quantity) != 0)
    if part.by:
        kept = _multiplied(kept, snapshot, part.by)
    return kept


def _multiplied(kept: "pl.LazyFrame", snapshot: Snapshot, by: Factor) -> "pl.LazyFrame":
    """The rows that have a factor, with it."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    factors = snapshot.scan(by.table).select(*by.there, pl.col(by.column).alias(FACTOR)).drop_nulls(FACTOR)
    return kept.join(factors, left_on=by.on, right_on=by.there)


def _linked(kept: "pl.LazyFrame", snapshot: Snapshot, row: Row, link: Link) -> "pl.LazyFrame":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    on, there = list(link.on), list(link.there or link.on)
    if link.each and row[link.each.row] is None:
        return kept
    fitting = snapshot.scan(link.table).filter(_all(link.where, row))
    for further in link.links:
        fitting = _linked(fitting, snapshot, row, further)
    if link.each:
        fitting = _with_each(fitting, there, link.each, str(row[link.each.row]).split(","))
    named = [pl.col(theirs).alias(own) for own, theirs in zip(on, there, strict=True)]
    if link.side == "any":
        return kept.join(fitting.select(named).unique(), on=on, how="anti" if link.absent else "semi")
    sides = fitting.select(*named, _linked_side=SIDE).unique()
    own, other = pl.col(SIDE), pl.col("_linked_side")
    differs = link.side.startswith("other")
    holds = own != other if differs else own == other
    if link.side.endswith("_or_unknown"):
        holds = own.is_not_null() & holds.fill_null(value=True)
    elif link.side.endswith("_or_unstated"):
        holds = other.is_not_null() & holds.fill_null(value=True)
    linked = kept.join(sides, on=on).filter(holds)
    if not link.absent:
        return linked.drop("_linked_side")
    return kept.join(linked.select(*on, SIDE).unique(), on=[*on, SIDE], how="anti")


def _with_each(rows: "pl.LazyFrame", on: list[str], listed: Listed, values: list[str]) -> "pl.LazyFrame":
    """Of the rows with one of the values, those whose `on` has all of them."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    present = rows.filter(pl.col(listed.column).is_in(values))
    has_all = pl.col(listed.column).n_unique().over(on) == len(set(values))
    return present.filter(has_all)


def _all(conditions: Iterable[Condition], row: Row) -> "pl.Expr":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    return reduce(and_, (_holds(c, row, pl.col(c.column)) for c in conditions), pl.lit(value=True))


def _holds(condition: Condition, row: Row, column: "pl.Expr") -> "pl.Expr":
    """A condition as an expression that is true or false, never null."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    others = (_holds(other, row, pl.col(other.column)) for other in condition.either)
    return reduce(or_, others, _compared(condition, row, column))


def _compared(condition: Condition, row: Row, column: "pl.Expr") -> "pl.Expr":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    if condition.other:
        return _RULES[condition.op](column, pl.col(condition.other)).fill_null(value=False)
    value = row[condition.row] if condition.row else condition.value
    if condition.op == "eq_or_all" and value == EVERY:
        return pl.lit(value=True)
    if condition.op in {"in", "not_in"}:
        is_listed = column.is_in(list(cast("tuple[str, ...]", value))).fill_null(value=False)
        return is_listed if condition.op == "in" else ~is_listed
    return _RULES[condition.op](column, pl.lit(value)).fill_null(value=False)


_RULES: Final[Mapping[Operator, Callable[["pl.Expr", "pl.Expr"], "pl.Expr"]]] = {
    "eq": lambda column, value: column == value,
    "eq_or_all": lambda column, value: column == value,
    "same": lambda column, value: column.eq_missing(value),
    "ne": lambda column, value: column != value,
    "ne_or_null": lambda column, value: column.ne_missing(value),
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "le_or_null": lambda column, value: (column <= value).fill_null(value=True),
    "starts": lambda column, value: column.str.starts_with(value),
    "is_null": lambda column, _: column.is_null(),
    "is_not_null": lambda column, _: column.is_not_null(),
}
