"""The files below `raw/`: stored whole, listed, deleted. What each is, its content decides."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from api.models.raw import RawFile, RawFileDeleted, RawFileResult, RawKind
from api.services.deed import note_change
from api.services.game_files import recognised, safe_name
from api.services.league_rules import usable_rules
from api.services.staging_errors import RawFileNotFound
from hockey.league_toml import RULES_FILE
from snapshot.layout import DataDir, is_source
from snapshot.manifest import Input
from snapshot.reader import DamagedSnapshot, published

_PLACES: Final[Mapping[RawKind, str]] = {"master_workbook": "BLB_TABLES.xlsx", "league_rules": RULES_FILE}
"""Files of the whole league, each of which there is once."""
_KINDS: Final = {"master": "master_workbook"}


class RawFiles:
    """Stores files below `raw/`, where the next ETL run finds them."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._raw = data_dir.raw
        tempfile.gettempdir()  # found while there is room: on a full disk none is, and an upload would not learn why

    def store(self, content: bytes, file_name: str, *, on_league: Callable[[], None] = lambda: None) -> RawFileResult:
        """Store a game's file (tracker export, roster, tracking workbook), the master workbook or the league's rules.

        Whole or not at all. What the file is, its content decides; its name only how it is called. The same name again
        replaces the file. `on_league` is called before a file of the whole league is stored, and may refuse it.

        Raises:
            UnusableFile: it is none of these, or rules that cannot be.
        """
        kind, number = recognised(content, file_name)
        if kind in _PLACES:
            on_league()
        if kind == "league_rules":
            content = usable_rules(content)
        place = self._raw / _PLACES[kind] if kind in _PLACES else self._game_place(kind, number, file_name)
        before = _facts(place, self._raw)
        _write(place, content)
        note_change("raw", [before] if before else [], [_facts(place, self._raw) or {}])
        return RawFileResult(
            path=place.relative_to(self._raw).as_posix(),
            kind=kind,
            game_id=number,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            replaced=before is not None,
        )

    def list_files(self, *, search: str, limit: int, offset: int) -> tuple[list[RawFile], int]:
        """A page of the files that a run looks at, by path, and how many fit."""
        wanted = search.strip().casefold()
        names = [name for name in sorted(self._names()) if wanted in name.casefold()]
        read = _inputs(self._data_dir)
        return [file for name in names[offset : offset + limit] if (file := self._file(name, read))], len(names)

    def delete(self, path: str) -> RawFileDeleted:
        """Delete a file that `list_files` lists.

        Raises:
            RawFileNotFound: there is none of that path.
        """
        place = self._names().get(path)
        before = None if place is None else _facts(place, self._raw)
        if place is None or before is None:
            raise RawFileNotFound(f"There is no file {path[:200]}")
        place.unlink(missing_ok=True)
        note_change("raw", [before], [])
        return RawFileDeleted(path=path)

    def _names(self) -> dict[str, Path]:
        """The place of each file that a run looks at, by its path below `raw/`. Nothing outside is ever among them."""
        found = {path.relative_to(self._raw).as_posix(): path for path in _candidates(self._raw)}
        return {name: path for name, path in found.items() if name.isprintable()}

    def _file(self, name: str, read: Mapping[str, tuple[Input, datetime]]) -> RawFile | None:
        facts = _facts(self._raw / name, self._raw)
        if facts is None:
            return None
        source, published_at = read.get(name, (None, None))
        is_as_read = published_at is not None and datetime.fromisoformat(facts["modified_at"]) <= published_at
        return RawFile.model_validate(
            facts
            | {
                "kind": _KINDS.get(source.kind, source.kind) if source and is_as_read else None,
                "game_id": source.game_id if source and is_as_read else None,
            }
        )

    def _game_place(self, kind: str, number: int | None, file_name: str) -> Path:
        suffix = ".xlsx" if kind == "tracking_workbook" else ".json"
        stem = safe_name(file_name).rsplit(".", 1)[0]
        return self._raw / "games" / str(number) / f"{stem}{suffix}"


def _candidates(raw: Path) -> Iterator[Path]:
    """The files that a run looks at; links are none of this service's."""
    for folder, _, names in os.walk(raw, followlinks=False):
        for path in (Path(folder) / name for name in names):
            if (is_source(path.name) or path == raw / RULES_FILE) and path.is_file() and not path.is_symlink():
                yield path


def _facts(path: Path, raw: Path) -> dict[str, Any] | None:
    """Path, size and time of a file; None where there is none."""
    try:
        status = path.lstat()
    except OSError:
        return None
    modified = datetime.fromtimestamp(status.st_mtime, UTC).isoformat()
    return {"path": path.relative_to(raw).as_posix(), "bytes": status.st_size, "modified_at": modified}


def _inputs(data_dir: DataDir) -> dict[str, tuple[Input, datetime]]:
    """What the published run took each file for, by path, and when it ended."""
    try:
        snapshot = published(data_dir)
        if snapshot is None:
            return {}
        at = datetime.fromisoformat(snapshot.manifest.created_at)
    except (DamagedSnapshot, OSError, ValueError):
        return {}
    rules = Input(path=RULES_FILE, kind="league_rules", sha256="")
    return {source.path: (source, at) for source in (*snapshot.manifest.inputs, rules)}


def _write(place: Path, content: bytes) -> None:
    """Write beside the place and move there: a run never sees half a file, and a link is replaced, not followed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(prefix=".upload-", suffix=".half", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(half).chmod(0o644)
        Path(half).replace(place)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
