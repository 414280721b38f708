"""Writes a tracking workbook, `<game_id>_tracking.xlsx`, in the style of one of its three writers."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from etl.demo import workbook_columns as columns
from etl.demo.master_rows import POSITIONS
from etl.demo.master_workbook import SheetWriter
from etl.demo.play import Point
from etl.demo.simulate import PlayedGame
from etl.demo.tracker_json import saved_at, stamp, video
from etl.demo.workbook_rows import VENUES, Book, Row, event_rows, shift_rows

VERSIONS: Final = {"W2": "27.0", "W3": "29.0"}


def write_workbook(game: PlayedGame, writer: str, path: Path, *, home_right_first: bool, inputs_only: bool) -> None:
    """Write one game. `inputs_only`: as W1 is when it was saved without the results of its formulas."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Book(game, writer)
    with SheetWriter(path) as sheets:
        if writer == "W1":
            _write_template(sheets, book, inputs_only=inputs_only)
            return
        sheets.sheet("metadata", columns.METADATA_COLUMNS, [_metadata(book, home_right_first=home_right_first)])
        sheets.sheet("events", columns.EVENT_COLUMNS[writer], event_rows(book))
        sheets.sheet("shifts", columns.SHIFT_COLUMNS[writer], shift_rows(book))
        sheets.sheet("video", columns.VIDEO_COLUMNS, [_video(book)])
        sheets.sheet("xy_puck", columns.XY_COLUMNS, _puck_points(book))
        sheets.sheet("xy_player", columns.XY_PLAYER_COLUMNS, _player_points(book))
        sheets.sheet("video_timing", columns.VIDEO_TIMING_COLUMNS, [
            {"category": "video", "setting": "videoStartOffset", "value": 0, "description": "seconds"}
        ])  # fmt: skip


def _write_template(sheets: SheetWriter, book: Book, *, inputs_only: bool) -> None:
    rows: Iterable[Row] = event_rows(book)
    if inputs_only:
        rows = ({k: v for k, v in row.items() if k.endswith("_")} for row in rows)
    sheets.sheet("events", columns.EVENT_COLUMNS["W1"], rows)
    sheets.sheet("shifts", columns.SHIFT_COLUMNS["W1"], shift_rows(book))
    sheets.sheet("Lists", ("Type", "Zone"), [{"Type": "Shot", "Zone": "o"}])
    sheets.sheet("Rules", ("rule",), [{"rule": "one row per event and player"}])
    sheets.sheet("game_rosters", columns.ROSTER_COLUMNS, _rosters(book))
    sheets.sheet("examples", ("example",), [])
    sheets.sheet("Sheet1", ("note",), [])


def _metadata(book: Book, *, home_right_first: bool) -> Row:
    return {
        **book.labels,
        "period_length_minutes": 18,
        "home_attacks_right_p1": int(home_right_first),
        "export_timestamp": stamp(saved_at(book.game.matchup)),
        "tracker_version": VERSIONS[book.writer],
        "total_videos": 1,
    }


def _video(book: Book) -> Row:
    link = video(book.game.matchup)
    kept = {"video_url": link["url"], "video_type": link["type"], "video_id": link["video_id"], "title": link["title"]}
    return {"game_id": book.game.matchup.fixture.game_id, **kept}


def _rosters(book: Book) -> Iterator[Row]:
    matchup = book.game.matchup
    for side in (0, 1):
        for d in matchup.dressed[side]:
            yield {
                "game_id": matchup.fixture.game_id,
                "team_venue": VENUES[side],
                "team_name": matchup.teams[side].team.name,
                "player_game_number": d.number,
                "player_position": POSITIONS[d.position],
                "player_id": d.player.player_id,
                "player_full_name": d.player.name,
            }


def _points(book: Book, number: int, path: Sequence[Point]) -> Iterator[Row]:
    """One row per point; `event_index` counts from 1 here."""
    event = book.game.events[number]
    for slot, (x, y) in enumerate(path, start=1):
        yield {
            "event_index": number + 1,
            "game_id": book.game.matchup.fixture.game_id,
            "period": event.period,
            "event_type": event.type,
            "event_detail": event.detail1,
            "xy_slot": slot,
            "x": x,
            "y": y,
            "is_start": int(slot == 1),
            "is_stop": int(slot == len(path)),
        }


def _puck_points(book: Book) -> Iterator[Row]:
    for number, event in enumerate(book.game.events):
        yield from _points(book, number, event.puck)


def _player_points(book: Book) -> Iterator[Row]:
    for number, event in enumerate(book.game.events):
        for actor in event.actors:
            for row in _points(book, number, actor.path):
                yield row | {
                    "player_number": actor.who.number,
                    "player_name": actor.who.player.name,
                    "player_role": f"{actor.role}_player_{actor.n}",
                }
        if event.net is not None:
            for row in _points(book, number, [event.net]):
                yield row | {"player_role": "net"}
