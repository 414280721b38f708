"""Preview of an upload: the league that stands in the database against the one that would."""

import threading
from collections.abc import Iterable, Sequence
from typing import Final

from api.models.upload import TableChange, UploadPreview
from api.services import upload_hockey as hockey
from api.services.upload_hockey import League
from snapshot.reader import Snapshot
from warehouse.base import Filter, PublishResult, Query, TableResult, Value, Warehouse, Watch
from warehouse.errors import UnknownName

_READ: Final = {
    hockey.STANDINGS: ("team_id", "team_name", "season_id", "game_type", "points", "wins", "goal_diff"),
    hockey.SCORERS: ("player_id", "player_full_name", "season_id", "goals", "assist", "points"),
    hockey.SCHEDULE: ("game_id", "date", "home_team_name", "away_team_name", "home_total_goals", "away_total_goals"),
    hockey.SEASONS: ("season_id", "start_date"),
}


def preview(
    warehouse: Warehouse, snapshot: Snapshot, tables: Sequence[str], cancelled: threading.Event
) -> UploadPreview:
    """What uploading these tables would change; nothing is changed.

    Raises:
        WarehouseError: as `Warehouse.preview`.
        DamagedSnapshot, OSError: a file of the snapshot cannot be read.
    """
    result = warehouse.preview(snapshot, tables, Watch(cancelled=cancelled))
    before = _standing(warehouse)
    after = _after(snapshot, tables, before)
    return UploadPreview(
        snapshot_id=snapshot.id,
        backend=result.backend.value,
        atomic=result.atomic,
        rows=result.rows,
        inserted=sum(t.inserted for t in result.tables),
        updated=sum(t.updated for t in result.tables),
        deleted=sum(t.deleted for t in result.tables),
        tables=_changes(result, snapshot),
        standings=hockey.standings_moves(before, after),
        leaders=hockey.leaders_changes(before, after),
        games=hockey.games_change(before, after),
        box_scores=hockey.box_scores(after),
        notes=list(result.notes),
    )


def _changes(result: PublishResult, snapshot: Snapshot) -> list[TableChange]:
    return [
        TableChange(
            table=table.table,
            rows=table.rows,
            inserted=table.inserted,
            updated=table.updated,
            deleted=table.deleted,
            needs_replace=snapshot.manifest.table(table.table).category != "qa" and _more_than_half_goes(table),
        )
        for table in result.tables
    ]


def _more_than_half_goes(table: TableResult) -> bool:
    standing = table.rows - table.inserted + table.deleted
    return table.deleted * 2 > standing


def _standing(warehouse: Warehouse) -> League:
    """The league that stands in the database."""
    season_id = hockey.current_season(_stored(warehouse, hockey.SEASONS))
    of_season = [] if season_id is None else [Filter("season_id", "eq", season_id)]
    return League(
        season_id=season_id,
        standings=_stored(warehouse, hockey.STANDINGS, of_season),
        scorers=_stored(warehouse, hockey.SCORERS, of_season),
        schedule=_stored(warehouse, hockey.SCHEDULE),
    )


def _stored(warehouse: Warehouse, table: str, where: Iterable[Filter] = ()) -> list[dict[str, Value]]:
    """The rows of a table; none where the database has no such table, or an older one without these columns."""
    try:
        return warehouse.read(Query(table=table, columns=_READ[table], where=tuple(where)))
    except UnknownName:
        return []


def _after(snapshot: Snapshot, tables: Sequence[str], before: League) -> League:
    """The league as it will stand: tables that are not uploaded stay as they are."""
    has_seasons = hockey.SEASONS in tables
    season_id = hockey.current_season(_published(snapshot, hockey.SEASONS)) if has_seasons else before.season_id
    return League(
        season_id=season_id,
        standings=_published(snapshot, hockey.STANDINGS) if hockey.STANDINGS in tables else before.standings,
        scorers=_published(snapshot, hockey.SCORERS) if hockey.SCORERS in tables else before.scorers,
        schedule=_published(snapshot, hockey.SCHEDULE) if hockey.SCHEDULE in tables else before.schedule,
        accuracy=_published(snapshot, hockey.ACCURACY),
    )


def _published(snapshot: Snapshot, table: str) -> list[dict[str, str]]:
    if all(table != declared.name for declared in snapshot.manifest.tables):
        return []
    return list(snapshot.rows(table))
