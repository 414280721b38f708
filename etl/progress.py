"""How far a run is: steps weighted by the times of the last run, told to a file and to a person."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Final

import msgspec

from etl.progress_events import AnyEvent, Started, Step, TableBuilt, Warned

STEPS: Final[Mapping[str, str]] = {
    "survey": "Looking at files",
    "extract": "Reading games",
    "tables": "Building tables",
    "checks": "Checking",
    "publish": "Publishing",
}
_FIRST_RUN_SECONDS: Final = {"survey": 2.0, "extract": 3.0, "tables": 4.0, "checks": 0.5, "publish": 0.5}
_ETA_FROM: Final = 0.05  # of the run; before it, the pace says little
Listener = Callable[[AnyEvent], None]


class ProgressFile:
    """Appends each event as a line, at once, so that whoever follows the file sees it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("ab", buffering=0)

    def __call__(self, event: AnyEvent) -> None:
        """Write one line."""
        self._file.write(msgspec.json.encode(event) + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Progress:
    """Turns what a run does into events. `last_timings` are the seconds of each step in the last run."""

    def __init__(
        self,
        listeners: list[Listener],
        last_timings: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listeners = listeners
        self._clock = clock
        self._began = clock()
        self._fraction = 0.0
        self.timings: dict[str, float] = {}
        self._step: tuple[str, float] | None = None
        self.weigh(last_timings or {})

    def weigh(self, last_timings: Mapping[str, float]) -> None:
        """Weigh the steps by the seconds that they took in the last run."""
        self._is_measured = all(step in last_timings for step in STEPS)
        seconds = {s: max(last_timings[s], 0.001) for s in STEPS} if self._is_measured else _FIRST_RUN_SECONDS
        self._weights = {step: seconds[step] / sum(seconds.values()) for step in STEPS}

    def tell(self, event: AnyEvent) -> None:
        """Pass an event on."""
        for listener in self._listeners:
            listener(event)

    def started(self, run_id: str, mode: str) -> None:
        """The run begins."""
        self.tell(Started(run_id=run_id, mode=mode))

    def warn(self, message: str) -> None:
        """Something that an admin should know."""
        self.tell(Warned(message=message))

    def step(self, name: str, done: int = 0, total: int = 1, title: str | None = None) -> None:
        """`done` of `total` of this step; the first call ends the step before it."""
        self._enter(name)
        fraction, eta = self._advance(name, done / max(total, 1))
        self.tell(
            Step(step=name, title=title or STEPS[name], done=done, total=total, fraction=fraction, eta_seconds=eta)
        )

    def table(self, name: str, rows: int, seconds: float, done: int, total: int) -> None:
        """A table of the snapshot is ready: `done` of `total`, intermediates counted."""
        self.timings[f"table:{name}"] = round(seconds, 4)
        fraction, eta = self._advance("tables", done / max(total, 1))
        self.tell(
            TableBuilt(
                table=name,
                rows=rows,
                seconds=round(seconds, 4),
                done=done,
                total=total,
                fraction=fraction,
                eta_seconds=eta,
            )
        )

    def intermediate(self, name: str, seconds: float, done: int, total: int) -> None:
        """A table that is not published is ready: the step moves on, and nobody is told its name."""
        self.timings[f"table:{name}"] = round(seconds, 4)
        self.step("tables", done, total)

    def end_step(self) -> None:
        """The current step is over."""
        if self._step is not None:
            name, began = self._step
            self.timings[name] = round(self._clock() - began, 4)
            self._step = None

    def timings_so_far(self) -> dict[str, float]:
        """Seconds of each step and table, the current step up to now."""
        if self._step is None:
            return dict(self.timings)
        name, began = self._step
        return {**self.timings, name: round(self._clock() - began, 4)}

    @property
    def elapsed_seconds(self) -> float:
        """Since the run began."""
        return self._clock() - self._began

    def _enter(self, name: str) -> None:
        if self._step is None or self._step[0] != name:
            self.end_step()
            self._step = (name, self._clock())

    def _advance(self, name: str, within: float) -> tuple[float, float | None]:
        before = sum(self._weights[step] for step in list(STEPS)[: list(STEPS).index(name)])
        reached = before + self._weights[name] * min(max(within, 0.0), 1.0)
        self._fraction = max(self._fraction, min(reached, 0.999))  # 1 is for the end, and only for success
        if not self._is_measured or self._fraction < _ETA_FROM:
            return round(self._fraction, 4), None
        eta = self.elapsed_seconds * (1 - self._fraction) / self._fraction
        return round(self._fraction, 4), round(eta, 1)
