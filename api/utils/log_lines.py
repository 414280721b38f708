"""How log lines look and where they go: one JSON object per line where a machine reads."""

import logging
import sys
from collections.abc import Iterable
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor

from api.utils.secret_mask import SecretMask

_OURS: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_OF_LIBRARIES: Final[tuple[Processor, ...]] = (*_OURS, structlog.stdlib.add_logger_name)


def configure_logging(level: str, *, as_json: bool, stream: TextIO | None = None, secrets: Iterable[str] = ()) -> None:
    """Send every log line of this process, those of libraries too, to `stream` (standard error when absent).

    `as_json` writes one JSON object per line; otherwise lines for a person, without colours off a terminal. Whole
    lines, tracebacks included, are masked: of `secrets`, and of what looks like one.
    """
    target = stream or sys.stderr
    to_text = [*_rendering(as_json, target), _masking(SecretMask(secrets))]
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_OF_LIBRARIES,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *to_text],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"  # the request log line replaces it
    structlog.configure(
        # past the standard library's loggers, which would take longer than many a request
        processors=[*_OURS, _naming_the_service, *to_text],
        logger_factory=lambda *_: _Lines(target, handler),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,  # a test may configure again
    )


def _naming_the_service(_logger: object, _name: str, event: EventDict) -> EventDict:
    event["logger"] = "benchsight"
    return event


class _Lines:
    """Where finished lines of ours go: the stream, in turn with the lines of libraries."""

    def __init__(self, stream: TextIO, in_turn_with: logging.Handler) -> None:
        self._stream = stream
        self._turn = in_turn_with

    def msg(self, line: str) -> None:
        """Write a line."""
        self._turn.acquire()
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # a log on a full disk, or closed, must not fail the request that it tells of
        finally:
            self._turn.release()

    debug = info = warning = error = critical = exception = msg


def _masking(mask: SecretMask) -> Processor:
    """The last step: whatever is in the line, in whichever field, no secret leaves."""
    return lambda _logger, _name, line: mask(str(line))


def _rendering(as_json: bool, target: TextIO) -> list[Processor]:  # noqa: FBT001 - private, named at its one call
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
