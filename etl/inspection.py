"""What can be asked without a run: which games there are, what is published, what is under way."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from etl.game_listing import list_games
from etl.run import current_snapshot
from formats.json_document import Unreadable
from hockey.league import InvalidRules
from snapshot.files import LockHeld, exclusive
from snapshot.layout import DataDir


def print_games(data_dir: DataDir, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Print the tracked games below raw/ and in staging, which `environ` tells where to find; returns the exit code."""
    from etl.staging_source import StagingUnreadable, staged_league  # noqa: PLC0415 - not needed for the status

    try:
        staging = staged_league(data_dir, environ)
        games = [game.to_mapping() for game in list_games(data_dir, staging)]
    except (InvalidRules, Unreadable, StagingUnreadable) as error:
        print(error, file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(games))
        return 0
    for game in games:
        print("  ".join("-" if value is None else str(value) for value in game.values()))
    return 0


def print_status(data_dir: DataDir, *, as_json: bool) -> int:
    """Print what is published and what runs; returns the exit code."""
    status = read_status(data_dir)
    if as_json:
        print(json.dumps(status))
        return 0
    for name, value in status.items():
        print(f"{name}: {'-' if value is None else value}")
    return 0


def read_status(data_dir: DataDir) -> dict[str, Any]:
    """The published snapshot (null without one) and the run under way (null without one)."""
    current = current_snapshot(data_dir)
    facts: dict[str, Any] = dict.fromkeys(("snapshot_id", "created_at", "mode", "games", "tables", "rows"))
    if current is not None:
        manifest = current.manifest
        facts = {
            "snapshot_id": current.id,
            "created_at": manifest.created_at,
            "mode": manifest.mode,
            "games": len(manifest.games),
            "tables": len(manifest.tables),
            "rows": manifest.total_rows,
        }
    return {"data_dir": str(data_dir.root), **facts, "running": running(data_dir)}


def running(data_dir: DataDir) -> dict[str, Any] | None:
    """Pid and run id of the run that holds the lock; None when nobody does."""
    if not data_dir.etl_lock.exists():
        return None
    try:
        with exclusive(data_dir.etl_lock, wait_seconds=0):
            return None
    except LockHeld:
        try:
            return dict(json.loads(data_dir.etl_lock.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}
