"""Columns of stints, and of the players in them."""

from typing import Final

from etl.columns.column import boolean, count, integer, numeric, text

SHIFT_KEY: Final = text("shift_key", "The shift_id again, under another name.")
EVERYBODY: Final = text(
    "player_id", "Ids of everybody on the ice, home side first, comma-separated; one row each is in fact_shift_players."
)
SHIFT_INDEX: Final = count("shift_index", "Place of the stint in its game, from 0.")
START_MIN: Final = integer("shift_start_min", "Game clock at the start, minutes, counting down.", "min")
START_SEC: Final = integer("shift_start_sec", "Game clock at the start, seconds.", "s")
END_MIN: Final = integer("shift_end_min", "Game clock at the end, minutes, counting down.", "min")
END_SEC: Final = integer("shift_end_sec", "Game clock at the end, seconds.", "s")
START_TOTAL: Final = numeric("shift_start_total_seconds", "Game clock at the start: seconds left in the period.", "s")
END_TOTAL: Final = numeric("shift_end_total_seconds", "Game clock at the end: seconds left in the period.", "s")
SHIFT_DURATION: Final = numeric(
    "shift_duration",
    "Length on the game clock, which runs through stoppages.",
    "s",
    formula="shift_start_total_seconds - shift_end_total_seconds, of the stint",
)
STOPPAGE_TIME: Final = numeric("stoppage_time", "Dead ice inside the stint, as the tracker noted it.", "s")
START_TYPE: Final = text("shift_start_type", "How it began, as OnTheFly or a kind of faceoff.")
STOP_TYPE: Final = text(
    "shift_stop_type", "Why it ended, from the events: the reason, after the side where there is one."
)
_SLOTS: Final = (
    ("forward_1", "first forward"),
    ("forward_2", "second forward"),
    ("forward_3", "third forward"),
    ("defense_1", "first defender"),
    ("defense_2", "second defender"),
    ("xtra", "extra attacker"),
    ("goalie", "goalie; null on an empty net"),
)
SLOT_NUMBERS: Final = tuple(
    integer(f"{side}_{slot}", f"Sweater number of the {side} {about}.")
    for side in ("home", "away")
    for slot, about in _SLOTS
)
SIDE_STRENGTHS: Final = tuple(
    integer(f"{side}_team_strength", f"Skaters of the {side} side on the ice.") for side in ("home", "away")
)
STINT_STRENGTH: Final = text("strength", "Skaters on the ice, home first, as 5v4.")
STINT_SITUATION: Final = text(
    "situation", "Even Strength, Power Play or Penalty Kill as the home side sees it, or Empty Net."
)
POWER_PLAYS_BEGUN: Final = tuple(
    integer(
        f"{side}_power_plays_begun",
        f"Power plays of the {side} side that begin with it: by how much its man advantage is above that of the stint "
        "before.",
        nullable=False,
        formula=f"min({side}_team_strength, 5) - min({other}_team_strength, 5), less the same of the stint before; "
        "below 0 counts as 0, of each and of what is left",
        source="hockey/strength.py",
    )
    for side, other in (("home", "away"), ("away", "home"))
)
FACEOFF_ZONE: Final = text(
    "faceoff_zone",
    "Zone, as the home side sees it, of the faceoff that began it: the first thing played in it; null without one.",
)
START_ZONE: Final = text("start_zone", "Zone of the first event that has one, as the home side sees it.")
END_ZONE: Final = text("end_zone", "Zone of the last event that has one, as the home side sees it.")
SHOTS_FOR: Final = count("sf", "Home shots on goal.")
SHOTS_AGAINST: Final = count("sa", "Visitor shots on goal.")
CORSI_FOR: Final = count("cf", "Home shot attempts.")
CORSI_AGAINST: Final = count("ca", "Visitor shot attempts.")
STINT_VIDEO_TIME: Final = numeric("running_video_time", "Second of the game video at which it starts.", "s")

SHIFT_PLAYER_KEY: Final = text("shift_player_id", "shift_id and player_id, joined by _.")
SLOT: Final = text("slot", "Slot on the ice: f1, f2, f3, d1, d2, g or x (extra attacker).")
IS_GOALIE: Final = boolean("is_goalie", "Whether the player is in the goalie's slot.", nullable=False)
LOGICAL_SHIFT: Final = count(
    "logical_shift_number",
    "Running number of the player's real shift: consecutive valid stints are one, a new period begins another.",
)
IS_FIRST_SEGMENT: Final = boolean("is_first_segment", "True for the first stint of a real shift.", nullable=False)
