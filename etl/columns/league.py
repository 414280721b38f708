"""Columns of the league's people, teams, seasons, schedule and code lists."""

from dataclasses import replace
from typing import Final

from etl.columns.column import boolean, count, date, integer, numeric, text
from etl.columns.keys import TEAM_ID

PLAYER_FULL_NAME: Final = text("player_full_name", "Display name.")
SHEET_NAME: Final = text(
    "player_full_name",
    "Name as printed on the game sheet, whatever dim_player has; that of dim_player without a sheet.",
)
PLAYER_SHORT_NAME: Final = text("player_name", "The display name again, under the name that look-ups use.")
PLAYER_IMAGE: Final = text("player_image", "Address of the head shot.")
PRIMARY_POSITION: Final = text("player_primary_position", "Usual role: Forward, Defense or Goalie.")
SKILL_RATING: Final = integer("current_skill_rating", "League skill rating, 2-6.")
RATING_LAST_YEAR: Final = integer("player_rating_ly", "Skill rating of the previous year, 2-6.")
BIRTH_YEAR: Final = integer("birth_year", "Year of birth; null unless the league publishes personal data.")
GENDER: Final = text("player_gender", "Gender as registered; null unless the league publishes personal data.")
HIGHEST_LEAGUE: Final = text("highest_beer_league", "Highest level previously played.")
CURRENT_TEAM: Final = text("player_norad_current_team", "Name of the person's team now; empty for a free agent.")
CURRENT_TEAM_ID: Final = replace(TEAM_ID, name="player_norad_current_team_id", description="Key of the team now.")
JERSEY_NUMBER: Final = integer("jersey_number", "Usual sweater number.")
PLAYER_URL: Final = text("player_url", "Profile page on the league site.")
OTHER_URL: Final = text("other_url", "Any other profile page.")

TEAM_LONG_NAME: Final = text("long_team_name", "The team's full name.")
TEAM_CODE: Final = text("team_cd", "Short code.")
LEAGUE_ID: Final = text("league_id", "League key.")
LEAGUE: Final = text("league", "Name of the league.")
TEAM_LOGO: Final = text("team_logo", "Address of the logo.")
TEAM_COLORS: Final = tuple(text(f"team_color{n}", f"Team colour {n}, hex.") for n in range(1, 5))
PRIMARY_COLOR: Final = text("primary_color", "The main colour again, under the name that pages use.")
TEAM_URL: Final = text("team_url", "Team page on the league site.")

SESSION: Final = text("session", "Session of the season: F fall, S spring.")
START_DATE: Final = date("start_date", "First day of the season; the latest one is the current season.")

GAME_TIME: Final = text("game_time", "Time of the first faceoff, HH:MM.")
PLAYOFF_ROUND: Final = text("playoff_round", "Round of the playoffs.")
SCHEDULE_TYPE: Final = text("schedule_type", "Past or Upcoming, or as the league wrote it.")
INCLUDE: Final = boolean("include", "False hides the game from standings and season tables.", nullable=False)
LAST_PERIOD_TYPE: Final = text("last_period_type", "How the game ended: Regulation, Overtime or Shootout.")
HOME_TEAM_ID: Final = replace(TEAM_ID, name="home_team_id", description="Key of the home team.")
AWAY_TEAM_ID: Final = replace(TEAM_ID, name="away_team_id", description="Key of the visiting team.")
HOME_TEAM_NAME: Final = text("home_team_name", "Name of the home team.")
AWAY_TEAM_NAME: Final = text("away_team_name", "Name of the visiting team.")
TOTAL_GOALS: Final = tuple(
    integer(f"{side}_total_goals", f"Official final score, {side}; null until played.") for side in ("home", "away")
)
OFFICIAL_GOALS: Final = tuple(
    integer(f"official_{side}_goals", f"Official final score, {side}; null until played.") for side in ("home", "away")
)
PERIOD_GOALS: Final = tuple(
    integer(f"{side}_team_period{p}_goals", f"Official {side} goals in period {p}.")
    for side in ("home", "away")
    for p in (1, 2, 3)
)
# the game page reads the mixed-case name, databases fold the other to lower case: both exist
OVERTIME_GOALS: Final = tuple(
    integer(f"{side}_team_period{ot}_goals", f"Official {side} overtime goals.")
    for side in ("home", "away")
    for ot in ("OT", "ot")
)
GAME_URL: Final = text("game_url", "Game page on the league site.")
VIDEO_URL: Final = text("video_url_1", "Video of the game: the first of fact_video.")
VIDEO_URL_2: Final = text("video_url_2", "Another video of the game: the second of fact_video.")
SPECIAL_TEAMS_COUNTS: Final = {
    "pp_goals": "Power-play goals of the {side} side",
    "pp_opportunities": "Power plays of the {side} side",
    "pk_goals_against": "Goals that the {side} side allowed while short-handed",
    "pk_opportunities": "Times that the {side} side was short-handed",
}
SPECIAL_TEAMS: Final = tuple(
    integer(
        f"{side}_{name}",
        f"{about.format(side=side)}, by the tracking; null without valid stints.",
        formula=f"fact_special_teams.{name} of that side",
    )
    for name, about in SPECIAL_TEAMS_COUNTS.items()
    for side in ("home", "away")
)
VIDEO_KEY: Final = text("video_key", "VD, game_id and number of the video in its game, joined by _.")
VIDEO_TYPE_ID: Final = text(
    "video_type_id", "VT and two digits; videos of a game are listed in this order.", nullable=False
)
VIDEO_TYPE: Final = text("video_type", "Full_Ice, Broadcast or Other.", nullable=False)
VIDEO_LINK: Final = text("video_url", "Where the video is.", nullable=False)
PERIOD_1_START: Final = integer("period_1_start", "Second of the video at which period 1 starts.", "s")
VIDEO_START: Final = integer("video_start_offset", "Second of the video at which the first faceoff is.", "s")

