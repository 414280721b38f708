"""Which file of which game is read: the choice between saves, and the keys under which readings are remembered."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from etl.extraction_files import FoundFile
from formats.file_facts import FileFacts
from formats.staged_game import StagedGame
from hockey.league import LeagueRules

_PACKAGES: Final = ("formats", "hockey")


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its facts."""

    file: FoundFile
    facts: FileFacts

    @property
    def sha256(self) -> str:
        """The hash of the content."""
        return self.file.sha256 or ""


@dataclass(frozen=True, slots=True)
class GameSources:
    """The files of one game: the save that counts, the others from the best on, and its roster.json.

    A game in staging has its rows in `staged`, what stands for their file as `chosen`, and its files as `others`.
    """

    game_id: int
    chosen: Source
    others: tuple[Source, ...]
    sheet: Source | None
    staged: StagedGame | None = None


def game_sources(sources: Iterable[Source]) -> list[GameSources]:
    """For each game the save with the most events, then the most valid stints, then the latest; by game id."""
    sheets = {s.facts.game_id: s for s in sources if s.facts.kind == "roster"}
    saves = sorted(
        (s for s in sources if s.facts.kind == "game"),
        key=lambda s: (s.facts.game_id or 0, *s.facts.rank, s.file.name),
        reverse=True,
    )
    games = []
    for game_id, group in groupby(saves, key=lambda s: s.facts.game_id or 0):
        chosen, *others = _distinct(group)
        games.append(GameSources(game_id, chosen, tuple(others), sheets.get(game_id)))
    return sorted(games, key=lambda game: game.game_id)


def _distinct(sources: Iterable[Source]) -> list[Source]:
    """Copies of one save under several names count once."""
    return list({source.sha256: source for source in reversed(list(sources))}.values())[::-1]


def reader_version() -> str:
    """A hash over the code that reads and understands files: when it changes, all is read anew."""
    return code_version(_PACKAGES)


def code_version(packages: Iterable[str]) -> str:
    """A hash over the code of these packages."""
    root = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=16)
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def reading_key(game: GameSources, reader: str, rules: LeagueRules, sheet_rows: str) -> str:
    """The key of a game's frames: everything that its reading depends on. `sheet_rows` is a hash of master rows."""
    parts = [
        reader,
        sheet_rows,
        rules.to_mapping()["periods"],
        rules.to_mapping()["penalties"],
        [(s.file.name, s.sha256) for s in (game.chosen, *game.others)],
        None if game.sheet is None else game.sheet.sha256,
    ]
    return _digest(parts)


def master_key(file: FoundFile, reader: str) -> str:
    """The key of the master workbook's frames."""
    return _digest([reader, file.name, file.sha256])


def raw_key(file: FoundFile, reader: str) -> str:
    """The key of a save's raw frames, between telling what it is and reading its game."""
    return _digest([reader, "raw", file.name, file.sha256])


def overlay_key(source: Source | None, reader: str, staged: Sequence[tuple[str, str]]) -> str:
    """The key of the league's records with staging over them; `staged` is the hash of each staged sheet."""
    return _digest([reader, None if source is None else (source.file.name, source.sha256), list(staged)])


def fingerprint(
    reader: str, keys: Mapping[int, str], master: str | None, rules: LeagueRules, others: Iterable[object]
) -> str:
    """A hash over everything that decides the extraction's result; `others` are further parts, in a fixed order."""
    return _digest([reader, sorted(keys.items()), master, rules.to_mapping(), list(others)])


def _digest(parts: list[object]) -> str:
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
