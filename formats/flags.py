"""Flags: the flaws of the input, one row each, in the words that the league's admin reads."""

import polars as pl

from formats.canonical import FLAGS


def flags_of(frame: pl.DataFrame, flag: str, message: pl.Expr | str) -> pl.DataFrame:
    """One flag per row of `frame`, which has `game_id` and may have the other columns of the flags."""
    given = {
        "flag": pl.lit(flag),
        "message": pl.lit(message) if isinstance(message, str) else message,
        "count": pl.col("count") if "count" in frame.columns else pl.lit(1),
    }
    known = {name: pl.col(name) for name in FLAGS if name in frame.columns} | given
    return frame.select(known.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in FLAGS.items())


def no_flags() -> pl.DataFrame:
    """No flag at all."""
    return pl.DataFrame(schema=FLAGS)


def quoted(column: str) -> pl.Expr:
    """A cell in quotes, cut to a readable length; the word empty where there is none."""
    value = pl.col(column).cast(pl.String)
    return (
        pl.when(value.is_null() | (value == ""))
        .then(pl.lit("empty"))
        .otherwise(pl.concat_str(pl.lit("'"), value.str.slice(0, 40), pl.lit("'")))
    )
