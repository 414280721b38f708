"""Run a program as the child of a job: in a process group of its own, logged by descriptor, and gone when it ends."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.services import child_launch
from api.services.child_environment import ChildEnvironment, secrets_in
from api.services.job_context import JobContext
from api.services.job_errors import JobFailed, JobStopped
from api.services.job_store import ProcessRef
from api.services.log_masking import mask_file
from api.services.process_birth import RUN_MARKER, birth_mark

if TYPE_CHECKING:
    from api.services.process_tree import ProcessTree

_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Program:
    """How a job's program is started: an interpreter and a script, where, and with which environment."""

    command: Sequence[str]
    cwd: Path
    environment: ChildEnvironment


def run_child(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    context: JobContext,
    on_poll: Callable[[], None] | None = None,
    grace_seconds: float = 5.0,
) -> int:
    """Run a program to its end and return its exit code (negative: the signal that ended it, as in `subprocess`).

    It starts a session of its own and is journalled before it begins; output goes straight into `context.log_path`,
    stdin is empty, and `BENCHSIGHT_RUN_ID=<job_id>` is added to `env`. When the context asks for a stop or the time is
    up, its whole group gets SIGTERM and, `grace_seconds` later, SIGKILL. The call ends only when no process of the run
    is left, also when the program ends by itself and leaves others behind. A program that exits with 0 although it was
    told to stop had finished its work: that is returned, not raised. `on_poll` is called some times a second while it
    runs and once afterwards, to read its progress; what it raises ends the child.

    Raises:
        JobCancelled, JobTimedOut, JobInterrupted: the child was ended for this reason.
        JobFailed: the program could not be started, or it printed more than the log may hold.
        JournalUnavailable: the child could not be journalled; the program has not begun.
    """
    child = _start(argv, cwd=cwd, env={**env, RUN_MARKER: context.job.job_id}, log_path=context.log_path)
    tree = _tree_of(child, context)
    stopped: JobStopped | None = None
    try:
        context.note_child(ProcessRef(child.pid, birth_mark(child.pid) or "gone"))
        _release(child)
        stopped = _watch(child, context, on_poll)
    finally:
        tree.end(grace_seconds)
        with child:  # closes the pipe of a child that was never released
            code = child.wait()
        mask_file(context.log_path, secrets_in(env))
    if on_poll is not None:
        on_poll()
    if stopped is not None and code != 0:
        raise stopped
    return code


def _tree_of(child: subprocess.Popen[bytes], context: JobContext) -> "ProcessTree":
    from api.services.process_tree import ProcessTree  # noqa: PLC0415 - loads psutil, which the server starts without

    return ProcessTree(context.job.job_id, child.pid, lambda: True)  # the group is ours until `wait` reaps its leader


def _start(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log_path: Path) -> subprocess.Popen[bytes]:
    launcher = [sys.executable, "-I", "-S", child_launch.__file__, str(os.getpid()), *argv]
    try:
        with log_path.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the arguments come from our services, and no shell sees them
                launcher,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as e:
        raise JobFailed(f"The job's program could not be started: {e.strerror}") from e


def _release(child: subprocess.Popen[bytes]) -> None:
    with suppress(BrokenPipeError), child.stdin or nullcontext() as go:
        if go is not None:
            go.write(child_launch.GO)


def _watch(
    child: subprocess.Popen[bytes], context: JobContext, on_poll: Callable[[], None] | None
) -> JobStopped | None:
    """Wait until the child has ended, or is to end: then why. An end that has come already counts first."""
    while not _has_ended(child):
        try:
            context.check()
        except JobStopped as e:
            return e
        if on_poll is not None:
            on_poll()
        if context.log_path.stat().st_size > context.max_log_bytes:
            raise JobFailed(f"The job was ended because its log grew beyond {context.max_log_bytes} bytes")
        context.cancel_requested.wait(_POLL_SECONDS)
    return None


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended, without reaping it: until then nobody else gets its number."""
    import psutil  # noqa: PLC0415 - the server starts without it

    try:
        return psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
