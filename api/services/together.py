"""Coroutines that run together and end together."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

_Work = Coroutine[object, object, object]


async def first_of(*works: _Work) -> None:
    """Run all until one has ended, and end the others; raises what that one has raised.

    Of several that end at the same moment the one named first counts.
    """
    async with _running(works) as tasks:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        next(task for task in tasks if task in ended).result()


async def all_of(*works: _Work) -> None:
    """Run all to their end; when one raises, end the others and raise it."""
    async with _running(works) as tasks:
        await asyncio.gather(*tasks)


@asynccontextmanager
async def _running(works: tuple[_Work, ...]) -> AsyncIterator[list[asyncio.Task[object]]]:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
