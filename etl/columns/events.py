"""Columns of events and of the things that happen in them: goals, shots, saves, faceoffs, penalties, zone crossings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from etl.columns.column import boolean, count, integer, numeric, text
from etl.columns.keys import EVENT_ID, PLAYER_ID, PLAYER_NAME, TEAM_ID
from etl.columns.league import PERIOD_ID as PERIOD_KEY
from hockey.expected_goals import MIN_OPEN_NET, WITH_COORDINATES, WITHOUT_COORDINATES, Coefficients

PERIOD_ID: Final = replace(PERIOD_KEY, references="dim_period.period_id")
EVENT_TYPE: Final = text("event_type", "Type code, as Shot, Goal or Pass (dim_event_type).")
EVENT_DETAIL: Final = text("event_detail", "First detail: what happened. A goal is Goal with Goal_Scored.")
EVENT_DETAIL_2: Final = text("event_detail_2", "Second detail: how.")
EVENT_SUCCESSFUL: Final = boolean("event_successful", "Outcome; null when the tracking does not know.")
EVENT_TEAM_ZONE: Final = text(
    "event_team_zone", "Offensive, Neutral or Defensive, as seen by the acting team; null when unknown."
)
START_MIN: Final = integer("event_start_min", "Game clock at the start, minutes, counting down.", "min")
START_SEC: Final = integer("event_start_sec", "Game clock at the start, seconds.", "s")
END_MIN: Final = integer("event_end_min", "Game clock at the end, minutes, counting down.", "min")
END_SEC: Final = integer("event_end_sec", "Game clock at the end, seconds.", "s")
END_CLOCK_SECONDS: Final = integer("time_end_total_seconds", "Game clock at the end: seconds left in the period.", "s")
DURATION: Final = integer("duration", "Length of the event on the game clock.", "s")
VIDEO_TIME: Final = integer("running_video_time", "Second of the game video at which it starts.", "s")
PLAYER_TEAM: Final = text("player_team", "Name of the acting team.")
EVENT_TEAM_ID: Final = replace(TEAM_ID, name="event_team_id", description="Key of the acting team.")
MAIN_PLAYER_NAME: Final = text("player_name", "Name of the main actor, event_player_1.")
MAIN_PLAYER_ROLE: Final = text("player_role", "Role of that actor: event_player_1; null when nobody is named.")
EVENT_PLAYER_IDS: Final = text(
    "event_player_ids", "Ids of the acting side's players, main actor first, comma-separated."
)
OPP_PLAYER_IDS: Final = text("opp_player_ids", "Ids of the other side's players, comma-separated.")
SHOOTER_ID: Final = replace(PLAYER_ID, name="shooter_player_id", description="Who shot or scored.")
SHOOTER_NAME: Final = text("shooter_name", "Name of that shooter.")
GOALIE_ID: Final = replace(PLAYER_ID, name="goalie_player_id", description="Goalie shot upon; null on an empty net.")
GOALIE_NAME: Final = text("goalie_name", "Name of that goalie.")
SECOND_PLAYER_NAME: Final = text("event_player_2_name_x", "Name of the second actor, event_player_2.")
STRENGTH: Final = text("strength", "Skaters on the ice, home first, as 5v4; null without a valid stint.")
SITUATION: Final = text(
    "situation", "EV, PP or SH as seen by the acting team, EN with an empty net; null without a valid stint."
)
PLAY_DETAIL: Final = text("play_detail1", "First tag of the main actor.")
PLAY_DETAIL_2: Final = text("play_detail_2", "Second tag of the main actor.")
LINKED_EVENT_KEY: Final = text("linked_event_key", "LV, game number and chain: shared by events that belong together.")
IS_GOAL: Final = count("is_goal", "1 for a goal that counts, else 0.")
IS_HIGHLIGHT: Final = count("is_highlight", "1 when tagged as a highlight, else 0.")
IS_SAVE: Final = count("is_save", "1 for a save, else 0.")
IS_REBOUND: Final = count("is_rebound", "1 for a rebound, else 0.")
PUCK_X: Final = numeric("puck_x_start", "Puck at the start, from centre ice towards the net attacked.", "ft")
PUCK_Y: Final = numeric("puck_y_start", "Puck at the start, across; turned with puck_x_start.", "ft")
NET_X: Final = numeric("net_x", "Where it met the net's plane, left to right facing the goalie, 0-72.", "in")
NET_Y: Final = numeric("net_y", "The same, from the ice up, 0-48.", "in")

EVENT_PLAYER_KEY: Final = text(
    "event_player_key", "event_id, then E or O for the acting or other side, then the role number."
)
PLAYER_ROLE: Final = text("player_role", "event_player_1..6, opp_player_1..6, event_goalie or opp_goalie.")
ROLE_NUMBER: Final = count("role_number", "The role's number; 0 for a goalie role.")
ROLE_PLAYER_TEAM: Final = text("player_team", "Name of the player's team.")
ROLE_DETAIL: Final = text("play_detail1", "First tag of this player.")
ROLE_DETAIL_2: Final = text("play_detail_2", "Second tag of this player.")
ROLE_SUCCESS: Final = text("play_detail_successful", "Outcome of the tag: s or u; null when unknown.")
PRESSURER: Final = text("pressured_pressurer", "Sweater number of the opponent applying pressure, where it is known.")
IS_PRESSURED: Final = boolean("is_pressured", "Tagged with pressure.")
SIDE_OF_PUCK: Final = text("side_of_puck", "Offensive or Defensive.")
IS_ON_ICE: Final = boolean("is_on_ice", "Whether the stint has the player; null without a stint.")

GOAL_KEY: Final = text("goal_id", "GL, game number and five-digit event index.")
SCORER_ID: Final = replace(PLAYER_ID, name="scorer_player_id", description="Who scored; null when unknown.")
SCORER_NAME: Final = text("scorer_name", "Name of the scorer.")
ASSIST_IDS: Final = tuple(
    replace(PLAYER_ID, name=f"{kind}_assist_player_id", description=f"Who has the {kind} assist.")
    for kind in ("primary", "secondary")
)
ASSIST_NAMES: Final = tuple(
    text(f"{kind}_assist_name", f"Name of the player with the {kind} assist.") for kind in ("primary", "secondary")
)
ASSIST_COUNT: Final = count("assists", "Assists credited on the goal.")
ASSIST_KEY: Final = text("assist_id", "goal_id and player_id, joined by _.")
GOAL_REFERENCE: Final = replace(GOAL_KEY, description="The goal.", nullable=False, references="fact_goals.goal_id")
ASSISTANT_ID: Final = replace(PLAYER_ID, description="Who is credited with the assist.", nullable=False)
ASSISTANT_NAME: Final = text("player_name", "Name of that player.")
IS_PRIMARY: Final = boolean("is_primary", "First assist; else second.", nullable=False)
ASSIST_EVENT_ID: Final = replace(
    EVENT_ID, name="assist_event_id", description="The event marked as the assist.", nullable=False
)
IS_EMPTY_NET: Final = boolean("is_empty_net", "Whether the net scored on was empty; null without a valid stint.")
IS_POWER_PLAY: Final = boolean("is_power_play", "Scored with more skaters, both goalies on the ice.")
IS_SHORT_HANDED: Final = boolean("is_short_handed", "Scored with fewer skaters, both goalies on the ice.")
IS_PENALTY_SHOT: Final = boolean("is_penalty_shot", "Scored on a penalty shot.", nullable=False)
MAN_ADVANTAGE: Final = integer(
    "man_advantage",
    "Skaters of the scoring side above the other's, both counted up to five: an extra attacker for the goalie is none, "
    "and takes none away. Plus/minus goes by it; null without a valid stint.",
    formula="min(skaters of the side, 5) - min(skaters of the other, 5), by strength",
    source="hockey/strength.py",
)
IS_BREAKAWAY_GOAL: Final = boolean(
    "is_breakaway", "Within 10 s of a breakaway tagged to the scorer, in the same sequence.", nullable=False
)
GOAL_TYPE: Final = text("goal_type", "How it was shot, as Goal_Wrist.")
HOME_SCORE: Final = count("home_score", "Home goals after this one.")
AWAY_SCORE: Final = count("away_score", "Visitor goals after this one.")

SHOT_KEY: Final = text("shot_id", "ST, game number and five-digit event index.")
SHOT_RESULT: Final = text("shot_result", "goal, saved, blocked or missed.")
SHOT_TYPE: Final = text("shot_type", "How it was shot, as Shot_Wrist.")
IS_ON_NET: Final = boolean("is_on_net", "Saved or scored.", nullable=False)
IS_BLOCKED: Final = boolean("is_blocked", "Blocked by a skater of either side.", nullable=False)
SHOT_IS_GOAL: Final = boolean("is_goal", "Whether it scored.", nullable=False)
OFF_REBOUND: Final = boolean("off_rebound", "Within 3 s of the side's attempt before, in the same stretch of play.")
OFF_RUSH: Final = boolean("off_rush", "Within 4 s of a rush's entry.")
AFTER_TURNOVER: Final = boolean("after_turnover", "Within 4 s of the other side's giveaway or an own takeaway.")
XG_SHOT_TYPE: Final = text(
    "xg_shot_type", "How it was shot as its expected goals take it: Wrist; a tipped shot is a Tip, whatever it was."
)
XG_SITUATION: Final = text("xg_situation", "The shooters' EV, PP or SH; EN where the net they shot at was empty.")


def _listed(coefficients: Mapping[str, float]) -> str:
    return ", ".join(f"{value} {worth:+g}" for value, worth in coefficients.items())


def _log_odds(c: Coefficients) -> str:
    place = f" {c.distance_per_ft:+g} * distance_ft + ln cos(angle_deg), the cosine at least {MIN_OPEN_NET:g}"
    return (
        f"{c.intercept:g} {c.rebound:+g} off_rebound {c.rush:+g} off_rush {c.after_turnover:+g} after_turnover, by "
        f"xg_shot_type ({_listed(c.shot_type)}) and xg_situation ({_listed(c.situation)})"
        f"{place if c.open_net else ''}"
    )


SHOT_XG: Final = numeric(
    "xg",
    "Chance that the attempt is a goal; 0 when blocked.",
    formula=f"1 / (1 + exp(-z)), 0 if is_blocked; z = {_log_odds(WITHOUT_COORDINATES)}; "
    f"with a puck_x_start (fact_shot_xy): z = {_log_odds(WITH_COORDINATES)}",
    source="hockey/expected_goals.py",
)
SHOT_XG_ADJ: Final = numeric(
    "xg_adj",
    "xg times the chance that no earlier attempt of its flurry went in.",
    formula="xg * (1 - sum of xg_adj of the attempts before it with the same flurry_event_id)",
    source="MoneyPuck",
)
FLURRY: Final = replace(
    EVENT_ID,
    name="flurry_event_id",
    description="The attempt that its flurry began with: an attempt and the rebounds that follow it are one.",
)
BLOCKER_ID: Final = replace(PLAYER_ID, name="blocker_player_id", description="The opponent who blocked it.")

SAVE_KEY: Final = text("save_key", "SV, game number and five-digit event index.")
SAVER_ID: Final = replace(PLAYER_ID, name="goalie_player_id", description="Who is tagged with the save.")
SAVE_OUTCOME: Final = text("save_outcome", "Save_Rebound, Save_Freeze or Save_Played.")
SAVE_TYPE: Final = text("save_type", "What stopped it, as Save_Glove.")

FACEOFF_KEY: Final = text("faceoff_key", "FO, game number and five-digit event index.")
WINNER_ID: Final = replace(PLAYER_ID, name="winner_player_id", description="Who won the draw.")
WINNER_NAME: Final = text("winner_name", "Name of the winner.")
LOSER_ID: Final = replace(PLAYER_ID, name="loser_player_id", description="Who lost the draw.")
LOSER_NAME: Final = text("loser_name", "Name of the loser.")
WINNER_TEAM_ID: Final = replace(TEAM_ID, name="winner_team_id", description="Team that won the draw.")
LOSER_TEAM_ID: Final = replace(TEAM_ID, name="loser_team_id", description="Team that lost the draw.")
FACEOFF_TYPE: Final = text("faceoff_type", "Why there was a draw, as Faceoff_AfterGoal.")

PENALTY_KEY: Final = text("penalty_key", "PN, game number and five-digit event index.")
FOULED_ID: Final = replace(PLAYER_ID, name="fouled_player_id", description="Who was fouled, where tagged.")
PENALTY_TYPE: Final = text("penalty_type", "Penalty_Minor, Penalty_Major, Penalty_Misconduct or Penalty_Offsetting.")
INFRACTION: Final = text("infraction", "What for, as Penalty_Tripping.")
PENALTY_MINUTES: Final = numeric("penalty_minutes", "Length of the penalty on the clock.", "min")
PIM: Final = count("pim", "Penalty minutes that the box score books.", "min")

ENTRY_KEY: Final = text("zone_entry_id", "ZE, game number and five-digit event index.")
EXIT_KEY: Final = text("zone_exit_id", "ZX, game number and five-digit event index.")
MEANS: Final = text("means", "How the puck crossed the line: Carried, Pass, DumpIn, Chip, Clear and so on.")
IS_CONTROLLED: Final = boolean("is_controlled", "Carried or passed over the line.", nullable=False)
IS_FAILED: Final = boolean("is_failed", "The puck did not get over the line.", nullable=False)
IS_SUCCESSFUL: Final = boolean(
    "is_successful", "Not failed, and tagged a success or, where untagged, controlled.", nullable=False
)
DEFENDER_ID: Final = replace(PLAYER_ID, name="defender_player_id", description="First defender at the line.")

EVENT_REFERENCE: Final = replace(EVENT_ID, nullable=False)
ACTOR_ID: Final = replace(PLAYER_ID, description="Main actor; null when nobody is named.")
ACTOR_NAME: Final = replace(PLAYER_NAME, description="Name of the main actor.")
