"""The game clock as people write it. It counts down: a clock is the seconds *remaining* in its period."""

import re
from dataclasses import dataclass
from typing import Final

SECONDS_PER_MINUTE: Final = 60
MAX_DURATION_S: Final = 60.0  # a longer event is a typing error: dead ice, the longest real ones, ends after 40 s
_CLOCK: Final = re.compile(r"\s*(\d{1,4})(?:\.0)?\s*:\s*(\d{1,2}(?:\.\d*)?|\.\d+)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as written. `remaining_s` takes it at its word, `corrected_s` is the second reading of seconds past 59.

    "09:64" stands between 10:05 and 10:03 and means 10:04; "17:85" at the start of an 18-minute period cannot be
    18:25: the finger slipped from 5 to 8, and 17:55 was meant. Only the period's length tells the two apart.
    """

    remaining_s: float
    corrected_s: float | None = None

    def within(self, period_length_s: float) -> float | None:
        """The reading that lies within a period of this length; None when none does (a video counter, say)."""
        for reading in (self.remaining_s, self.corrected_s):
            if reading is not None and reading <= period_length_s:
                return reading
        return None


def parse_clock(text: str | None) -> Clock | None:
    """Read "MM:SS". The end of a period, written "00:0.01", is 0; "", "19:" and anything else unreadable are None."""
    found = None if text is None else _CLOCK.fullmatch(text)
    if found is None:
        return None
    minutes, seconds = int(found[1]), round(float(found[2]), 1)
    remaining = float(minutes * SECONDS_PER_MINUTE + seconds)
    if seconds < SECONDS_PER_MINUTE:
        return Clock(remaining)
    return Clock(remaining, float(minutes * SECONDS_PER_MINUTE + 50 + seconds % 10))


def format_clock(remaining_s: float) -> str:
    """Seconds remaining as "MM:SS"."""
    return f"{int(remaining_s) // SECONDS_PER_MINUTE:02d}:{int(remaining_s) % SECONDS_PER_MINUTE:02d}"
