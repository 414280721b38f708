"""A part: what some games give of every table, in one file. Rows of CSV for the snapshot, frames for later tables.

The file ends with its own description and a checksum; it is written under another name first, so it is whole or absent.
"""

import os
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import msgspec
import polars as pl

_TAIL: Final = struct.Struct("<QI")  # the description's length, the CRC-32 of all before the tail
_CHUNK: Final = 1 << 20
DATETIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"


class Section(msgspec.Struct, frozen=True, array_like=True):
    """Where in the file something lies, in bytes."""

    start: int
    length: int


class PartTable(msgspec.Struct, frozen=True, kw_only=True):
    """What a part holds of one table.

    `keys` are the least and greatest first key of each game, as text, where the key does not name the game itself.
    """

    rows: int
    csv: Section | None = None
    frame: Section | None = None
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part."""

    path: Path
    tables: dict[str, PartTable]

    @classmethod
    def found(cls, path: Path) -> "Part | None":
        """The part at `path`; None when there is none, or a damaged one."""
        checksum = 0
        try:
            with path.open("rb") as file:
                size = file.seek(-_TAIL.size, os.SEEK_END)
                length, expected = _TAIL.unpack(file.read())
                file.seek(0)
                for data in _chunks(file, size):
                    checksum = zlib.crc32(data, checksum)
                if checksum != expected:
                    return None
                file.seek(size - length)
                return cls(path, msgspec.json.decode(file.read(length), type=dict[str, PartTable]))
        except (OSError, ValueError, struct.error):
            return None

    def frame(self, name: str) -> pl.DataFrame:
        """What was handed on of a table."""
        section = self.tables[name].frame
        if section is None:
            raise KeyError(name)
        return pl.read_ipc_stream(BytesIO(b"".join(self._bytes(section))))

    def csv(self, name: str) -> Iterator[bytes]:
        """The rows of a published table as CSV without a header, piece by piece."""
        section = self.tables[name].csv
        return iter(()) if section is None else self._bytes(section)

    def _bytes(self, section: Section) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(section.start)
            yield from _chunks(file, section.length)


class PartWriter:
    """Writes one part; `add` may be called from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._half = path.with_name(f"{path.name}.{os.getpid()}.half")
        self._file = self._half.open("wb")
        self._checksum = 0
        self._lock = threading.Lock()
        self._tables: dict[str, PartTable] = {}

    def add(
        self,
        name: str,
        rows: pl.DataFrame,
        handed_on: pl.DataFrame | None,
        *,
        as_csv: bool,
        keys: list[tuple[str, str]],
    ) -> None:
        """Take up a table: its rows as CSV, or only their number, and what of it is handed on as a frame."""
        csv, stream = BytesIO(), BytesIO()
        if as_csv:
            rows.write_csv(csv, include_header=False, datetime_format=DATETIME_FORMAT)
        if handed_on is not None:
            handed_on.write_ipc_stream(stream, compression="lz4")
        with self._lock:
            self._tables[name] = PartTable(
                rows=rows.height,
                csv=self._written(csv) if as_csv else None,
                frame=None if handed_on is None else self._written(stream),
                keys=tuple(keys),
            )

    def finish(self) -> Part:
        """The part, now in its place."""
        description = BytesIO(msgspec.json.encode(self._tables))
        length = self._written(description).length
        with self._file as file:
            file.write(_TAIL.pack(length, self._checksum))
        self._half.replace(self._path)
        return Part(self._path, self._tables)

    def discard(self) -> None:
        """Give up what is not finished."""
        self._file.close()
        self._half.unlink(missing_ok=True)

    def _written(self, content: BytesIO) -> Section:
        data = content.getbuffer()
        start = self._file.tell()
        self._file.write(data)
        self._checksum = zlib.crc32(data, self._checksum)
        return Section(start, len(data))


def _chunks(file: IO[bytes], length: int) -> Iterator[bytes]:
    while length > 0 and (data := file.read(min(length, _CHUNK))):
        length -= len(data)
        yield data
