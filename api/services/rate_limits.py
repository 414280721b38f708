"""How many requests one caller may make a minute, and how many it may have open at once."""

import ipaddress
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage.base import Storage
from limits.strategies import FixedWindowRateLimiter

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


class WindowStorage(Storage):
    """Counters that end with their window, in one thread.

    The library's own storage in memory starts a thread for every request after a quiet moment, looks through all
    counters in it, and goes by the wall clock.
    """

    STORAGE_SCHEME = ["window"]  # noqa: RUF012 - the library's own type

    def __init__(self, time: Callable[[], float]) -> None:
        super().__init__()
        self._time = time
        self._counts: dict[str, int] = {}
        self._ends: dict[str, float] = {}
        self._swept_at = time()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Errors of the storage: it has none."""
        return LookupError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window of so many seconds from the first count on."""
        now = self._time()
        if now - self._swept_at > _MINUTE:
            self._sweep(now)
        if self._ends.get(key, 0.0) <= now:
            self._counts[key] = 0
            self._ends[key] = now + expiry
        self._counts[key] += amount
        return self._counts[key]

    def get(self, key: str) -> int:
        """The count of the window."""
        return self._counts.get(key, 0) if self._ends.get(key, 0.0) > self._time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._ends.get(key, self._time())

    def check(self) -> bool:
        """Whether it works."""
        return True

    def reset(self) -> int:
        """Forget everything; how many counters there were."""
        count = len(self._counts)
        self._counts.clear()
        self._ends.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget a counter."""
        self._counts.pop(key, None)
        self._ends.pop(key, None)

    def _sweep(self, now: float) -> None:
        for key in [key for key, end in self._ends.items() if end <= now]:
            self.clear(key)
        self._swept_at = now


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
