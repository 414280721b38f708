"""Cells of a loosely typed document as text or numbers. Whatever cannot be one becomes null; nothing raises."""

import math
from datetime import UTC, datetime
from typing import Final

MAX_INTEGER: Final = 2**53  # beyond it a number is garbage, and floats no longer hold it
_LAST_YEAR: Final = 2200


def text(value: object) -> str | None:
    """A text as it is, a number written shortest, a truth as true or false; null for anything else."""
    if value is None or type(value) is str:
        return value
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    found = number(value)
    if found is None:
        return None
    return str(int(found)) if found.is_integer() else repr(found)


def number(value: object) -> float | None:
    """A finite number of plausible size, also where it is written as text; null for anything else."""
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= MAX_INTEGER and math.isfinite(value) else None


def integer(value: object) -> int | None:
    """A whole number, also where it is written as text or as 3.0; null for anything else."""
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    found = number(value)
    return None if found is None or not found.is_integer() else int(found)


def label(value: object) -> str | None:
    """A name or code with its outer spaces off; null when nothing is left."""
    found = text(value)
    return None if found is None else found.strip() or None


def instant(value: object) -> datetime | None:
    """An ISO 8601 time as UTC; a time without a zone is UTC already; null for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year < _LAST_YEAR else None


def mapping(value: object) -> dict[str, object]:
    """The value when it is an object; an empty one otherwise."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, object]]:
    """The objects in a list; an empty list when it is none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
