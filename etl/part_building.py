"""Some games' part of every table: built where a process is free, remembered until something about it changes."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from etl.checks import everything
from etl.extraction_reading import HEAVY, StoredGames
from etl.part_file import Part, PartWriter
from etl.partition import partition
from etl.registry import BrokenTable, Registry, Table, TableBuilt
from hockey.league import LeagueRules

_SUFFIX: Final = ".part"


@dataclass(frozen=True, slots=True)
class PartTask:
    """What one part is made of: the games as they lie in the cache, and what they see of every other source.

    `handed_on` are the tables that are needed as frames, with the columns that suffice (None: all); `threads` how many
    tables are built at once.
    """

    path: Path
    stored: StoredGames
    sources: dict[str, object]
    handed_on: Mapping[str, tuple[str, ...] | None]
    threads: int = 1


@dataclass(frozen=True, slots=True)
class PartBuilt:
    """A part with the seconds that each of its tables took."""

    part: Part
    seconds: dict[str, float]


def part_key(
    code: str, stored: StoredGames, sources: dict[str, object], handed_on: Mapping[str, tuple[str, ...] | None]
) -> str:
    """The key of a part: everything that its tables depend on, by content."""
    digest = hashlib.blake2b(digest_size=16)
    games = [(number, key, number in stored.swapped) for number, key in sorted(stored.keys.items())]
    digest.update(msgspec.json.encode([code, pl.__version__, games, sorted(handed_on.items())]))
    for name, source in sorted(sources.items()):
        digest.update(name.encode() + _content(source))
    return digest.hexdigest()


def part_path(folder: Path, key: str) -> Path:
    """Where the part of this key lies."""
    return folder / f"{key}{_SUFFIX}"


def forget_parts(folder: Path, kept: Iterable[Path]) -> None:
    """Remove all parts but these, and what runs that died left of theirs."""
    names = {path.name for path in kept}
    for path in folder.glob(f"*{_SUFFIX}*"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def build_known_part(task: PartTask) -> PartBuilt:
    """Build the league's tables of some games in a worker process, which finds their declarations itself."""
    return build_part(partition(everything()[0]).of_games, task)


def build_part(
    registry: Registry, task: PartTask, report: Callable[[TableBuilt], None] = lambda _built: None
) -> PartBuilt:
    """Build these tables for the task's games, and write them down.

    Raises:
        BrokenTable: a table is not what it declared, or holds rows of other games or out of order.
        LostFrames: a game's frames are no longer in the cache.
    """
    games = sorted(task.stored.keys)
    needed = {name for declared in registry.tables.values() for name in declared.inputs}
    heavy = task.stored.heavy(games) if needed & set(HEAVY) else {}
    writer, seconds = PartWriter(task.path), dict[str, float]()

    def keep(declared: Table, frame: pl.DataFrame) -> None:
        _demand_order(declared, frame, games)
        columns = task.handed_on.get(declared.name, ())
        handed_on = frame if columns is None else frame.select(columns) if columns else None
        writer.add(declared.name, frame, handed_on, as_csv=declared.is_published, keys=_key_ranges(declared, frame))

    def note(built: TableBuilt) -> None:
        seconds[built.name] = built.seconds
        report(built)

    try:
        registry.build({**task.sources, **heavy}, note, keep, (), threads=task.threads)
        return PartBuilt(writer.finish(), seconds)
    finally:
        writer.discard()


def _content(source: object) -> bytes:
    if isinstance(source, pl.DataFrame):
        return str(source.schema).encode() + source.write_ndjson().encode()
    return msgspec.json.encode(source.to_mapping() if isinstance(source, LeagueRules) else source)


def _demand_order(declared: Table, frame: pl.DataFrame, games: list[int]) -> None:
    """Rows of these games only, in their order: parts that keep to it are the whole table when put together."""
    if not declared.key:
        return  # a check: its rows are only counted and quoted
    if "game_id" not in frame.columns:
        raise BrokenTable(f"{declared.name} is declared per game and has no game_id")
    numbers = frame["game_id"]
    if numbers.null_count() or not numbers.is_sorted() or not set(numbers.unique()) <= set(games):
        raise BrokenTable(f"{declared.name} is declared per game, but its rows are not of the games, in their order")


def _key_ranges(declared: Table, frame: pl.DataFrame) -> list[tuple[str, str]]:
    """The first key's least and greatest value in each game, where the key alone does not tell the game."""
    if not declared.key or "game_id" in declared.key:
        return []
    first = pl.col(declared.key[0]).cast(pl.String)
    ranges = frame.lazy().group_by("game_id").agg(least=first.min(), greatest=first.max()).collect()
    return list(zip(ranges["least"], ranges["greatest"], strict=True))
