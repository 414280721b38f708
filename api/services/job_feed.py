"""Changes of jobs for those who watch: one short list that all share, and a cursor for each.

Writers only append and wake; a slow watcher costs nothing but its cursor, because what the list no longer holds is
read from the journal. So neither the number of watchers nor their speed can hold up a writer or fill the memory.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Final

from api.models.job import Job
from api.services.job_store import JobChange

_KEPT: Final = 256  # changes; about twenty seconds of three busy lanes


@dataclass(eq=False, slots=True)
class _Watcher:
    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class JobFeed:
    """The latest changes, and who waits for more."""

    def __init__(self, read_journal: Callable[[int], list[JobChange]]) -> None:
        """`read_journal(seq)` gives changes after `seq` that are not kept here any more (blocking)."""
        self._read_journal = read_journal
        # Held for memory only, never over a write. Re-entrant, because `close` may be called by a signal handler that
        # interrupts whoever holds it.
        self._lock = threading.RLock()
        self._kept: deque[JobChange] = deque(maxlen=_KEPT)
        self._floor = 0
        self._last = 0
        self._watchers: set[_Watcher] = set()
        self._closed = False

    @property
    def last(self) -> int:
        """The `seq` of the latest change."""
        return self._last

    def begin_after(self, seq: int) -> None:
        """What happened up to `seq` stands in the journal only."""
        with self._lock:
            self._floor = self._last = seq

    def publish(self, changes: Sequence[JobChange]) -> None:
        """Append changes, in the order of `seq`, and wake the watchers."""
        with self._lock:
            for change in changes:
                if change.seq <= self._last:
                    continue  # read back from the journal after a conflict: old news
                if len(self._kept) == _KEPT:
                    self._floor = self._kept[0].seq
                self._kept.append(change)
                self._last = change.seq
            self._wake_all()

    def close(self) -> None:
        """End every stream, and those that begin later."""
        with self._lock:
            self._closed = True
            self._wake_all()

    async def stream(self, after: int) -> AsyncGenerator[JobChange, None]:
        """Changes after `after`, as they come, until the feed is closed."""
        with self._watching() as watcher:
            while not self._closed:
                watcher.wake.clear()
                batch = self._after(after)
                if batch is None:
                    batch = await asyncio.to_thread(self._read_journal, after)
                    after = after if batch else self._floor  # all of it has been forgotten
                    if not batch:
                        continue
                for change in batch:
                    after = change.seq
                    yield change
                if not batch:
                    await watcher.wake.wait()

    async def follow(self, job: Job, cursor: int, seen: int) -> AsyncGenerator[JobChange, None]:
        """One job, from its version `seen` on, until its final state: each later version once and in order.

        Versions that are no longer kept here are skipped: the stream then begins with the job as it is. So it does when
        nothing was seen (0), or a version that the job has not reached, as after going back to an older journal.

        Args:
            job: the job as it is.
            cursor: the `seq` of a change before the job was read.
            seen: the version last seen.
        """
        if seen > job.version:
            seen = 0
        for change in self._missed(job, cursor, seen):
            seen = change.job.version
            yield change
        if job.finished:
            return
        async with aclosing(self.stream(cursor)) as changes:
            async for change in changes:
                if change.job.job_id == job.job_id and change.job.version > seen:
                    seen = change.job.version
                    yield change
                    if change.job.finished:
                        return

    def _missed(self, job: Job, cursor: int, seen: int) -> list[JobChange]:
        """What lies between a version of a job and the job as it is."""
        if seen == job.version:
            return []
        with self._lock:
            kept = [c for c in self._kept if c.job.job_id == job.job_id and seen < c.job.version <= job.version]
        whole = seen and len(kept) == job.version - seen
        return kept if whole else [JobChange(cursor, job)]

    def _after(self, seq: int) -> list[JobChange] | None:
        with self._lock:
            if seq < self._floor:
                return None
            batch = []
            for change in reversed(self._kept):
                if change.seq <= seq:
                    break
                batch.append(change)
            return batch[::-1]

    @contextmanager
    def _watching(self) -> Iterator[_Watcher]:
        watcher = _Watcher(asyncio.get_running_loop())
        with self._lock:
            self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            with self._lock:
                self._watchers.discard(watcher)

    def _wake_all(self) -> None:
        for watcher in list(self._watchers):
            try:
                watcher.loop.call_soon_threadsafe(watcher.wake.set)
            except RuntimeError:  # its loop is closed
                self._watchers.discard(watcher)
