"""Batches on their way: a few at once, halved when too much, and taken apart to name the row that is refused."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from warehouse.base import Value, Watch
from warehouse.errors import BadData, BadRow
from warehouse.rest_errors import Refused, Verdict
from warehouse.rest_rows import Batch
from warehouse.translation import reason_for

IN_FLIGHT: Final = 4
Send = Callable[[Batch], None]
_QUOTED: Final = re.compile(r'"([^"]*)"')


def deliver(batch: Batch, send: Send) -> None:
    """Send a batch, in halves where it is too much, and in ever smaller ones where a row of it is refused.

    Raises:
        BadData: names every row of the batch that was refused, by row and, where it can be told, by column.
        WarehouseError: anything else, translated.
    """
    try:
        send(batch)
    except Refused as refused:
        if refused.verdict in {Verdict.SPLIT, Verdict.SLOW} and len(batch.rows) > 1:
            for half in batch.halves():
                deliver(half, send)
        elif refused.verdict is Verdict.BAD_DATA:
            raise BadData(_bad_rows(batch, refused, send)) from refused
        else:
            raise refused.translated(batch.table) from refused


def deliver_all(batches: Iterator[Batch], send: Send, on_rows: Callable[[int], None], watch: Watch) -> None:
    """Deliver batches, a few at a time; `on_rows` hears of the rows that arrived. Stops at the first that fails."""
    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="upload") as threads:
        sent: deque[tuple[Batch, Future[None]]] = deque()
        try:
            for batch in batches:
                watch.check()
                sent.append((batch, threads.submit(deliver, batch, send)))
                if len(sent) >= IN_FLIGHT:
                    _collect(sent, on_rows)
            while sent:
                _collect(sent, on_rows)
        finally:
            for _, future in sent:
                future.cancel()


def _collect(sent: "deque[tuple[Batch, Future[None]]]", on_rows: Callable[[int], None]) -> None:
    batch, future = sent.popleft()
    future.result()
    on_rows(len(batch.rows))


def _bad_rows(batch: Batch, refused: Refused, send: Send) -> list[BadRow]:
    """The rows of a refused batch that are refused alone as well."""
    if len(batch.rows) == 1:
        reason = reason_for(refused.code, refused.message, refused.details)
        column = _column_in(refused, batch.rows[0])
        return [BadRow(table=batch.table, row=batch.first_row, column=column, reason=reason)]
    found: list[BadRow] = []
    for half in batch.halves():
        try:
            deliver(half, send)
        except BadData as bad:
            found += bad.rows
    if found:
        return found
    # each half is taken alone: the rows clash with each other
    return [BadRow(table=batch.table, row=batch.first_row, column=None, reason=refused.message)]


def _column_in(refused: Refused, row: dict[str, Value]) -> str | None:
    """The column that a refusal is about: named in its message, or the one that holds the value named there."""
    quoted = _QUOTED.findall(refused.message)
    for word in quoted:
        if word in row:
            return str(word)
    holding = [name for name, value in row.items() if value is not None and str(value) in quoted]
    return holding[0] if len(holding) == 1 else None
