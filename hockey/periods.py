"""The periods of a game: three of regulation, overtime as the fourth, a shootout as the fifth."""

from dataclasses import dataclass
from typing import Final

OVERTIME: Final = 4
SHOOTOUT: Final = 5


@dataclass(frozen=True, slots=True)
class Period:
    """One period. `category` is regulation, overtime or shootout."""

    number: int
    code: str
    name: str
    category: str


PERIODS: Final[tuple[Period, ...]] = (
    Period(1, "P1", "1st period", "regulation"),
    Period(2, "P2", "2nd period", "regulation"),
    Period(3, "P3", "3rd period", "regulation"),
    Period(OVERTIME, "OT", "Overtime", "overtime"),
    Period(SHOOTOUT, "SO", "Shootout", "shootout"),
)
_NUMBERS: Final[dict[str, int]] = {
    **{str(p.number): p.number for p in PERIODS},
    **{p.code.lower(): p.number for p in PERIODS},
    "overtime": OVERTIME,
    "ot1": OVERTIME,
    "shootout": SHOOTOUT,
}


def parse_period(text: str | None) -> int | None:
    """The number of a period from any spelling: 1, "2", "3.0", "OT", "P1"; None for anything else."""
    return None if text is None else _NUMBERS.get(text.strip().lower().removesuffix(".0"))


def attacks_right(*, home: bool, period: int, home_attacks_right_p1: bool) -> bool:
    """Whether a team attacks +x: home as in period 1 in odd periods and overtime, the other way in period 2."""
    turned = period == 2  # noqa: PLR2004 - the second period, the only one in which the ends are changed
    return home_attacks_right_p1 ^ turned ^ (not home)
