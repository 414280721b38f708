"""Many files at once: worker processes where that pays, the same function in this process where it does not."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

POOL_FROM: Final = 100  # files; below, starting workers costs more than they save, and a season stays in little memory
MAX_WORKERS: Final = 4  # each needs about 150 MB


def run_all(
    function: Callable[[Task], Result], tasks: Sequence[Task], *, worth_a_pool: bool
) -> Iterator[tuple[int, Result]]:
    """Position and result of every task, in the order in which they get ready.

    Workers are spawned, so that they inherit no lock; they stay in the run's process group, and end by themselves
    when the run is gone.
    """
    workers = min(MAX_WORKERS, os.cpu_count() or 1, len(tasks))
    if not worth_a_pool or workers < 2:  # noqa: PLR2004 - one worker is no pool
        for position, task in enumerate(tasks):
            yield position, function(task)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
    try:
        positions = {pool.submit(function, task): position for position, task in enumerate(tasks)}
        for future in as_completed(positions):
            yield positions[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Called in a worker before it loads the frame engine: with a worker to each core, it needs no second thread."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # noqa: TID251 - a worker's composition root
    _end_with_the_run()


def _end_with_the_run() -> None:
    """A worker waits for its parent in the background and ends at once when that is gone, however it ended."""
    run = multiprocessing.parent_process()
    if run is not None:
        threading.Thread(target=_end_after, args=(run,), daemon=True).start()


def _end_after(run: "multiprocessing.process.BaseProcess") -> None:
    run.join()
    os._exit(1)
