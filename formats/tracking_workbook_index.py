"""Which rows of a tracking workbook's `events` sheet are one event: there is a row per event and player."""

from typing import Final

import polars as pl

from formats.lookup import looked_up
from formats.sheet_values import whole
from formats.workbook import ROW
from hockey import aliases

FIRST_INDEX: Final = 1000  # what trackers and template add to their counters
_STATES_AN_EVENT: Final = ("type", "detail1", "detail2", "start_min", "start_sec", "team", "tracking_index")


def with_event_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that belong to an event, with `event_no` (0.., order of play) and `source_index`; padding is left out.

    In this order: `event_index`; the template's own counter, typed beside it; its marks of where an event starts;
    the change of what the rows say. `tracking_event_index` is the chain's number in the template, the same for
    several events: it only helps to see a change.
    """
    numbered = rows.with_columns(
        looked_up(rows, c, whole, pl.Int64).alias(c) for c in ("event_index", "typed_index", "index_flag")
    )
    used = numbered.filter(pl.any_horizontal(pl.col("type", "jersey", "start_min", "detail1").is_not_null()))
    if numbered["event_index"].count():
        indexed = numbered.with_columns(source_index="event_index")
    elif used["typed_index"].count():
        indexed = used.with_columns(source_index=pl.col("typed_index") + FIRST_INDEX)
    elif used["index_flag"].count():
        is_counter = (used["index_flag"].max() or 0) != 1
        count = (
            pl.col("index_flag").forward_fill()
            if is_counter
            else (pl.col("index_flag") == 1).fill_null(value=False).cum_sum()
        )
        indexed = used.with_columns(source_index=count + FIRST_INDEX)
    else:
        indexed = used.with_columns(source_index=_changes(used).cum_sum() - 1 + FIRST_INDEX)
    kept = indexed.filter(pl.col("source_index").is_not_null())
    return kept.with_columns(event_no=pl.col("source_index").rank("dense").cast(pl.Int64) - 1).sort("event_no", ROW)


def _changes(rows: pl.DataFrame) -> pl.Expr:
    """Whether a row starts an event: it says something else than the row before, or the opponents are through.

    A cell that is empty says nothing: in the template the event is stated once, on its first row.
    """
    said = [
        (pl.col(c).is_not_null() & pl.col(c).ne_missing(pl.col(c).forward_fill().shift(1))) for c in _STATES_AN_EVENT
    ]
    is_opponent = looked_up(rows, "role_code", is_opponent_code, pl.Boolean).fill_null(value=False)
    return (pl.any_horizontal(said) | (~is_opponent & is_opponent.shift(1, fill_value=False))) | (
        pl.int_range(pl.len()) == 0
    )


def is_opponent_code(code: str | None) -> bool | None:
    """Whether a role code (e, o; e1, o1; 1, 2) means the opponent's side; null when it is none."""
    word = "" if code is None else code.strip().lower().removesuffix(".0")
    if word.startswith("e") or word == "1":
        return False
    if word.startswith("o") or word == "2":
        return True
    found = aliases.role(code)
    return None if found is None else found[0] == "opp"
