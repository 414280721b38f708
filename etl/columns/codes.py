"""Columns of the code lists, and of codes that no list has."""

from dataclasses import replace
from typing import Final

from etl.columns.column import boolean, count, integer, text
from etl.columns.keys import GAME_ID

EVENT_DETAIL_ID: Final = text("event_detail_id", "Key: ED and four digits.")
EVENT_DETAIL_CODE: Final = text("event_detail_code", "The code that events hold, as Shot_OnNetSaved.", nullable=False)
EVENT_DETAIL_NAME: Final = text("event_detail_name", "Readable name.")
DETAIL_EVENT_TYPE: Final = text("event_type", "Code of the event type that it belongs to.")
CATEGORY: Final = text("category", "Group of details: outcome or means.")
OUTCOMES: Final = (
    boolean("is_shot_on_goal", "A shot attempt on goal: saved or scored.", nullable=False),
    boolean("is_goal", "A goal that counts.", nullable=False),
    boolean("is_miss", "A shot attempt that missed the net.", nullable=False),
    boolean("is_block", "A shot attempt that was blocked.", nullable=False),
)
EVENT_DETAIL_2_ID: Final = text("event_detail_2_id", "Key: EE and four digits.")
EVENT_DETAIL_2_CODE: Final = text(
    "event_detail_2_code", "The code that events hold, as ZoneEntry_Carried.", nullable=False
)
EVENT_DETAIL_2_NAME: Final = text("event_detail_2_name", "Readable name.")

PLAY_DETAIL_ID: Final = text("play_detail_id", "Key: PD and four digits.")
PLAY_DETAIL_CODE: Final = text("play_detail_code", "The code that player rows of events hold, as Deke.", nullable=False)
PLAY_DETAIL_NAME: Final = text("play_detail_name", "Readable name.")
PLAY_CATEGORY: Final = text("play_category", "Side of the game that it belongs to.")
PLAY_DETAIL_2_ID: Final = text("play_detail_2_id", "Key: PE and four digits.")
PLAY_DETAIL_2_CODE: Final = replace(PLAY_DETAIL_CODE, name="play_detail_2_code")
PLAY_DETAIL_2_ALIAS: Final = replace(
    PLAY_DETAIL_CODE, description="The play_detail_2_code again, under the name that the tracker loads."
)
PLAY_DETAIL_2_NAME: Final = text("play_detail_2_name", "Readable name.")

ROLE_ID: Final = text("role_id", "Key: RL and two digits.")
ROLE_CODE: Final = text("role_code", "The code that player rows of events hold, as event_player_1.", nullable=False)
ROLE_NAME: Final = text("role_name", "Readable name.")
ROLE_TYPE: Final = text("role_type", "event_team for the acting side, opp_team for the other.")
SORT_ORDER: Final = integer("sort_order", "Place in menus, from 1.")

SHIFT_START_ID: Final = text("shift_start_type_id", "Key: SS and two digits.")
SHIFT_START_CODE: Final = text("shift_start_type_code", "The code that stints hold, as OnTheFly.", nullable=False)
SHIFT_START_NAME: Final = text("shift_start_type_name", "Readable name.")
IS_FACEOFF: Final = boolean("is_faceoff", "Whether play resumes with a draw.", nullable=False)

UNKNOWN_KEY: Final = text("unknown_code_key", "game_id, column and code, joined by _.")
UNKNOWN_GAME: Final = replace(GAME_ID, references=None)
UNKNOWN_COLUMN: Final = text("code_column", "Column of the published tables that holds the code.", nullable=False)
UNKNOWN_CODE: Final = text("code", "The code as it is published.", nullable=False)
UNKNOWN_COUNT: Final = count("occurrences", "Rows of the game that hold it.")
UNKNOWN_FIRST: Final = integer("first_index", "Index of the first event (or stint) that holds it.")
