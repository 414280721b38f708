"""Runs of consecutive rows made into one row each, without grouping: sequences and plays of a whole league at once."""

from collections.abc import Mapping, Sequence

import polars as pl


def condensed(
    rows: pl.DataFrame,
    starts: pl.Expr,
    first: Sequence[str | pl.Expr],
    last: Sequence[pl.Expr],
    sums: Mapping[str, pl.Expr],
) -> pl.DataFrame:
    """One row for each run of the ordered rows; a run begins where `starts` is set, and on the first row.

    `first` are columns of its first row, `last` of its last one, `sums` whole numbers or flags added up over it.
    """
    begins = rows.select(starts.fill_null(value=True).alias("begins"))["begins"]
    ends = begins.shift(-1, fill_value=True)
    totals = rows.select(*last, **{name: number.cast(pl.Int64).cum_sum() for name, number in sums.items()}).filter(ends)
    return pl.concat(
        [
            rows.select(first).filter(begins),
            totals.with_columns(pl.col(name) - pl.col(name).shift(fill_value=0) for name in sums),
        ],
        how="horizontal",
    )
