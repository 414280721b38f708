"""Scalar rules of the game applied to whole columns: each distinct value is worked out once, in plain Python."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import polars as pl

Dtype = pl.DataType | type[pl.DataType]


def looked_up(frame: pl.DataFrame, column: str, rule: Callable[[Any], object], dtype: Dtype) -> pl.Expr:
    """The column passed through `rule`, as an expression for this frame. `rule` also decides what null becomes."""
    values = frame[column].unique().to_list()
    results = pl.Series(values=[rule(value) for value in values], dtype=dtype)
    if not values:
        return pl.lit(None, dtype=dtype)
    return pl.col(column).replace_strict(values, results, return_dtype=dtype)


def with_rule(
    frame: pl.DataFrame, columns: Sequence[str], rule: Callable[..., Sequence[object]], results: dict[str, Dtype]
) -> pl.DataFrame:
    """The frame with new columns: `rule` over the distinct combinations of `columns`, in their order."""
    distinct = frame.select(columns).unique()
    found = [rule(*row) for row in distinct.rows()]
    new = pl.DataFrame(found, schema=results, orient="row") if found else pl.DataFrame(schema=results)
    return frame.join(
        distinct.hstack(new), on=list(columns), how="left", nulls_equal=True, maintain_order="left", coalesce=True
    )


def table_of(rule: Callable[..., object], result: str, **domains: Sequence[object]) -> pl.DataFrame:
    """A rule of few arguments written out as a table: one row per combination of the domains' values."""
    combinations = list(product(*domains.values()))
    return pl.DataFrame(
        {
            **{name: [c[i] for c in combinations] for i, name in enumerate(domains)},
            result: [rule(**dict(zip(domains, c, strict=True))) for c in combinations],
        }
    )
