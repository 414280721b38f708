"""Tracked games in staging: rows of any client's shape, or the tracker's own files as they are."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from api.errors import FieldError
from api.models.staging import TrackingUpload, TrackingUploadResult
from api.services.deed import note_change
from api.services.game_files import read_game_file
from api.services.staging_errors import BadRows, warehouse_errors
from formats import cells
from formats.json_document import game_id as game_number
from warehouse.base import Change, Filter, Query, Row, Warehouse

EVENTS: Final = "stage_events_tracking"
SHIFTS: Final = "stage_shifts_tracking"
HEADERS: Final = "stage_games_tracking"
_LONGEST: Final = {"players": 200_000, "puck_xy": 200_000, "home_lineup": 20_000, "away_lineup": 20_000}
_LONGEST_CELL: Final = 2_000
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_MOST_ERRORS: Final = 100
_KEPT_BY_THE_DATABASE: Final = frozenset({"id", "created_at", "updated_at"})
_TRUTHS: Final = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


class TrackingStaging:
    """Stages tracked games, each whole: the rows that a game had before are gone.

    `opened` gives the warehouse, waiting while it opens.
    """

    def __init__(self, opened: Callable[[], Warehouse]) -> None:
        self._opened = opened

    def upload_tracking_data(self, request: TrackingUpload) -> TrackingUploadResult:
        """Replace a game's staged events and shifts by these, in one transaction.

        Raises:
            BadRows: names each bad row by its list, index and column.
            WarehouseDown: the database does not answer.
        """
        with warehouse_errors():
            shapes = self._opened().catalog().tables
            if EVENTS not in shapes:  # the first use installs the staging tables
                self.staged_games()
                shapes = self._opened().catalog().tables
        unknown: dict[str, None] = {}
        errors: list[FieldError] = []
        rows = {
            name: _rows(name, given, request.game_id, shapes[table].columns, (unknown, errors))
            for name, table, given in (("events", EVENTS, request.events), ("shifts", SHIFTS, request.shifts))
        }
        if errors:
            raise BadRows(errors)
        self._replace(request.game_id, rows["events"], rows["shifts"], ())
        return TrackingUploadResult(
            game_id=request.game_id,
            events_inserted=len(rows["events"]),
            shifts_inserted=len(rows["shifts"]),
            warnings=[f"Column '{name[:60]}' is not known and was not stored" for name in unknown],
        )

    def upload_file(self, content: bytes, file_name: str) -> TrackingUploadResult:
        """Stage the game of a tracker's JSON export or of a tracking workbook, as it is; nothing of it is lost.

        Raises:
            UnusableFile: the file is no tracked game.
            WarehouseDown: the database does not answer.
        """
        from formats.staged_writing import staged_rows  # noqa: PLC0415 - the server starts without the frame engine

        raw = read_game_file(content, file_name)
        game = staged_rows(raw)
        header: list[Any] = [] if game.header is None else [game.header]
        self._replace(game.game_id, _storable(game.events), _storable(game.shifts), _storable(header))
        flags = [str(message) for message in raw.flags["message"].drop_nulls().to_list()]
        return TrackingUploadResult(
            game_id=game.game_id,
            events_inserted=len(game.events),
            shifts_inserted=len(game.shifts),
            warnings=flags[:_MOST_ERRORS],
        )

    def staged_games(self) -> frozenset[int]:
        """The games that have rows in staging.

        Raises:
            WarehouseDown: the database does not answer.
        """
        with warehouse_errors():
            found = {
                game_number(row.get("game_id"))
                for table in (HEADERS, EVENTS, SHIFTS)
                for row in self._opened().read(Query(table=table, columns=("game_id",)))
            }
        return frozenset(number for number in found if number is not None)

    def delete_game(self, game_id: int) -> int:
        """Delete a game's staged rows; how many they were.

        Raises:
            WarehouseDown: the database does not answer.
        """
        return self._replace(game_id, (), (), ())

    def _replace(self, game_id: int, events: Sequence[Row], shifts: Sequence[Row], header: Sequence[Row]) -> int:
        own = (Filter("game_id", "eq", str(game_id)),)
        steps = ((HEADERS, header), (EVENTS, events), (SHIFTS, shifts))
        with warehouse_errors():
            done = self._opened().apply([Change(table=t, rows=tuple(rows), delete_where=own) for t, rows in steps])
        deleted = sum(step.deleted for step in done)
        stored = {"game_id": game_id, "events": len(events), "shifts": len(shifts)}
        note_change(EVENTS, [{"game_id": game_id, "rows": deleted}] if deleted else [], [stored])
        return deleted


def _storable(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows of a file without the characters that no database takes."""
    return [{k: _UNSTORABLE.sub("", v) if isinstance(v, str) else v for k, v in row.items()} for row in rows]


def _rows(
    name: str,
    given: Sequence[object],
    game_id: int,
    columns: Mapping[str, str],
    found: tuple[dict[str, None], list[FieldError]],
) -> list[Row]:
    """The rows as the table stores them. What is not known and what is wrong is added to `found`."""
    unknown, errors = found
    rows: list[Row] = []
    for index, row in enumerate(given):
        if len(errors) >= _MOST_ERRORS:
            break
        if not isinstance(row, Mapping):
            errors.append(FieldError(f"{name}.{index}", f"{name} row {index} is not an object of columns and values"))
            continue
        stored: dict[str, str | int | float | bool | None] = {}
        for key, value in row.items():
            column = _column(columns, str(key))
            if column is None:
                unknown.setdefault(str(key))
                continue
            try:
                stored[column] = _cell(column, columns[column], value)
            except ValueError as error:
                sentence = f"{name} row {index}, column {column}: {error}"
                errors.append(FieldError(f"{name}.{index}.{column}", sentence))
        rows.append(stored | {"game_id": str(game_id)})
    return rows


def _column(columns: Mapping[str, str], given: str) -> str | None:
    """The table's column of this name; "Type" and "type" are two, other names are found in any case."""
    if given in columns:
        return None if given in _KEPT_BY_THE_DATABASE else given
    return next((c for c in columns if c.lower() == given.lower() and c not in _KEPT_BY_THE_DATABASE), None)


def _cell(column: str, kind: str, value: object) -> str | int | float | bool | None:
    if value is None or value == "":
        return None
    if isinstance(value, list | dict) and column in {*_LONGEST, "net_xy"}:
        value = json.dumps(value)
    text = cells.text(value)
    if text is None:
        raise ValueError("is neither text, a number nor true or false")
    if _UNSTORABLE.search(text):
        raise ValueError("holds a character that cannot be stored")
    if len(text) > _LONGEST.get(column, _LONGEST_CELL):
        raise ValueError("is too long")
    if kind == "integer":
        return _integer(text)
    if kind == "boolean":
        return _TRUTHS.get(text.strip().lower())
    return text


def _integer(text: str) -> int:
    number = {"OT": 4, "SO": 5}.get(text.strip().upper(), cells.integer(text))
    if number is None or abs(number) >= 2**31:
        raise ValueError(f"'{text[:40]}' is not a whole number")
    return number
