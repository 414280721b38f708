"""A backup: one ZIP file whose manifest names every file in it, with its size and its SHA-256.

Written beside its place and moved there when it is whole, for its owner only. Read with suspicion: an archive may be
damaged, cut off, made by a newer version, or made by somebody who means harm.
"""

import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec

from snapshot.files import is_full
from snapshot.publication import to_disk

FORMAT: Final = 2  # since 2 a file may be the same as another one, which is in the archive once
DATABASE: Final = "database.dump"
"""The embedded database, as pg_dump writes it."""
JOURNAL: Final = "state/jobs.sqlite3"
ACCESS: Final = "state/access.sqlite3"
SNAPSHOTS: Final = "snapshots"
FOLDERS: Final = ("raw", SNAPSHOTS, "models", "logs", "state/pins")
"""Of the data directory; besides them two files of its state. Nothing else is in a backup."""
_MANIFEST: Final = "backup.json"
_LONGEST_MANIFEST: Final = 256_000_000
_CHUNK: Final = 1 << 20
_LEVEL: Final = 4  # twice as quick as the usual 6, and within a few percent of its size for tables and games
_UNSAFE: Final = "\0\\:" if os.name == "nt" else "\0"

Progress = Callable[[str, int], None]
"""Told of each piece: which part it belongs to, and its bytes."""


class BackupFailed(Exception):
    """It cannot be done. The message is for the operator, and says what to do where something can be done."""


class Entry(msgspec.Struct, frozen=True):
    """A file in a backup, by its path in the data directory; `modified_ns` is when it was last changed.

    One that is `same_as` another, by its path, has no content of its own in the archive: both are one file on the disk.
    """

    name: str
    bytes: int
    sha256: str
    modified_ns: int
    same_as: str = ""


class Contents(msgspec.Struct, frozen=True):
    """The manifest. `published` is the snapshot that `output` led to, `postgres` the dump's major version."""

    format: int
    software_version: str
    created_at: str
    published: str | None
    postgres: int | None
    entries: tuple[Entry, ...]

    @property
    def bytes(self) -> int:
        """What the files take when they are unpacked."""
        return sum(entry.bytes for entry in self.copied)

    @property
    def copied(self) -> list[Entry]:
        """The files that have their content in the archive."""
        return [entry for entry in self.entries if not entry.same_as]

    @property
    def shared(self) -> list[Entry]:
        """The further names of these."""
        return [entry for entry in self.entries if entry.same_as]

    def part(self, name: str) -> list[Entry]:
        """The files of a folder, or the one file of this name."""
        return [entry for entry in self.entries if f"{entry.name}/".startswith(f"{name}/")]


class ArchiveWriter:
    """Adds files to a backup that is being written."""

    def __init__(self, file: ZipFile, progress: Progress) -> None:
        self._zip = file
        self._progress = progress
        self._entries: dict[str, Entry] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, modified_ns: int, size: int | None = None) -> None:
        """Add a file, which is to have `size` bytes where that is known.

        Raises:
            BackupFailed: its name cannot be kept, or it was cut while it was copied.
        """
        if not _is_kept(name):
            raise BackupFailed(f"{name!r} cannot be backed up under this name; rename it")
        digest, count = hashlib.sha256(), 0
        info = ZipInfo(name)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                count += len(piece)
                self._progress(name.split("/", 1)[0], len(piece))
        if size is not None and count != size:
            raise BackupFailed(f"{name} was cut while it was copied; make the backup again")
        self._entries[name] = Entry(name, count, digest.hexdigest(), modified_ns)

    def add_again(self, name: str, same_as: str) -> None:
        """Add another name of a file that was added already."""
        self._entries[name] = msgspec.structs.replace(self._entries[same_as], name=name, same_as=same_as)

    def finish(self, *, software_version: str, created_at: str, published: str | None, postgres: int) -> Contents:
        """Write the manifest, which makes the archive whole."""
        contents = Contents(
            format=FORMAT,
            software_version=software_version,
            created_at=created_at,
            published=published,
            postgres=postgres if DATABASE in self._entries else None,
            entries=tuple(self._entries.values()),
        )
        self._zip.writestr(_MANIFEST, msgspec.json.encode(contents), compress_type=ZIP_DEFLATED)
        return contents


def pieces_of(file: IO[bytes], size: int | None = None) -> Iterator[bytes]:
    """The content of a file, or its first `size` bytes."""
    left = size
    while piece := file.read(_CHUNK if left is None else min(_CHUNK, left)):
        left = None if left is None else left - len(piece)
        yield piece


