"""The columns of the league's own sheets: our name, then every spelling that sheets and staging tables use for it.

Sheets of the master workbook and the staging tables that mirror them differ in names only, so one list serves both.
Spellings are lower case; where a row fills several, the first counts. What is not listed is never loaded: e-mail
addresses, registrations, notes, random names.
"""

from collections.abc import Mapping
from typing import Final

Spellings = Mapping[str, tuple[str, ...]]

PLAYER_COLUMNS: Final[Spellings] = {
    "player_id": ("player_id",),
    "full_name": ("player_full_name", "full_name", "player_name"),
    "first_name": ("player_first_name", "first_name"),
    "last_name": ("player_last_name", "last_name"),
    "primary_position": ("player_primary_position", "player_position", "position"),
    "current_skill_rating": ("current_skill_rating", "skill_rating"),
    "rating_last_year": ("player_rating_ly",),
    "birth_year": ("birth_year",),
    "gender": ("player_gender",),
    "highest_beer_league": ("highest_beer_league",),
    "current_team_id": ("player_norad_current_team_id", "player_csah_current_team_id"),
    "current_team": ("player_norad_current_team", "player_csah_current_team"),
    "jersey_num": ("player_norad_primary_number", "player_csah_primary_number"),
    "player_url": ("player_url",),
    "other_url": ("other_url",),
    "image_url": ("player_image",),
}
TEAM_COLUMNS: Final[Spellings] = {
    "team_id": ("team_id",),
    "team_name": ("team_name",),
    "long_name": ("long_team_name",),
    "team_cd": ("team_cd", "team_abbreviation", "team_name_short"),
    "league_id": ("league_id",),
    "league": ("league",),
    "color1": ("team_color1", "primary_color"),
    "color2": ("team_color2", "secondary_color"),
    "color3": ("team_color3",),
    "color4": ("team_color4",),
    "logo_url": ("team_logo",),
    "team_url": ("team_url",),
}
SEASON_COLUMNS: Final[Spellings] = {
    "season_id": ("season_id",),
    "season": ("season", "season_year", "season_name"),
    "session": ("session",),
    "league_id": ("league_id",),
    "league": ("league",),
    "start_date": ("start_date",),
}
SCHEDULE_COLUMNS: Final[Spellings] = {
    "game_id": ("game_id",),
    "season_id": ("season_id",),
    "season": ("season",),
    "date": ("date", "game_date"),
    "game_time": ("game_time",),
    "game_type": ("game_type",),
    "playoff_round": ("playoff_round",),
    "schedule_type": ("schedule_type", "game_status"),
    "include": ("include",),
    "last_period_type": ("last_period_type",),
    "period_length": ("period_length",),
    "ot_period_length": ("ot_period_length",),
    "shootout_rounds": ("shootout_rounds",),
    "home_team_id": ("home_team_id",),
    "away_team_id": ("away_team_id",),
    "home_team": ("home_team_name", "home_team"),
    "away_team": ("away_team_name", "away_team"),
    "home_goals": ("home_total_goals", "home_score"),
    "away_goals": ("away_total_goals", "away_score"),
    **{
        f"{side}_{ours}_goals": (f"{side}_team_period{theirs}_goals",)
        for side in ("home", "away")
        for ours, theirs in (("p1", "1"), ("p2", "2"), ("p3", "3"), ("ot", "ot"))
    },
    "home_seed": ("home_team_seeding",),
    "away_seed": ("away_team_seeding",),
    "game_url": ("game_url",),
    "video_id": ("video_id",),
    "video_title": ("video_title",),
    "video_url": ("video_url",),
    "video_start": ("video_start_time",),
    "video_end": ("video_end_time",),
}
ROSTER_COLUMNS: Final[Spellings] = {
    "game_id": ("game_id",),
    "player_id": ("player_id",),
    "team_venue": ("team_venue",),
    "team_id": ("team_id",),
    "team_name": ("team_name",),
    "opp_team_id": ("opp_team_id",),
    "opp_team_name": ("opp_team_name",),
    "full_name": ("player_full_name", "full_name", "player_name"),
    "jersey": ("player_game_number",),
    "position": ("player_position", "position"),
    "goals": ("goals",),
    "assists": ("assist", "assists"),
    "pim": ("pim",),
    "goals_against": ("goals_against",),
    "sub": ("sub", "is_sub"),
    "skill": ("skill_rating",),
    "current_team": ("current_team",),
}
SHEETS: Final[Mapping[str, Spellings]] = {
    "dim_player": PLAYER_COLUMNS,
    "dim_team": TEAM_COLUMNS,
    "dim_season": SEASON_COLUMNS,
    "dim_schedule": SCHEDULE_COLUMNS,
    "fact_gameroster": ROSTER_COLUMNS,
}
STAGED_SHEETS: Final = (*SHEETS, "dim_league")
"""The staging tables of sheets that a run lays over the files; what is staged in others changes no table."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "dim_player": ("player_id",),
    "dim_team": ("team_id",),
    "dim_season": ("season_id",),
    "dim_schedule": ("game_id",),
    "fact_gameroster": ("game_id", "player_id"),
}
