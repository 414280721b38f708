"""The canonical frames: what every input format is turned into, with one strict schema each.

Sides are `home`/`away` after label correction. Clocks are seconds *remaining* in the period, `t_*` seconds *elapsed*,
coordinates feet in the rink frame (origin centre ice, x -100..100, y -42.5..42.5, y grows down the drawing) unless a
column says attack frame (rotated so that the acting team attacks +x). Overtime is period 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

Schema = Mapping[str, pl.DataType | type[pl.DataType]]

SIDES: Final = ("home", "away")
SLOTS: Final = ("f1", "f2", "f3", "d1", "d2", "g", "x")
SKATER_SLOTS: Final = ("f1", "f2", "f3", "d1", "d2", "x")

PATH: Final = pl.List(pl.Struct({"x": pl.Float64, "y": pl.Float64}))

PLAYERS: Final[Schema] = {
    # key player_id. One row per person that any input names.
    "player_id": pl.String,
    "full_name": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "primary_position": pl.String,  # Forward, Defense, Goalie
    "current_skill_rating": pl.Float64,
    "rating_last_year": pl.Float64,
    "birth_year": pl.Int64,
    "gender": pl.String,
    "highest_beer_league": pl.String,
    "current_team_id": pl.String,
    "current_team": pl.String,
    "jersey_num": pl.Int64,  # the player's usual number
    "player_url": pl.String,
    "other_url": pl.String,
    "image_url": pl.String,
    "is_inferred": pl.Boolean,  # no master row: made from what refers to the player
    "origin": pl.String,  # workbook, json, stage, inferred
}
TEAMS: Final[Schema] = {
    # key team_id
    "team_id": pl.String,
    "team_name": pl.String,
    "long_name": pl.String,
    "team_cd": pl.String,
    "league_id": pl.String,
    "league": pl.String,
    "color1": pl.String,
    "color2": pl.String,
    "color3": pl.String,
    "color4": pl.String,
    "logo_url": pl.String,
    "team_url": pl.String,
    "is_inferred": pl.Boolean,
    "origin": pl.String,
}
SEASONS: Final[Schema] = {
    # key season_id
    "season_id": pl.String,
    "season": pl.String,  # two years run together: 20252026
    "session": pl.String,  # F fall, S spring
    "league_id": pl.String,
    "league": pl.String,
    "start_date": pl.Date,
    "is_inferred": pl.Boolean,
    "origin": pl.String,
}
SCHEDULE: Final[Schema] = {
    # key game_id. Every scheduled game, and every tracked game that the schedule lacks (is_inferred).
    "game_id": pl.Int64,
    "season_id": pl.String,
    "season": pl.String,
    "date": pl.Date,
    "game_time": pl.String,  # HH:MM
    "game_type": pl.String,  # Regular, Playoffs
    "playoff_round": pl.String,
    "schedule_type": pl.String,  # Past, Upcoming, or as written
    "include": pl.Boolean,
    "last_period_type": pl.String,  # Regulation, Overtime, Shootout
    "period_length_s": pl.Int64,
    "ot_period_length_s": pl.Int64,
    "shootout_rounds": pl.Int64,
    "home_team_id": pl.String,
    "away_team_id": pl.String,
    "home_team": pl.String,
    "away_team": pl.String,
    "home_goals": pl.Int64,  # official final score, null until played
    "away_goals": pl.Int64,
    "home_p1_goals": pl.Int64,
    "home_p2_goals": pl.Int64,
    "home_p3_goals": pl.Int64,
    "home_ot_goals": pl.Int64,
    "away_p1_goals": pl.Int64,
    "away_p2_goals": pl.Int64,
    "away_p3_goals": pl.Int64,
    "away_ot_goals": pl.Int64,
    "home_seed": pl.Int64,
    "away_seed": pl.Int64,
    "game_url": pl.String,
    "video_id": pl.String,
    "video_title": pl.String,
    "video_url": pl.String,
    "video_start_s": pl.Int64,
    "video_end_s": pl.Int64,
    "is_inferred": pl.Boolean,
    "origin": pl.String,
}
OFFICIAL_ROSTER: Final[Schema] = {
    # key game_id, player_id: the league's own game sheet (fact_gameroster), untracked games included
    "game_id": pl.Int64,
    "player_id": pl.String,
    "side": pl.String,  # home, away by team_id against the schedule; by team_venue only where that is silent
    "team_id": pl.String,
    "team_name": pl.String,
    "opp_team_id": pl.String,
    "opp_team_name": pl.String,
    "full_name": pl.String,
    "jersey": pl.String,
    "jersey_num": pl.Int64,
    "position": pl.String,  # F, D, G
    "goals": pl.Int64,
    "assists": pl.Int64,
    "pim": pl.Int64,
    "goals_against": pl.Int64,
    "is_sub": pl.Boolean,
    "skill": pl.Float64,
    "current_team": pl.String,
    "origin": pl.String,
}
GAMES: Final[Schema] = {
    # key game_id. Tracked games: those with a file, empty shells included.
    "game_id": pl.Int64,
    "season_id": pl.String,
    "date": pl.Date,
    "home_team_id": pl.String,
    "away_team_id": pl.String,
    "home_team": pl.String,
    "away_team": pl.String,
    "period_len_s": pl.List(pl.Float64),  # P1, P2, P3, OT
    "penalty_min": pl.List(pl.Float64),  # minor, major, misconduct
    "home_attacks_right_p1": pl.Boolean,
    "video_offset_s": pl.List(pl.Float64),  # second of the video at which P1, P2, P3, OT start; null where unknown
    "videos": pl.String,  # the tracker's own links: JSON list of {url, kind}
    "sides_swapped": pl.Boolean,  # the labels were wrong and have been exchanged
    "official_home": pl.Int64,
    "official_away": pl.Int64,
    "source": pl.String,  # json, xlsx, stage
    "source_version": pl.String,
    "source_path": pl.String,  # relative to raw/
    "source_sha256": pl.String,
    "saved_at": pl.Datetime("us", "UTC"),
    "event_count": pl.Int64,
    "valid_stint_count": pl.Int64,
}
ROSTERS: Final[Schema] = {
    # key game_id, side, player_id: who dressed for a tracked game, as the tracker (or the sheet) says
    "game_id": pl.Int64,
    "side": pl.String,
    "player_id": pl.String,
    "team_id": pl.String,
    "jersey": pl.String,  # as written: "00", "FA"
    "jersey_num": pl.Int64,
    "position": pl.String,  # F, D, G
    "full_name": pl.String,
    "is_sub": pl.Boolean,
    "skill": pl.Float64,
    "goals": pl.Int64,  # official
    "assists": pl.Int64,
    "pim": pl.Int64,
    "goals_against": pl.Int64,
}
EVENTS: Final[Schema] = {
    # key game_id, event_idx (0..n-1, the order of play)
    "game_id": pl.Int64,
    "event_idx": pl.Int64,
    "source_index": pl.Int64,
    "period": pl.Int64,
    "clock_start": pl.Float64,
    "clock_end": pl.Float64,
    "t_start": pl.Float64,
    "t_end": pl.Float64,
    "game_t": pl.Float64,  # seconds since the first faceoff, at t_start
    "duration_s": pl.Float64,
    "event_type": pl.String,
    "detail1": pl.String,
    "detail2": pl.String,
    "raw_type": pl.String,
    "raw_detail1": pl.String,
    "raw_detail2": pl.String,
    "team": pl.String,  # home, away: the event team
    "zone": pl.String,  # o, d, n from the event team's view
    "zone_known": pl.Boolean,
    "success": pl.Boolean,
    "chain_id": pl.Int64,
    "sequence_id": pl.Int64,
    "play_id": pl.Int64,
    "assist_to_idx": pl.Int64,  # event_idx of the goal
    "puck_path": PATH,
    "puck_x0": pl.Float64,  # attack frame of the event team, first and last point
    "puck_y0": pl.Float64,
    "puck_x1": pl.Float64,
    "puck_y1": pl.Float64,
    "net_x": pl.Float64,  # inches in the goal mouth, 0..72
    "net_y": pl.Float64,  # inches from the top, 0..48
    "is_highlight": pl.Boolean,
    "stint_idx": pl.Int64,
    "home_skaters": pl.Int64,  # of that stint
    "away_skaters": pl.Int64,
    "home_goalie_on": pl.Boolean,
    "away_goalie_on": pl.Boolean,
}
EVENT_PLAYERS: Final[Schema] = {
    # key game_id, event_idx, side_role, role_n
    "game_id": pl.Int64,
    "event_idx": pl.Int64,
    "side_role": pl.String,  # event, opp
    "role_n": pl.Int64,  # 1..6; 0 for a documented goalie role
    "order": pl.Int64,
    "team": pl.String,  # home, away: the player's side
    "jersey": pl.Int64,
    "player_id": pl.String,
    "match": pl.String,  # id, role_side, team_side, other_side, none
    "play_detail1": pl.String,
    "play_detail2": pl.String,
    "raw_play_detail1": pl.String,
    "raw_play_detail2": pl.String,
    "recovery_kind": pl.String,  # recovery, retrieval
    "play_success": pl.Boolean,
    "pressured": pl.Boolean,
    "pressured_by": pl.Int64,  # jersey
    "side_of_puck": pl.String,
    "path": PATH,
    "x0": pl.Float64,  # attack frame of the event team
    "y0": pl.Float64,
    "x1": pl.Float64,
    "y1": pl.Float64,
    "on_ice": pl.Boolean,  # in the stint's slots; null without a stint
}
SHIFTS: Final[Schema] = {
    # key game_id, stint_idx: a stint of the whole ice. `<side>_<slot>` is a jersey, `<side>_<slot>_id` the player.
    "game_id": pl.Int64,
    "stint_idx": pl.Int64,
    "period": pl.Int64,
    "clock_start": pl.Float64,
    "clock_end": pl.Float64,
    "duration_s": pl.Float64,
    "start_type": pl.String,
    "stop_type": pl.String,
    "stop_side": pl.String,  # derived from the events
    "stop_reason": pl.String,
    "strength_raw": pl.String,
    "stoppage_s": pl.Float64,
    **{f"{side}_{slot}": pl.Int64 for side in SIDES for slot in SLOTS},
    **{f"{side}_{slot}_id": pl.String for side in SIDES for slot in SLOTS},
    "home_skaters": pl.Int64,
    "away_skaters": pl.Int64,
    "home_goalie_on": pl.Boolean,
    "away_goalie_on": pl.Boolean,
    "strength": pl.String,  # from the slots, home first: 5v4
    "is_valid": pl.Boolean,
    "is_placeholder": pl.Boolean,
}
FLAGS: Final[Schema] = {
    # one row per flaw found in the input; game_id null for a flaw of the league's files
    "game_id": pl.Int64,
    "flag": pl.String,
    "source_path": pl.String,
    "event_idx": pl.Int64,
    "stint_idx": pl.Int64,
    "count": pl.Int64,  # how many rows of the input share it
    "message": pl.String,  # readable, with the value that offends
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "players": PLAYERS,
    "teams": TEAMS,
    "seasons": SEASONS,
    "schedule": SCHEDULE,
    "official_roster": OFFICIAL_ROSTER,
    "games": GAMES,
    "rosters": ROSTERS,
    "events": EVENTS,
    "event_players": EVENT_PLAYERS,
    "shifts": SHIFTS,
    "flags": FLAGS,
}
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "players": ("player_id",),
    "teams": ("team_id",),
    "seasons": ("season_id",),
    "schedule": ("game_id",),
    "official_roster": ("game_id", "player_id"),
    "games": ("game_id",),
    "rosters": ("game_id", "side", "player_id"),
    "events": ("game_id", "event_idx"),
    "event_players": ("game_id", "event_idx", "side_role", "role_n"),
    "shifts": ("game_id", "stint_idx"),
}


class BrokenFrame(ValueError):
    """A canonical frame does not follow its schema or key: a fault of a reader, never of its input."""


@dataclass(frozen=True, slots=True)
class GameFrames:
    """One tracked game as its reader understood it. Each field is a canonical frame of that name."""

    games: pl.DataFrame
    rosters: pl.DataFrame
    events: pl.DataFrame
    event_players: pl.DataFrame
    shifts: pl.DataFrame
    flags: pl.DataFrame


@dataclass(frozen=True, slots=True)
class LeagueFrames:
    """The whole league: what the tables are made from. Each field is a canonical frame of that name."""

    players: pl.DataFrame
    teams: pl.DataFrame
    seasons: pl.DataFrame
    schedule: pl.DataFrame
    official_roster: pl.DataFrame
    games: pl.DataFrame
    rosters: pl.DataFrame
    events: pl.DataFrame
    event_players: pl.DataFrame
    shifts: pl.DataFrame
    flags: pl.DataFrame


def empty(name: str) -> pl.DataFrame:
    """The canonical frame of this name without rows."""
    return pl.DataFrame(schema=SCHEMAS[name])


def filled(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The columns of the canonical frame of this name, cast; those that `frame` lacks are null, its others left out."""
    return frame.select(
        pl.col(column).cast(dtype) if column in frame.columns else pl.lit(None, dtype=dtype).alias(column)
        for column, dtype in SCHEMAS[name].items()
    )


def conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of its schema, in order: the boundary that every reader passes.

    Raises:
        BrokenFrame: a column is missing, surplus or of another type, or the key is null or repeated.
    """
    schema = SCHEMAS[name]
    if set(frame.columns) != set(schema):
        missing, surplus = sorted(set(schema) - set(frame.columns)), sorted(set(frame.columns) - set(schema))
        raise BrokenFrame(f"{name}: missing columns {missing}, surplus columns {surplus}")
    frame = frame.select(list(schema))
    wrong = [f"{c}: {frame.schema[c]} instead of {t}" for c, t in schema.items() if frame.schema[c] != t]
    if wrong:
        raise BrokenFrame(f"{name}: {'; '.join(wrong)}")
    key = list(KEYS.get(name, ()))
    if key and (
        frame.select(pl.any_horizontal(pl.col(key).is_null().any())).item() or frame.select(key).is_duplicated().any()
    ):
        raise BrokenFrame(f"{name}: null or repeated key {key}")
    return frame
