"""What an error of the REST interface asks for: try again, send less, name the bad row, or give up."""

import re
from enum import StrEnum
from typing import Final

import httpx

from warehouse.errors import AccessDenied, SchemaDrift, UnknownName, WarehouseError, WarehouseUnavailable
from warehouse.translation import error_for


class Verdict(StrEnum):
    """What to do about an error."""

    RETRY = "retry"  # it passes by itself; what was sent may be sent again
    SLOW = "slow"  # no answer in time: once more, for it may be done by now, and then less
    SPLIT = "split"  # too much at once
    BAD_DATA = "bad data"  # some row of it cannot be stored
    FAIL = "fail"


_RETRY_STATUS: Final = frozenset({408, 429, 502, 503, 504, 520, 521, 522, 523, 524})
_RETRY_CODES: Final = frozenset(
    {"PGRST000", "PGRST001", "PGRST002", "PGRST003", "40001", "40P01", "53300", "57P01", "57P02", "57P03"}
)
_TOO_LARGE: Final = 413
_BAD_DATA: Final = ("22", "23", "21")
_ACCESS: Final = frozenset({"PGRST301", "PGRST302", "PGRST303"})
_NOT_FOUND: Final = frozenset({"PGRST204", "PGRST205"})
NO_FUNCTION: Final = "PGRST202"
_RETRY_NETWORK: Final = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.RemoteProtocolError, httpx.ReadError,
    httpx.WriteError, httpx.WriteTimeout, httpx.CloseError,
)  # fmt: skip
_TABLE: Final = re.compile(r"relation \"(\w+)\"|on table \"(\w+)\"|table '(?:\w+\.)?(\w+)'")


class Refused(Exception):
    """An answer that is no success, and what to do about it. `retry_after` is in seconds."""

    def __init__(self, verdict: Verdict, code: str, message: str, details: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.verdict = verdict
        self.code = code
        self.message = message
        self.details = details
        self.retry_after: float | None = None

    def translated(self, table: str | None = None) -> WarehouseError:
        """The same in our terms, for a person."""
        table = self._table() or table
        if self.code == NO_FUNCTION:
            return SchemaDrift("The load functions are missing: run sql/reset_supabase.sql in the SQL editor.")
        if self.code in _NOT_FOUND:
            return UnknownName(self.message, table=table)
        if self.code in _ACCESS or self.code in {"401", "403"}:
            return AccessDenied("Supabase refused the key: check SUPABASE_URL and SUPABASE_SERVICE_KEY.")
        if self.verdict in {Verdict.RETRY, Verdict.SLOW, Verdict.SPLIT} or not re.fullmatch(r"[0-9A-Z]{5}", self.code):
            return WarehouseUnavailable(f"Supabase does not take the request ({self.code}).", table=table)
        return error_for(self.code, self.message, table=table, detail=self.details)

    def _table(self) -> str | None:
        """The table concerned: our functions give it as the detail, PostgreSQL names it in its message."""
        if self.code.startswith("BS"):
            return self.details
        found = _TABLE.search(self.message)
        return next((name for name in found.groups() if name), None) if found else None


def refused_by_server(
    status: int | None, told: tuple[str | None, str | None, object], retry_after: str | None
) -> Refused:
    """Judge an answer by its status and by what its body told: code, message, details."""
    code = str(told[0]) if told[0] else str(status or "")
    details = told[2] if isinstance(told[2], str) else None
    refused = Refused(_verdict(status, code), code, told[1] or "", details)
    if retry_after is not None and re.fullmatch(r"\d{1,4}(\.\d+)?", retry_after):
        refused.retry_after = float(retry_after)
    return refused


def refused_by_network(error: httpx.HTTPError) -> Refused:
    """Judge a failure without an answer. Whether it was carried out is unknown; all of ours may be repeated."""
    kind = type(error).__name__
    if isinstance(error, httpx.ReadTimeout):
        return Refused(Verdict.SLOW, kind, "no answer in time")
    return Refused(Verdict.RETRY if isinstance(error, _RETRY_NETWORK) else Verdict.FAIL, kind, "no answer")


def _verdict(status: int | None, code: str) -> Verdict:
    if status == _TOO_LARGE or code in {"57014", str(_TOO_LARGE)}:
        return Verdict.SPLIT
    if status in _RETRY_STATUS or code in _RETRY_CODES:
        return Verdict.RETRY
    if re.fullmatch(r"[0-9A-Z]{5}", code) and code.startswith(_BAD_DATA):
        return Verdict.BAD_DATA
    return Verdict.FAIL
