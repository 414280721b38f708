"""Columns of sequences, plays and rushes: who has the puck, and what becomes of it."""

from dataclasses import replace
from typing import Final

from etl.columns.column import boolean, count, integer, numeric, text
from etl.columns.events import ACTOR_ID, ACTOR_NAME, EVENT_REFERENCE
from etl.columns.keys import EVENT_ID
from hockey.expected_goals import HIGH_DANGER_XG, MEDIUM_DANGER_XG

_DEFINED: Final = "hockey/possession.py"

SEQUENCE_KEY: Final = text(
    "sequence_key",
    "SQ, game number and five-digit index: one side's time with the puck, between two changes of hands or whistles. "
    "Null in dead ice.",
    source=_DEFINED,
)
SEQUENCE_REFERENCE: Final = replace(SEQUENCE_KEY, references="fact_sequences.sequence_key")
SEQUENCE_INDEX: Final = integer("sequence_index", "Place of the sequence in its game, from 0.")
PLAY_KEY: Final = text(
    "play_key",
    "PL, game number and five-digit index: the part of a sequence between two crossings of a blue line.",
    source=_DEFINED,
)
PLAY_INDEX: Final = integer("play_index", "Place of the play in its game, from 0.")
IS_RUSH: Final = count(
    "is_rush",
    "1 for an event of a rush, else 0.",
    formula="1 with a rush_key, but 0 for a goal later than 10 s after the entry",
    source=_DEFINED,
)

START_EVENT_ID: Final = replace(EVENT_ID, name="start_event_id", description="The first event.", nullable=False)
END_EVENT_ID: Final = replace(EVENT_ID, name="end_event_id", description="The last event.", nullable=False)
START_TYPE: Final = text("start_event_type", "Type of the first event: how the puck was won.")
START_DETAIL: Final = text("start_event_detail", "First detail of that event.")
END_TYPE: Final = text("end_event_type", "Type of the last event: how it ended.")
END_DETAIL: Final = text("end_event_detail", "First detail of that event.")
SEQUENCE_ZONE: Final = text("start_zone_of_team", "Zone in which it began, as the side with the puck sees it.")
SEQUENCE_SECONDS: Final = numeric(
    "duration_seconds", "Game clock from its first event to the next sequence or whistle.", "s"
)
EVENT_COUNT: Final = count("event_count", "Events in it.")
PASSES: Final = count("passes_completed", "Passes completed by the side.")
ENTRIES: Final = count("zone_entries", "Offensive-zone entries.")
EXITS: Final = count("zone_exits", "Defensive-zone exits.")
SHOT_COUNT: Final = count("shots", "Shot attempts of the side.")
GOAL_COUNT: Final = count("goals", "Goals of the side.")
OUTCOME: Final = text(
    "outcome",
    "goal, shot, whistle or lost.",
    formula="the first that applies: it has a goal; an attempt; ends with a stoppage; else the puck was lost",
)

