"""The columns of a tracking workbook: our name, then the columns of all its writers in the order in which they count.

Lower case. A column ending in `_` is what a person typed; the plain column beside it is a formula, or what a tracker
wrote: the plain one counts, and the typed one fills its empty cells (a workbook that was saved without the values of
its formulas has only those). What is not listed is derived by the writer and recomputed here.
"""

from typing import Final

from formats.canonical import SIDES
from formats.sheet_columns import Spellings

_PATH_SLOTS: Final = range(1, 11)
_ENDS: Final = ("start", "stop")

EVENT_COLUMNS: Final[Spellings] = {
    # the same on all rows of an event
    "period": ("period",),
    "start_min": ("event_start_min", "event_start_min_"),
    "start_sec": ("event_start_sec", "event_start_sec_"),
    "end_min": ("event_end_min", "event_end_min_"),
    "end_sec": ("event_end_sec", "event_end_sec_"),
    "type": ("event_type", "type", "event_type_code", "event_type_"),
    "detail1": ("event_detail", "event_detail_code", "event_detail_"),
    "detail2": ("event_detail_2", "event_detail_2_code", "event_detail_2_"),
    "team": ("team_venue", "team_venue_abv", "team_"),
    "zone": ("event_team_zone", "event_team_zone_"),
    "success": ("event_successful", "event_successful_"),
    "chain": ("linked_event_index", "linked_event_index_"),
    "sequence": ("sequence_index", "sequence_index_"),
    "play": ("play_index", "play_index_"),
    "assist_to": ("assist_to_goal_index",),
    "assist_primary": ("assist_primary_event_index",),
    "assist_secondary": ("assist_secondary_event_index",),
    "net_x": ("net_x",),
    "net_y": ("net_y",),
    "is_highlight": ("is_highlight",),
    "stint_index": ("shift_index",),
}
PLAYER_COLUMNS: Final[Spellings] = {
    # of the player in the row
    "jersey": ("player_game_number", "player_game_number_"),
    "player_id": ("player_id",),
    "full_name": ("player_name",),
    "player_team": ("player_team",),
    "role": ("player_role",),
    "role_code": ("role_abrev", "role_abrev_binary_"),
    "play_detail1": ("play_detail1", "play_detail1_"),
    "play_detail2": ("play_detail_2", "play_detail2", "play_detail2_"),
    "play_success": ("play_detail_successful", "play_detail_successful_"),
    "pressure": ("pressured_pressurer", "pressured_pressurer_"),
    "side_of_puck": ("side_of_puck",),
}
INDEX_COLUMNS: Final[Spellings] = {
    "event_index": ("event_index",),
    "typed_index": ("event_index_",),
    "tracking_index": ("tracking_event_index",),
    "index_flag": ("event_index_flag_",),
}
HEADER_COLUMNS: Final[Spellings] = {
    "game_id": ("game_id",),
    "home_team": ("home_team",),
    "away_team": ("away_team",),
}
PATH_COLUMNS: Final[Spellings] = {
    # first and last point of the puck and of the row's player; older writers have up to ten points
    f"{whose}_{axis}_{place}": (f"{whose}_{axis}_{place}",)
    for whose in ("puck", "player")
    for place in (*_PATH_SLOTS, *_ENDS)
    for axis in ("x", "y")
}
SHIFT_COLUMNS: Final[Spellings] = {
    "source_index": ("shift_index",),
    "period": ("period",),
    "start_min": ("shift_start_min",),
    "start_sec": ("shift_start_sec",),
    "end_min": ("shift_end_min",),
    "end_sec": ("shift_end_sec",),
    "start_type": ("shift_start_type",),
    "stop_type": ("shift_stop_type",),
    "strength": ("strength",),
    "stoppage": ("stoppage_time",),
    **{
        f"{side}_{slot}": (f"{side}_{column}",)
        for side in SIDES
        for slot, column in (
            ("f1", "forward_1"),
            ("f2", "forward_2"),
            ("f3", "forward_3"),
            ("d1", "defense_1"),
            ("d2", "defense_2"),
            ("g", "goalie"),
            ("x", "xtra"),
        )
    },
}
METADATA_COLUMNS: Final[Spellings] = {
    **HEADER_COLUMNS,
    "period_length": ("period_length_minutes",),
    "attacks_right": ("home_attacks_right_p1",),
    "saved_at": ("export_timestamp",),
    "version": ("tracker_version",),
}
VIDEO_COLUMNS: Final[Spellings] = {
    **{f"video_p{n}_s": (f"period_{n}_start",) for n in (1, 2, 3)},
    "url": ("video_url",),
    "kind": ("video_type",),
    "title": ("title",),
}
POINT_COLUMNS: Final[Spellings] = {
    "index": ("event_index",),
    "slot": ("xy_slot",),
    "x": ("x",),
    "y": ("y",),
    "jersey": ("player_number",),
    "role": ("player_role",),
}
ROSTER_COLUMNS: Final[Spellings] = {
    "game_id": ("game_id",),
    "side": ("team_venue",),
    "team_name": ("team_name",),
    "player_id": ("player_id",),
    "jersey": ("player_game_number",),
    "full_name": ("player_full_name",),
    "position": ("player_position",),
    "skill": ("skill_rating",),
    "sub": ("sub",),
}
