"""The examples of `/docs` for staging, files and games."""

from typing import Any, Final

from hockey.league import LeagueRules, Points

_JOHN: Final = {"player_id": "P001", "first_name": "John", "last_name": "Doe"}
_JANE: Final = {"player_id": "P002", "first_name": "Jane", "last_name": "Smith"}

UPLOADS: Final[dict[str, Any]] = {
    "players": {"summary": "Two players", "value": {"table_name": "dim_player", "data": [_JOHN, _JANE]}},
    "a_score": {
        "summary": "A result",
        "value": {"table_name": "dim_schedule", "data": [{"game_id": 18969, "home_score": 4, "away_score": 2}]},
    },
}
UPLOADED: Final = {
    "staged": {
        "summary": "Two new rows",
        "value": {
            "success": True,
            "table_name": "dim_player",
            "staging_table": "stage_dim_player",
            "rows_inserted": 2,
            "rows_updated": 0,
            "errors": [],
            "warnings": ["Column 'email' is not one of dim_player's and was not stored"],
        },
    }
}
FILE_UPLOADED: Final = {
    "dry_run": {
        "summary": "What a file would change",
        "value": {
            "success": True,
            "dry_run": True,
            "tables": [
                {
                    "table_name": "dim_player",
                    "staging_table": "stage_dim_player",
                    "rows": 2,
                    "added_count": 1,
                    "changed_count": 1,
                    "removed_count": 0,
                    "added": [{"player_id": "P002"}],
                    "changed": [{"key": {"player_id": "P001"}, "columns": {"player_first_name": ["John", "Johnny"]}}],
                    "removed": [],
                    "warnings": [],
                }
            ],
            "rows_inserted": 0,
            "rows_updated": 0,
            "rows_deleted": 0,
            "errors": [],
            "warnings": [],
        },
    }
}
UPDATES: Final[dict[str, Any]] = {
    "a_player": {
        "summary": "Correct a player",
        "value": {
            "table_name": "dim_player",
            "filter_column": "player_id",
            "filter_value": "P001",
            "updates": {"first_name": "Johnny", "current_skill_rating": 85},
        },
    },
    "a_line_of_a_game_sheet": {
        "summary": "Empty a cell of a game sheet",
        "value": {
            "table_name": "fact_gameroster",
            "filters": {"game_id": 18969, "player_id": "P001"},
            "updates": {"player_game_number": None},
        },
    },
}
UPDATED: Final = {
    "corrected": {
        "summary": "One row",
        "value": {
            "success": True,
            "rows_updated": 1,
            "warnings": ["current_skill_rating '85' is not between 2 and 6; kept and flagged"],
        },
    }
}
TABLES: Final = {"names": {"summary": "Some of them", "value": ["dim_player", "dim_schedule", "fact_gameroster"]}}
DELETED: Final = {"deleted": {"summary": "Two rows", "value": {"success": True, "rows_deleted": 2}}}
TRACKING: Final[dict[str, Any]] = {
    "one_event": {
        "summary": "One event and one shift",
        "value": {
            "game_id": 18969,
            "events": [{"tracking_event_index": "1", "period": "1", "Type": "Shot", "event_player_1": "P100001"}],
            "shifts": [
                {"shift_index": "1", "Period": "1", "shift_start_type": "Faceoff", "player_id": "P100001"},
            ],
        },
    },
    "web_tracker": {
        "summary": "As the web tracker saves it",
        "value": {
            "game_id": 18969,
            "events": [
                {
                    "event_index": 0,
                    "period": 1,
                    "type": "Faceoff",
                    "team": "home",
                    "start_time": "18:00",
                    "end_time": "18:00",
                    "players": '[{"num": "12", "role": "event_player_1"}]',
                }
            ],
            "shifts": [],
        },
    },
}
TRACKING_UPLOADED: Final = {
    "staged": {
        "summary": "One event and one shift",
        "value": {
            "success": True,
            "game_id": 18969,
            "events_inserted": 1,
            "shifts_inserted": 1,
            "errors": [],
            "warnings": [],
        },
    }
}
STORED: Final = {
    "a_game": {
        "summary": "A tracker export",
        "value": {
            "success": True,
            "path": "games/18969/benchsight_18969.json",
            "kind": "tracker_json",
            "game_id": 18969,
            "bytes": 1204511,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "replaced": False,
        },
    },
    "rules": {
        "summary": "The league's rules",
        "value": {
            "success": True,
            "path": "league.toml",
            "kind": "league_rules",
            "game_id": None,
            "bytes": 214,
            "sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            "replaced": True,
        },
    },
}
RAW_FILES: Final = {
    "some": {
        "summary": "A game that is published, and rules that no run has read yet",
        "value": [
            {
                "path": "games/18969/benchsight_18969.json",
                "bytes": 1204511,
                "modified_at": "2026-01-19T03:12:40Z",
                "kind": "tracker_json",
                "game_id": 18969,
            },
            {
                "path": "league.toml",
                "bytes": 214,
                "modified_at": "2026-10-18T19:30:07Z",
                "kind": None,
                "game_id": None,
            },
        ],
    }
}
RAW_FILE_DELETED: Final = {"deleted": {"summary": "Gone", "value": {"success": True, "path": "league.toml"}}}
RULES: Final = {
    "to_come": {
        "summary": "A win is worth 3 points from the next run on",
        "value": {
            "published": LeagueRules(name="Tuesday Night Hockey").to_mapping(),
            "next_run": LeagueRules(name="Tuesday Night Hockey", points=Points(win=3)).to_mapping(),
            "has_file": True,
            "pending": True,
            "problem": None,
        },
    }
}
_GAME: Final[dict[str, Any]] = {
    "game_id": 18969,
    "season_id": "N20252026F",
    "season": "20252026",
    "date": "2025-09-07",
    "game_time": "20:45",
    "game_type": "Regular",
    "schedule_type": "Past",
    "playoff_round": None,
    "venue": None,
    "home_team": "Team A",
    "away_team": "Team B",
    "home_team_id": "N10008",
    "away_team_id": "N10001",
    "home_goals": 4,
    "away_goals": 3,
    "origin": "workbook",
    "tracking": {"status": "Complete", "staged": False},
    "etl": {"status": "published", "snapshot_id": "20261018T193012482913Z-3f6c2a9e"},
}
A_GAME: Final = {"game": {"summary": "A tracked game", "value": _GAME}}
GAMES: Final = {"games": {"summary": "The latest first", "value": [_GAME]}}
NEW_GAMES: Final[dict[str, Any]] = {
    "friendly": {
        "summary": "A game next Sunday",
        "value": {
            "game_id": 19999,
            "date": "2026-10-25",
            "game_time": "20:45",
            "home_team": "Team A",
            "away_team": "Team B",
        },
    }
}
GAME_UPDATES: Final[dict[str, Any]] = {
    "a_score": {"summary": "Correct a result", "value": {"home_goals": 4, "away_goals": 3}}
}
GAME_DELETED: Final = {
    "deleted": {"summary": "Gone", "value": {"success": True, "game_id": 18969, "tracking_rows_deleted": 0}}
}

STANDING: Final = {
    "corrected": {
        "summary": "One corrected player, not published yet",
        "value": {
            "table_name": "dim_player",
            "key": ["player_id"],
            "columns": ["player_id", "player_first_name", "player_last_name"],
            "total": 1,
            "staged": 1,
            "pending": 1,
            "limit": 100,
            "offset": 0,
            "rows": [
                {
                    "cells": {"player_id": "P001", "player_first_name": "Johnny", "player_last_name": "Doe"},
                    "staged": True,
                    "pending": True,
                }
            ],
        },
    }
}
DELETED_ROW: Final = {
    "taken_back": {"summary": "One correction is gone", "value": {"success": True, "rows_deleted": 1}}
}
