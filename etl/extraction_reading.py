"""Games read from their files into the cache: one batch at a time, each batch in whichever process is free."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_plan import GameSources, Source
from etl.extraction_saves import read_roster_sheet, read_save
from etl.extraction_staging import completed
from formats.canonical import SCHEMAS, GameFrames, Schema, conform
from formats.game_summary import PEOPLE, SUMMARY, people_of, summarise
from formats.json_document import Unreadable
from formats.normalise import normalise
from formats.raw import RawFrames, combine
from formats.roster_file import with_roster_file
from formats.saves import fill_from, lacks_anything
from formats.sheet_rosters import with_sheet_roster
from formats.sides import exchange_sides
from formats.staged_game import read_staged
from hockey.league import LeagueRules

GAME_FRAMES: Final = tuple(f.name for f in fields(GameFrames))
HEAVY: Final = ("events", "event_players", "shifts")  # what is too much of a whole league at once
_LIGHT: Final = tuple(name for name in GAME_FRAMES if name not in HEAVY)
_OF_GAME: Final = {"summary": SUMMARY, "people": PEOPLE}


class LostFrames(OSError):
    """What a game was read as is no longer in the cache."""


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
    cache = ExtractionCache(batch.cache_folder, batch.reader)
    for game, key in zip(batch.games, batch.keys, strict=True):
        try:
            readings.append((game, key, read_game(game, batch.official_roster, cache)))
        except Unreadable as error:
            failed.append((game.game_id, str(error)))
        except OSError as error:
            failed.append((game.game_id, f"cannot be opened: {error.strerror}"))
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
    named = {n: getattr(frames, n) for n in GAME_FRAMES}
    named |= {"summary": summarise(frames.events), "people": people_of(frames)}
    for game, key, _ in readings:
        cache.store(key, {n: frame.filter(pl.col("game_id") == game.game_id) for n, frame in named.items()})
    return []


def read_game(game: GameSources, official_roster: pl.DataFrame, cache: ExtractionCache) -> RawFrames:
    """The raw frames of a game: its chosen save, completed from the others.

    Raises:
        Unreadable: the chosen file can no longer be read as what it was.
        OSError: nor be opened.
    """
    if game.staged is not None:
        of_file = next(iter(_readable(game.others, game.sheet, cache)), None)
        staged = read_staged(game.staged)
        return with_sheet_roster(staged if of_file is None else completed(staged, of_file), official_roster)
    raw = _read(game.chosen, game.sheet, cache)
    if game.others and lacks_anything(raw):
        alike = (s for s in game.others if s.facts.events == game.chosen.facts.events)
        raw = fill_from(raw, _readable(alike, game.sheet, cache))
    return with_sheet_roster(raw, official_roster)


def _readable(sources: Iterable[Source], sheet: Source | None, cache: ExtractionCache) -> Iterable[RawFrames]:
    for source in sources:
        try:
            yield _read(source, sheet, cache)
        except (Unreadable, OSError):
            continue


def _read(source: Source, sheet: Source | None, cache: ExtractionCache) -> RawFrames:
    raw = read_save(source.file, cache)
    roster = None if sheet is None or source.facts.source != "json" else read_roster_sheet(sheet.file)
    return raw if roster is None else with_roster_file(raw, roster)


@dataclass(frozen=True, slots=True)
class TrackedGames:
    """Tracked games without their events, event players and stints: those frames of `frames` are empty.

    `summary` and `people` are what `formats.game_summary` says of the games.
    """

    frames: GameFrames
    summary: pl.DataFrame
    people: pl.DataFrame


def load_games(cache: ExtractionCache, keys: Iterable[str]) -> tuple[TrackedGames, list[str]]:
    """The stored games of these keys without the heavy frames; and the keys whose entry is missing or damaged."""
    loaded, missing = [], []
    for key in keys:
        frames = cache.load(key, (*_LIGHT, *_OF_GAME))
        if frames is None:
            missing.append(key)
        else:
            loaded.append(frames)
    of_games = {name: _concatenated(name, loaded, schema) for name, schema in {**SCHEMAS, **_OF_GAME}.items()}
    return TrackedGames(
        GameFrames(**{name: of_games[name] for name in GAME_FRAMES}), of_games["summary"], of_games["people"]
    ), missing


@dataclass(frozen=True, slots=True)
class StoredGames:
    """The games of a run as they lie in the cache. `keys` leads to each, `swapped` are those with wrong labels."""

    folder: Path
    reader: str
    keys: Mapping[int, str]
    swapped: frozenset[int]

    def of(self, game_ids: Iterable[int]) -> "StoredGames":
        """These games alone."""
        ids = set(game_ids)
        return replace(self, keys={n: key for n, key in self.keys.items() if n in ids}, swapped=self.swapped & ids)

    def heavy(self, game_ids: Iterable[int], names: Sequence[str] = HEAVY) -> dict[str, pl.DataFrame]:
        """Events, event players and stints of these games (or some of the three), sides corrected, by game.

        Raises:
            LostFrames: an entry was removed or damaged while the run was using it.
        """
        cache, loaded = ExtractionCache(self.folder, self.reader), []
        for number in sorted(game_ids):
            frames = cache.load(self.keys[number], names)
            if frames is None:
                raise LostFrames(f"game {number} was lost from the cache while the run was using it: run again")
            loaded.append(frames)
        frames_of = {name: _concatenated(name, loaded, SCHEMAS[name]) for name in HEAVY}
        rest = {name: pl.DataFrame(schema=SCHEMAS[name]) for name in _LIGHT}
        exchanged = exchange_sides(GameFrames(**rest, **frames_of), sorted(self.swapped))
        return {name: conform(name, getattr(exchanged, name)) for name in names}


def _concatenated(name: str, loaded: list[dict[str, pl.DataFrame]], schema: Schema) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *(frames[name] for frames in loaded if name in frames)])
