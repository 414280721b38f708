"""Strength: how many skaters each side has on the ice, home first."""

import re
from typing import Final

MIN_SKATERS: Final = 3  # fewer on a side is no line-up but an unfinished row
FULL_SKATERS: Final = 5  # without a penalty; a sixth stands in for the goalie
_STRENGTH: Final = re.compile(r"\s*(\d)\s*v\s*(\d)\b.*")


def strength(home_skaters: int, away_skaters: int) -> str:
    """The strength as text: "5v4" is a home power play."""
    return f"{home_skaters}v{away_skaters}"


def man_advantage(own_skaters: int, other_skaters: int) -> int:
    """Skaters that a side has more than the other by penalties, negative where it has fewer.

    Both are counted up to five: a sixth stands in for the goalie and is no advantage (6v5: 0), but takes none away
    either (6v4, the goalie pulled on a power play: 1).
    """
    return min(own_skaters, FULL_SKATERS) - min(other_skaters, FULL_SKATERS)


def parse_strength(text: str | None) -> str | None:
    """The "NvM" that a label begins with ("5v6 Away EN" gives "5v6"); None when it begins otherwise."""
    found = None if text is None else _STRENGTH.fullmatch(text)
    return None if found is None else f"{found[1]}v{found[2]}"
