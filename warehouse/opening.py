"""Open the warehouse that the configuration asks for: the embedded one unless another is named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from snapshot.layout import DataDir
from warehouse.base import Backend, OnRetry, Warehouse, nobody_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was configured. A database URL wins over a Supabase project, since COPY is faster and needs no functions."""

    db_url: str | None = field(default=None, repr=False)
    supabase_url: str | None = None
    supabase_key: str | None = field(default=None, repr=False)

    @property
    def backend(self) -> Backend:
        """Which kind it comes to."""
        if self.db_url:
            return Backend.POSTGRES
        return Backend.SUPABASE if self.supabase_url and self.supabase_key else Backend.EMBEDDED


@dataclass(frozen=True, slots=True)
class Opened:
    """An open warehouse. `dsn` is for a child process, by its environment; None where REST is the only way.

    `has_gone` says whether an embedded server has ended by itself, so that only opening it anew brings it back.
    """

    warehouse: Warehouse
    dsn: str | None = field(default=None, repr=False)
    has_gone: Callable[[], bool] = lambda: False


@contextmanager
def open_warehouse(data_dir: DataDir, choice: Choice, on_retry: OnRetry = nobody_counts) -> Iterator[Opened]:
    """The warehouse, closed afterwards; an embedded server is started first and stopped last.

    Raises:
        ValueError: the URL or the key is of no known kind; the message holds neither.
        WarehouseUnavailable: the embedded server cannot start.
    """
    if choice.backend is Backend.SUPABASE:
        from warehouse.supabase import SupabaseWarehouse  # noqa: PLC0415 - loads the client and the frame engine

        rest = SupabaseWarehouse(choice.supabase_url or "", choice.supabase_key or "", on_retry=on_retry)
        try:
            yield Opened(rest)
        finally:
            rest.close()
        return
    from warehouse.postgres import PostgresWarehouse  # noqa: PLC0415 - loads the driver

    with _server(data_dir, choice) as (dsn, has_gone):
        direct = PostgresWarehouse(dsn, backend=choice.backend)
        try:
            yield Opened(direct, dsn, has_gone)
        finally:
            direct.close()


@contextmanager
def _server(data_dir: DataDir, choice: Choice) -> Iterator[tuple[str, Callable[[], bool]]]:
    """The DSN, and whether the server there is one of ours that has ended."""
    if choice.db_url:
        yield choice.db_url, lambda: False
        return
    from warehouse.embedded import EmbeddedPostgres  # noqa: PLC0415 - loads the driver

    with EmbeddedPostgres(data_dir) as server:
        yield server.dsn, server.has_gone
