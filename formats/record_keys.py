"""Rows of the league's sheets brought to one row per key, with a flag for every row that is lost by it."""

from collections.abc import Sequence

import polars as pl

from formats.flags import flags_of
from formats.workbook import ROW


def one_per_key(rows: pl.DataFrame, key: Sequence[str], sheet: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with a whole key, one per key, in their order; and flags `row_without_key`, `dup_key`.

    Of several rows with one key the fullest counts (most filled cells), the last of equals: sheets are corrected and
    continued downwards, but a copied row without a score must not cost the score.
    """
    is_whole = pl.all_horizontal(pl.col(name).is_not_null() for name in key)
    filled = pl.sum_horizontal(pl.exclude(ROW).is_not_null())
    whole = rows.filter(is_whole)
    kept = (
        whole.with_columns(filled=filled)
        .sort(["filled", ROW], descending=True)
        .unique(key, keep="first", maintain_order=True)
        .drop("filled")
        .sort(ROW)
    )
    return kept, pl.concat([_without_key(rows.filter(~is_whole), key, sheet), _repeated(whole, kept, key, sheet)])


def _without_key(rows: pl.DataFrame, key: Sequence[str], sheet: str) -> pl.DataFrame:
    lost = rows.select(count=pl.len(), first=pl.col(ROW).min()).filter(pl.col("count") > 0)
    message = pl.format(
        f"{sheet}: {{}} rows without {' and '.join(key)} were left out, the first is row {{}}", "count", "first"
    )
    return flags_of(lost.with_columns(game_id=pl.lit(None, pl.Int64)), "row_without_key", message)


def _repeated(whole: pl.DataFrame, kept: pl.DataFrame, key: Sequence[str], sheet: str) -> pl.DataFrame:
    """One flag per game where the key names one, otherwise one per key; `count` is the rows that were left out."""
    lost = whole.filter(whole.select(pl.struct(key).is_duplicated()).to_series()).join(kept, on=[*key, ROW], how="anti")
    game = pl.col("game_id") if "game_id" in key else pl.lit(None, pl.Int64)
    groups = (
        lost.join(kept.select(*key, kept_row=ROW), on=list(key), how="left", maintain_order="left")
        .group_by("game_id" if "game_id" in key else key[0], maintain_order=True)
        .agg(
            count=pl.len(), row=pl.col(ROW).first(), kept_row=pl.col("kept_row").first(), value=pl.col(key[-1]).first()
        )
        .with_columns(game_id=game)
    )
    message = pl.format(
        f"{sheet}: {key[-1]} '{{}}' stands there more than once; row {{}} was left out for row {{}}",
        "value",
        "row",
        "kept_row",
    )
    return flags_of(groups, "dup_key", message)
