"""The way to the warehouse: opened in the background when it is first needed, and closed with the server."""

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from api.services.warehouse_timing import WarehouseObserver, timed
from api.utils.logger import logger
from snapshot.layout import DataDir
from warehouse.base import Backend, Status
from warehouse.errors import PublishCancelled, WarehouseError, WarehouseUnavailable
from warehouse.opening import Choice, Opened, open_warehouse

OPENING_SECONDS: Final = 60.0
_LOOK_AGAIN_SECONDS: Final = 0.1
_PING_SECONDS: Final = 1.0
_PING_KEPT_SECONDS: Final = 2.0
_CLOSING_SECONDS: Final = 8.0
_ABANDONING_SECONDS: Final = 2.0  # what has not opened yet; a server that it still starts ends with this process


class _Opening:
    """One attempt to open, on a thread of its own, which also closes what it has opened."""

    def __init__(self, data_dir: DataDir, choice: Choice, observer: WarehouseObserver) -> None:
        self.opened: Opened | None = None
        self.error: WarehouseError | None = None
        self.done = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(data_dir, choice, observer), name="warehouse", daemon=True
        )
        self._thread.start()

    @property
    def failed(self) -> bool:
        return self.error is not None

    @property
    def lost(self) -> bool:
        opened = self.opened
        return opened is not None and opened.has_gone()

    def end(self, seconds: float) -> None:
        self._over.set()
        self._thread.join(seconds if self.done.is_set() else min(seconds, _ABANDONING_SECONDS))

    def _run(self, data_dir: DataDir, choice: Choice, observer: WarehouseObserver) -> None:
        with ExitStack() as stack:
            try:
                found = stack.enter_context(open_warehouse(data_dir, choice, observer.retried))
                self.opened = replace(found, warehouse=timed(found.warehouse, observer))
            except WarehouseError as error:
                self.error = error
            except (ValueError, OSError) as error:
                logger.error("warehouse_not_opened", error=type(error).__name__)
                text = str(error) if isinstance(error, ValueError) else "Its files cannot be used."
                self.error = WarehouseUnavailable(f"The database cannot be opened: {text}")
            self.done.set()
            if self.opened is not None:
                self._over.wait()
                self.opened = None


class WarehouseGate:
    """The warehouse of this server. It is opened again when it is next needed after it failed to open, or has gone."""

    def __init__(self, data_dir: DataDir, choice: Choice, observer: WarehouseObserver) -> None:
        self.closing = threading.Event()
        self._data_dir = data_dir
        self._choice = choice
        self._observer = observer
        self._lock = threading.Lock()
        self._opening: _Opening | None = None
        self._ping: _Ping | None = None

    @property
    def backend(self) -> Backend:
        """Which kind of database is configured."""
        return self._choice.backend

    @property
    def is_asleep(self) -> bool:
        """Whether it is an embedded database that nobody has needed yet, so that it has not been started."""
        return self.backend is Backend.EMBEDDED and self._opening is None

    def begin(self) -> None:
        """Start to open it; returns at once."""
        self._begun()

    def begin_if_used_before(self) -> None:
        """Start to open an embedded database that has been made already, so that it is there when it is needed."""
        if self.backend is Backend.EMBEDDED and (self._data_dir.state / "postgres.json").exists():
            self.begin()

    def opened(self, cancelled: threading.Event | None = None, *, wait_seconds: float = OPENING_SECONDS) -> Opened:
        """The open warehouse (blocking while it opens).

        Raises:
            PublishCancelled: the wait was cancelled, or the server is stopping.
            WarehouseUnavailable: it cannot be opened, or not in time.
        """
        opening, give_up_at = self._begun(), time.monotonic() + wait_seconds
        while not opening.done.wait(_LOOK_AGAIN_SECONDS):
            if self.closing.is_set() or (cancelled is not None and cancelled.is_set()):
                raise PublishCancelled("It was cancelled before anything was written.")
            if time.monotonic() >= give_up_at:
                raise WarehouseUnavailable("The database is still starting; try again in a moment.")
        if opening.error is not None:
            raise opening.error
        if opening.opened is None:
            raise WarehouseUnavailable("The server is shutting down.")
        return opening.opened

    def status(self) -> Status:
        """Whether it answers, as found out within the last seconds; waits a second at most, and never fails."""
        with self._lock:
            if self._ping is None or self._ping.age > _PING_KEPT_SECONDS:
                self._ping = _Ping(self)
            ping = self._ping
        ping.done.wait(_PING_SECONDS)
        return ping.status or Status(
            backend=self.backend, connected=False, problem="The database is starting, or answers slowly."
        )

    def child_environment(self, cancelled: threading.Event | None = None) -> Mapping[str, str]:
        """What a child process needs to reach the same database; waits while it opens. Holds secrets: never log it.

        Empty while the embedded database has not been made, and when it cannot be opened: then a run that finds
        corrections there refuses to go on without them.

        Raises:
            PublishCancelled: the wait was cancelled, or the server is stopping.
        """
        choice = self._choice
        if choice.backend is Backend.SUPABASE:
            return {"SUPABASE_URL": choice.supabase_url or "", "SUPABASE_SERVICE_KEY": choice.supabase_key or ""}
        if choice.db_url:
            return {"SUPABASE_DB_URL": choice.db_url}
        if self._opening is None and not (self._data_dir.state / "postgres.json").exists():
            return {}
        try:
            dsn = self.opened(cancelled).dsn
        except PublishCancelled:
            raise
        except WarehouseError as error:
            logger.warning("warehouse_not_handed_on", error=str(error))
            return {}
        return {"SUPABASE_DB_URL": dsn} if dsn else {}

    def close(self, seconds: float = _CLOSING_SECONDS) -> None:
        """End what waits, close the connections and stop the embedded server; give up waiting after so long.

        A server that has not stopped by then stops when this process ends.
        """
        self.closing.set()
        with self._lock:
            opening, self._opening = self._opening, None
        if opening is not None:
            opening.end(seconds)

    def _begun(self) -> _Opening:
        with self._lock:
            if self.closing.is_set():
                raise PublishCancelled("The server is shutting down.")
            if self._opening is not None and self._opening.lost:
                logger.error("warehouse_gone", meaning="the embedded database has ended by itself; it is started again")
                self._opening.end(_ABANDONING_SECONDS)
                self._opening = None
            if self._opening is None or self._opening.failed:
                self._opening = _Opening(self._data_dir, self._choice, self._observer)
            return self._opening


class _Ping:
    """One question whether the warehouse answers, on a thread that nobody has to wait for."""

    def __init__(self, gate: WarehouseGate) -> None:
        self.status: Status | None = None
        self.done = threading.Event()
        self._gate = gate
        self._ended_at: float | None = None
        threading.Thread(target=self._ask, name="warehouse-ping", daemon=True).start()

    @property
    def age(self) -> float:
        """Seconds since the answer; 0 while there is none, so that no second question is asked meanwhile."""
        return 0.0 if self._ended_at is None else time.monotonic() - self._ended_at

    def _ask(self) -> None:
        try:
            self.status = self._gate.opened().warehouse.status()
        except WarehouseError as error:
            self.status = Status(backend=self._gate.backend, connected=False, problem=str(error))
        finally:
            self._ended_at = time.monotonic()
            self.done.set()
