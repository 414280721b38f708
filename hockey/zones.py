"""The three zones, always from the view of one team: its offensive zone holds the net it attacks."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone as seen by the acting team."""

    code: str
    name: str
    description: str


ZONES: Final[tuple[Zone, ...]] = (
    Zone("o", "Offensive", "Between the blue line and the end boards that the team attacks."),
    Zone("n", "Neutral", "Between the blue lines."),
    Zone("d", "Defensive", "Between the blue line and the end boards that the team defends."),
)
_CODES: Final[dict[str, str]] = {
    **{zone.code: zone.code for zone in ZONES},
    **{zone.name.lower(): zone.code for zone in ZONES},
    "oz": "o",
    "nz": "n",
    "dz": "d",
}
MIRRORED: Final[dict[str, str]] = {"o": "d", "n": "n", "d": "o"}  # the same place as the other team sees it


def parse_zone(text: str | None) -> str | None:
    """o, n or d from any spelling; None for anything else."""
    return None if text is None else _CODES.get(text.strip().lower())