@contextmanager
def writing(path: Path, progress: Progress) -> Iterator[ArchiveWriter]:
    """A new archive, at its place when the block has ended well, else nowhere.

    Raises:
        BackupFailed: there is such a file already, or it cannot be written.
    """
    if path.exists():
        raise BackupFailed(f"{path} is there already; name another file, or move it away")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable by nobody else
    except OSError as error:
        raise BackupFailed(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            with ZipFile(file, "w", compresslevel=_LEVEL) as archive:
                yield ArchiveWriter(archive, progress)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        to_disk(path.parent)
    except OSError as error:
        if is_full(error):
            raise BackupFailed(f"There is no room for {path}; nothing was kept of it") from error
        raise
    finally:
        Path(name).unlink(missing_ok=True)


class Archive:
    """A backup to be read; a context manager."""

    def __init__(self, path: Path) -> None:
        """Open it, and look at its manifest and at the names of its files.

        Raises BackupFailed: it is no backup, it is damaged, or it was made by a newer version.
        """
        self._path = path
        try:
            self._zip = ZipFile(path)
        except OSError as error:
            raise BackupFailed(f"{path} cannot be read: {error.strerror}") from error
        except (BadZipFile, ValueError, RuntimeError) as error:
            raise BackupFailed(f"{path} is no backup, or is not whole") from error
        try:
            self.contents = self._manifest()
            self._check_names()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def unpack(self, folder: Path | None, progress: Progress) -> None:
        """Check every file against the manifest; write them below a folder, where one is given.

        Raises:
            BackupFailed: a file is not what the manifest says; what was written is not to be used.
            OSError: there is no room, or no right to write.
        """
        for entry in self.contents.copied:
            target = None if folder is None else folder / entry.name
            if target is None:
                with Path(os.devnull).open("wb") as nowhere:
                    self._copy(entry, nowhere, progress)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                self._copy(entry, file, progress)
            os.utime(target, ns=(entry.modified_ns, entry.modified_ns))
        if folder is not None:
            self._link(folder)

    def _link(self, folder: Path) -> None:
        """Give files their further names; copies where the disk has no links."""
        for entry in self.contents.shared:
            source, target = folder / entry.same_as, folder / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)

    def _copy(self, entry: Entry, target: IO[bytes], progress: Progress) -> None:
        digest, count = hashlib.sha256(), 0
        try:
            with self._zip.open(entry.name) as source:
                while piece := source.read(_CHUNK):
                    count += len(piece)
                    if count > entry.bytes:
                        break
                    digest.update(piece)
                    target.write(piece)
                    progress(entry.name.split("/", 1)[0], len(piece))
        except (BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise self._damaged(f"{entry.name} cannot be read") from error
        if count != entry.bytes or digest.hexdigest() != entry.sha256:
            raise self._damaged(f"{entry.name} is not what was backed up")

    def _manifest(self) -> Contents:
        try:
            if self._zip.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
                raise self._damaged("its manifest is too long")
            text = self._zip.read(_MANIFEST)
            head = msgspec.json.decode(text, type=_Head)
            if head.format > FORMAT:
                raise BackupFailed(
                    f"{self._path} was made by a newer version ({head.software_version}); restore it with that one"
                )
            return msgspec.json.decode(text, type=Contents)
        except KeyError as error:
            raise BackupFailed(f"{self._path} is no backup of BenchSight: it has no {_MANIFEST}") from error
        except (msgspec.MsgspecError, BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise self._damaged("its manifest cannot be read") from error

    def _check_names(self) -> None:
        copied = {entry.name: entry for entry in self.contents.copied}
        names = [entry.name for entry in self.contents.entries]
        for name in names:
            if not _is_kept(name):
                raise BackupFailed(f"{self._path} is no sound backup: it holds {name!r}, which no backup has")
        if len(set(names)) < len(names) or sorted([*copied, _MANIFEST]) != sorted(self._zip.namelist()):
            raise self._damaged("its files are not those of its manifest")
        if not all(_is_same(entry, copied) for entry in self.contents.shared):
            raise self._damaged("a file is said to be the same as one that it is not")
        published = self.contents.published
        if published is not None and f"snapshots/{published}/manifest.json" not in names:
            raise self._damaged("the published snapshot is missing")

    def _damaged(self, what: str) -> BackupFailed:
        return BackupFailed(f"{self._path} is damaged: {what}. Nothing was changed; use another backup")


def _is_same(entry: Entry, copied: Mapping[str, Entry]) -> bool:
    """Whether the file that an entry is the same as is in the archive, and a snapshot's as itself."""
    other = copied.get(entry.same_as)
    both_of_snapshots = all(name.startswith(f"{SNAPSHOTS}/") for name in (entry.name, entry.same_as))
    return both_of_snapshots and other is not None and (other.bytes, other.sha256) == (entry.bytes, entry.sha256)


class _Head(msgspec.Struct):
    format: int
    software_version: str


def _is_kept(name: str) -> bool:
    """Whether a backup may hold a file of this name: one of the data directory, and nothing outside it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    if any(character in name for character in _UNSAFE) or {"", ".", ".."} & set(name.split("/")):
        return False
    return name in {DATABASE, JOURNAL, ACCESS} or any(name.startswith(f"{folder}/") for folder in FOLDERS)
