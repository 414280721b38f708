"""Where requests are counted: in the memory of this process."""

from collections.abc import Callable
from typing import Final

from limits.storage.base import Storage

_SWEEP_SECONDS: Final = 60


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
        if now - self._swept_at > _SWEEP_SECONDS:
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
