"""What the master workbook gives: the league's own records as canonical frames."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class MasterFrames:
    """The master workbook as read. Each field is the canonical frame of that name (`formats.canonical.SCHEMAS`).

    `players`, `teams`, `seasons`, `schedule` and `official_roster` hold what the sheets hold and nothing inferred;
    `flags` the flaws found while reading (game_id where a row of the schedule or the game sheet is at fault).
    """

    players: pl.DataFrame
    teams: pl.DataFrame
    seasons: pl.DataFrame
    schedule: pl.DataFrame
    official_roster: pl.DataFrame
    flags: pl.DataFrame
