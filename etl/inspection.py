"""What can be asked without a run: which games there are, what is published, what is under way."""

import json
import sys
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import polars as pl

from etl.extract import ExtractRequest, extract
from etl.extraction_staging import NO_STAGING, StagedLeague
from etl.run import current_snapshot
from etl.tables.catalog import league_tables
from etl.usability import without_unusable
from formats.canonical import LeagueFrames
from hockey.league import InvalidRules
from snapshot.files import LockHeld, exclusive
from snapshot.layout import DataDir

_GAME = ("game_id", "date", "home_team", "away_team", "source", "events", "valid_stints", "tracking_status")


def print_games(data_dir: DataDir, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Print the tracked games below raw/ and in staging, which `environ` tells where to find; returns the exit code."""
    from etl.staging_source import StagingUnreadable, staged_league  # noqa: PLC0415 - not needed for the status

    try:
        games = tracked_games(data_dir, staged_league(data_dir, environ))
    except (InvalidRules, StagingUnreadable) as error:
        print(error, file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(games.to_dicts(), default=_iso))
        return 0
    for row in games.iter_rows():
        print("  ".join("-" if cell is None else str(cell) for cell in row))
    return 0


def tracked_games(data_dir: DataDir, staging: StagedLeague = NO_STAGING) -> pl.DataFrame:
    """The tracked games as read now, from the cache where nothing changed: key game_id.

    Raises:
        InvalidRules: league.toml cannot be used.
    """
    extraction = extract(data_dir, ExtractRequest(staging=staging), lambda _done, _total, _title: None)
    league, left_out = without_unusable(extraction.league)
    sources: dict[str, object] = {field.name: getattr(league, field.name) for field in fields(LeagueFrames)}
    sources |= {"rules": extraction.rules, "left_out": left_out}
    status = league_tables().needed_for("fact_game_status").build(sources)["fact_game_status"]
    return (
        extraction.league.games.select("game_id", "source")
        .join(status, on="game_id")
        .rename({"game_date": "date"})
        .sort("game_id")
        .select(_GAME)
    )


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


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
