"""All processes of one run: found wherever they went, told apart from strangers, and ended.

A run's processes share the process group of its first one. A descendant that leaves the group is found by its parent,
or by the environment variable `BENCHSIGHT_RUN_ID`, which everything started by the run inherits. POSIX only.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import psutil

from api.services.job_store import ProcessRef
from api.services.process_birth import RUN_MARKER, birth_mark

_SHORTEST_PAUSE: Final = 0.01  # seconds between looks at a group that is ending
_LONGEST_PAUSE: Final = 0.25
_COMPLAIN_SECONDS: Final = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Living:
    """A process with what decides whether it belongs to a run."""

    process: psutil.Process
    parent: int
    run_id: str | None


def _living() -> list[_Living]:
    """Every process but this one and the zombies. Read anew: psutil's own iterator may hold a reused number."""
    found = []
    for pid in psutil.pids():
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            facts = process.as_dict(["status", "ppid", "environ"])
            if pid != os.getpid() and facts["status"] not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
                found.append(_Living(process, facts["ppid"], (facts["environ"] or {}).get(RUN_MARKER)))
    return found


class ProcessTree:
    """The processes of one run.

    `group_is_ours` says whether the group number still belongs to this run: a parent that has not reaped the leader
    knows so; after a restart only the leader's birth mark proves it.
    """

    def __init__(self, run_id: str, group: int, group_is_ours: Callable[[], bool]) -> None:
        self._run_id = run_id
        self._group = group
        self._group_is_ours = group_is_ours
        self._seen: set[psutil.Process] = set()

    def members(self) -> list[psutil.Process]:
        """The living processes of the run; a zombie is not living."""
        group = self._group if self._group_is_ours() else None
        alive = _living()
        found = {p for p in alive if p.process in self._seen or self._is_member(p, group)}
        while more := {p for p in alive if p.parent in {f.process.pid for f in found}} - found:
            found |= more
        members = {p.process for p in found}
        self._seen |= members
        return sorted(members, key=lambda p: p.pid)

    def end(self, grace_seconds: float, *, limit_seconds: float | None = None) -> bool:
        """SIGTERM to all, SIGKILL to those who are left after the grace, until nobody is left; whether nobody is.

        Without a limit it does not return before: whoever reports the end of a run must not be wrong.
        """
        started = time.monotonic()
        complain_at = started + grace_seconds + _COMPLAIN_SECONDS
        members, pause = self.members(), _SHORTEST_PAUSE
        self._signal(members, signal.SIGTERM)
        while members:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            members, now = self.members(), time.monotonic()
            if members and now - started >= grace_seconds:
                self._signal(members, signal.SIGKILL)
            if limit_seconds is not None and now - started >= limit_seconds:
                break
            if members and now >= complain_at:
                complain_at = now + _COMPLAIN_SECONDS
                _log.error("processes of run %s do not die: %s", self._run_id, [p.pid for p in members])
        return not members

    def _is_member(self, living: _Living, group: int | None) -> bool:
        if living.run_id == self._run_id:
            return True
        if group is None:
            return False
        with suppress(OSError):
            return group in {os.getpgid(living.process.pid), os.getsid(living.process.pid)}
        return False

    def _signal(self, members: list[psutil.Process], number: signal.Signals) -> None:
        if self._group_is_ours():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, number)  # at once, so that a member cannot fork away in between
        for process in members:
            with suppress(psutil.Error):
                if not self._in_group(process):
                    process.send_signal(number)  # psutil refuses when the number has been given to another process

    def _in_group(self, process: psutil.Process) -> bool:
        try:
            return self._group_is_ours() and os.getpgid(process.pid) == self._group
        except OSError:
            return False


def end_survivors(run_id: str, child: ProcessRef | None, *, grace_seconds: float, limit_seconds: float) -> bool:
    """End what a run of an earlier server has left, and never a stranger; whether nobody is left.

    The child's group is touched only while the child with this pid AND birth is alive; everything else must carry the
    run's marker in its environment.
    """
    if child is None:
        tree = ProcessTree(run_id, -1, lambda: False)
    else:
        tree = ProcessTree(run_id, child.pid, lambda: birth_mark(child.pid) == child.born)
    return tree.end(grace_seconds, limit_seconds=limit_seconds)
