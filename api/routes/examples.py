"""The examples of `/docs`. A test sends every request example and holds every answer against its schema."""

from typing import Any, Final

JOB_ID: Final = "3f6c2a9e0b7d4c58a1f2e3d4c5b6a798"
SNAPSHOT_ID: Final = "20261018T193012482913Z-3f6c2a9e"

_QUEUED: Final[dict[str, Any]] = {
    "job_id": JOB_ID,
    "kind": "etl",
    "status": "pending",
    "mode": "full",
    "game_ids": None,
    "options": {
        "wipe": False,
        "validate": True,
        "upload_to_supabase": False,
        "regenerate_schema": False,
        "train": False,
        "source": "excel",
        "exclude_game_ids": [],
    },
    "created_at": "2026-10-18T19:30:07.120000Z",
    "started_at": None,
    "completed_at": None,
    "progress": 0,
    "current_step": "Waiting, first in line",
    "eta_seconds": None,
    "result": None,
    "error": None,
    "errors": [],
    "tables_created": None,
    "linked_to": None,
    "log_available": False,
    "version": 1,
}
_RUNNING: Final[dict[str, Any]] = {
    **_QUEUED,
    "status": "running",
    "started_at": "2026-10-18T19:30:07.190000Z",
    "progress": 42,
    "current_step": "Built fact_shifts (12/27)",
    "eta_seconds": 3.1,
    "tables_created": ["dim_player", "dim_team", "fact_shifts"],
    "log_available": True,
    "version": 9,
}
_COMPLETED: Final[dict[str, Any]] = {
    **_RUNNING,
    "status": "completed",
    "completed_at": "2026-10-18T19:30:12.602000Z",
    "progress": 100,
    "current_step": "Completed",
    "eta_seconds": None,
    "result": {
        "tables_created": ["dim_player", "dim_team", "fact_shifts"],
        "rows_written": 21840,
        "games": 60,
        "games_read": 2,
        "snapshot_id": SNAPSHOT_ID,
        "published": True,
        "duration_seconds": 5.4,
        "warnings": [],
        "quarantined": [{"file": "raw/notes.json", "reason": "not a tracker export"}],
        "left_out": [],
    },
    "version": 24,
}
_CANCELLED: Final[dict[str, Any]] = {
    **_RUNNING,
    "status": "cancelled",
    "completed_at": "2026-10-18T19:30:09.480000Z",
    "eta_seconds": None,
    "error": "The job was cancelled",
    "version": 12,
}
UPLOAD_JOB: Final[dict[str, Any]] = {
    **_QUEUED,
    "kind": "upload",
    "mode": "all",
    "options": {
        "snapshot_id": SNAPSHOT_ID,
        "tables": ["dim_player", "dim_team", "fact_shifts"],
        "replace": False,
        "keep_missing": False,
        "batch_size": 1000,
        "clean": False,
    },
    "linked_to": JOB_ID,
    "job_id": "b1a7c3d5e9f0412688aa77cc55ee33dd",
}

