"""Staging rows of shape L, a row per event and player as in a workbook, as raw frames by the workbook's own rules."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import polars as pl

from formats import cells
from formats.sheet_columns import Spellings
from formats.tracking_workbook_columns import (
    EVENT_COLUMNS,
    HEADER_COLUMNS,
    INDEX_COLUMNS,
    PLAYER_COLUMNS,
    SHIFT_COLUMNS,
)
from formats.tracking_workbook_events import read_event_players, read_events
from formats.tracking_workbook_index import FIRST_INDEX, with_event_numbers
from formats.tracking_workbook_shifts import read_shifts
from formats.workbook import EMPTY_WORDS, ROW
from hockey.aliases import MAX_ROLE

Row = Mapping[str, object]
_EVENTS: Final[Spellings] = {**HEADER_COLUMNS, **INDEX_COLUMNS, **EVENT_COLUMNS, **PLAYER_COLUMNS}
_SHIFTS: Final[Spellings] = {**HEADER_COLUMNS, **SHIFT_COLUMNS}
_PLAYERS_IN_COLUMNS: Final = tuple(f"{side}_player_{n}" for side in ("event", "opp") for n in range(1, MAX_ROLE + 1))


def long_events(
    rows: Sequence[Row], game_id: int, labels: tuple[str | None, str | None]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The raw events and event players. `labels` are the names of home and away team."""
    if any(row.get(column) for row in rows for column in _PLAYERS_IN_COLUMNS):
        rows = [line for place, row in enumerate(rows) for line in _one_per_player(row, place)]
    numbered = with_event_numbers(_sheet(rows, _EVENTS))
    players = read_event_players(numbered, game_id, labels)
    return read_events(numbered, game_id), players.drop(ROW)


def long_shifts(rows: Sequence[Row], game_id: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The raw stints, and flags as for a workbook."""
    return read_shifts(_sheet(rows, _SHIFTS), game_id)


def _one_per_player(row: Row, place: int) -> Iterable[Row]:
    """A row that names its players in columns as rows with a player each; each such row is an event of its own."""
    event = {k: v for k, v in row.items() if k not in _PLAYERS_IN_COLUMNS} | {"event_index": FIRST_INDEX + place}
    named = [(column, row[column]) for column in _PLAYERS_IN_COLUMNS if row.get(column)]
    return [event | {"player_role": role, "player_id": player} for role, player in named] or [event]


def _sheet(rows: Sequence[Row], spellings: Spellings) -> pl.DataFrame:
    """The rows as a workbook's sheet has them: text under our names, and a row number."""
    lines = [{key.lower(): value for key, value in row.items() if value is not None} for row in rows]
    columns = {
        ours: [next((text for s in of_column if (text := _text(line.get(s))) is not None), None) for line in lines]
        for ours, of_column in spellings.items()
    }
    schema = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(columns, schema=schema).select(pl.int_range(1, pl.len() + 1).alias(ROW), pl.all())


def _text(value: object) -> str | None:
    text = cells.label(value)
    return None if text is None or text.lower() in EMPTY_WORDS else text
