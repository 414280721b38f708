"""The embedded PostgreSQL: a server of our own from a wheel's binaries, so that nothing has to be installed.

Whoever holds the lock in the server's directory owns it: starts it, and stops it in the end. Others (a run from the
command line beside the service) use it as guests. A server never outlives its owner, however that ends: it hangs on a
pipe from its owner, and a small shell stops it when the pipe closes.
"""

import contextlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import psutil
from psycopg.conninfo import make_conninfo

from snapshot.files import LockHeld, exclusive, replace_file
from snapshot.layout import DataDir
from warehouse.embedded_place import MAJOR_VERSION, Place, existing_home, find_place
from warehouse.errors import WarehouseUnavailable
from warehouse.postmaster import Postmaster, free_port

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.02
_SOCKET_PATH_BYTES: Final = 100  # the system's limit is 107 on Linux and 103 on macOS, for the socket's whole path
_LOG_BYTES: Final = 1_000_000
# A shell that ends with the server, and ends the server when its own input ends; "$@" is the server's command line.
_LEASH: Final = (
    'exec 3<&0; "$@" 3<&- & server=$!; { read -r _ <&3; kill -INT $server; } & watch=$!; '
    "wait $server; code=$?; kill $watch; exit $code"
)
_SETTINGS: Final = {
    "max_connections": "40",
    "shared_buffers": "32MB",
    "wal_level": "minimal",  # no replicas: COPY need not be logged for them
    "max_wal_senders": "0",
    "timezone": "UTC",
    "jit": "off",  # costs more than it saves on queries of this size
    "log_min_error_statement": "panic",  # statements hold people's names
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """The embedded server of one data directory, as a context manager or by `start` and `stop`."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._held = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir: Path | None = None
        self._dsn: str | None = None

    @property
    def dsn(self) -> str:
        """How to connect; holds the password, so never log it. WarehouseUnavailable before the start."""
        if self._dsn is None:
            raise WarehouseUnavailable("The embedded PostgreSQL is not running.")
        return self._dsn

    @property
    def is_owner(self) -> bool:
        """Whether this process started the server and will stop it."""
        return self._process is not None

    def has_gone(self) -> bool:
        """Whether the server that was started, or joined, has ended by itself: stop and start again then."""
        process = self._process  # read once: another thread may stop it meanwhile
        if self._dsn is None:
            return False
        return running_dsn(self._data_dir) is None if process is None else process.poll() is not None

    def start(self) -> str:
        """Start the server, or join the one that another process owns, and give its DSN. Starting twice does nothing.

        Raises:
            WarehouseUnavailable: it cannot start; the message says why and where the log is.
        """
        if self._dsn is not None:
            return self._dsn
        place = find_place(self._data_dir)
        try:
            self._held.enter_context(exclusive(place.lock, wait_seconds=0))
        except LockHeld:
            self._dsn = self._join(place)
            return self._dsn
        try:
            self._own(place)
        except BaseException:
            self.stop()
            raise
        return self.dsn

    def stop(self) -> None:
        """Stop the server if it is ours, and let go of the lock. Connections are cut, transactions rolled back."""
        self._dsn = None
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        if self._socket_dir is not None:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None
        self._held.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _own(self, place: Place) -> None:
        Postmaster.of(place.data).end_leftover(_STOP_SECONDS)
        is_lost = (place.data / "PG_VERSION").exists() and not self._password_file.exists()
        password = self._password()
        _initialise(place, password)
        if is_lost:
            _change_password(place, password)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            port = free_port() if sys.platform == "win32" else 5432
            self._process = _launch(place, self._sockets(place), port)
            if _is_ready(self._process, place, deadline):
                break
            # backends of a server that was killed may hold its memory for a moment; then a second start succeeds
            _end(self._process)
            self._process = None
            if time.monotonic() >= deadline or not Postmaster.may_retry(place.log):
                raise WarehouseUnavailable(f"The embedded PostgreSQL does not start; {place.log} says why.")
            time.sleep(0.5)
        self._dsn = _dsn(Postmaster.of(place.data), password)

    def _join(self, place: Place) -> str:
        """The DSN of the server that another process owns, once it is ready."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            postmaster = Postmaster.of(place.data)
            if postmaster.is_ready and postmaster.is_alive():
                return _dsn(postmaster, self._password())
            time.sleep(_POLL_SECONDS)
        raise WarehouseUnavailable("Another process owns the embedded PostgreSQL, but it is not running.")

    @property
    def _password_file(self) -> Path:
        return self._data_dir.state / "postgres.password"

    def _password(self) -> str:
        """The superuser's password, made at first use; readable by nobody else."""
        path = self._password_file
        if not path.exists():
            replace_file(path, secrets.token_urlsafe(32).encode())  # mkstemp makes it 0600
        return path.read_text(encoding="utf-8")

    def _sockets(self, place: Place) -> Path:
        """A directory of mode 0700 for the socket, short enough for the system's limit on socket paths."""
        if self._socket_dir is None:
            near = place.home / "run"
            if len(str(near).encode()) + len("/.s.PGSQL.5432.lock") <= _SOCKET_PATH_BYTES:
                shutil.rmtree(near, ignore_errors=True)
                near.mkdir(mode=0o700)
                self._socket_dir = near
            else:
                self._socket_dir = Path(tempfile.mkdtemp(prefix="benchsight-", dir="/tmp"))
            place.give(self._socket_dir)
        return self._socket_dir


def running_dsn(data_dir: DataDir) -> str | None:
    """The DSN of the embedded server that runs for this data directory; None when none does. Starts nothing."""
    home = existing_home(data_dir)
    if home is None:
        return None
    postmaster = Postmaster.of(home / "data")
    password = data_dir.state / "postgres.password"
    if not (postmaster.is_ready and postmaster.is_alive() and password.exists()):
        return None
    return _dsn(postmaster, password.read_text(encoding="utf-8"))


def _dsn(postmaster: Postmaster, password: str) -> str:
    return make_conninfo(
        "", host=postmaster.host, port=postmaster.port, user="postgres", dbname="postgres", password=password
    )


def _initialise(place: Place, password: str) -> None:
    """Make the cluster, whole or not at all."""
    if (place.data / "PG_VERSION").exists():
        _refuse_other_version(place)
        return
    with tempfile.TemporaryDirectory(prefix="initdb-", dir=place.home, ignore_cleanup_errors=True) as folder:
        place.give(Path(folder))
        password_file, cluster = Path(folder) / "password", Path(folder) / "data"
        password_file.write_text(password, encoding="utf-8")
        place.give(password_file)
        options = ["--auth=scram-sha-256", f"--pwfile={password_file}", "--username=postgres", "--encoding=UTF8"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"]
        done = subprocess.run(  # noqa: S603 - our own binary and options
            [place.binaries / "initdb", *options, "-D", cluster],
            check=False, capture_output=True, text=True, cwd=place.home, **_as_user(place),
        )  # fmt: skip
        if done.returncode != 0:
            raise WarehouseUnavailable(f"initdb failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        cluster.rename(place.data)


def _change_password(place: Place, password: str) -> None:
    """Give the superuser a new password while no server runs: the file with the old one is lost."""
    done = subprocess.run(  # noqa: S603 - our own binary and options
        [place.binaries / "postgres", "--single", "-D", place.data, "postgres"],
        input=f"alter role postgres password '{password}'\n", check=False, capture_output=True, text=True,
        cwd=place.home, **_as_user(place),
    )  # fmt: skip
    if done.returncode != 0:
        raise WarehouseUnavailable("The password of the embedded PostgreSQL is lost and cannot be set anew.")


def _refuse_other_version(place: Place) -> None:
    found = (place.data / "PG_VERSION").read_text(encoding="utf-8").strip()
    if found != str(MAJOR_VERSION):
        raise WarehouseUnavailable(
            f"{place.data} was made by PostgreSQL {found}; the installed one is {MAJOR_VERSION}. Dump it with the old "
            "version, or move it away: an upload makes the published tables anew, staging rows are lost."
        )


def _launch(place: Place, sockets: Path, port: int) -> "subprocess.Popen[bytes]":
    if place.log.exists() and place.log.stat().st_size > _LOG_BYTES:
        place.log.replace(place.log.with_suffix(".log.old"))
    if sys.platform == "win32":
        reach = {"listen_addresses": "127.0.0.1", "port": str(port)}
    else:
        reach = {"listen_addresses": "", "unix_socket_directories": f'"{sockets}"'}
    settings = [word for name, value in (_SETTINGS | reach).items() for word in ("-c", f"{name}={value}")]
    server = [str(place.binaries / "postgres"), "-D", str(place.data), *settings]
    leash = server if sys.platform == "win32" else ["/bin/sh", "-c", _LEASH, "postgres", *server]
    with place.log.open("ab") as log:
        place.give(place.log)
        return subprocess.Popen(  # noqa: S603 - our own binary and options
            leash, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=place.home, start_new_session=True,
            **_as_user(place),
        )  # fmt: skip


def _as_user(place: Place) -> dict[str, Any]:
    if place.user is None:
        return {}
    return {"user": place.user.uid, "group": place.user.gid, "extra_groups": []}


def _is_ready(process: "subprocess.Popen[bytes]", place: Place, deadline: float) -> bool:
    """Wait for the server; False when it ended instead, or time is up."""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if Postmaster.of(place.data).is_ready:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let go of the leash and wait; what does not stop in time is killed, with all its children."""
    children = []
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(process.pid).children(recursive=True)
    pipe: IO[bytes] | None = process.stdin
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()
    if sys.platform == "win32":
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        process.kill()
        process.wait()
