"""The columns of the three tracking workbooks (input format, sections 5.1 and 5.2)."""

from typing import Final

SLOT_COLUMNS: Final = {
    "F1": "forward_1", "F2": "forward_2", "F3": "forward_3", "D1": "defense_1", "D2": "defense_2", "X": "xtra",
    "G": "goalie",
}  # fmt: skip
_INPUTS: Final = (
    "event_index_flag_", "sequence_index_flag_", "play_index_flag_", "linked_event_index_flag_", "event_start_min_",
    "event_start_sec_", "event_end_min_", "event_end_sec_", "player_game_number_", "event_team_zone_", "event_type_",
    "event_detail_", "event_detail_2_", "event_successful_", "play_detail1_", "play_detail2_",
    "play_detail_successful_", "pressured_pressurer_", "team_", "role_abrev_binary_",
)  # fmt: skip
_COUNTERS: Final = ("event_index_", "linked_event_index_", "sequence_index_", "play_index_")
_PLAIN: Final = (
    "period", "event_index", "linked_event_index", "tracking_event_index", "sequence_index", "play_index",
    "event_start_min", "event_start_sec", "event_end_min", "event_end_sec", "player_game_number", "role_abrev",
    "event_team_zone", "home_team_zone", "away_team_zone", "side_of_puck", "play_detail1", "play_detail_2",
    "play_detail_successful", "pressured_pressurer", "zone_change_index", "shift_index", "game_id", "home_team",
    "away_team", "Type", "event_detail", "event_detail_2", "event_successful", "duration", "time_start_total_seconds",
    "time_end_total_seconds",
)  # fmt: skip
_XY: Final = (
    "puck_x_start", "puck_y_start", "puck_x_stop", "puck_y_stop", "net_x", "net_y", "player_x_start", "player_y_start",
    "player_x_stop", "player_y_stop",
)  # fmt: skip
_ASSISTS: Final = ("assist_to_goal_index", "assist_primary_event_index", "assist_secondary_event_index")
EVENT_COLUMNS: Final = {
    "W1": (
        *_INPUTS, *_COUNTERS, *_PLAIN, "team_venue", "team_venue_abv", "player_role", "role_number", "player_id",
        "player_team",
    ),
    "W2": (
        *_INPUTS, *_PLAIN, "player_role", "player_name", *_ASSISTS, *_XY, "strength", "is_highlight",
        "video_url", "pim",
    ),
    "W3": (
        "event_index", "tracking_event_index", "period", "game_id", "home_team", "away_team", "event_start_min",
        "event_start_sec", "event_end_min", "event_end_sec", "event_type", "event_detail", "event_detail_2",
        "event_successful", "event_team_zone", "player_game_number", "player_role", "player_name", "play_detail1",
        "play_detail_2", "play_detail_successful", "pressured_pressurer", "side_of_puck", "role_abrev_binary",
        "linked_event_index", "sequence_index", "play_index", *_ASSISTS, *_XY, "strength", "is_highlight", "video_url",
        "pim",
    ),
}  # fmt: skip
_SLOTS: Final = tuple(f"{side}_{name}" for side in ("home", "away") for name in SLOT_COLUMNS.values())
_SHIFT: Final = (
    "shift_index", "Period", "game_id", "home_team", "away_team", "shift_start_min", "shift_start_sec", "shift_end_min",
    "shift_end_sec", "shift_start_type", "shift_stop_type", *_SLOTS,
)  # fmt: skip
_COMPUTED: Final = (
    "stoppage_time", "shift_start_total_seconds", "shift_end_total_seconds", "shift_duration", "home_team_strength",
    "away_team_strength", "situation", "strength",
)  # fmt: skip
SHIFT_COLUMNS: Final = {"W1": (*_SHIFT, *_COMPUTED), "W2": (*_SHIFT, *_COMPUTED), "W3": _SHIFT}
METADATA_COLUMNS: Final = (
    "game_id", "home_team", "away_team", "period_length_minutes", "home_attacks_right_p1", "export_timestamp",
    "tracker_version", "total_videos",
)  # fmt: skip
XY_COLUMNS: Final = (
    "event_index", "game_id", "period", "event_type", "event_detail", "xy_slot", "x", "y", "x_adjusted", "y_adjusted",
    "is_xy_adjusted", "needs_xy_adjustment", "is_start", "is_stop",
)  # fmt: skip
XY_PLAYER_COLUMNS: Final = (*XY_COLUMNS, "player_number", "player_name", "player_role")
VIDEO_COLUMNS: Final = ("game_id", "video_type", "video_url", "video_id", "title", "category", "period")
VIDEO_TIMING_COLUMNS: Final = ("category", "setting", "value", "description")
ROSTER_COLUMNS: Final = ("game_id", "team_venue", "team_name", "player_game_number", "player_position", "player_id",
                         "player_full_name")  # fmt: skip
