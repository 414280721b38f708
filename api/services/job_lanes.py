"""The threads that run jobs: one for each lane, and one that keeps time."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pydantic import JsonValue, TypeAdapter

from api.errors import DomainError
from api.models.job import Job, JobStatus, JsonObject, Lane
from api.services.disk_space import DiskFull
from api.services.job_context import JobContext, StopReason, plain_text
from api.services.job_errors import JobCancelled, JobFailed, JobStopped
from api.services.job_store import JournalUnavailable
from snapshot.files import is_full

Executor = Callable[[Job, JobContext], Mapping[str, object]]
"""Does the work of one kind of job and returns its result, which JSON can carry.

It ends soon after `context.cancel_requested` is set, leaving nothing behind: by raising (best `context.check()`), or
by returning when it has finished first. It raises `JobFailed` to fail with a message for people.
"""

_IDLE_SECONDS: Final = 30.0  # a lane looks by itself this often; it is woken when it has something to do
_HELD_UP_SECONDS: Final = 1.0  # between attempts of a lane that meets an error
_SHORTEST_RETRY_SECONDS: Final = 0.1
_LONGEST_RETRY_SECONDS: Final = 5.0
_RESULT: Final = TypeAdapter[dict[str, JsonValue]](JsonObject)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: its final state, and what else is then known."""

    status: JobStatus
    changes: Mapping[str, object] = field(default_factory=dict)


def failed(error: str, errors: tuple[str, ...] = ()) -> Outcome:
    """A failure; `errors` always names at least the error itself."""
    lines = tuple(plain_text(line) for line in (errors or (error,)))
    return Outcome(JobStatus.FAILED, {"error": plain_text(error), "errors": lines})


_INTERNAL: Final = failed("Internal error; the server's log has the details under the job's id")


def run_executor(executor: Executor | None, context: JobContext) -> Outcome:
    """Run a job to its end, whatever happens. A job that finishes although it was told to stop is completed."""
    job = context.job
    if executor is None:
        return failed(f"This server cannot run {job.kind} jobs")
    try:
        return _completed(_RESULT.validate_python(dict(executor(job, context))))
    except BaseException as e:  # noqa: BLE001 - the one broad catch: a lane must outlive every executor
        return _how_it_ended(e, context)


def _completed(result: dict[str, JsonValue]) -> Outcome:
    tables = result.get("tables_created")
    if isinstance(tables, list):  # the portal counts them on the job itself
        names = tuple(sys.intern(str(name)) for name in tables)  # the history holds hundreds of such lists
        kept = {**result, "tables_created": list(names)}
        return Outcome(JobStatus.COMPLETED, {"result": kept, "tables_created": names})
    return Outcome(JobStatus.COMPLETED, {"result": result})


def _how_it_ended(e: BaseException, context: JobContext) -> Outcome:
    if context.stop_reason is not None or isinstance(e, JobStopped):
        stopped = e if isinstance(e, JobStopped) else context.stopped()
        if isinstance(stopped, JobCancelled) or context.stop_reason is StopReason.CANCELLED:
            return Outcome(JobStatus.CANCELLED)
        return failed(str(stopped))
    if isinstance(e, JobFailed):
        kept = {} if e.result is None else {"result": _RESULT.validate_python(dict(e.result))}
        outcome = failed(e.message, e.errors)
        return Outcome(outcome.status, {**outcome.changes, **kept})
    if isinstance(e, DomainError):
        return failed(e.message)
    if is_full(e):
        return failed(DiskFull().message)
    _log.error("job %s ended by an unexpected error", context.job.job_id, exc_info=e)
    return _INTERNAL


class JobLanes:
    """Runs what the manager hands out, lane by lane, until stopped."""

    def __init__(
        self,
        *,
        claim: Callable[[Lane], JobContext | None],
        execute: Callable[[JobContext], Outcome],
        finish: Callable[[JobContext, Outcome], None],
        tick: Callable[[], float],
    ) -> None:
        """`tick` does what is due and returns the seconds until it wants to be called again."""
        self._claim = claim
        self._execute = execute
        self._finish = finish
        self._tick = tick
        self._stopping = threading.Event()
        self._wakes = {lane: threading.Event() for lane in Lane}
        self._pulse = threading.Event()
        # Daemons: an executor that does not end must not keep the process. A lane outlives its children, because
        # the parent-death signal of a child fires when the thread that started it ends.
        self._threads = [self._thread(f"lane-{lane}", partial(self._work, lane)) for lane in Lane]
        self._threads.append(self._thread("job-pulse", self._keep_time))

    def start(self) -> None:
        """Begin to run jobs."""
        for thread in self._threads:
            thread.start()

    def wake(self, lane: Lane) -> None:
        """Something has changed in a lane."""
        self._wakes[lane].set()

    def stop(self, deadline_seconds: float) -> bool:
        """Take no more jobs, and wait for the present ones; whether all threads have ended in time."""
        until = time.monotonic() + deadline_seconds
        self._stopping.set()
        self._pulse.set()
        for wake in self._wakes.values():
            wake.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _thread(self, name: str, step: Callable[[], None]) -> threading.Thread:
        return threading.Thread(target=self._repeat, args=(step,), name=name, daemon=True)

    def _repeat(self, step: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                step()
            except DomainError as e:
                _log.error("the job lanes are held up: %s", e)  # such as a full disk: known, so no traceback
                self._stopping.wait(_HELD_UP_SECONDS)
            except Exception:  # noqa: BLE001 - a lane must outlive every error
                _log.exception("the job lanes stumbled")
                self._stopping.wait(_HELD_UP_SECONDS)

    def _work(self, lane: Lane) -> None:
        self._wakes[lane].clear()
        context = self._claim(lane)
        if context is None:
            self._wakes[lane].wait(_IDLE_SECONDS)
        else:
            self._pulse.set()
            self._record(context, self._execute(context))

    def _record(self, context: JobContext, outcome: Outcome) -> None:
        """Write down how a job ended, for as long as it takes: the lane stands still until the journal works again.

        When the server is stopped before, the next start finds the job running and fails it: nothing is lost silently.
        """
        job_id, pause = context.job.job_id, _SHORTEST_RETRY_SECONDS
        while True:
            try:
                return self._finish(context, outcome)
            except JournalUnavailable as e:
                _log.error("job %s is %s, which cannot be journalled: %s", job_id, outcome.status, e)
                if self._stopping.wait(pause):
                    return None
                pause = min(2 * pause, _LONGEST_RETRY_SECONDS)
            except Exception:
                if outcome is _INTERNAL:
                    raise
                _log.exception("the end of job %s as %s cannot be written", job_id, outcome.status)
                outcome = _INTERNAL

    def _keep_time(self) -> None:
        self._pulse.clear()
        self._pulse.wait(self._tick())
