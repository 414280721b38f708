"""A game's roster.json, which alone knows the players' skill ratings and the date of the game."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import polars as pl

from formats import cells
from formats.canonical import SIDES
from formats.json_document import RosterSheet
from formats.raw import RawFrames

_LINE = {"side": pl.String, "jersey": pl.String, "rating": pl.Float64}


def with_roster_file(raw: RawFrames, sheet: RosterSheet) -> RawFrames:
    """The reading of the game with the skills, by number where the export gives none, and the date."""
    ratings = pl.DataFrame(list(_ratings(sheet)), schema=_LINE, orient="row").unique(["side", "jersey"], keep="last")
    rated = raw.rosters.join(ratings, on=["side", "jersey"], how="left", maintain_order="left")
    return replace(
        raw,
        games=raw.games.with_columns(game_date=pl.lit(_date(sheet.date), pl.Date)),
        rosters=rated.with_columns(skill=pl.coalesce("skill", "rating")).drop("rating"),
    )


def _ratings(sheet: RosterSheet) -> Iterable[tuple[str, str, float | None]]:
    sides: Iterable[tuple[str, object]] = zip(SIDES, (sheet.home_roster, sheet.away_roster), strict=True)
    for side, lines in sides:
        for line in cells.rows(lines):
            if (jersey := cells.label(line.get("n"))) is not None:
                yield side, jersey, cells.number(line.get("skill"))


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
