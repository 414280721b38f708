"""Which games a request may name: those of the published schedule, and those tracked but not yet published."""

import difflib
import subprocess
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from api.errors import FieldError, InvalidRequest
from api.services.child_environment import ChildEnvironment
from api.utils.logger import logger
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, published
from warehouse.errors import PublishCancelled

_LIST_SECONDS: Final = 30.0
_NEAREST: Final = 3
_MOST_NAMED: Final = 5


class UnknownGames(InvalidRequest):
    """A game id that the league does not have."""

    code = "unknown_games"


class _TrackedGame(msgspec.Struct):
    game_id: int


class KnownGames:
    """The league's game ids. `list_command` prints the tracked games as JSON; it runs only for ids not published.

    `env` gives the environment for it.
    """

    def __init__(self, data_dir: DataDir, list_command: Sequence[str], *, cwd: Path, env: ChildEnvironment) -> None:
        self._data_dir = data_dir
        self._list_command = tuple(list_command)
        self._cwd = cwd
        self._env = env
        self._lock = threading.Lock()
        self._scheduled: tuple[str, frozenset[int]] = ("", frozenset())
        self._children: set[subprocess.Popen[bytes]] = set()
        self._listed: tuple[tuple[object, ...], frozenset[int]] = ((), frozenset())

    def require(self, field: str, game_ids: Collection[int]) -> None:
        """Return when all these games exist (blocking; it reads files and may run the listing).

        Raises:
            UnknownGames: names the ones that do not, with the nearest that do.
        """
        missing = set(game_ids) - self._published_games()
        if not missing:
            return
        tracked = self._tracked_games()
        if tracked is None:
            return  # the listing does not work, so nothing is known against them; the run itself will say
        missing -= tracked
        if missing:
            known = sorted(self._published_games() | tracked)
            sentences = [_sentence(game_id, known) for game_id in sorted(missing)]
            more = f"; and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
            raise UnknownGames(
                "; ".join(sentences[:_MOST_NAMED]) + more, [FieldError(field, s) for s in sentences[:20]]
            )

    def tracked(self) -> frozenset[int]:
        """The tracked games; the listing runs only when a file below `raw/` has changed since (blocking)."""
        mark = _mark(self._data_dir)
        if self._listed[0] != mark:
            found = self._tracked_games() if mark else frozenset()
            if found is None:
                return frozenset()
            self._listed = (mark, found)
        return self._listed[1]

    def close(self) -> None:
        """End the listings that still run; the server is stopping."""
        with self._lock:
            for child in self._children:
                child.kill()

    def _published_games(self) -> frozenset[int]:
        try:
            snapshot = published(self._data_dir)
            if snapshot is None:
                return frozenset()
            if snapshot.id != self._scheduled[0]:
                games = frozenset(int(row["game_id"]) for row in snapshot.rows("dim_schedule"))
                self._scheduled = (snapshot.id, games)
        except (DamagedSnapshot, KeyError, ValueError, OSError) as error:
            logger.warning("published_schedule_unreadable", error=str(error))
            return frozenset()
        return self._scheduled[1]

    def _tracked_games(self) -> frozenset[int] | None:
        """The games found below `raw/`; None when the listing fails."""
        try:
            listed = msgspec.json.decode(self._listing(), type=list[_TrackedGame])
        except (
            OSError,
            subprocess.SubprocessError,
            msgspec.DecodeError,
            UnicodeDecodeError,
            PublishCancelled,
        ) as error:
            logger.warning("list_games_failed", error=type(error).__name__)
            return None
        return frozenset(game.game_id for game in listed)

    def _listing(self) -> bytes:
        with subprocess.Popen(  # noqa: S603 - the command is the server's own
            self._list_command,
            cwd=self._cwd,
            env=self._env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as child:
            with self._lock:
                self._children.add(child)
            try:
                output, _ = child.communicate(timeout=_LIST_SECONDS)
            finally:
                child.kill()
                with self._lock:
                    self._children.discard(child)
            if child.returncode != 0:
                raise subprocess.CalledProcessError(child.returncode, self._list_command)
            return output


def _mark(data_dir: DataDir) -> tuple[object, ...]:
    """What changes whenever a file below `raw/` does."""
    marks: list[tuple[str, int, int]] = []
    for path in sorted(data_dir.raw.rglob("*")):
        with suppress(OSError):
            status = path.stat()
            marks.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(marks)


def _sentence(game_id: int, known: Sequence[int]) -> str:
    if not known:
        return f"Unknown game {game_id}: no games are known yet; put the tracked games below raw/ first"
    return f"Unknown game {game_id}. Nearest: {', '.join(map(str, nearest(game_id, known)))}"


def nearest(game_id: int, known: Sequence[int]) -> list[int]:
    """The known ids that look most alike (a slip of the finger), then those nearest by number; at most three."""
    alike = [int(text) for text in difflib.get_close_matches(str(game_id), list(map(str, known)), n=_NEAREST)]
    by_number = sorted(known, key=lambda other: (abs(other - game_id), other))
    return list(dict.fromkeys([*alike, *by_number[:_NEAREST]]))[:_NEAREST]
