"""Structured logging: one line per event with its fields, one JSON object per line where a machine reads."""

import logging
import sys
from collections.abc import Iterable
from typing import Final, TextIO

import structlog
from structlog.typing import Processor

from api.utils.secret_mask import SecretMask

logger: Final[structlog.stdlib.BoundLogger] = structlog.stdlib.get_logger("benchsight")
"""The service's logger. `logger.info("job_started", job_id=...)`; the request id is added by itself."""

_SHARED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logging(level: str, *, as_json: bool, stream: TextIO | None = None, secrets: Iterable[str] = ()) -> None:
    """Send every log line of this process, those of libraries too, to `stream` (standard error when absent).

    `as_json` writes one JSON object per line; otherwise lines for a person, without colours off a terminal. Whole
    lines, tracebacks included, are masked: of `secrets`, and of what looks like one.
    """
    mask = SecretMask(secrets)
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(as_json, target),
                _masking(mask),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"  # the request log line replaces it
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a test may configure again
    )


def _masking(mask: SecretMask) -> Processor:
    """The last step: whatever is in the line, in whichever field, no secret leaves."""
    return lambda _logger, _name, line: mask(str(line))


def _rendering(as_json: bool, target: TextIO) -> list[Processor]:  # noqa: FBT001 - private, named at its one call
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
