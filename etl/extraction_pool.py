"""Many tasks at once: worker processes where that pays, the same function in this process where it does not."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final, Self, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

POOL_FROM: Final = 100  # files; below, starting workers costs more than they save, and a season stays in little memory
MAX_WORKERS: Final = 4  # each needs up to 700 MB


class Workers:
    """The worker processes of one run, a context manager: started for the first tasks, kept for all that follow.

    They are spawned, so that they inherit no lock; they stay in the run's process group, and end by themselves when
    the run is gone.
    """

    def __init__(self, at_most: int = MAX_WORKERS) -> None:
        self._count: Final = min(at_most, os.cpu_count() or 1)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers; tasks that have not begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[int, Result]]:
        """Position and result of every task, in the order in which they get ready; the first are begun first."""
        if self._count < 2 or len(tasks) < 2:  # noqa: PLR2004 - one worker, or one task, needs no pool
            for position, task in enumerate(tasks):
                yield position, function(task)
            return
        pool = self._started()
        positions = {pool.submit(function, task): position for position, task in enumerate(tasks)}
        for future in as_completed(positions):
            yield positions[future], future.result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._count, mp_context=context, initializer=_begin)
        return self._pool


ALONE: Final = Workers(at_most=1)  # everything in this process


def for_many(workers: Workers, files: Sized) -> Workers:
    """The workers where files, or games, are many enough for them; else nobody but this process."""
    return workers if len(files) >= POOL_FROM else ALONE


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