RUSH_KEY: Final = text("rush_key", "RU, game number and five-digit index of the entry.")
RUSH_REFERENCE: Final = replace(
    RUSH_KEY,
    description="The rush (fact_rushes) that it is an event of: in its sequence, the puck in the zone, within 10 s of "
    "the entry, a goal of the side within 15 s; null elsewhere.",
    source=_DEFINED,
)
CROSSING_EVENT: Final = replace(
    EVENT_ID,
    name="crossing_event_id",
    description="The zone entry or exit after which it comes, with no whistle or other crossing between; its own id "
    "for the crossing itself.",
)
ZONE_UNTIL_NEXT: Final = text(
    "zone_until_next",
    "Where the puck counts as being until the next event, as the home side sees it: Offensive, Neutral or Defensive; "
    "Dead from a whistle to the next faceoff; null where nobody knows.",
)
SECONDS_UNTIL_NEXT: Final = numeric(
    "seconds_until_next", "Game clock to the next event in play of the period; 0 for its last.", "s"
)
ENTRY_EVENT: Final = replace(EVENT_REFERENCE, description="The zone entry that began it.")
LEADER_ID: Final = replace(ACTOR_ID, description="Who brought the puck in; null when nobody is named.")
LEADER_NAME: Final = replace(ACTOR_NAME, description="Name of that player.")
ATTACKERS: Final = count("attackers", "Skaters of the side tagged in the entry.")
DEFENDERS: Final = count("defenders", "Skaters of the other side tagged in the entry.")
IS_ODD_MAN: Final = boolean(
    "is_odd_man",
    "More attackers than defenders, as 2 on 1.",
    nullable=False,
    formula="attackers > defenders >= 1: with no defender tagged nobody knows how many there were",
)
IS_BREAKAWAY: Final = boolean(
    "is_breakaway", "Tagged as a breakaway, in the entry or on the way to the net.", nullable=False
)
RUSH_SUCCESS: Final = boolean(
    "is_successful",
    "The entry was tagged a success, or an attempt followed.",
    nullable=False,
    formula="event_successful or shots > 0",
)
RUSH_SHOT_COUNT: Final = count(
    "shots", "Shot attempts of the side on the rush.", formula="Shot rows of the side within 10 s of the entry"
)
RUSH_GOAL_COUNT: Final = count(
    "goals",
    "Goals of the side on the rush.",
    formula="rows of fact_events of the rush_key and the side with is_goal: within 15 s of the entry, same sequence",
)

RUSH_POINTS: Final = count("rush_points", "Rush goals plus rush assists.", formula="rush_goals + rush_assists")
RUSH_XG_SUM: Final = numeric(
    "xg", "Expected goals of the attempts on the rush.", nullable=False, formula="sum of the xG of the Shot rows"
)
RUSH_XG: Final = numeric(
    "rush_xg",
    "Expected goals of the own rush entries' shots.",
    nullable=False,
    formula="sum of xg over the fact_rushes led by the player",
)

PLAYER_RUSH: Final = (
    count("rush_shots", "Own rush entries that led to a shot.", formula="fact_rushes led by the player with shots > 0"),
    count("rush_goals", "Own rush entries that led to a goal.", formula="fact_rushes led by the player with goals > 0"),
    count(
        "rush_assists",
        "Assists on goals scored on a rush.",
        formula="rows of fact_assists of the player on goals with a rush_key in fact_events",
    ),
    RUSH_POINTS,
    RUSH_XG,
    count(
        "breakaway_goals",
        "Goals on breakaways.",
        formula="rows of fact_goals of the player with is_breakaway",
        source=_DEFINED,
    ),
    count("odd_man_rushes", "Odd-man rushes led.", formula="fact_rushes led by the player with is_odd_man"),
    count(
        "rush_involvement",
        "Rushes taken part in, leading or supporting.",
        formula="fact_rushes of whose fact_events of the side one has the player in an event role",
    ),
    count(
        "rush_off_success",
        "Of these, rushes in which the side succeeded or shot within 10 s.",
        formula="rush_involvement in fact_rushes with is_successful",
    ),
    count(
        "rush_off_shot_generated",
        "Of these, rushes with a shot within 10 s.",
        formula="rush_involvement in fact_rushes with shots > 0",
    ),
    count(
        "rush_off_goal_generated",
        "Of these, rushes with a goal within 15 s.",
        formula="rush_involvement in fact_rushes with goals > 0",
    ),
)

