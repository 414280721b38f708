"""What the extraction remembers between runs: facts of files, and the canonical frames of games and workbook.

Everything is keyed by content and by the version of the code that read it; a damaged or missing entry is simply read
again. Nothing here holds a setting or a secret of a tracker file.
"""

import os
import shutil
import struct
import zlib
from collections.abc import Collection, Mapping
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from formats.canonical import SCHEMAS
from formats.file_facts import FileFacts

_MAGIC: Final = b"BSF5"
_CHECKSUM: Final = struct.Struct("<I")  # CRC-32 of all after it
_LENGTH: Final = struct.Struct("<Q")


class LastRead(msgspec.Struct, frozen=True, kw_only=True):
    """How a game was read the last time: the key of its frames and the file that they came from."""

    key: str
    path: str
    sha256: str


class _Memory(msgspec.Struct, frozen=True, kw_only=True):
    reader: str
    facts: dict[str, FileFacts] = {}
    games: dict[int, LastRead] = {}


class ExtractionCache:
    """The cache in one folder. `reader` names the version of the reading code; what another one read is forgotten."""

    def __init__(self, folder: Path, reader: str) -> None:
        self.folder: Final = folder
        self.reader: Final = reader

    @cached_property
    def facts(self) -> dict[str, FileFacts]:
        """The facts of the files of the last run, by hash."""
        return dict(self._memory.facts)

    @cached_property
    def games(self) -> dict[int, LastRead]:
        """How each game was read the last time."""
        return dict(self._memory.games)

    @cached_property
    def _memory(self) -> _Memory:
        try:
            memory = msgspec.json.decode((self.folder / "memory.json").read_bytes(), type=_Memory)
        except (OSError, msgspec.DecodeError):
            return _Memory(reader=self.reader)
        return memory if memory.reader == self.reader else _Memory(reader=self.reader)

    def wipe(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.facts, self.games = {}, {}

    def remember(self, facts: Mapping[str, FileFacts], games: Mapping[int, LastRead], also: frozenset[str]) -> None:
        """Write down the facts of the files seen and how each game was read; drop frames that nothing needs any more.

        `also` are keys to keep besides those of the games.
        """
        self.facts, self.games = dict(facts), dict(games)
        self._write("memory.json", msgspec.json.encode(_Memory(reader=self.reader, facts=self.facts, games=self.games)))
        needed = {f"{key}.frames" for key in (*also, *(game.key for game in games.values()))}
        for path in self.folder.glob("*.frames"):
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def has(self, key: str) -> bool:
        """Whether frames of this key are there (they may still turn out to be damaged)."""
        return (self.folder / f"{key}.frames").is_file()

    def load(self, key: str, names: Collection[str] | None = None) -> dict[str, pl.DataFrame] | None:
        """The frames stored under this key, all or those of these names; None when any is missing or damaged."""
        try:
            content = (self.folder / f"{key}.frames").read_bytes()
        except OSError:
            return None
        frames = _unpacked(content, names)
        return None if frames is None or (names is not None and set(names) != frames.keys()) else frames

    def store(self, key: str, frames: Mapping[str, pl.DataFrame]) -> None:
        """Store canonical frames by their names."""
        self._write(f"{key}.frames", _packed(frames))

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all: a run may be killed at any moment, and two workers may write the same."""
        self.folder.mkdir(parents=True, exist_ok=True)
        half = self.folder / f"{name}.{os.getpid()}.half"
        half.write_bytes(content)
        half.replace(self.folder / name)


def _packed(frames: Mapping[str, pl.DataFrame]) -> bytes:
    parts = []
    for name, frame in frames.items():
        buffer = BytesIO()
        frame.write_ipc_stream(buffer, compression="lz4")  # a third of the file format's time to read
        parts += [_LENGTH.pack(len(name)), name.encode(), _LENGTH.pack(buffer.tell()), buffer.getvalue()]
    body = b"".join(parts)
    return _MAGIC + _CHECKSUM.pack(zlib.crc32(body)) + body


def _unpacked(content: bytes, names: Collection[str] | None) -> dict[str, pl.DataFrame] | None:
    start = len(_MAGIC) + _CHECKSUM.size
    body = memoryview(content)[start:]
    if content[:start] != _MAGIC + _CHECKSUM.pack(zlib.crc32(body)):
        return None
    frames, at = {}, 0
    while at < len(body):
        name, at = _part(body, at)
        data, at = _part(body, at)
        if names is None or bytes(name).decode() in names:
            frames[bytes(name).decode()] = pl.read_ipc_stream(BytesIO(data))
    fits = all(frame.schema == pl.Schema(SCHEMAS[name]) for name, frame in frames.items() if name in SCHEMAS)
    return frames if fits else None


def _part(body: memoryview, at: int) -> tuple[memoryview, int]:
    (length,) = _LENGTH.unpack_from(body, at)
    start = at + _LENGTH.size
    return body[start : start + length], start + length
