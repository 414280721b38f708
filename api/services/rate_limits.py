"""How many requests one caller may make a minute, and how many it may have open at once."""

import ipaddress
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from api.errors import TooManyRequests
from api.services.access_errors import TooManyFailures

FAILURES_PER_MINUTE: Final = 30
"""Wrong keys and tokens of one address; more are not looked at, so that guessing takes for ever."""
_IPV6_PREFIX: Final = 64
_MINUTE: Final = 60


class TooManyStreams(TooManyRequests):
    """The caller has as many requests open as it may have at once."""

    code = "too_many_streams"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request; `reset_seconds` is when it is all there again."""

    limit: int
    remaining: int
    reset_seconds: int


class RateExceeded(TooManyRequests):
    """The caller has made all the requests that it may make in a minute."""

    code = "rate_exceeded"

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(
            f"You have made all {allowance.limit:,} requests of this kind that you may make a minute; "
            f"wait {allowance.reset_seconds} s",
            retry_after_seconds=max(1, allowance.reset_seconds),
        )
        self.allowance = allowance


class RateLimits:
    """Counts requests in windows of a minute, in this process."""

    def __init__(self, *, reads: int, writes: int, streams: int, time: Callable[[], float]) -> None:
        from limits import RateLimitItemPerMinute  # noqa: PLC0415 - they load the library's storages
        from limits.strategies import FixedWindowRateLimiter  # noqa: PLC0415

        from api.services.window_storage import WindowStorage  # noqa: PLC0415

        self._storage = WindowStorage(time)
        self._counter = FixedWindowRateLimiter(self._storage)
        self._reads = RateLimitItemPerMinute(reads, namespace="r")
        self._writes = RateLimitItemPerMinute(writes, namespace="w")
        self._failures = RateLimitItemPerMinute(FAILURES_PER_MINUTE, namespace="f")
        self._streams = streams
        self._open: Counter[str] = Counter()
        self._time = time

    def count(self, caller: str, *, is_write: bool) -> Allowance:
        """Count a request.

        Raises:
            RateExceeded: it is one too many.
        """
        item = self._writes if is_write else self._reads
        key = item.key_for(caller)
        used = self._storage.incr(key, item.get_expiry())
        reset = max(0, math.ceil(self._storage.get_expiry(key) - self._time()))
        allowance = Allowance(item.amount, max(0, item.amount - used), reset)
        if used > item.amount:
            raise RateExceeded(allowance)
        return allowance

    def open(self, caller: str) -> None:
        """Count a request as open, until `close`.

        Raises:
            TooManyStreams: it is one too many.
        """
        if self._open[caller] >= self._streams:
            raise TooManyStreams(
                f"You have {self._streams} requests open, which is all that you may have at once",
                retry_after_seconds=1,
            )
        self._open[caller] += 1

    def close(self, caller: str) -> None:
        """The request is answered."""
        self._open[caller] -= 1
        if self._open[caller] <= 0:
            del self._open[caller]

    def check_failures(self, address: str) -> None:
        """Refuse an address that has given too many wrong keys.

        Raises:
            TooManyFailures: until the minute is over.
        """
        if not self._counter.test(self._failures, neighbourhood(address)):
            raise TooManyFailures(
                "Too many wrong keys came from your address; wait a minute", retry_after_seconds=_MINUTE
            )

    def note_failure(self, address: str) -> None:
        """Count a wrong key or token."""
        self._counter.hit(self._failures, neighbourhood(address))


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """The address as one caller has it: in IPv6 a household gets a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - IPv4
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
