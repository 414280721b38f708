"""Writes to the audit log what requests have done, before they are answered."""

import asyncio
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limiting import is_reading
from api.models.access import Caller
from api.services.access_errors import AccessStoreDown
from api.services.audit_log import AuditLog, Done
from api.services.deed import Deed, noted
from api.utils.logger import logger

_FORBIDDEN: Final = 403
_FIRST_ERROR: Final = 400
_FIRST_FAULT: Final = 500
_LONGEST_TARGET: Final = 300


class Auditing:
    """Remembers every request that may change something: done, refused for want of a role, or broken off by a fault.

    The entry is on the disk before the answer begins. Where that fails the answer is given all the same, since the
    thing is done, and the entry goes to the server's log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or is_reading(scope):
            await self._app(scope, receive, send)
            return
        with noted() as deed:

            async def send_when_noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    done = _done(scope, deed, message["status"])
                    if done is not None:
                        await _append(scope["app"].state.audit, done)
                await send(message)

            await self._app(scope, receive, send_when_noted)


def _done(scope: Scope, deed: Deed, status: int) -> Done | None:
    """What to remember; None where nobody known has done anything."""
    state: dict[str, Any] = scope["state"]
    caller = deed.by or state["caller"]
    is_of_note = status < _FIRST_ERROR or status == _FORBIDDEN or status >= _FIRST_FAULT
    route = scope.get("route")
    if not isinstance(caller, Caller) or not is_of_note or route is None:
        return None
    named = scope.get("path_params", {})
    return Done(
        caller=caller,
        address=state["address"],
        action=getattr(route, "name", "") or "unknown",
        target=f"{scope['method']} {scope['path']}"[:_LONGEST_TARGET].encode("utf-8", "replace").decode(),
        status=status,
        request_id=state["request_id"],
        job_id=deed.job_id or named.get("job_id"),
        table_name=named.get("table_name"),
        changes=deed.changes,
    )


async def _append(audit: AuditLog, done: Done) -> None:
    try:
        await asyncio.to_thread(audit.append, done)
    except AccessStoreDown as error:
        logger.error(
            "audit_entry_not_written",
            why=error.message,
            actor=done.caller.name,
            action=done.action,
            target=done.target,
            status=done.status,
            job_id=done.job_id,
        )
