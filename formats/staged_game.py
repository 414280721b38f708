"""A tracked game in the staging tables: its rows as raw frames, and raw frames as such rows.

Two shapes share the tables. Shape W (the web tracker, and what we write ourselves) has a row per event with its players
as JSON; shape L has a row per event and player, as workbooks do, or a row per event with the players in columns.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import polars as pl

from formats import cells
from formats.flags import flags_of
from formats.json_document import TrackerExport
from formats.raw import RawFrames
from formats.staged_patch import patched
from formats.tracked_events import tracked_events
from formats.tracker_json import read_export

Row = Mapping[str, object]
_EVENT_KEYS: Final = {
    "idx": "event_index",
    "period": "period",
    "type": "type",
    "team": "team",
    "start_time": "start_time",
    "end_time": "end_time",
    "zone": "zone",
    "success": "success",
    "strength": "strength",
    "detail1": "detail1",
    "detail2": "detail2",
    "isHighlight": "is_highlight",
    "linkedEventIdx": "linked_event_idx",
}
_EVENT_JSON: Final = {"puckXY": "puck_xy", "netXY": "net_xy", "players": "players"}
_SHIFT_KEYS: Final = ("period", "start_time", "end_time", "start_type", "stop_type", "strength")
_ONLY_WIDE: Final = ("players", "type", "start_time", "home_lineup", "away_lineup")
_NOT_CONTENT: Final = frozenset({"id", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class StagedGame:
    """The rows of one game: at most one header, its events and shifts in the order in which they were stored."""

    game_id: int
    header: Row | None = None
    events: tuple[Row, ...] = ()
    shifts: tuple[Row, ...] = ()

    @property
    def path(self) -> str:
        """What stands for a file's path."""
        return f"staging/{self.game_id}"

    @property
    def sha256(self) -> str:
        """A hash over all that the rows say; ids and times of storing say nothing."""
        return digest([*([self.header] if self.header else []), *self.events, *self.shifts])


def digest(rows: Sequence[Row]) -> str:
    """A hash over the content of rows, in their order."""
    told = [{k: v for k, v in sorted(row.items()) if v is not None and k not in _NOT_CONTENT} for row in rows]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def read_staged(game: StagedGame) -> RawFrames:
    """The raw frames of the game. Nothing raises: what cannot be read is null, as in any source."""
    header = game.header or {}
    more = cells.mapping(_json(header.get("header")))
    wide_events = [row for row in game.events if _is_wide(row)]
    wide_shifts = [row for row in game.shifts if _is_wide(row)]
    export = TrackerExport(
        game_id=game.game_id,
        version=header.get("source_version"),
        saved_at=header.get("saved_at"),
        home_team=header.get("home_team") or _first(game, "home_team"),
        away_team=header.get("away_team") or _first(game, "away_team"),
        rosters=_json(header.get("rosters")),
        events=tracked_events([_event_document(row) for row in wide_events]),
        shifts=[_shift_document(row) for row in wide_shifts],
        period_lengths=_json(header.get("period_lengths")),
        penalty_lengths=more.get("penaltyLengths"),
        video_timing=more.get("videoTiming"),
        videos=more.get("videos"),
        home_attacks_right_p1=more.get("homeAttacksRightP1"),
    )
    raw = read_export(export, game.path, game.sha256)
    raw = replace(raw, games=raw.games.with_columns(source=pl.lit("stage"), game_date=pl.lit(_day(header), pl.Date)))
    if len(wide_events) < len(game.events):
        raw = _with_long_events(raw, game, [row for row in game.events if not _is_wide(row)])
    if len(wide_shifts) < len(game.shifts):
        from formats.staged_long import long_shifts  # noqa: PLC0415 - rows of this shape are rare

        shifts, flags = long_shifts([row for row in game.shifts if not _is_wide(row)], game.game_id)
        raw = replace(raw, shifts=shifts, flags=pl.concat([raw.flags, flags]))
    raw = patched(raw, cells.mapping(more.get("patch")), {"events": digest(game.events), "shifts": digest(game.shifts)})
    flags = raw.flags.with_columns(source_path=pl.lit(game.path))
    return replace(raw, flags=pl.concat([flags, _lost(raw, game)]))


def _with_long_events(raw: RawFrames, game: StagedGame, rows: Sequence[Row]) -> RawFrames:
    """The long rows as events. Where a game has rows of both shapes, the wide ones, which say more, were read."""
    if raw.events.height:
        message = f"{len(rows)} rows of another shape beside {raw.events.height} events were left out"
        return replace(raw, flags=pl.concat([raw.flags, _flag(game, "mixed_shapes", message)]))
    from formats.staged_long import long_events  # noqa: PLC0415 - rows of this shape are rare

    labels = raw.games["home_team"].item(), raw.games["away_team"].item()
    events, players = long_events(rows, game.game_id, labels)
    return replace(raw, events=events, event_players=players)


def _lost(raw: RawFrames, game: StagedGame) -> pl.DataFrame:
    lost = len(game.shifts) - raw.shifts.height
    message = f"{lost} staged shifts have neither a clock nor a line-up"
    return _flag(game, "shift_without_lineup", message) if lost > 0 else _flag(game, "", "").clear()


def _flag(game: StagedGame, flag: str, message: str) -> pl.DataFrame:
    frame = pl.DataFrame({"game_id": [game.game_id], "source_path": [game.path]})
    return flags_of(frame, flag, message)


def _is_wide(row: Row) -> bool:
    return any(row.get(column) is not None for column in _ONLY_WIDE)


def _first(game: StagedGame, column: str) -> object:
    return next((row[column] for row in (*game.events, *game.shifts) if row.get(column)), None)


def _day(header: Row) -> date | None:
    try:
        return date.fromisoformat(str(header.get("game_date") or "")[:10])
    except ValueError:
        return None


def _json(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """The document in a text cell; what is a document already stays one; null for what is none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _event_document(row: Row) -> dict[str, object]:
    return {name: row.get(column) for name, column in _EVENT_KEYS.items()} | {
        name: _json(row.get(column)) for name, column in _EVENT_JSON.items()
    }


def _shift_document(row: Row) -> dict[str, object]:
    plain = {name: row.get(name) for name in _SHIFT_KEYS}
    return plain | {side: _lineup(_json(row.get(f"{side}_lineup"))) for side in ("home", "away")}


def _lineup(value: object) -> dict[str, object]:
    """The slots by their names; a slot that is a bare number is its player's."""
    return {
        str(slot).upper(): player if isinstance(player, dict) else {"num": player}
        for slot, player in cells.mapping(value).items()
        if player is not None
    }
