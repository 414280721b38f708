"""Staging as a source: what people entered through the API, laid over the files."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile
from etl.extraction_plan import GameSources, Source, overlay_key
from formats.canonical import FLAGS
from formats.file_facts import save_facts
from formats.json_document import game_id
from formats.master import MasterFrames
from formats.raw import RawFrames
from formats.sheet_columns import STAGED_SHEETS
from formats.staged_game import Row, StagedGame, read_staged
from formats.staged_sheets import STAGING_PATH, deleted_games, empty_sheets, staged_records
from formats.staging_tables import STAGING_TABLES
from snapshot.manifest import Input

if TYPE_CHECKING:
    from warehouse.base import Warehouse

_SUPERSEDED: Final = "workbook_superseded"


@dataclass(frozen=True, slots=True)
class StagedLeague:
    """All of staging that a run reads: rows by sheet (only sheets that have any), and games by id."""

    sheets: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    games: Mapping[int, StagedGame] = field(default_factory=dict)

    @property
    def deleted(self) -> frozenset[int]:
        """The games that staging takes out of the league."""
        return deleted_games(self.sheets.get("dim_schedule", ()))

    def digest(self, sheet: str) -> str:
        """A hash over the rows of a sheet; that of no rows where there are none."""
        return hashlib.sha256(json.dumps(self.sheets.get(sheet, ()), default=str).encode()).hexdigest()


NO_STAGING: Final = StagedLeague()


def read_staging(warehouse: "Warehouse") -> StagedLeague:
    """Everything staged that the ETL uses.

    Raises:
        WarehouseError: the warehouse does not answer. A league without its corrections must not be published.
    """
    from warehouse.base import Query  # noqa: PLC0415 - a league without staging needs no database

    sheets: dict[str, tuple[Row, ...]] = {}
    for sheet in STAGED_SHEETS:
        table = STAGING_TABLES[sheet]
        rows = warehouse.read(Query(table=table.staging_name, order=table.key))
        if rows:
            sheets[sheet] = tuple(rows)
    headers = _by_game(warehouse.read(Query(table="stage_games_tracking", order=("game_id",))))
    events = _by_game(warehouse.read(Query(table="stage_events_tracking", order=("game_id", "id"))))
    shifts = _by_game(warehouse.read(Query(table="stage_shifts_tracking", order=("game_id", "id"))))
    games = {
        number: StagedGame(
            number, next(iter(headers.get(number, ())), None), events.get(number, ()), shifts.get(number, ())
        )
        for number in sorted({*headers, *events, *shifts})
    }
    return StagedLeague(sheets, games)


def _by_game(rows: Sequence[Row]) -> dict[int, tuple[Row, ...]]:
    """Rows by the game that they name; rows that name none belong to none."""
    grouped: dict[int, tuple[Row, ...]] = {}
    for text, group in groupby(rows, key=lambda row: row.get("game_id")):
        number = game_id(text)
        if number is not None:
            grouped[number] = (*grouped.get(number, ()), *group)
    return grouped


def with_staged_games(
    games: Sequence[GameSources], staging: StagedLeague, cache: ExtractionCache
) -> tuple[GameSources, ...]:
    """The games with those in staging in place of their files, which then only complete them; by game id."""
    by_id = {game.game_id: game for game in games}
    for number, staged in staging.games.items():
        of_file = by_id.get(number)
        chosen = _source(staged, cache)
        others = () if of_file is None else (of_file.chosen, *of_file.others)
        by_id[number] = GameSources(number, chosen, others, None if of_file is None else of_file.sheet, staged)
    return tuple(by_id[number] for number in sorted(by_id))


def _source(staged: StagedGame, cache: ExtractionCache) -> Source:
    sha256 = staged.sha256
    facts = cache.facts.get(sha256) or save_facts(read_staged(staged))
    return Source(FoundFile(Path(), staged.path, 0.0, sha256), facts)


def completed(staged: RawFrames, of_file: RawFrames) -> RawFrames:
    """The staged game with what staging does not say taken from the game's file: header cells, and whole frames.

    Events with their players and points, shifts, and the roster are each taken whole or not at all.
    """
    header = staged.games.with_columns(
        pl.coalesce(c, pl.Series(c, of_file.games[c]))
        for c in staged.games.columns
        if c not in {"game_id", "source", "source_path", "source_sha256", "source_version", "saved_at"}
    )
    taken: dict[str, pl.DataFrame] = {"games": header}
    if staged.rosters.is_empty():
        taken["rosters"] = of_file.rosters
    if staged.events.is_empty():
        taken |= {name: getattr(of_file, name) for name in ("events", "event_players", "points")}
    if staged.shifts.is_empty():
        taken["shifts"] = of_file.shifts
    return replace(staged, **taken)


def staged_master(
    source: Source | None, master: MasterFrames, staging: StagedLeague, cache: ExtractionCache
) -> tuple[str | None, MasterFrames]:
    """The league's records with staging over them, and the key under which they are remembered.

    `master` is what the workbook alone says; it comes back, with no key, when nothing is staged.

    Raises:
        Unreadable: the workbook cannot be parsed.
    """
    if not staging.sheets:
        return None, master
    key = overlay_key(source, cache.reader, [(sheet, staging.digest(sheet)) for sheet in sorted(staging.sheets)])
    stored = cache.load(key)
    if stored is not None and set(stored) == {f.name for f in fields(MasterFrames)}:
        frames = MasterFrames(**stored)
    else:
        frames = _overlaid(source, staging)
        cache.store(key, {f.name: getattr(frames, f.name) for f in fields(MasterFrames)})
    superseded = master.flags.filter(pl.col("flag") == _SUPERSEDED)
    return key, replace(frames, flags=pl.concat([frames.flags, superseded]))


def _overlaid(source: Source | None, staging: StagedLeague) -> MasterFrames:
    if source is None:
        return staged_records(empty_sheets(), staging.sheets, STAGING_PATH)
    from etl.extraction_workbooks import sheets_of_file  # noqa: PLC0415 - a league without a workbook needs no Excel

    base, flags = sheets_of_file(source)
    frames = staged_records(base, staging.sheets, source.file.name)
    return replace(frames, flags=pl.concat([pl.DataFrame(flags, schema=FLAGS), frames.flags]))


def staged_inputs(staging: StagedLeague) -> Iterable[Input]:
    """The sheets of staging as inputs of a run; its games are among the sources."""
    for sheet in sorted(staging.sheets):
        yield Input(path=f"{STAGING_PATH}/{sheet}", kind="staging", sha256=staging.digest(sheet))
