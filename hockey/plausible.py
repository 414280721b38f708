"""What a figure of one game can plausibly be: wider than anything in the sample games, narrower than a typing error.

The sample games (18-minute periods) have 96-119 attempts, 45-62 saves, 1-7 goals and 1-6 penalties in all, and 2-30
minutes of ice time a skater. Limits are about twice what one team or player can have of that.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of a column of a per-game table, each inclusive; None where there is no bound on that side.

    `where` names a column and the least value of it with which the bounds hold: a share of three shots says nothing.
    """

    table: str
    column: str
    lowest: float | None = None
    highest: float | None = None
    where: tuple[str, float] | None = None


_SKATER, _GOALIE, _TEAM = "fact_player_game_stats", "fact_goalie_game_stats", "fact_team_game_stats"
LIMITS: Final[tuple[Limit, ...]] = (
    Limit(_SKATER, "goals", highest=5),
    Limit(_SKATER, "assists", highest=6),
    Limit(_SKATER, "shots", highest=20),
    Limit(_SKATER, "pim", highest=20),
    Limit(_SKATER, "toi_minutes", lowest=1, highest=45),
    Limit(_SKATER, "avg_shift", highest=600, where=("shift_count", 2)),
    Limit(_SKATER, "plus_minus", lowest=-7, highest=7),
    Limit(_GOALIE, "shots_against", highest=70),
    Limit(_GOALIE, "save_pct", lowest=0.6, where=("shots_against", 10)),
    Limit(_TEAM, "goals", highest=12),
    Limit(_TEAM, "shots", highest=100),
    Limit(_TEAM, "sog", highest=70),
    Limit(_TEAM, "fo_total", highest=90),
    Limit(_TEAM, "pim", highest=40),
    Limit(_TEAM, "cf_pct", lowest=20, highest=80, where=("fo_total", 20)),
    Limit(_TEAM, "shooting_pct", highest=40, where=("sog", 10)),
    Limit(_TEAM, "pass_pct", lowest=25, where=("pass_attempts", 50)),
)
