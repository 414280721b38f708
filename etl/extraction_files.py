"""The files below raw/: found at any depth, hashed, and told apart by what is in them, never by name or folder."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formats.file_facts import FileFacts
from formats.json_document import MAX_FILE_BYTES
from snapshot.layout import WORKBOOK, is_source

_HASHERS: Final = 2


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One candidate. `name` is its path relative to raw/, for people; `sha256` is None when it cannot be opened."""

    location: Path
    name: str
    modified_at: float
    sha256: str | None
    problem: str = ""


def find_files(raw: Path) -> list[FoundFile]:
    """Every candidate below `raw`, hashed, by name. Links are followed only where they stay within `raw`."""
    candidates = sorted(_candidates(raw), key=os.fspath)
    with ThreadPoolExecutor(_HASHERS) as pool:
        return list(pool.map(lambda path: _hashed(path, raw), candidates))


def _candidates(raw: Path) -> Iterator[Path]:
    root = raw.resolve()
    for folder, folders, names in os.walk(raw, followlinks=False):
        folders.sort()
        for name in names:
            if is_source(name):
                path = Path(folder) / name
                if not path.is_symlink() or path.resolve().is_relative_to(root):
                    yield path


def _hashed(path: Path, raw: Path) -> FoundFile:
    name = path.relative_to(raw).as_posix().encode("utf-8", "replace").decode()
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return FoundFile(path, name, 0.0, None, "not a file")
        if status.st_size > MAX_FILE_BYTES:
            return FoundFile(path, name, status.st_mtime, None, f"larger than {MAX_FILE_BYTES // 2**20} MB")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return FoundFile(path, name, 0.0, None, f"cannot be opened: {error.strerror}")
    return FoundFile(path, name, status.st_mtime, digest)


def facts_of_all(
    files: list[FoundFile],
    known: Mapping[str, FileFacts],
    identify: Callable[[Sequence[FoundFile]], Iterable[tuple[int, FileFacts]]],
) -> dict[str, FileFacts]:
    """The facts of every file that could be hashed, by hash; those not `known` are worked out by `identify`.

    `identify` gives position and facts of each; it is given workbooks first, which take longest.
    """
    hashed = {f.sha256: f for f in files if f.sha256 is not None}
    unknown = sorted(
        (f for sha256, f in hashed.items() if sha256 not in known),
        key=lambda f: not f.name.lower().endswith(WORKBOOK),
    )
    found = {unknown[position].sha256: facts for position, facts in identify(unknown)}
    return {sha256: known[sha256] if sha256 in known else found[sha256] for sha256 in hashed}
