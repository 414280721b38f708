"""How long each operation on the warehouse takes, told to whoever measures."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Protocol, cast

from warehouse.base import Warehouse

_OPERATIONS: Final = frozenset(
    {"publish", "preview", "status", "catalog", "drift", "apply_schema", "read", "count", "apply"}
)


class WarehouseObserver(Protocol):
    """Is told what happens on the way to the warehouse; from any thread."""

    def took(self, operation: str, seconds: float, *, failed: bool) -> None:
        """An operation has ended, by an error when it `failed`."""
        ...

    def retried(self) -> None:
        """A request is sent again."""
        ...


def timed(warehouse: Warehouse, observer: WarehouseObserver) -> Warehouse:
    """The same warehouse, its operations measured."""
    return cast("Warehouse", _Timed(warehouse, observer))


class _Timed:
    def __init__(self, warehouse: Warehouse, observer: WarehouseObserver) -> None:
        self._warehouse = warehouse
        self._observer = observer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the warehouse has by this name
        found = getattr(self._warehouse, name)
        return self._measured(name, found) if name in _OPERATIONS else found

    def _measured(self, name: str, operation: Callable[..., object]) -> Callable[..., object]:
        @wraps(operation)
        def run(*arguments: object, **options: object) -> object:
            since, failed = time.perf_counter(), True
            try:
                result = operation(*arguments, **options)
                failed = False
                return result
            finally:
                self._observer.took(name, time.perf_counter() - since, failed=failed)

        return run