TRIGGER_REQUESTS: Final[dict[str, Any]] = {
    "full": {"summary": "Read new and changed games, rebuild all tables", "value": {"mode": "full"}},
    "portal": {
        "summary": "As the portal sends it",
        "value": {
            "mode": "full",
            "game_ids": None,
            "exclude_game_ids": None,
            "source": "excel",
            "options": {"wipe": True, "validate": True},
        },
    },
    "single": {"summary": "Read two games again", "value": {"mode": "single", "game_ids": [18969, 18977]}},
    "incremental": {"summary": "Do nothing when nothing changed", "value": {"mode": "incremental"}},
    "test": {"summary": "Run all checks, publish nothing", "value": {"mode": "test"}},
    "without_a_game": {"summary": "Leave a game out", "value": {"mode": "full", "exclude_game_ids": [18969]}},
}
QUEUED_JOB: Final = {"queued": {"summary": "Waiting in its lane", "value": _QUEUED}}
ANY_JOB: Final = {
    "running": {"summary": "At work", "value": _RUNNING},
    "completed": {"summary": "Done, and published", "value": _COMPLETED},
    "cancelled": {"summary": "Cancelled", "value": _CANCELLED},
}
CANCELLED_JOB: Final = {"cancelled": {"summary": "Ended, and nothing of it is left", "value": _CANCELLED}}
ETL_JOBS: Final = {"newest_first": {"summary": "Newest first", "value": [_RUNNING, _COMPLETED]}}
ALL_JOBS: Final = {"newest_first": {"summary": "Newest first", "value": [UPLOAD_JOB, _RUNNING, _COMPLETED]}}
WAREHOUSE_JOBS: Final = {"newest_first": {"summary": "Newest first", "value": [UPLOAD_JOB]}}
JOB_LOG: Final = {
    "first_piece": {
        "summary": "The first piece of a running job's log",
        "value": {
            "job_id": JOB_ID,
            "offset": 0,
            "next_offset": 44,
            "complete": False,
            "text": "Reading games (2/60)\nReading games (3/60)...\n",
        },
    }
}
HEALTH: Final = {
    "healthy": {
        "summary": "The process answers",
        "value": {"status": "healthy", "version": "1.0.0", "timestamp": "2026-10-18T19:30:07.120000Z"},
    }
}
READY: Final = {
    "ready": {
        "summary": "Everything works",
        "value": {
            "status": "ready",
            "checks": [
                {"name": "server", "ok": True, "detail": "The server runs"},
                {"name": "journal", "ok": True, "detail": "The job journal can be written"},
                {"name": "warehouse", "ok": True, "detail": "The database answers"},
                {"name": "disk", "ok": True, "detail": "There is disk space left"},
                {"name": "queues", "ok": True, "detail": "The queues have room"},
            ],
        },
    }
}
FAILED_CHECKS: Final = [
    {"name": "server", "ok": True, "detail": "The server runs"},
    {"name": "journal", "ok": True, "detail": "The job journal can be written"},
    {"name": "warehouse", "ok": False, "detail": "The database does not answer, or is still starting"},
    {"name": "disk", "ok": True, "detail": "There is disk space left"},
    {"name": "queues", "ok": True, "detail": "The queues have room"},
]
METRICS: Final = {
    "counter": {
        "summary": "One of the figures",
        "value": "# HELP benchsight_warehouse_retries_total Requests to the warehouse that were sent again.\n"
        "# TYPE benchsight_warehouse_retries_total counter\nbenchsight_warehouse_retries_total 2.0\n",
    }
}
SERVICE_STATUS: Final = {
    "operational": {
        "summary": "A league with a published snapshot",
        "value": {
            "status": "operational",
            "version": "1.0.0",
            "environment": "development",
            "etl_available": True,
            "supabase_connected": True,
            "warehouse": {"backend": "embedded", "connected": True, "latency_ms": 0.4, "server_version": "18.4"},
            "timestamp": "2026-10-18T19:31:00Z",
            "jobs": {"running": 0, "pending": 0},
            "last_etl": {
                "job_id": JOB_ID,
                "mode": "full",
                "status": "completed",
                "completed_at": "2026-10-18T19:30:12.602000Z",
                "error": None,
            },
            "published": {
                "snapshot_id": SNAPSHOT_ID,
                "created_at": "2026-10-18T19:30:12Z",
                "games": 60,
                "tables": 27,
                "rows": 21840,
            },
            "models": {
                "model_version": "20261018T193042Z-a1b2c3d4",
                "trained_at": "2026-10-18T19:30:42.120000Z",
                "snapshot_id": SNAPSHOT_ID,
            },
            "disk": {"total_bytes": 52710469632, "free_bytes": 31138512896},
            "warnings": [
                "No authentication: whoever uses this machine may use the server; set ADMIN_API_KEY or make a key"
            ],
        },
    }
}


_GAME: Final = {"game_id": 18969, "date": "2026-01-18", "home_total_goals": 4, "away_total_goals": 3}
TABLES: Final = {
    "published": {
        "summary": "One of the tables",
        "value": [
            {
                "name": "dim_schedule",
                "category": "dim",
                "rows": 567,
                "columns": 44,
                "description": "Every scheduled or played game.",
                "from_tracking": False,
            }
        ],
    }
}
TABLE_SCHEMA: Final = {
    "published": {
        "summary": "The schedule, in part",
        "value": {
            "name": "dim_schedule",
            "category": "dim",
            "description": "Every scheduled or played game.",
            "grain": "one game",
            "primary_key": ["game_id"],
            "columns": [
                {"name": "game_id", "type": "bigint", "nullable": False, "description": "the game", "unit": None},
                {"name": "season_id", "type": "text", "nullable": True, "description": "the season", "unit": None},
            ],
            "references": [{"column": "season_id", "table": "dim_season", "references": "season_id"}],
        },
    }
}
TABLE_PAGE: Final = {
    "published": {
        "summary": "The first game, in part",
        "value": {
            "table": "dim_schedule",
            "snapshot_id": SNAPSHOT_ID,
            "total": 567,
            "limit": 1,
            "offset": 0,
            "rows": [_GAME],
        },
    }
}


def answer(examples: dict[str, Any], description: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """One entry of OpenAPI `responses`: an answer with its examples, and its headers with what they say."""
    documented: dict[str, Any] = {
        "description": description,
        "content": {"application/json": {"examples": examples}},
    }
    if headers:
        documented["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
        }
    return documented
