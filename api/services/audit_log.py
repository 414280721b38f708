"""The audit log: appended to, never changed."""

import getpass
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from api.models.access import Caller, Role
from api.models.audit import AuditEntry, TableChange
from api.services.access_store import AccessStore

_LONGEST_CHANGES: Final = 256_000
"""Characters of the rows kept with one entry; of more, fewer rows are kept."""
_FILTERS: Final = {
    "actor": "(actor = :actor OR actor_id = :actor)",
    "action": "action = :action",
    "table": "table_name = :table",
    "job_id": "job_id = :job_id",
    "status": "status = :status",
    "since": "at >= :since",
    "until": "at < :until",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is to be remembered of a request."""

    caller: Caller
    address: str
    action: str
    target: str
    status: int
    request_id: str
    job_id: str | None = None
    table_name: str | None = None
    changes: Sequence[TableChange] = ()


def done_on_command_line(action: str, target: str, changes: Sequence[TableChange] = ()) -> Done:
    """What whoever is logged in to this machine does there."""
    user = "unknown user"
    with suppress(KeyError, OSError):  # a container may have no name for its user
        user = getpass.getuser()
    return Done(
        caller=Caller(id="command-line", name=f"{user} (command line)", role=Role.ADMIN, kind="machine"),
        address="",
        action=action,
        target=target,
        status=200,
        request_id="",
        changes=changes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted; what is None does not matter. `actor` is a name or an id."""

    actor: str | None = None
    action: str | None = None
    table: str | None = None
    job_id: str | None = None
    status: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditLog:
    """Writes and reads the log."""

    def __init__(self, store: AccessStore, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def append(self, done: Done) -> None:
        """Write an entry (blocking, to the disk).

        Raises:
            AccessStoreDown: it could not be written.
        """
        caller = done.caller
        self._store.write(
            (
                (
                    "INSERT INTO audit (at, actor_id, actor, actor_kind, role, address, action, target, "
                    "table_name, job_id, status, request_id, changes) VALUES (:at, :actor_id, :actor, :actor_kind, "
                    ":role, :address, :action, :target, :table_name, :job_id, :status, :request_id, :changes)"
                ),
                {
                    "at": _stored(self._now()),
                    "actor_id": caller.id,
                    "actor": caller.name,
                    "actor_kind": caller.kind,
                    "role": caller.role,
                    "address": done.address,
                    "action": done.action,
                    "target": done.target,
                    "table_name": done.table_name or next((change.table_name for change in done.changes), None),
                    "job_id": done.job_id,
                    "status": done.status,
                    "request_id": done.request_id,
                    "changes": _kept(done.changes),
                },
            )
        )

    def page(self, which: AuditFilter, *, limit: int, offset: int) -> tuple[list[AuditEntry], int]:
        """Entries, the newest first, and how many fit.

        Raises:
            AccessStoreDown: the file cannot be read.
        """
        given = {f.name: getattr(which, f.name) for f in fields(which)}
        values = {n: _stored(v) if isinstance(v, datetime) else v for n, v in given.items() if v is not None}
        where = " AND ".join(["TRUE", *(_FILTERS[name] for name in values)])
        rows = self._store.read(
            f"SELECT * FROM audit WHERE {where} ORDER BY id DESC LIMIT :limit OFFSET :offset",  # noqa: S608 - our constants
            values | {"limit": limit, "offset": offset},
        )
        (count,) = self._store.read(f"SELECT count(*) FROM audit WHERE {where}", values)  # noqa: S608 - our constants
        return [_entry(row) for row in rows], int(count[0])


def _stored(at: datetime) -> str:
    """A moment as text that sorts by time."""
    return at.isoformat(timespec="microseconds")


def _kept(changes: Sequence[TableChange]) -> str:
    """The changes as JSON, with fewer rows until it is short enough."""
    rows = max((len(change.before) + len(change.after) for change in changes), default=0)
    while True:
        kept = [c.model_copy(update={"before": c.before[:rows], "after": c.after[:rows]}) for c in changes]
        text = json.dumps([change.model_dump(mode="json") for change in kept], ensure_ascii=False)
        if len(text) <= _LONGEST_CHANGES or rows == 0:
            return text
        rows //= 2


def _entry(row: sqlite3.Row) -> AuditEntry:
    values: dict[str, Any] = {name: row[name] for name in AuditEntry.model_fields}
    return AuditEntry.model_validate(values | {"changes": json.loads(row["changes"] or "[]")})
