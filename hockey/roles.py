"""The roles a player can have in an event: six and a goalie on each side."""

from dataclasses import dataclass
from typing import Final

from hockey.aliases import MAX_ROLE


@dataclass(frozen=True, slots=True)
class PlayerRole:
    """One role. `side` is event_team (the acting side) or opp_team; `code` stands in event rows."""

    code: str
    name: str
    side: str


def _of_side(prefix: str, side: str, label: str) -> tuple[PlayerRole, ...]:
    numbered = (PlayerRole(f"{prefix}_player_{n}", f"{label} {n}", side) for n in range(1, MAX_ROLE + 1))
    return (*numbered, PlayerRole(f"{prefix}_goalie", f"{label} goalie", side))


PLAYER_ROLES: Final[tuple[PlayerRole, ...]] = (
    *_of_side("event", "event_team", "Event player"),
    *_of_side("opp", "opp_team", "Opposing player"),
)
