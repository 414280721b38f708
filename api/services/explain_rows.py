"""Finds the rows that a number was made from, by its declaration, in the snapshot that holds the number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from snapshot.lineage import EVERY, SIDE, Condition, Link, Part
from snapshot.reader import Snapshot

if TYPE_CHECKING:
    import polars as pl

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one part of a number, in the order of their key."""

    part: Part
    rows: "pl.DataFrame"

    @property
    def amount(self) -> float:
        """What they come to."""
        if self.part.quantity is None:
            return float(self.part.sign * self.rows.height)
        return float(self.part.sign * (self.rows[self.part.quantity].sum() or 0))


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: period, seconds left in it, second of the video."""

    period: int | None = None
    clock_seconds: float | None = None
    video_second: float | None = None


def find(snapshot: Snapshot, row: Row, parts: Sequence[Part]) -> list[Found]:
    """The rows that the parts of a number match, given the row that holds the number."""
    return [Found(part, _matching(snapshot, row, part)) for part in parts]


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


def _matching(snapshot: Snapshot, row: Row, part: Part) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    kept = snapshot.scan(part.table).filter(_all(part.where, row))
    columns = [c.name for c in snapshot.manifest.table(part.table).columns]
    for link in part.links:
        kept = _linked(kept, snapshot, row, link).select(columns)
    if part.quantity is not None:  # what adds nothing explains nothing
        kept = kept.filter(pl.col(part.quantity) != 0)
    return kept.sort(snapshot.manifest.table(part.table).primary_key).collect()


def _linked(kept: "pl.LazyFrame", snapshot: Snapshot, row: Row, link: Link) -> "pl.LazyFrame":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    fitting = snapshot.scan(link.table).filter(_all(link.where, row))
    if link.unless:
        fitting = fitting.filter(~_all(link.unless, row))
    if link.side == "any":
        return kept.join(fitting.select(link.on).unique(), on=link.on, how="semi")
    sides = fitting.select(link.on, _linked_side=SIDE).unique()
    own, other = pl.col(SIDE), pl.col("_linked_side")
    rule = {
        "same": own == other,
        "other": own != other,
        "same_or_unknown": own.is_not_null() & (own == other).fill_null(value=True),
    }
    return kept.join(sides, on=link.on).filter(rule[link.side])


def _all(conditions: Iterable[Condition], row: Row) -> "pl.Expr":
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    return reduce(and_, (_holds(condition, row) for condition in conditions), pl.lit(value=True))


def _holds(condition: Condition, row: Row) -> "pl.Expr":
    """A condition as an expression that is true or false, never null."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    column = pl.col(condition.column)
    value = row[condition.row] if condition.row else condition.value
    if condition.op == "eq_or_all" and value == EVERY:
        return pl.lit(value=True)
    if condition.op in {"is_null", "is_not_null"}:
        return column.is_null() if condition.op == "is_null" else column.is_not_null()
    if condition.op == "in":
        return column.is_in(list(value) if isinstance(value, tuple) else []).fill_null(value=False)
    given = pl.lit(value)
    if condition.op == "ne_or_null":
        return column.ne_missing(given)
    if condition.op == "le_or_null":
        return column.le(given).fill_null(value=True)
    return (column.ne(given) if condition.op == "ne" else column.eq(given)).fill_null(value=False)
