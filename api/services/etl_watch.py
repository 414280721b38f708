"""Follow one child, an ETL run or a training, by the file that it writes its progress into."""

import re
import signal
from pathlib import Path
from typing import Final

import msgspec

from api.models.etl_progress import Completed, Failed, ProgressEvent, Step, TableBuilt, Trained, Warned, read_event
from api.services.disk_space import has_no_room
from api.services.job_context import JobContext
from api.services.job_errors import JobFailed

_READ_BYTES: Final = 1 << 20
_LONGEST_LINE: Final = 1 << 22
_TAIL_BYTES: Final = 1 << 16
_LONGEST_SENTENCE: Final = 500
_MOST_WARNINGS: Final = 100
_TERMINAL_CODES: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
_NOT_USEFUL: Final = re.compile(
    r"^(\s|Traceback \(|During handling of|The above exception|[~^\s]+$|[^\w]*$|Aborted|\s*File \")"
)


class RunWatch:
    """What a run has said of itself so far. `poll` reads what is new and reports it to the job."""

    def __init__(self, progress_file: Path, context: JobContext) -> None:
        self.completed: Completed | None = None
        self.trained: Trained | None = None
        self.failed: Failed | None = None
        self.warnings: list[str] = []
        self._file = progress_file
        self._context = context
        self._offset = 0
        self._rest = b""
        self._tables: list[str] = []

    def poll(self) -> None:
        """Take in the lines written since the last call; a line that is only half there waits for its end."""
        try:
            with self._file.open("rb") as file:
                file.seek(self._offset)
                while chunk := file.read(_READ_BYTES):
                    self._offset += len(chunk)
                    *lines, self._rest = (self._rest + chunk).split(b"\n")
                    self._rest = self._rest[:_LONGEST_LINE]
                    for line in lines:
                        if (event := read_event(line)) is not None:
                            self._take(event)
        except FileNotFoundError:
            return  # the run has said nothing yet

    def _take(self, event: ProgressEvent) -> None:
        match event:
            case Step():
                counted = f" ({event.done}/{event.total})" if event.total > 1 else ""
                self._report(event, f"{event.title}{counted}")
            case TableBuilt():
                self._tables.append(event.table)
                self._report(event, f"Built {event.table} ({event.done}/{event.total})")
            case Warned() if len(self.warnings) < _MOST_WARNINGS:
                self.warnings.append(event.message[:_LONGEST_SENTENCE])
            case Completed():
                self.completed = event
            case Trained():
                self.trained = event
            case Failed():
                self.failed = event
            case _:
                pass

    def _report(self, event: Step | TableBuilt, step: str) -> None:
        self._context.report(
            event.fraction * 100, step, eta_seconds=event.eta_seconds, tables_created=self._tables or None
        )

    def result(self) -> dict[str, object] | None:
        """The job's result; None when the run has not said that it is complete."""
        if self.completed is None:
            return None
        result: dict[str, object] = msgspec.to_builtins(self.completed.result)
        result["warnings"] = list(dict.fromkeys([*self.completed.result.warnings, *self.warnings]))
        return result


def failure(watch: RunWatch, exit_code: int, log: Path, program: str) -> JobFailed:
    """Why a child that ended by itself with this exit code has failed; `program` begins a sentence about it."""
    if watch.failed is not None:
        return JobFailed(watch.failed.error)
    if has_no_room(log.parent):
        return JobFailed(f"{program} failed: the disk is full. Nothing was changed; make room and start it again")
    found = _ended_from_outside(exit_code, program) or last_useful_line(log)
    return JobFailed(found or f"{program} ended with exit code {exit_code}")


def _ended_from_outside(exit_code: int, program: str) -> str | None:
    """What ended a child that a signal ended; a negative code, or 128 more than the signal as shells have it."""
    try:
        name = signal.Signals(-exit_code if exit_code < 0 else exit_code - 128).name
    except ValueError:
        return None
    return f"{program} was ended from outside ({name})" + ("; is memory short?" if name == "SIGKILL" else "")


def last_useful_line(log: Path) -> str | None:
    """The last line of a log that says something: no frame of a traceback, no rule, no blank line."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = file.read(_TAIL_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    for line in reversed(re.split(r"[\r\n]+", text)):
        plain = _TERMINAL_CODES.sub("", line).rstrip()
        if plain and not _NOT_USEFUL.match(plain):
            return plain[:_LONGEST_SENTENCE]
    return None
