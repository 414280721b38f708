"""Rosters for tracking files without one: the rows of the league's own game sheet, on the sides the tracker meant."""

from dataclasses import replace

import polars as pl

from formats.canonical import SIDES
from formats.lookup import looked_up
from formats.raw import RAW_ROSTERS, RawFrames
from formats.stint_reading import PLACES
from hockey import aliases
from hockey.aliases import OTHER_SIDE


def with_sheet_roster(raw: RawFrames, official_roster: pl.DataFrame) -> RawFrames:
    """The reading of one game with the sheet's roster where its own is empty.

    The tracker took its sides from the sheet's home and away column, which is wrong in some games, while the canonical
    sheet has sides by team. So the roster is turned to the side that fits the numbers tracked; whether the labels are
    then wrong is judged later, as for any other game.
    """
    if not raw.rosters.is_empty():
        return raw
    game_id = raw.games["game_id"].item()
    sheet = official_roster.filter(pl.col("game_id") == game_id, pl.col("side").is_not_null())
    if sheet.is_empty():
        return raw
    roster = sheet.select(
        "game_id",
        "side",
        "player_id",
        "full_name",
        "position",
        "skill",
        "is_sub",
        jersey=pl.coalesce("jersey", pl.col("jersey_num").cast(pl.String)),
        row=pl.int_range(pl.len(), dtype=pl.Int64),
    ).select(list(RAW_ROSTERS))
    turned = roster.with_columns(pl.col("side").replace_strict(OTHER_SIDE, return_dtype=pl.String))
    return replace(raw, rosters=turned if _fit(raw, turned) > _fit(raw, roster) else roster)


def _fit(raw: RawFrames, roster: pl.DataFrame) -> int:
    """How many numbers of event players and stints the roster has on the side where they were tracked."""
    worn = (
        roster.select("side", number=looked_up(roster, "jersey", aliases.whole_number, pl.Int64)).drop_nulls().unique()
    )
    seen = pl.concat([_in_events(raw), _in_stints(raw)])
    seen = seen.with_columns(number=looked_up(seen, "jersey", aliases.whole_number, pl.Int64))
    return seen.join(worn, on=["side", "number"], how="semi").height


def _in_events(raw: RawFrames) -> pl.DataFrame:
    teams = raw.events.select("event_no", event_side=looked_up(raw.events, "team", aliases.side, pl.String))
    players = raw.event_players.join(teams, on="event_no", how="inner")
    is_opponent = looked_up(players, "role", lambda r: (aliases.role(r) or ("",))[0] == "opp", pl.Boolean)
    other = pl.col("event_side").replace_strict(OTHER_SIDE, default=None, return_dtype=pl.String)
    return players.select(side=pl.when(is_opponent).then(other).otherwise("event_side"), jersey="jersey").drop_nulls()


def _in_stints(raw: RawFrames) -> pl.DataFrame:
    slots = raw.shifts.select(PLACES).unpivot(variable_name="place", value_name="jersey")
    return slots.select(side=pl.col("place").str.slice(0, len(SIDES[0])), jersey="jersey").drop_nulls()
