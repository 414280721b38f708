"""A tracking workbook as raw frames: its cells, written down as they stand, whichever of three programs wrote it.

The manual template (formulas; to early 2026), the tracker up to v28, and the tracker from v29 differ in columns and in
how they count; one set of rules reads them all. Clocks, codes, players and stints are judged by `formats.normalise`.
"""

import re
from pathlib import PurePosixPath
from typing import Final

import polars as pl

from formats import cells
from formats.canonical import FLAGS
from formats.json_document import game_id as game_number
from formats.lookup import looked_up
from formats.raw import RAW_ROSTERS, RawFrames, raw_frame
from formats.sheet_columns import Spellings
from formats.sheet_values import rating
from formats.team_names import name_key
from formats.tracking_workbook_columns import (
    EVENT_COLUMNS,
    HEADER_COLUMNS,
    INDEX_COLUMNS,
    METADATA_COLUMNS,
    PATH_COLUMNS,
    PLAYER_COLUMNS,
    POINT_COLUMNS,
    ROSTER_COLUMNS,
    SHIFT_COLUMNS,
    VIDEO_COLUMNS,
)
from formats.tracking_workbook_events import read_event_players, read_events
from formats.tracking_workbook_index import with_event_numbers
from formats.tracking_workbook_points import net_targets, player_points, puck_points, read_point_sheet
from formats.tracking_workbook_shifts import read_shifts
from formats.videos import video_links
from formats.workbook import ROW, TRACKING_SHEETS, Workbook
from formats.workbook_package import WorkbookError
from hockey import aliases

_NAMED_FOR_A_GAME: Final = re.compile(r"(\d{1,9})_tracking(?:\D.*)?\.xlsx", re.IGNORECASE | re.ASCII)
_TEMPLATE: Final = "template"
_SHEETS: Final[dict[str, Spellings]] = {
    "metadata": METADATA_COLUMNS,
    "events": {**HEADER_COLUMNS, **INDEX_COLUMNS, **EVENT_COLUMNS, **PLAYER_COLUMNS, **PATH_COLUMNS},
    "shifts": {**HEADER_COLUMNS, **SHIFT_COLUMNS},
    "game_rosters": ROSTER_COLUMNS,
    "video": VIDEO_COLUMNS,
    "xy_puck": POINT_COLUMNS,
    "xy_player": POINT_COLUMNS,
}


def read_tracking(workbook: Workbook, sha256: str) -> RawFrames:
    """The raw frames of the workbook's game. Without a sheet `game_rosters` the rosters are empty.

    Raises:
        WorkbookError: neither a sheet nor the file's name says which game it is, or a sheet cannot be parsed.
    """
    sheets = {name: _rows(workbook, name, columns) for name, columns in _SHEETS.items()}
    game_id = _game_id(sheets, workbook.name)
    notes = [("sheet_missing", f"no sheet {name}") for name in TRACKING_SHEETS if not workbook.has(name)]
    for name in TRACKING_SHEETS:
        sheets[name], foreign = _of_game(sheets[name], game_id)
        notes += [("foreign_rows", f"{name}: {foreign} rows of another game were left out")] * bool(foreign)
    header = _header(sheets, game_id)
    rows = with_event_numbers(sheets["events"])
    notes += _event_notes(workbook, sheets["events"], rows)
    shifts, shift_flags = read_shifts(sheets["shifts"], game_id)
    labels = header["home_team"], header["away_team"]
    events, players, points = _events(sheets, rows, game_id, (cells.label(labels[0]), cells.label(labels[1])))
    origin = {"source_path": workbook.name, "source_sha256": sha256}
    return RawFrames(
        games=raw_frame("games", {name: [value] for name, value in (header | origin).items()}),
        rosters=_rosters(sheets["game_rosters"], game_id, cells.label(labels[0]), cells.label(labels[1])),
        events=events,
        event_players=players,
        points=points,
        shifts=shifts,
        flags=pl.concat([_flags(notes, game_id), shift_flags]).with_columns(source_path=pl.lit(workbook.name)),
    )


def _rows(workbook: Workbook, name: str, columns: Spellings) -> pl.DataFrame:
    """The sheet's rows under our names, all null where a column is missing; no rows where the sheet is."""
    sheet = workbook.sheet(name, [spelling for of_column in columns.values() for spelling in of_column])
    if sheet is None:
        return pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(columns, pl.String)})
    return sheet.frame.select(ROW, *(pl.coalesce(of_column).alias(ours) for ours, of_column in columns.items()))


def _game_id(sheets: dict[str, pl.DataFrame], name: str) -> int:
    """The game that most rows name, metadata first; else the one in the file's name."""
    for sheet in ("metadata", "events", "shifts"):
        numbers = sheets[sheet].select(n=looked_up(sheets[sheet], "game_id", game_number, pl.Int64))["n"].drop_nulls()
        if numbers.len():
            return int(numbers.value_counts(sort=True)["n"][0])
    found = _NAMED_FOR_A_GAME.fullmatch(PurePosixPath(name).name)
    number = None if found is None else game_number(found[1])
    if number is None:
        raise WorkbookError(f"{name}: no game_id in its sheets, nor in its name (<game_id>_tracking.xlsx)")
    return number


