"""What people type into a spreadsheet's cell, and what spreadsheets make of it: dates, times, lengths, labels.

Every rule takes the cell's text (`formats.workbook`) and gives null for what it cannot be; nothing raises.
"""

import math
import re
from datetime import date, datetime, timedelta
from typing import Final

from formats import cells

_EPOCH: Final = date(1899, 12, 30)  # day 0 of a serial date
_SERIAL_DAYS: Final = range(20_000, 80_000)  # 1954 to 2119: a number outside is no date
_YEARS: Final = range(1950, 2120)
_MINUTES_PER_DAY: Final = 24 * 60
_MAX_LENGTH_MIN: Final = 60
_DAY_THEN_TIME: Final = re.compile(
    r"(?P<day>.*?)[T\s,]*(?P<time>(?<!\d)\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE | re.ASCII,
)
_DAY_FORMATS: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y", "%Y%m%d",
    "%B %d, %Y", "%b %d, %Y", "%A, %B %d, %Y", "%a, %b %d, %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
)  # fmt: skip
_TIME: Final = re.compile(
    r"(?:^|[T\s])(?P<hours>\d{1,3}):(?P<minutes>\d{2})(?::(?P<seconds>\d{2}(?:\.\d{1,9})?))?\s*(?P<half>[ap])?",
    re.IGNORECASE | re.ASCII,
)
_BARE_HOUR: Final = re.compile(r"(?P<hours>\d{1,2})\s*(?P<half>[ap])\.?m\.?", re.IGNORECASE | re.ASCII)
_SEASON: Final = re.compile(r"(20\d\d|19\d\d)\D{0,3}(20\d\d|19\d\d|\d\d)?(?!\d)", re.ASCII)
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE | re.ASCII)


def day(text: str | None) -> date | None:
    """The day of a date cell, a serial number (45907.8125) or a typed date, with or without a time of day.

    9/7/2025 is the seventh of September, as the league writes it, unless that cannot be.
    """
    if text is None:
        return None
    serial = cells.number(text)
    if serial is not None and int(serial) in _SERIAL_DAYS:
        return _EPOCH + timedelta(days=int(serial))
    found = _DAY_THEN_TIME.fullmatch(text.strip())
    written = text.strip() if found is None else found["day"].strip()
    for form in _DAY_FORMATS:
        try:
            parsed = datetime.strptime(written, form).date()  # noqa: DTZ007 - a day of the calendar has no zone
        except ValueError:
            continue
        return parsed if parsed.year in _YEARS else None
    return None


def time_of_day(text: str | None) -> str | None:
    """HH:MM from a time cell, "8:45 PM", "20:45:00", a fraction of a day (0.8646), hours (20.75) or 2045.

    A date and time gives its time; a bare date, whose time is midnight, gives null.
    """
    if text is None:
        return None
    number = cells.number(text)
    minutes = _typed_minutes(text.strip()) if number is None else _numbered_minutes(number)
    return None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _typed_minutes(text: str) -> int | None:
    found = _TIME.search(text) or _BARE_HOUR.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict(default="0")
    hours, half = int(parts["hours"]), parts["half"].lower()
    if half in {"a", "p"}:
        hours = hours % 12 + (12 if half == "p" else 0)
    seconds = float(parts.get("seconds", "0"))
    total = hours * 60 + int(parts.get("minutes", "0")) + round(seconds) // 60  # 20:44:59.999 is how 20:45 is stored
    is_midnight_of_a_date = total == 0 and found.start() > 0
    return None if is_midnight_of_a_date or total >= _MINUTES_PER_DAY else total


def _numbered_minutes(number: float) -> int | None:
    if int(number) in _SERIAL_DAYS and number % 1:
        number %= 1
    if number <= 0:
        return None
    if number < 24:  # noqa: PLR2004 - hours of a day
        return round(number * (_MINUTES_PER_DAY if number < 1 else 60)) % _MINUTES_PER_DAY
    hours, minutes = divmod(number, 100)
    is_written_together = 1 <= hours < 24 and minutes < 60 and number.is_integer()  # noqa: PLR2004 - 2045
    return int(hours) * 60 + int(minutes) if is_written_together else None


def period_length_s(text: str | None) -> int | None:
    """Seconds of a period: the minutes and seconds of a time cell, whose hours are drag-filled garbage ("20:18:00").

    Also "18:00", minutes (18), seconds (1080) and fractions of a day (0.0125).
    """
    seconds = duration_s(text)
    if seconds is None:
        return None
    if cells.number(text) is not None and 1 <= (number := cells.number(text) or 0) <= _MAX_LENGTH_MIN:
        return round(number * 60)
    found = _TIME.search(text or "")
    if found is not None and found["seconds"] is None and int(found["hours"]):
        seconds = int(found["hours"]) * 60 + int(found["minutes"])
    return seconds % 3600 or None


def is_drag_filled(text: str | None) -> bool:
    """Whether a period length has hours: the sheet was filled downwards and counted on."""
    found = None if text is None else _TIME.search(text)
    return found is not None and found["seconds"] is not None and int(found["hours"]) > 0


def duration_s(text: str | None) -> int | None:
    """Seconds of "H:MM:SS" or "H:MM", of a fraction of a day, or of a plain number of seconds."""
    if text is None:
        return None
    number = cells.number(text)
    if number is not None:
        return None if number < 0 else round(number * 86_400) if 0 < number < 1 else round(number)
    found = _TIME.search(text.strip())
    if found is None:
        return None
    return int(found["hours"]) * 3600 + int(found["minutes"]) * 60 + round(float(found["seconds"] or 0))


def season_label(text: str | None) -> str | None:
    """Two years run together: 20252026 from "20252026.0", "2025-2026", "2025/26" and "2025"."""
    found = None if text is None else _SEASON.search(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[2] or int(found[1]) + 1)
    if second < 100:  # noqa: PLR2004 - a year written with two digits
        second += first // 100 * 100
    return f"{first}{second if second >= first else second + 100}"


def link(text: str | None) -> str | None:
    """A web address; null for an address of any other scheme, which a browser might run."""
    found = None if text is None else _SCHEME.match(text.strip())
    return None if text is None or (found is not None and found[1].lower() not in {"http", "https"}) else text.strip()


def whole(text: str | None) -> int | None:
    """A whole number of any sign, also "12.0"; null for fractions and words."""
    number = cells.number(text)
    return int(number) if number is not None and math.isfinite(number) and number.is_integer() else None


def count(text: str | None) -> int | None:
    """A whole number of at least 0."""
    number = whole(text)
    return number if number is not None and number >= 0 else None


def rating(text: str | None) -> float | None:
    """A number of at least 0, as skill ratings are."""
    number = cells.number(text)
    return number if number is not None and number >= 0 else None


def position_name(text: str | None) -> str | None:
    """Forward, Defense or Goalie from a word, a letter or a place on the ice (LW, RD, Centre)."""
    word = "" if text is None else text.strip().lower()
    if not word:
        return None
    if word.startswith("g"):
        return "Goalie"
    return "Defense" if word.startswith("d") or word in {"ld", "rd"} else "Forward"
