"""Requests to a Supabase project by its official client: HTTP/1.1, a client per thread, and our own retries.

supabase-py repeats only reads; here everything that is sent may be repeated, because every write is keyed. It also
hides the HTTP status of an error, so a response hook keeps it.
"""

import base64
import binascii
import copy
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx
from postgrest.exceptions import APIError
from supabase import Client, create_client
from supabase.lib.client_options import SyncClientOptions
from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_random_exponential

from warehouse.base import OnRetry
from warehouse.errors import WarehouseError
from warehouse.rest_errors import Refused, Verdict, refused_by_network, refused_by_server

Request = Callable[[Client], Any]
Wait = Callable[[float], bool]  # seconds; answers whether to give up
ATTEMPTS: Final = 6
_JITTER: Final = wait_random_exponential(multiplier=0.5, max=8)  # full jitter: 0 to 0.5, 1, 2, 4, 8 s
_RETRY_AFTER_LIMIT_SECONDS: Final = 60.0
_CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 65.0  # the platform ends a request after 60 s
_SECRET_KEY: Final = re.compile(r"sb_secret_[A-Za-z0-9_-]{10,}")


def check_key(key: str) -> None:
    """Accept a service key of either kind: `sb_secret_…`, or a legacy JWT of the service role.

    Raises:
        ValueError: names what the key is instead; never the key.
    """
    if _SECRET_KEY.fullmatch(key):
        return
    if key.startswith("sb_publishable_"):
        raise ValueError("SUPABASE_SERVICE_KEY is a publishable key; the secret key (sb_secret_…) is needed.")
    role = _role_of(key)
    if role is None:
        raise ValueError("SUPABASE_SERVICE_KEY is neither a secret key (sb_secret_…) nor a legacy service_role key.")
    if role != "service_role":
        raise ValueError(f"SUPABASE_SERVICE_KEY is a key of the role {role[:20]!r}; the service_role key is needed.")


def _role_of(token: str) -> str | None:
    """The role that a JWT claims; the server checks the signature, we only tell keys apart."""
    parts = token.split(".")
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    role = payload.get("role") if isinstance(payload, dict) and len(parts) == len(["h", "p", "s"]) else None
    return role if isinstance(role, str) else None


class _Line:
    """A client with a connection of its own, for one thread at a time; it remembers the last answer's head."""

    def __init__(self, url: str, key: str, tls: ssl.SSLContext, read_seconds: float) -> None:
        self.status: int | None = None
        self.retry_after: str | None = None
        self.session = httpx.Client(
            http2=False,  # the synchronous HTTP/2 client is not safe to share, and idle connections die
            timeout=httpx.Timeout(read_seconds, connect=_CONNECT_SECONDS),
            event_hooks={"response": [self._remember]},
            verify=tls,
        )
        options = SyncClientOptions(
            httpx_client=self.session, auto_refresh_token=False, persist_session=False, postgrest_client_retry=False
        )
        self.client = create_client(url, key, options)

    def execute(self, request: Request) -> Any:  # noqa: ANN401 - JSON
        """Send once; Refused for everything but a success."""
        self.status = self.retry_after = None
        try:
            return request(self.client).execute()
        except APIError as error:
            told = (error.code, error.message, error.details)
            raise refused_by_server(self.status, told, self.retry_after) from error
        except httpx.HTTPError as error:
            raise refused_by_network(error) from error

    def _remember(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.retry_after = response.headers.get("retry-after")


class RestClient:
    """Sends requests, repeats those that may pass by themselves, and raises `Refused` for the others."""

    def __init__(self, url: str, key: str, read_seconds: float, on_retry: OnRetry) -> None:
        """Raises ValueError, without the key, when it is of no known kind."""
        check_key(key)
        self._on_retry = on_retry
        self._url, self._key, self._read_seconds = url, key, read_seconds
        self._idle: list[_Line] = []
        self._taking = threading.Lock()
        self._tls = httpx.create_ssl_context()  # once: reading the certificates takes longer than a request
        self.wait: Wait = time_passes

    def waiting_by(self, wait: Wait) -> "RestClient":
        """The same client on the same connections, pausing by `wait`: an event's, so that a cancellation is quick."""
        other = copy.copy(self)
        other.wait = wait
        return other

    def send(self, request: Request, *, attempts: int = ATTEMPTS) -> Any:  # noqa: ANN401 - JSON
        """The result of `request(client).execute()`.

        Raises:
            Refused: the last answer, once it cannot be repeated or was repeated often enough.
        """
        retrying = Retrying(
            stop=stop_after_attempt(attempts),
            retry=_may_pass,
            wait=_pause,
            sleep=self._sleep,
            before_sleep=lambda _: self._on_retry(),
            reraise=True,
        )
        with self._line() as line:
            return retrying(line.execute, request)

    def rpc(self, name: str, params: Mapping[str, object], *, attempts: int = ATTEMPTS) -> Any:  # noqa: ANN401 - JSON
        """What a function answers."""
        return self.send(lambda client: client.rpc(name, dict(params)), attempts=attempts).data

    def close(self) -> None:
        """Close the idle connections; later requests open new ones."""
        with self._taking:
            while self._idle:
                self._idle.pop().session.close()

    @contextmanager
    def _line(self) -> Iterator[_Line]:
        """A client that no other thread uses meanwhile."""
        with self._taking:
            line = self._idle.pop() if self._idle else _Line(self._url, self._key, self._tls, self._read_seconds)
        try:
            yield line
        finally:
            with self._taking:
                self._idle.append(line)

    def _sleep(self, seconds: float) -> None:
        if self.wait(seconds):
            raise WarehouseError("The upload was cancelled.")


def time_passes(seconds: float) -> bool:
    """Wait; nothing ends it early."""
    time.sleep(seconds)
    return False


def _may_pass(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Refused):
        return False
    return error.verdict is Verdict.RETRY or (error.verdict is Verdict.SLOW and state.attempt_number == 1)


def _pause(state: RetryCallState) -> float:
    """What the server asks for, else full jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Refused) and error.retry_after is not None:
        return min(error.retry_after, _RETRY_AFTER_LIMIT_SECONDS)
    return _JITTER(state)