def _of_game(rows: pl.DataFrame, game_id: int) -> tuple[pl.DataFrame, int]:
    """The rows without those that name another game, and how many those were."""
    number = looked_up(rows, "game_id", game_number, pl.Int64)
    kept = rows.filter((number == game_id).fill_null(value=True))
    return kept, rows.height - kept.height


def _header(sheets: dict[str, pl.DataFrame], game_id: int) -> dict[str, object]:
    metadata = {c: _most(sheets["metadata"], c) for c in METADATA_COLUMNS}
    minutes = cells.number(metadata["period_length"])
    lengths = {f"p{n}_min": minutes if minutes and minutes > 0 else None for n in (1, 2, 3)}
    teams = {
        c: metadata[c] or _most(sheets["events"], c) or _most(sheets["shifts"], c) for c in ("home_team", "away_team")
    }
    is_template = sheets["metadata"].is_empty()
    return {
        "game_id": game_id,
        "source": "xlsx",
        "source_version": metadata["version"] or (_TEMPLATE if is_template else None),
        "saved_at": cells.instant(metadata["saved_at"]),
        "home_attacks_right_p1": aliases.truth(metadata["attacks_right"]),
        **teams,
        **lengths,
        **{c: cells.number(_most(sheets["video"], c)) for c in VIDEO_COLUMNS if c.endswith("_s")},
        "videos": video_links(sheets["video"].iter_rows(named=True), "url", "kind", "title"),
    }


def _most(rows: pl.DataFrame, column: str) -> str | None:
    """The cell that most rows have; of equals the first in the alphabet."""
    counts = rows[column].drop_nulls().value_counts().sort(["count", column], descending=[True, False])
    return None if counts.is_empty() else str(counts[column][0])


def _event_notes(workbook: Workbook, all_rows: pl.DataFrame, rows: pl.DataFrame) -> list[tuple[str, str]]:
    notes = []
    if rows.height and not all_rows["event_index"].count() and workbook.has("events"):
        notes.append(
            ("formula_values_missing", "events: no event_index; the events were told apart by the typed cells")
        )
    lost = all_rows.filter(pl.col("jersey").is_not_null()).join(rows, on=ROW, how="anti")
    if lost.height:
        first = f"the first is row {lost[ROW][0]}"
        notes.append(("rows_without_index", f"events: {lost.height} rows with a player belong to no event; {first}"))
    return notes


def _events(
    sheets: dict[str, pl.DataFrame], rows: pl.DataFrame, game_id: int, labels: tuple[str | None, str | None]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The raw events, event players and points."""
    events = read_events(rows, game_id)
    players = read_event_players(rows, game_id, labels)
    puck, of_players = (read_point_sheet(sheets[name], events) for name in ("xy_puck", "xy_player"))
    points = pl.concat([puck_points(puck, rows, game_id), player_points(of_players, rows, players, game_id)])
    targets = events.select("event_no").join(net_targets(of_players), on="event_no", how="left", maintain_order="left")
    aimed = events.with_columns(
        net_x=pl.coalesce("net_x", targets["target_x"]), net_y=pl.coalesce("net_y", targets["target_y"])
    )
    return aimed, players.drop(ROW), points


def _rosters(rows: pl.DataFrame, game_id: int, home: str | None, away: str | None) -> pl.DataFrame:
    """The workbook's own copy of the game sheet: the rows of this game, sides as it has them, else by team name."""
    own, _ = _of_game(rows, game_id)
    own = own.filter(pl.any_horizontal(pl.col("player_id", "jersey").is_not_null())).with_columns(
        key=name_key("team_name")
    )
    is_home, is_away = pl.col("key") == (home or "").lower(), pl.col("key") == (away or "").lower()
    named = pl.when(is_home).then(pl.lit("home")).when(is_away).then(pl.lit("away"))
    lines = own.with_columns(
        game_id=pl.lit(game_id, pl.Int64),
        row=pl.int_range(pl.len()),
        side=pl.coalesce(looked_up(own, "side", aliases.side, pl.String), named),
        skill=looked_up(own, "skill", rating, pl.Float64),
        is_sub=looked_up(own, "sub", aliases.truth, pl.Boolean).fill_null(value=False),
    )
    return lines.select(pl.col(c).cast(dtype) for c, dtype in RAW_ROSTERS.items())


def _flags(notes: list[tuple[str, str]], game_id: int) -> pl.DataFrame:
    told = [{"game_id": game_id, "flag": flag, "count": 1, "message": message} for flag, message in notes]
    return pl.DataFrame(told, schema=FLAGS)
