"""Stints from the rows of a tracking workbook's `shifts` sheet: one row per line-up of both teams."""

import re
from typing import Final

import polars as pl

from formats.canonical import SIDES, SKATER_SLOTS, SLOTS
from formats.flags import flags_of
from formats.lookup import looked_up
from formats.raw import RAW_SHIFTS
from formats.sheet_values import whole
from formats.tracking_workbook_events import clock_text
from formats.workbook import ROW

_PLACES: Final = tuple(f"{side}_{slot}" for side in SIDES for slot in SLOTS)
_BETWEEN_NUMBERS: Final = re.compile(r"[,;/\s]+")


def read_shifts(rows: pl.DataFrame, game_id: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The raw stints in the order of the sheet, and a flag for each extra skater for whom no slot is left.

    Rows with neither a clock nor a player are padding.
    """
    used = rows.filter(pl.any_horizontal(pl.col("start_min", "start_sec", *_PLACES).is_not_null()))
    spread, lost = _with_extra_skaters(used)
    stints = spread.with_columns(
        *(pl.lit(None, pl.String).alias(f"{place}_id") for place in _PLACES),
        game_id=pl.lit(game_id, pl.Int64),
        stint_no=pl.int_range(pl.len()),
        source_index=looked_up(spread, "source_index", whole, pl.Int64),
        clock_start=clock_text("start_min", "start_sec", blank_seconds="0"),
        clock_end=clock_text("end_min", "end_sec", blank_seconds="0"),
    )
    message = pl.format("shifts: row {}: no slot is left for the extra skater {}", ROW, "jersey")
    flags = flags_of(lost.with_columns(game_id=pl.lit(game_id, pl.Int64)), "extra_skater_lost", message)
    return stints.select(pl.col(c).cast(dtype) for c, dtype in RAW_SHIFTS.items()), flags


def _with_extra_skaters(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Several numbers in one extra cell ("12,17"): the first stays, the others take the side's empty slots."""
    lost: list[tuple[int, str]] = []
    changed = [
        _spread(row, lost) if any("," in (row[f"{side}_x"] or "") for side in SIDES) else row
        for row in rows.with_columns(
            pl.col(f"{side}_x").str.replace_all(_BETWEEN_NUMBERS.pattern, ",").str.strip_chars(",") for side in SIDES
        ).iter_rows(named=True)
    ]
    frame = pl.DataFrame(changed, schema=rows.schema)
    return frame, pl.DataFrame(lost, schema={ROW: pl.Int64, "jersey": pl.String}, orient="row")


def _spread(row: dict[str, object], lost: list[tuple[int, str]]) -> dict[str, object]:
    spread = dict(row)
    for side in SIDES:
        first, *others = str(row[f"{side}_x"] or "").split(",")
        spread[f"{side}_x"] = first or None
        empty = [f"{side}_{slot}" for slot in SKATER_SLOTS if spread[f"{side}_{slot}"] is None]
        for jersey in others:
            if empty:
                spread[empty.pop(0)] = jersey
            else:
                lost.append((int(str(row[ROW])), jersey))
    return spread
