"""Games read from their files into the cache: one batch at a time, each batch in whichever process is free."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import is_workbook
from etl.extraction_plan import GameSources, Source
from etl.extraction_staging import completed
from formats.canonical import SCHEMAS, GameFrames
from formats.json_document import RosterSheet, TrackerExport, Unreadable, open_json
from formats.normalise import normalise
from formats.raw import RawFrames, combine
from formats.saves import fill_from, lacks_anything
from formats.sheet_rosters import with_sheet_roster
from formats.staged_game import read_staged
from formats.tracker_json import read_export
from hockey.league import LeagueRules

GAME_FRAMES = tuple(f.name for f in fields(GameFrames))


@dataclass(frozen=True, slots=True)
class Batch:
    """Games to read, with the key of each, the rules, and the rows of the league's game sheets for them."""

    games: tuple[GameSources, ...]
    keys: tuple[str, ...]
    rules: LeagueRules
    official_roster: pl.DataFrame
    cache_folder: Path
    reader: str


def read_batch(batch: Batch) -> list[tuple[int, str]]:
    """Read the games of a batch into the cache. Returns game id and reason of those that cannot be used.

    A game that brings the others down is left out; the others are then read one by one.
    """
    readings: list[tuple[GameSources, str, RawFrames]] = []
    failed: list[tuple[int, str]] = []
    for game, key in zip(batch.games, batch.keys, strict=True):
        try:
            readings.append((game, key, read_game(game, batch.official_roster)))
        except Unreadable as error:
            failed.append((game.game_id, str(error)))
        except OSError as error:
            failed.append((game.game_id, f"cannot be opened: {error.strerror}"))
    cache = ExtractionCache(batch.cache_folder, batch.reader)
    return failed + understand(readings, batch.rules, cache)


def understand(
    readings: list[tuple[GameSources, str, RawFrames]], rules: LeagueRules, cache: ExtractionCache
) -> list[tuple[int, str]]:
    """Normalise the readings and store each game. Returns id and reason of those that cannot be understood."""
    if not readings:
        return []
    try:
        frames = normalise(combine(raw for _, _, raw in readings), rules)
    except Exception as error:  # noqa: BLE001 - one broken game must never stop the league, whatever is wrong with it
        if len(readings) == 1:
            return [(readings[0][0].game_id, f"its rows contradict each other ({type(error).__name__})")]
        return [failure for reading in readings for failure in understand([reading], rules, cache)]
    for game, key, _ in readings:
        cache.store(key, {n: getattr(frames, n).filter(pl.col("game_id") == game.game_id) for n in GAME_FRAMES})
    return []


def read_game(game: GameSources, official_roster: pl.DataFrame) -> RawFrames:
    """The raw frames of a game: its chosen save, completed from the others.

    Raises:
        Unreadable: the chosen file can no longer be read as what it was.
        OSError: nor be opened.
    """
    if game.staged is not None:
        of_file = next(iter(_readable(game.others, game.sheet)), None)
        staged = read_staged(game.staged)
        return with_sheet_roster(staged if of_file is None else completed(staged, of_file), official_roster)
    raw = _read(game.chosen, game.sheet)
    if game.others and lacks_anything(raw):
        alike = (s for s in game.others if s.facts.events == game.chosen.facts.events)
        raw = fill_from(raw, _readable(alike, game.sheet))
    return with_sheet_roster(raw, official_roster)


def _readable(sources: Iterable[Source], sheet: Source | None) -> Iterable[RawFrames]:
    for source in sources:
        try:
            yield _read(source, sheet)
        except (Unreadable, OSError):
            continue


def _read(source: Source, sheet: Source | None) -> RawFrames:
    data = source.file.location.read_bytes()
    if is_workbook(data):
        from etl.extraction_workbooks import read_tracking_file  # noqa: PLC0415 - JSON saves alone need no Excel

        return read_tracking_file(data, source.file.name, source.sha256)
    document = open_json(data)
    if not isinstance(document, TrackerExport):
        raise Unreadable("the file changed while the run was reading")
    return read_export(document, source.file.name, source.sha256, None if sheet is None else _sheet(sheet))


def _sheet(source: Source) -> RosterSheet | None:
    try:
        document = open_json(source.file.location.read_bytes())
    except (Unreadable, OSError):
        return None
    return document if isinstance(document, RosterSheet) else None


def load_games(cache: ExtractionCache, keys: Iterable[str]) -> tuple[GameFrames, list[str]]:
    """The stored frames of these keys as one; and the keys whose entry is missing or damaged."""
    loaded, missing = [], []
    for key in keys:
        frames = cache.load(key)
        if frames is None or set(frames) != set(GAME_FRAMES):
            missing.append(key)
        else:
            loaded.append(frames)
    return GameFrames(
        **{name: pl.concat([pl.DataFrame(schema=SCHEMAS[name]), *(f[name] for f in loaded)]) for name in GAME_FRAMES}
    ), missing
