"""Structured logging: one line per event with its fields."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


class _Lazy:
    """Loads the library with the first line: it brings one for terminals that takes as long as half a framework."""

    def __getattr__(self, level: str) -> Any:  # noqa: ANN401 - the library's method of this name
        import structlog  # noqa: PLC0415

        return getattr(structlog.get_logger(), level)


logger: Final = cast("FilteringBoundLogger", _Lazy())
"""The service's logger. `logger.info("job_started", job_id=...)`; the request id is added by itself."""


def lines_of_request(request_id: str) -> AbstractContextManager[object]:
    """Within, every line carries the request's id."""
    import structlog  # noqa: PLC0415 - as above

    return structlog.contextvars.bound_contextvars(request_id=request_id)
