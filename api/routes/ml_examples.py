"""The examples of the predictions in `/docs`; the ids are those of the demo league. A test sends every one of them."""

from typing import Any, Final

from api.routes.examples import JOB_ID, SNAPSHOT_ID, UPLOAD_JOB

_VERSION: Final = "20261018T193042Z-a1b2c3d4"
_TRAINED_AT: Final = "2026-10-18T19:30:42.120000Z"
_GOALS: Final[dict[str, Any]] = {"model": "goal_prediction", "features": {"player_id": "P100001", "game_context": {}}}
_GAME: Final[dict[str, Any]] = {
    "model": "game_outcome",
    "features": {"home_team_id": "N10001", "away_team_id": "N10002"},
}
_EVALUATION: Final[dict[str, Any]] = {
    "games": 2399,
    "log_loss": 0.428,
    "baselines": {"own_rate": {"log_loss_minus_model": 0.019, "difference_standard_error": 0.004}},
    "interval_coverage": 0.97,
}
_PREDICTION: Final[dict[str, Any]] = {
    "model": "goal_prediction",
    "prediction": 0.274,
    "confidence": 0.772,
    "interval": [0.0, 1.0],
    "details": {"player": "Alex Hill", "position": "Forward", "expected_goals": 0.32, "expected_points": 0.71},
    "model_version": _VERSION,
    "trained_at": _TRAINED_AT,
    "snapshot_id": SNAPSHOT_ID,
    "evaluation": _EVALUATION,
    "warnings": [],
}
_MISSING: Final = {"detail": "Unknown team 'N1000'. Near matches: N10001, N10002, N10003.", "code": "unknown_name"}
_TRAINING: Final[dict[str, Any]] = {
    **UPLOAD_JOB,
    "kind": "train",
    "mode": "train",
    "options": {"seed": 0},
    "linked_to": None,
    "job_id": JOB_ID,
}

PREDICT_REQUESTS: Final[dict[str, Any]] = {
    "goal_prediction": {"summary": "Does he score in his next game?", "value": _GOALS},
    "goal_prediction_in_context": {
        "summary": "The same, at home against a team and its goalie",
        "value": {
            "model": "goal_prediction",
            "features": {
                "player_id": "P100001",
                "game_context": {"opponent_team_id": "N10002", "is_home": True, "goalie_player_id": "P100014"},
            },
        },
    },
    "game_outcome": {"summary": "Who wins on Sunday?", "value": _GAME},
    "win_probability": {
        "summary": "Who wins the game that is being played?",
        "value": {
            "model": "win_probability",
            "features": {
                "home_team_id": "N10001",
                "away_team_id": "N10002",
                "home_goals": 2,
                "away_goals": 1,
                "period": 2,
                "seconds_left": 300,
                "away_skaters": 4,
            },
        },
    },
    "playoff_probability": {
        "summary": "Does the team reach the playoffs?",
        "value": {"model": "playoff_probability", "features": {"team_id": "N10003"}},
    },
    "goalie_performance": {
        "summary": "A goalie's next game",
        "value": {
            "model": "goalie_performance",
            "features": {"player_id": "P100014", "opponent_team_id": "N10002"},
        },
    },
    "similar_players": {
        "summary": "Who plays like him?",
        "value": {"model": "similar_players", "features": {"player_id": "P100001", "count": 3}},
    },
    "expected_goals": {
        "summary": "Is this shot a goal?",
        "value": {
            "model": "expected_goals",
            "features": {"shot_type": "Backhand", "situation": "PP", "is_rebound": True, "x_ft": 78, "y_ft": -6},
        },
    },
    "line_chemistry": {
        "summary": "What is the pair worth beyond its members?",
        "value": {"model": "line_chemistry", "features": {"player_ids": ["P100001", "P100022"]}},
    },
}
PREDICTION: Final = {"goal_prediction": {"summary": "A skater's next game", "value": _PREDICTION}}
BATCH_REQUESTS: Final = {
    "two": {"summary": "A player and a game", "value": {"requests": [_GOALS, _GAME]}},
}
BATCH: Final = {
    "one_unknown": {
        "summary": "The second names a team that does not exist",
        "value": {
            "model_version": _VERSION,
            "predictions": [{"prediction": _PREDICTION, "error": None}, {"prediction": None, "error": _MISSING}],
        },
    }
}
MODELS: Final = {
    "trained": {
        "summary": "One of the models",
        "value": [
            {
                "name": "goal_prediction",
                "method": "gamma_poisson",
                "is_baseline": False,
                "model_version": _VERSION,
                "trained_at": _TRAINED_AT,
                "training_data": {
                    "snapshot_id": SNAPSHOT_ID,
                    "inputs_fingerprint": "9f2c4e6a8b0d1f35",
                    "software_version": "1.0.0",
                    "tables": {"fact_gameroster": "6b86b273ff34fce19d6b804eff5a3f57"},
                    "seed": 0,
                },
                "features": ["player_id", "position", "skill_rating"],
                "feature_schema": {"type": "object", "required": ["player_id"]},
                "evaluation": _EVALUATION,
                "warnings": [],
            }
        ],
    }
}
CALIBRATION: Final = {
    "game_outcome": {
        "summary": "Who wins, in part",
        "value": {
            "model": "game_outcome",
            "method": "blend",
            "model_version": _VERSION,
            "trained_at": _TRAINED_AT,
            "snapshot_id": SNAPSHOT_ID,
            "bins": [{"low": 0.5, "high": 0.6, "games": 31, "predicted": 0.55, "observed": 0.58}],
            "slope": 1.04,
            "intercept": -0.02,
            "expected_error": 0.03,
            "confidence": [{"low": 0.6, "high": 0.7, "games": 22, "predicted": 0.64, "observed": 0.68}],
            "interval_coverage": None,
            "identification_percentile": None,
            "warnings": [],
        },
    }
}
UPCOMING: Final = {
    "next_sunday": {
        "summary": "One game, in part",
        "value": {
            "model_version": _VERSION,
            "trained_at": _TRAINED_AT,
            "snapshot_id": SNAPSHOT_ID,
            "evaluation": {"games": 105, "log_loss": 0.94},
            "games": [
                {
                    "game_id": 19032,
                    "date": "2026-10-25",
                    "home_team_id": "N10001",
                    "away_team_id": "N10002",
                    "prediction": 0.49,
                    "confidence": 0.46,
                    "interval": [0.36, 0.62],
                    "details": {"home_win": 0.49, "tie": 0.12, "away_win": 0.39, "expected_home_goals": 2.9},
                    "warnings": [],
                }
            ],
        },
    }
}
TRAIN_REQUESTS: Final = {"all": {"summary": "All models, on what is published", "value": {}}}
QUEUED_TRAINING: Final = {"queued": {"summary": "Waiting in its lane", "value": _TRAINING}}
TRAIN_JOBS: Final = {"newest_first": {"summary": "Newest first", "value": [_TRAINING]}}