CHAIN_KEY: Final = text("shot_chain_key", "SC, game number and five-digit index of the attempt.")
CHAIN_EVENT: Final = replace(EVENT_REFERENCE, description="The attempt that the chain ends with.")
SHOOTER_ID: Final = replace(ACTOR_ID, description="Who shot; null when nobody is named.")
SHOOTER_NAME: Final = replace(ACTOR_NAME, description="Name of the shooter.")
CHAIN_EVENTS: Final = count("event_count", "Events of the sequence up to the attempt, both included.")
CHAIN_SECONDS: Final = numeric("duration_seconds", "From the sequence's first event to the attempt.", "s")
CHAIN_PASSES: Final = count("passes_completed", "Passes that the side completed before it.")
CHAIN_ENTRY: Final = replace(
    EVENT_ID, name="entry_event_id", description="The side's last zone entry in the sequence; null when there is none."
)
ENTRY_MEANS: Final = text("entry_means", "How the puck came in by that entry.")
SINCE_ENTRY: Final = numeric("seconds_since_entry", "From that entry to the attempt.", "s")
PREVIOUS_EVENT: Final = replace(EVENT_ID, name="previous_event_id", description="The event right before, in play.")
PREVIOUS_TYPE: Final = text("previous_event_type", "Type of that event.")
PREVIOUS_DETAIL: Final = text("previous_event_detail", "First detail of that event.")
SINCE_PREVIOUS: Final = numeric("seconds_since_previous", "From that event to the attempt.", "s")
IS_RUSH_SHOT: Final = boolean(
    "is_rush_shot", "Off the rush.", nullable=False, formula="within 4 s of a rush's entry", source=_DEFINED
)
IS_REBOUND_SHOT: Final = boolean(
    "is_rebound_shot", "A rebound.", nullable=False, formula="within 3 s of the side's attempt before"
)
AFTER_TURNOVER: Final = boolean(
    "after_turnover",
    "Right after the puck was won.",
    nullable=False,
    formula="within 4 s of the other side's giveaway or an own takeaway",
)
CHAIN_XG: Final = numeric(
    "xg", "Expected goals of the attempt; 0 when blocked.", nullable=False, formula="fact_shots.xg"
)

CHANCE_KEY: Final = text("scoring_chance_key", "CH, game number and five-digit index of the attempt.")
CHANCE_EVENT: Final = replace(EVENT_REFERENCE, description="The attempt.")
DANGER: Final = text(
    "danger",
    "high or medium, by the chance of scoring.",
    nullable=False,
    formula=f"high: xg >= {HIGH_DANGER_XG:g}; medium: xg >= {MEDIUM_DANGER_XG:g}",
    source="hockey/expected_goals.py",
)

CYCLE_KEY: Final = text("cycle_key", "CY, game number and five-digit index of the play.")
BREAKOUT_KEY: Final = text("breakout_key", "BO, game number and five-digit index of the play.")
PLAY_SECONDS: Final = numeric("duration_seconds", "Game clock from its first event to what comes after it.", "s")
IS_TAGGED: Final = boolean("is_tagged", "Whether a player's play is tagged as a cycle.", nullable=False)
PLAY_PASSES: Final = count("passes_completed", "Passes completed by the side in it.")
PLAY_SHOTS: Final = count("shots", "Shot attempts of the side in it.")
PLAY_GOALS: Final = count("goals", "Goals of the side in it.")
PLAY_XG: Final = numeric("xg", "Expected goals of those attempts.", nullable=False)
BREAKOUT_PLAYER: Final = replace(ACTOR_ID, description="Who had the puck first; null when nobody is named.")
BREAKOUT_NAME: Final = replace(ACTOR_NAME, description="Name of that player.")
BREAKOUT_SUCCESS: Final = boolean(
    "is_successful", "The side brought the puck out of its zone.", nullable=False, formula="it ends with a zone exit"
)
EXIT_EVENT: Final = replace(EVENT_ID, name="exit_event_id", description="That zone exit; null when it failed.")
EXIT_PLAYER: Final = replace(ACTOR_ID, name="exit_player_id", description="Who brought it out.")
LED_TO_ENTRY: Final = boolean(
    "led_to_entry", "The next crossing of a blue line was the side's own zone entry.", nullable=False
)
LED_TO_SHOT: Final = boolean("led_to_shot", "That entry led to a shot attempt.", nullable=False)
LOST_BY: Final = text("lost_by", "Type of the last event, where it failed: how the puck was lost or play stopped.")
