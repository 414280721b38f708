"""Keys and names that many tables share."""

from typing import Final

from etl.columns.column import bigint, boolean, date, integer, text

GAME_ID: Final = bigint("game_id", "League game number.", nullable=False, references="dim_schedule.game_id")
SEASON_ID: Final = text(
    "season_id",
    "Season key: N, the two years, and the session's letter (F fall, S spring).",
    references="dim_season.season_id",
)
SEASON: Final = text("season", "The season's two years run together, as 20252026.")
GAME_TYPE: Final = text("game_type", "Regular or Playoffs; season tables also have All.")
DATE: Final = date("date", "Day of the game.")

TEAM_ID: Final = text("team_id", "Team key.", references="dim_team.team_id")
TEAM_NAME: Final = text("team_name", "Name of that team.")
OPPONENT_TEAM_ID: Final = text("opponent_team_id", "Key of the other team.", references="dim_team.team_id")
OPPONENT_TEAM_NAME: Final = text("opponent_team_name", "Name of the other team.")
TEAM_VENUE: Final = text("team_venue", "Side of the team: home or away.")
HOME_TEAM: Final = text("home_team", "Name of the home team.")
AWAY_TEAM: Final = text("away_team", "Name of the visiting team.")

PLAYER_ID: Final = text("player_id", "Person key.", references="dim_player.player_id")
PLAYER_NAME: Final = text("player_name", "Name of that player.")
POSITION: Final = text("position", "Position played: Forward, Defense or Goalie.")
PLAYER_GAME_NUMBER: Final = integer("player_game_number", "Sweater number worn in the game.")

EVENT_ID: Final = text(
    "event_id", "EV, game number and five-digit event index; sorts in order of play.", references="fact_events.event_id"
)
EVENT_KEY: Final = text("event_key", "The event_id again, under the name that chain look-ups use.")
EVENT_INDEX: Final = integer("event_index", "Place of the event in its game, from 0, in order of play.")
SHIFT_ID: Final = text(
    "shift_id",
    "SH, game number and five-digit stint index; null when the event is in no valid stint.",
    references="fact_shifts.shift_id",
)
PERIOD: Final = integer("period", "Period: 1-3, 4 overtime, 5 shootout.")
CLOCK_SECONDS: Final = integer("time_start_total_seconds", "Game clock at the start: seconds left in the period.", "s")
GAME_SECONDS: Final = integer("game_seconds", "Seconds of game clock since the first faceoff.", "s")

MOMENT: Final = (GAME_ID, PERIOD, CLOCK_SECONDS, GAME_SECONDS)
"""When something happened."""
SIDE: Final = (TEAM_ID, TEAM_NAME, TEAM_VENUE)
"""Whose it is."""

IS_INFERRED: Final = boolean(
    "is_inferred", "True when no master data names it, only rows that refer to it.", nullable=False
)
ORIGIN: Final = text("data_origin", "Where the row comes from: workbook, json, stage or inferred.")
