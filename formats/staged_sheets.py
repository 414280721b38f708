"""The league's sheets with staging laid over them: the files are the base, and what a staged row says wins.

A staged cell that is null says nothing, so the file's stands; one that holds an empty text empties the file's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from formats import cells
from formats.canonical import FLAGS
from formats.json_document import game_id
from formats.league_records import league_records
from formats.lookup import looked_up
from formats.master import MasterFrames
from formats.sheet_columns import KEYS, SHEETS
from formats.staging_tables import STAGING_TABLES, StagingTable, emptied_numbers, out_of_range
from formats.workbook import EMPTY_WORDS, ROW
from hockey import aliases

STAGING_PATH: Final = "staging"  # what `source_path` says of rows that no file holds
StagedRow = Mapping[str, object]
_FRAMES: Final = {
    "dim_player": "players",
    "dim_team": "teams",
    "dim_season": "seasons",
    "dim_schedule": "schedule",
    "fact_gameroster": "official_roster",
}
_OVER: Final = "#staged"


def empty_sheets() -> dict[str, pl.DataFrame]:
    """The sheets of a league without a workbook, as `master_workbook.read_sheets` gives them."""
    return {
        sheet: pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(spellings, pl.String)})
        for sheet, spellings in SHEETS.items()
    }


def staged_sheet(sheet: str, rows: Sequence[StagedRow]) -> pl.DataFrame:
    """The rows of a staging table as text under our names, one per key; key as in `sheet_columns.KEYS`.

    Null where a row says nothing, an empty text where it says that there is nothing.
    """
    table = STAGING_TABLES[sheet]
    texts = [_said(table, row) for row in rows]
    columns = {c.lower(): [text[c] for text in texts] for c in (*table.key, *table.columns)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    named = frame.select(
        pl.coalesce(pl.col(s for s in of_column if s in columns)).alias(ours)
        if any(s in columns for s in of_column)
        else pl.lit(None, pl.String).alias(ours)
        for ours, of_column in SHEETS[sheet].items()
    )
    if "game_id" in KEYS[sheet]:
        named = named.with_columns(game_id=looked_up(named, "game_id", _game_key, pl.String))
    whole = pl.all_horizontal((pl.col(c).fill_null("") != "") for c in KEYS[sheet])
    return named.filter(whole).unique(KEYS[sheet], keep="last", maintain_order=True)


def _said(table: StagingTable, row: StagedRow) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    for column in (*table.key, *table.columns):
        text = cells.text(row.get(column))
        word = None if text is None else text.strip()
        texts[column] = "" if word is not None and word.lower() in EMPTY_WORDS else word
    texts |= dict.fromkeys(emptied_numbers(table, row), "")
    for column, leaders in table.follows.items():
        if texts[column] is None and any(texts[leader] for leader in leaders):
            texts[column] = ""
    return texts


def _game_key(text: str | None) -> str | None:
    number = game_id(cells.integer(text))
    return None if number is None else str(number)


def overlaid(sheet: str, base: pl.DataFrame, staged: pl.DataFrame) -> pl.DataFrame:
    """The sheet's rows with the staged cells over those of the same key, and the staged rows of new keys after them."""
    key = list(KEYS[sheet])
    others = [c for c in SHEETS[sheet] if c not in key]
    over = staged.rename({c: f"{c}{_OVER}" for c in others})
    emptied = {c: pl.when(pl.col(f"{c}{_OVER}") != "").then(pl.col(f"{c}{_OVER}")) for c in others}
    kept = base.join(over, on=key, how="left", maintain_order="left").select(
        ROW,
        *(
            pl.when(pl.col(f"{c}{_OVER}").is_null()).then(pl.col(c)).otherwise(emptied[c]).alias(c)
            if c in emptied
            else pl.col(c)
            for c in SHEETS[sheet]
        ),
    )
    last = base[ROW].max() if base.height else 1
    new = over.join(base, on=key, how="anti", maintain_order="left").select(
        (pl.int_range(1, pl.len() + 1) + pl.lit(last)).cast(pl.Int64).alias(ROW),
        *(emptied[c].alias(c) if c in emptied else pl.col(c) for c in SHEETS[sheet]),
    )
    return pl.concat([kept, new])


def staged_records(
    base: Mapping[str, pl.DataFrame], staged: Mapping[str, Sequence[StagedRow]], source_path: str
) -> MasterFrames:
    """The canonical frames of the league: the sheets `base`, with the rows of the staging tables over them.

    Rows that staging has a hand in say `stage` as their origin. Values out of their range are kept and flagged.
    """
    over = {sheet: staged_sheet(sheet, staged.get(sheet, ())) for sheet in SHEETS}
    rows = {sheet: overlaid(sheet, base[sheet], over[sheet]) for sheet in SHEETS}
    leagues = {cells.text(r.get("league_id")): cells.text(r.get("league")) for r in staged.get("dim_league", ())}
    for sheet in ("dim_team", "dim_season"):
        named = looked_up(rows[sheet], "league_id", leagues.get, pl.String)
        rows[sheet] = rows[sheet].with_columns(league=pl.coalesce(named, pl.col("league")))
    frames = league_records(rows, "workbook", source_path)
    flags = _range_flags(staged)
    marked = {
        name: _marked(getattr(frames, name), over[sheet].select(KEYS[sheet]), sheet) for sheet, name in _FRAMES.items()
    }
    return replace(frames, **marked, flags=pl.concat([frames.flags, flags]))


def _marked(frame: pl.DataFrame, keys: pl.DataFrame, sheet: str) -> pl.DataFrame:
    """The frame with `stage` as the origin of the rows of these keys."""
    key = list(KEYS[sheet])
    typed = keys.with_columns(pl.col(c).cast(frame.schema[c]) for c in key).with_columns(is_staged=pl.lit(value=True))
    return (
        frame.join(typed, on=key, how="left", maintain_order="left")
        .with_columns(origin=pl.when("is_staged").then(pl.lit("stage")).otherwise("origin"))
        .drop("is_staged")
    )


def _range_flags(staged: Mapping[str, Sequence[StagedRow]]) -> pl.DataFrame:
    told: list[dict[str, object]] = []
    for sheet, rows in staged.items():
        table = STAGING_TABLES[sheet]
        told += [
            {
                "game_id": game_id(row.get("game_id")),
                "flag": "value_out_of_range",
                "source_path": f"{STAGING_PATH}/{sheet}",
                "count": 1,
                "message": f"{sheet} {' '.join(str(row.get(c)) for c in table.key)}: {sentence}",
            }
            for row in rows
            for _, sentence in out_of_range(table, row)
        ]
    return pl.DataFrame(told, schema=FLAGS)


def deleted_games(rows: Sequence[StagedRow]) -> frozenset[int]:
    """The games that rows of the schedule's staging table take out of the league."""
    return frozenset(
        number
        for row in rows
        if aliases.truth(cells.text(row.get("deleted"))) is True and (number := game_id(row.get("game_id"))) is not None
    )
