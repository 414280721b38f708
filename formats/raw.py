"""What a reader hands over before judgement: cells as the file wrote them, one schema for JSON, workbooks and staging.

A reader finds the cells and writes them down as text; it does not interpret them. What a cell means (clocks, aliases,
players, stints, flaws) is decided once, for all sources, by `formats.normalise`. Text is stripped or not as the file
has it; a cell that is absent, null, or neither text, number nor truth is null; a truth is "true" or "false"; a number
is written shortest ("12", "12.5"). Frames may hold many games. Sides are the file's own, before label correction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import polars as pl

from formats.canonical import FLAGS, SIDES, SLOTS, Schema

RAW_GAMES: Final[Schema] = {
    # key game_id
    "game_id": pl.Int64,
    "source": pl.String,  # json, xlsx, stage
    "source_version": pl.String,
    "source_path": pl.String,  # relative to raw/
    "source_sha256": pl.String,
    "saved_at": pl.Datetime("us", "UTC"),
    "home_team": pl.String,  # the label
    "away_team": pl.String,
    "home_attacks_right_p1": pl.Boolean,
    "p1_min": pl.Float64,  # minutes; null where the file is silent: the league's rules then decide
    "p2_min": pl.Float64,
    "p3_min": pl.Float64,
    "ot_min": pl.Float64,
    "minor_min": pl.Float64,
    "major_min": pl.Float64,
    "misconduct_min": pl.Float64,
    "video_p1_s": pl.Float64,  # second of the video at which the period starts
    "video_p2_s": pl.Float64,
    "video_p3_s": pl.Float64,
    "video_ot_s": pl.Float64,
    "videos": pl.String,  # links, as formats.videos writes them
    "game_date": pl.Date,  # where a file names it (roster.json); null otherwise
}
RAW_ROSTERS: Final[Schema] = {
    # one row per line of the roster; `row` keeps their order. A workbook without a roster of its own takes the rows of
    # the master workbook's game sheet, with sides as that sheet has them.
    "game_id": pl.Int64,
    "row": pl.Int64,
    "side": pl.String,  # home, away
    "player_id": pl.String,
    "jersey": pl.String,
    "full_name": pl.String,
    "position": pl.String,  # F, D, G or Forward, Defense, Goalie
    "skill": pl.Float64,
    "is_sub": pl.Boolean,
}
RAW_EVENTS: Final[Schema] = {
    # key game_id, event_no: 0..n-1 in the order of play (JSON: idx; workbook: rank of event_index)
    "game_id": pl.Int64,
    "event_no": pl.Int64,
    "source_index": pl.Int64,  # the file's own number of the event (JSON idx 0.., workbook event_index 1000..)
    "period": pl.String,
    "clock_start": pl.String,  # "MM:SS" remaining; a workbook's two cells joined by ":" ("17", "5.0" -> "17:5.0")
    "clock_end": pl.String,
    "type": pl.String,
    "detail1": pl.String,
    "detail2": pl.String,
    "team": pl.String,  # home, away, h, a, Home...; null where the file has no team (W3): derived from the players
    "zone": pl.String,  # o, d, n or Offensive, Defensive, Neutral
    "success": pl.String,
    "chain": pl.Int64,  # the opaque key without its offset (9000 in W1, 1000 in W2 and W3)
    "sequence": pl.Int64,
    "play": pl.Int64,
    "assist_to": pl.Int64,  # `source_index` of the goal
    "net_x": pl.Float64,  # as written, either origin
    "net_y": pl.Float64,
    "is_highlight": pl.String,
    "stint_index": pl.Int64,  # `source_index` of the stint, where the file says (workbook shift_index)
}
RAW_EVENT_PLAYERS: Final[Schema] = {
    # key game_id, event_no, order
    "game_id": pl.Int64,
    "event_no": pl.Int64,
    "order": pl.Int64,  # position in the list, 0..
    "player_id": pl.String,
    "jersey": pl.String,
    "full_name": pl.String,  # tells the sides apart where a file gives no team
    "team": pl.String,  # the player's side as written; null where absent
    "role": pl.String,  # event_player_1, opp_team_player_2, ...; a reader without roles numbers each side itself
    "play_detail1": pl.String,
    "play_detail2": pl.String,
    "play_success": pl.String,
    "pressure": pl.String,
    "pressured_by": pl.String,
    "side_of_puck": pl.String,
}
RAW_POINTS: Final[Schema] = {
    # one row per point of a path, both origins as written, in the order of `seq`; only points with two finite numbers
    "game_id": pl.Int64,
    "event_no": pl.Int64,
    "order": pl.Int64,  # the player's `order` in the event; -1 for the puck
    "seq": pl.Int64,
    "x": pl.Float64,
    "y": pl.Float64,
}
RAW_SHIFTS: Final[Schema] = {
    # key game_id, stint_no: 0..n-1 in file order. `<side>_<slot>` is the number as written, `_id` the id where given.
    "game_id": pl.Int64,
    "stint_no": pl.Int64,
    "source_index": pl.Int64,  # the file's own number (JSON position 0.., workbook shift_index 1..)
    "period": pl.String,
    "clock_start": pl.String,
    "clock_end": pl.String,
    "start_type": pl.String,
    "stop_type": pl.String,
    "strength": pl.String,
    "stoppage": pl.String,  # seconds
    **{f"{side}_{slot}": pl.String for side in SIDES for slot in SLOTS},
    **{f"{side}_{slot}_id": pl.String for side in SIDES for slot in SLOTS},
}

RAW_SCHEMAS: Final[dict[str, Schema]] = {
    "games": RAW_GAMES,
    "rosters": RAW_ROSTERS,
    "events": RAW_EVENTS,
    "event_players": RAW_EVENT_PLAYERS,
    "points": RAW_POINTS,
    "shifts": RAW_SHIFTS,
    "flags": FLAGS,
}


@dataclass(frozen=True, slots=True)
class RawFrames:
    """The raw frames of one or many games. `flags` are the flaws that only the reader could see (`secret_removed`)."""

    games: pl.DataFrame
    rosters: pl.DataFrame
    events: pl.DataFrame
    event_players: pl.DataFrame
    points: pl.DataFrame
    shifts: pl.DataFrame
    flags: pl.DataFrame


def raw_frame(name: str, columns: Mapping[str, Sequence[object] | pl.Series]) -> pl.DataFrame:
    """The raw frame of this name from columns of values; columns that are not given are null throughout."""
    schema = RAW_SCHEMAS[name]
    nothing = [None] * len(next(iter(columns.values())))
    return pl.DataFrame({column: columns.get(column, nothing) for column in schema}, schema=schema)


def combine(readings: Iterable[RawFrames]) -> RawFrames:
    """The readings of several games as one."""
    parts = list(readings)
    return RawFrames(
        **{
            f.name: pl.concat([getattr(p, f.name) for p in parts])
            if parts
            else pl.DataFrame(schema=RAW_SCHEMAS[f.name])
            for f in fields(RawFrames)
        }
    )