EVENT_TYPE_ID: Final = text("event_type_id", "Key: ET and four digits.")
EVENT_TYPE_CODE: Final = text("event_type_code", "The code that events hold, as Shot or Zone_Entry_Exit.")
EVENT_TYPE_NAME: Final = text("event_type_name", "Readable name.")
EVENT_CATEGORY: Final = text("event_category", "Group of event types.")
IS_CORSI: Final = boolean("is_corsi", "Counts as a shot attempt.", nullable=False)
IS_FENWICK: Final = boolean("is_fenwick", "Counts as an unblocked shot attempt.", nullable=False)
DESCRIPTION: Final = text("description", "What it means.")
PERIOD_ID: Final = text("period_id", "Period key: P and two digits.")
PERIOD_NUMBER: Final = count("period_number", "1-3 regulation, 4 overtime, 5 shootout.")
PERIOD_CODE: Final = text("period_code", "P1, P2, P3, OT or SO.")
PERIOD_NAME: Final = text("period_name", "Readable name.")
PERIOD_TYPE: Final = text("period_type", "regulation, overtime or shootout.")
ZONE_ID: Final = text("zone_id", "Zone key: ZN and two digits.")
ZONE_CODE: Final = text("zone_code", "o, n or d, as seen by the acting team.")
ZONE_NAME: Final = text("zone_name", "Offensive, Neutral or Defensive.")

ROSTER_VENUE: Final = text("team_venue", "Home or Away.")
OPP_TEAM_NAME: Final = text("opp_team_name", "Name of the opponent.")
ROSTER_POSITION: Final = text("player_position", "Position played: Forward, Defense or Goalie.")
ROSTER_GOALS: Final = integer("goals", "Official goals.", nullable=False)
ROSTER_ASSISTS: Final = integer("assist", "Official assists.", nullable=False)
ROSTER_POINTS: Final = integer(
    "points",
    "Official goals plus assists.",
    nullable=False,
    formula="goals + assist",
)
ROSTER_PIM: Final = integer("pim", "Official penalty minutes.", "min", nullable=False)
ROSTER_PIM_TOTAL: Final = integer(
    "pim_total", "The penalty minutes again, under another name.", "min", nullable=False, formula="pim"
)
ROSTER_GOALS_AGAINST: Final = integer(
    "goals_against", "Goals allowed as the game sheet has them; goalies only, null where it has none."
)
SUB: Final = integer("sub", "1 when the player was a substitute, else 0.")
IS_SUB: Final = boolean("is_sub", "Whether the player was a substitute; null when unknown.")
SKILL_AT_GAME: Final = tuple(
    numeric(name, "The player's rating on that day.") for name in ("skill_rating", "player_skill_rating")
)

_RESULTS: Final = "rows of fact_team_results of the team's regular and playoff games of the season"
GAMES_PLAYED: Final = count("games_played", "Games played.", formula=_RESULTS)
WINS: Final = count("wins", "Games won, overtime and shootout included.", formula="of these, result = win")
LOSSES: Final = count("losses", "Games lost, overtime and shootout included.", formula="of these, result = loss")
TIES: Final = count("ties", "Games tied.", formula="of these, result = tie")
OVERTIME_WINS: Final = count(
    "overtime_wins",
    "Of the wins, those in overtime or a shootout.",
    formula="of the wins, last_period_type Overtime or Shootout",
)
OVERTIME_LOSSES: Final = count(
    "overtime_losses",
    "Of the losses, those in overtime or a shootout.",
    formula="of the losses, last_period_type Overtime or Shootout",
)
STANDING_POINTS: Final = count(
    "points",
    "Points by the league's rules.",
    formula="by result and last_period_type, as league.toml has it under [points]",
)
WIN_PCT: Final = numeric(
    "win_pct",
    "Points won of those that wins alone would have given, 0-100: elsewhere called points percentage.",
    "%",
    formula="100 * points / (games_played * points of a win), as league.toml has these",
)
GOALS_FOR: Final = count(
    "goals_for", "Goals scored.", formula="official goals; tracked ones of a whole game that is in no schedule"
)
GOALS_AGAINST: Final = count(
    "goals_against",
    "Goals allowed.",
    formula="official goals of the other side; tracked ones of a whole game that is in no schedule",
)
SEASON_SUMS: Final = tuple(
    replace(column, formula=f"sum of fact_team_results.{column.name}")
    for column in (STANDING_POINTS, GOALS_FOR, GOALS_AGAINST)
)
GOAL_DIFF: Final = count("goal_diff", "Goals scored less goals allowed.", formula="goals_for - goals_against")
GOALS_FOR_PER_GAME: Final = numeric(
    "goals_for_per_game", "Goals scored per game, two decimals.", formula="goals_for / games_played"
)
GOALS_AGAINST_PER_GAME: Final = numeric(
    "goals_against_per_game", "Goals allowed per game, two decimals.", formula="goals_against / games_played"
)
TEAM_RESULT_KEY: Final = text("team_result_key", "game_id and team_venue, joined by _.")
RESULT: Final = text("result", "win, loss or tie, overtime and shootout included.", nullable=False)
TEAM_SEASON_KEY: Final = text("team_season_basic_key", "team_id, season_id and game_type, joined by _.")
