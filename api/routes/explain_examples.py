"""What an explained number looks like."""

from typing import Any, Final

from api.routes.examples import SNAPSHOT_ID

_GOAL: Final[dict[str, Any]] = {
    "table": "fact_goals",
    "key": "GL1896900041",
    "contributes": 1.0,
    "divides": False,
    "game_id": 18969,
    "event_id": "EV1896900041",
    "period": 1,
    "clock": "12:34",
    "video_second": 611.0,
    "explain": None,
    "row": {"goal_id": "GL1896900041", "scorer_player_id": "P100001", "scorer_name": "John Doe", "strength": "5v5"},
}


def _standing(team_id: str, points: int) -> dict[str, Any]:
    key = f"{team_id}_N20252026F_All"
    return {
        **dict.fromkeys(("game_id", "event_id", "period", "clock", "video_second", "explain")),
        "table": "fact_team_season_stats_basic",
        "key": key,
        "contributes": 1.0,
        "divides": False,
        "row": {"team_season_basic_key": key, "team_id": team_id, "points": points},
    }


EXPLANATION: Final[dict[str, Any]] = {
    "goals": {
        "summary": "A skater's goals in a game, in part",
        "value": {
            "table": "fact_player_game_stats",
            "key": "18969_P100001",
            "column": "goals",
            "snapshot_id": SNAPSHOT_ID,
            "value": 1,
            "unit": None,
            "meaning": "Goals scored.",
            "formula": None,
            "source": None,
            "made_from": "the rows of fact_goals with game_id = its game_id; event_id in fact_event_players with ...",
            "operands": [],
            "total": 1,
            "amount": 1.0,
            "limit": 100,
            "offset": 0,
            "rows": [_GOAL],
        },
    },
    "view": {
        "summary": "A rank in a view of the warehouse: its own row, and those ahead",
        "value": {
            "table": "v_standings_current",
            "key": "N10002",
            "column": "standing",
            "snapshot_id": SNAPSHOT_ID,
            "value": 2,
            "unit": None,
            "meaning": "Rank by points and wins and goal_diff, highest first; equal rows share one.",
            "formula": None,
            "source": None,
            "made_from": "the rows of fact_team_season_stats_basic with team_season_basic_key = its "
            "team_season_basic_key, plus the rows of fact_team_season_stats_basic with game_type = All; season_id "
            "= its season_id; points > its points, plus ...",
            "operands": [],
            "total": 2,
            "amount": 2.0,
            "limit": 100,
            "offset": 0,
            "rows": [_standing("N10002", 21), _standing("N10001", 24)],
        },
    },
    "share": {
        "summary": "A rate: the columns of its formula, each explained at its own address",
        "value": {
            "table": "fact_player_game_stats",
            "key": "18969_P100001",
            "column": "cf_pct",
            "snapshot_id": SNAPSHOT_ID,
            "value": 60.0,
            "unit": "%",
            "meaning": "Share of the attempts that were own, 0-100.",
            "formula": "100 * corsi_for / (corsi_for + corsi_against)",
            "source": "Corsi",
            "made_from": None,
            "operands": [
                {
                    "column": "corsi_for",
                    "value": 12,
                    "explain": "/api/explain/fact_player_game_stats/18969_P100001/corsi_for",
                },
                {
                    "column": "corsi_against",
                    "value": 8,
                    "explain": "/api/explain/fact_player_game_stats/18969_P100001/corsi_against",
                },
            ],
            "total": 0,
            "amount": None,
            "limit": 100,
            "offset": 0,
            "rows": [],
        },
    },
}
