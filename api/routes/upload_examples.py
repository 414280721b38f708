"""The examples of `/docs` about uploads; held against their schemas as those of `examples`."""

from typing import Any, Final

from api.routes.examples import JOB_ID, SNAPSHOT_ID, UPLOAD_JOB

UPLOAD_REQUESTS: Final[dict[str, Any]] = {
    "all": {"summary": "Everything that is published", "value": {"mode": "all"}},
    "portal": {
        "summary": "As the portal sends it",
        "value": {"tables": None, "mode": "all", "options": {"clean": False}},
    },
    "tables": {"summary": "Some tables", "value": {"tables": ["dim_schedule"], "options": {"replace": True}}},
    "careful": {"summary": "Delete nothing", "value": {"mode": "dims", "options": {"keep_missing": True}}},
}
SCHEMA_REQUESTS: Final[dict[str, Any]] = {
    "write": {"summary": "Write the script", "value": {"options": {}}},
    "apply": {"summary": "Write it, and run it on the database", "value": {"options": {"apply": True}}},
}
PREVIEW_REQUESTS: Final[dict[str, Any]] = {
    "all": {"summary": "Everything that is published", "value": {"mode": "all"}},
    "tables": {"summary": "Some tables", "value": {"tables": ["dim_schedule"]}},
}
QUEUED_UPLOAD: Final = {"queued": {"summary": "Waiting in its lane", "value": UPLOAD_JOB}}
QUEUED_SCHEMA: Final = {
    "queued": {
        "summary": "Waiting in its lane",
        "value": {
            **UPLOAD_JOB,
            "kind": "schema",
            "mode": "schema",
            "linked_to": None,
            "options": {"snapshot_id": SNAPSHOT_ID, "apply": False},
            "job_id": JOB_ID[::-1],
        },
    }
}
SCHEMA_SCRIPT: Final = f"-- Tables of snapshot {SNAPSHOT_ID}. For the SQL editor, or psql -f. It can be run again.\n"
PREVIEW: Final = {
    "after_a_correction": {
        "summary": "A score was corrected",
        "value": {
            "snapshot_id": SNAPSHOT_ID,
            "backend": "embedded",
            "atomic": True,
            "rows": 21840,
            "inserted": 3,
            "updated": 5,
            "deleted": 1,
            "tables": [
                {
                    "table": "dim_schedule",
                    "rows": 176,
                    "inserted": 0,
                    "updated": 1,
                    "deleted": 0,
                    "needs_replace": False,
                }
            ],
            "standings": [
                {
                    "season_id": "N20252026F",
                    "team_id": "N10002",
                    "team_name": "Copper Foxes",
                    "place_before": 3,
                    "place_after": 2,
                    "points_before": 21,
                    "points_after": 23,
                }
            ],
            "leaders": [
                {
                    "category": "goals",
                    "before": [{"player_id": "P100018", "player_name": "Rafferty Eldergate", "value": 9}],
                    "after": [{"player_id": "P100018", "player_name": "Rafferty Eldergate", "value": 10}],
                }
            ],
            "games": {
                "appear": [],
                "vanish": [],
                "rescored": [{"game_id": 18969, "before": "3-4", "after": "4-4"}],
                "appear_count": 0,
                "vanish_count": 0,
                "rescored_count": 1,
            },
            "box_scores": {
                "compared": 60,
                "agreeing": 59,
                "differing": [{"game_id": 18977, "official": "5-3", "tracked": "5-2"}],
            },
            "notes": [],
        },
    }
}
_EARLIER_ID: Final = "20261011T190500310000Z-0b7c2f11"
_SNAPSHOT: Final[dict[str, Any]] = {
    "snapshot_id": SNAPSHOT_ID,
    "created_at": "2026-10-18T19:30:12.602000Z",
    "games": 60,
    "tables": 66,
    "rows": 21840,
    "size_bytes": 2750112,
    "current": True,
    "in_warehouse": True,
    "pinned": False,
    "restored_from": None,
    "problem": None,
}
_RESTORED: Final[dict[str, Any]] = {
    "snapshot_id": SNAPSHOT_ID,
    "restored_from": _EARLIER_ID,
    "previous_id": "20261018T180000000000Z-9d1c55aa",
    "job": None,
}
SNAPSHOTS: Final = {
    "two": {
        "summary": "The current one and an earlier one",
        "value": [_SNAPSHOT, {**_SNAPSHOT, "snapshot_id": _EARLIER_ID, "current": False, "in_warehouse": False}],
    }
}
RESTORE_REQUESTS: Final[dict[str, Any]] = {
    "files": {"summary": "The published tables only", "value": {}},
    "both": {"summary": "The database too", "value": {"upload": True}},
}
RESTORED: Final = {"files": {"summary": "The published tables only", "value": _RESTORED}}
RESTORED_AND_QUEUED: Final = {"both": {"summary": "The database too", "value": {**_RESTORED, "job": UPLOAD_JOB}}}
