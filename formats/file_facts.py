"""What a file turns out to be, by its content: enough to choose between the saves of a game."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from formats.canonical import SKATER_SLOTS
from formats.json_document import RosterSheet, game_id
from formats.raw import RawFrames
from hockey.aliases import whole_number
from hockey.clock import parse_clock
from hockey.periods import parse_period
from hockey.strength import MIN_SKATERS

FileKind = Literal["game", "roster", "master", "rejected"]
_NO_TIME: Final = ""


class FileFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file's kind and, for a save of a game, what decides whether it is the one to take.

    `saved_at` is UTC, ISO 8601, empty where unknown; `is_complete` when a valid stint reaches the end of each period of
    regulation. `reason` says why a file is rejected. Nothing here is secret.
    """

    kind: FileKind
    game_id: int | None = None
    source: str = ""
    version: str | None = None
    events: int = 0
    valid_stints: int = 0
    is_complete: bool = False
    saved_at: str = _NO_TIME
    home_team: str | None = None
    away_team: str | None = None
    reason: str = ""

    @property
    def rank(self) -> tuple[int, int, str]:
        """The higher, the better: most events, then most valid stints, then the latest save."""
        return self.events, self.valid_stints, self.saved_at


def rejected(reason: str) -> FileFacts:
    """The facts of a file that cannot be used."""
    return FileFacts(kind="rejected", reason=reason)


def roster_facts(sheet: RosterSheet) -> FileFacts:
    """The facts of a roster.json."""
    number = game_id(sheet.gid)
    return FileFacts(kind="roster", game_id=number) if number else rejected("a roster file without a game's number")


def save_facts(raw: RawFrames) -> FileFacts:
    """The facts of a save that was read as one game."""
    game = raw.games.row(0, named=True)
    stints = _valid_stints(raw.shifts.rows(named=True))
    return FileFacts(
        kind="game",
        game_id=game["game_id"],
        source=game["source"],
        version=game["source_version"],
        events=raw.events.height,
        valid_stints=len(stints),
        is_complete=_reaches_the_end(stints),
        saved_at=_NO_TIME if game["saved_at"] is None else game["saved_at"].isoformat(),
        home_team=game["home_team"],
        away_team=game["away_team"],
    )


def _valid_stints(shifts: Iterable[dict[str, str | None]]) -> list[dict[str, str | None]]:
    """The rows that have a start above their end and at least three skaters a side."""
    return [shift for shift in shifts if _is_valid(shift)]


def _reaches_the_end(stints: list[dict[str, str | None]]) -> bool:
    ended = {parse_period(s["period"]) for s in stints if (end := parse_clock(s["clock_end"])) and end.remaining_s < 1}
    return {1, 2, 3} <= ended


def _is_valid(shift: dict[str, str | None]) -> bool:
    start, end = parse_clock(shift["clock_start"]), parse_clock(shift["clock_end"])
    if start is None or end is None or start.remaining_s <= end.remaining_s:
        return False
    return all(
        sum(whole_number(shift[f"{side}_{slot}"]) is not None for slot in SKATER_SLOTS) >= MIN_SKATERS
        for side in ("home", "away")
    )
