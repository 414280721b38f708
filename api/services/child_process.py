"""Run a program as the child of a job: in a process group of its own, logged by descriptor, and gone when it ends."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from api.services.job_context import JobContext


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

    The child starts its own session, so that it and all it starts form a group; `BENCHSIGHT_RUN_ID=<job_id>` is added
    to `env`, so that a descendant which leaves the group is found too. Output goes straight into `context.log_path`;
    stdin is empty. Its pid and birth are journalled before the program begins. When the context asks for a stop or
    the time is up: SIGTERM to the whole group, `grace_seconds`, SIGKILL. The call returns, or raises, only when no
    process of the run is left, also when the program ends by itself and leaves others behind.

    Args:
        argv: the program and its arguments; no shell.
        cwd: where it runs.
        env: its whole environment.
        context: the job's; its deadline and `cancel_requested` end the child.
        on_poll: called some times a second while the child runs and once after its end, to read its progress. What it
            raises ends the child and is raised again.
        grace_seconds: between SIGTERM and SIGKILL.

    Raises:
        JobCancelled, JobTimedOut, JobInterrupted: the child was ended for this reason.
        JobFailed: the program could not be started, or it printed more than a log may hold.
        JournalUnavailable: the child could not be journalled; the program has not begun.
    """
    ...
