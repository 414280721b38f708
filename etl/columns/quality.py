"""Columns of what is known about the input's completeness and correctness."""

from dataclasses import replace
from typing import Final

from etl.columns.column import boolean, count, date, integer, numeric, text
from etl.columns.keys import GAME_ID

GAME_DATE: Final = date("game_date", "Day of the game.")
TRACKING_STATUS: Final = text("tracking_status", "Complete, Partial, Template, No file or Error.", nullable=False)
TRACKED_GOALS: Final = tuple(
    integer(f"tracked_{side}_goals", f"Goals of the {side} side in the tracking; null without events.")
    for side in ("home", "away")
)
EVENT_COUNT: Final = count("events", "Tracked events.")
VALID_STINTS: Final = count("valid_stints", "Valid stints, overtime included.")

IS_MATCH: Final = boolean("is_match", "Whether tracked and official score agree; null without an official score.")
GOAL_DIFFERENCE: Final = tuple(
    integer(
        f"{side}_difference",
        f"Tracked less official goals of the {side} side.",
        formula=f"tracked_{side}_goals - official_{side}_goals",
    )
    for side in ("home", "away")
)

FLAG_KEY: Final = text("flag_key", "FL and a running number.")
ANY_GAME_ID: Final = replace(
    GAME_ID, nullable=True, references=None, description="The game; null for a file of the league."
)
FLAG: Final = text("flag", "Which flaw, by the name of the loader's check.", nullable=False)
SOURCE_PATH: Final = text("source_path", "The file, relative to raw/.")
FLAG_EVENT: Final = integer("event_index", "The event, where the flaw is of one.")
FLAG_SHIFT: Final = integer("shift_index", "The stint, where the flaw is of one.")
FLAG_COUNT: Final = integer("occurrences", "How many rows of the input share it.")
MESSAGE: Final = text("message", "What is wrong, in words.")

PERIODS_TRACKED: Final = count("periods_tracked", "Periods with events.")
EVENT_PLAYERS: Final = count("event_players", "Player rows of events.")
ICE_TIME_PCT: Final = numeric(
    "stint_coverage_pct", "Valid stints' share of the length of the periods of regulation.", "%"
)
SHARES: Final = {
    "players_resolved_pct": "Player rows whose player is known.",
    "opponent_rows_pct": "Player rows of the side that does not act.",
    "events_in_stint_pct": "Events that a valid stint covers.",
    "on_ice_pct": "Player rows in a stint whose player is in its slots.",
    "zone_known_pct": "Events with a known zone.",
    "success_known_pct": "Events with a known outcome.",
    "chained_pct": "Events linked to others.",
    "play_details_pct": "Player rows with a play detail.",
    "coordinates_pct": "Events with a puck position.",
}
SHARE_COLUMNS: Final = tuple(numeric(name, f"{about} 0-100.", "%") for name, about in SHARES.items())
FLAGS: Final = count("flags", "Flaws found in the input (qa_input_flags).")

CHECK_KEY: Final = text("check_key", "The check and the game, joined by _; `league` for rows of no game.")
CHECK: Final = text("check_name", "The check.", nullable=False)
LEVEL: Final = text("level", "block or warn.", nullable=False)
OFFENDING: Final = count("offending_rows", "Rows that offend.")
EXAMPLE: Final = text("example", "The first of those rows, in words.")

PLAIN_GAME_ID: Final = replace(GAME_ID, references=None)
SUSPICIOUS_KEY: Final = text("suspicious_key", "Table, key of its row and column, joined by _.")
TABLE_NAME: Final = text("table_name", "The table that the figure is in.", nullable=False)
ROW_KEY: Final = text("row_key", "Key of the row there.", nullable=False)
SUBJECT: Final = text("subject", "Name of the player or team.")
COLUMN_NAME: Final = text("column_name", "The column that the figure is in.", nullable=False)
VALUE: Final = numeric("value", "The figure.", nullable=False)
LOWEST: Final = numeric("lowest_plausible", "Least plausible value; null where there is no such bound.")
HIGHEST: Final = numeric("highest_plausible", "Highest plausible value; null where there is no such bound.")

SCORER_KEY: Final = text("scorer_comparison_key", "game_id and player_id, joined by _.")
_CREDITS: Final = ("goals", "assists", "points")
TRACKED_CREDITS: Final = tuple(count(f"tracked_{name}", f"Tracked {name}.") for name in _CREDITS)
SHEET_CREDITS: Final = tuple(count(f"official_{name}", f"{name.title()} by the game sheet.") for name in _CREDITS)
CREDIT_DIFFERENCES: Final = tuple(
    count(f"{name}_difference", f"Tracked less official {name}.", formula=f"tracked_{name} - official_{name}")
    for name in _CREDITS
)
IS_CREDIT_MATCH: Final = boolean("is_match", "Whether tracking and game sheet agree.")

UNCREDITED_KEY: Final = text("uncredited_key", "game_id, side and act, joined by _.")
ACT: Final = text("act", "What was done, by its column of fact_team_game_stats.", nullable=False)
TEAM_TOTAL: Final = count(
    "team_total", "The team's total.", formula="credited + of_goalies + of_other_team + of_nobody"
)
CREDITED: Final = count("credited", "Of these, those with a skater of the side tagged first.")
OF_GOALIES: Final = count("of_goalies", "Those with a goalie of the side tagged first.")
OF_OTHER_TEAM: Final = count("of_other_team", "Those with a number that only the other team's roster has.")
OF_NOBODY: Final = count("of_nobody", "Those with nobody tagged, or a number of no roster.")
