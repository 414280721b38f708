"""All tables, found in the modules of this package."""

from types import ModuleType
from typing import Final

from etl.registry import Registry, Table
from etl.tables import (
    box_score,
    code_lists,
    credit,
    events,
    expected_goals,
    goalies,
    goals,
    input_quality,
    league,
    plays,
    possession,
    puck_play,
    rushes,
    schedule,
    sequences,
    shots,
    standings,
    stints,
    teams,
)

_MODULES: Final[tuple[ModuleType, ...]] = (
    league,
    schedule,
    code_lists,
    plays,
    possession,
    sequences,
    rushes,
    events,
    stints,
    goals,
    shots,
    expected_goals,
    puck_play,
    credit,
    box_score,
    goalies,
    teams,
    standings,
    input_quality,
)
SOURCES: Final = (
    *("players", "teams", "seasons", "schedule", "official_roster", "games", "rosters", "events", "event_players"),
    *("shifts", "flags", "left_out", "rules"),
)


def league_tables() -> Registry:
    """Every table that is made from the canonical frames, intermediates included."""
    return Registry(member for module in _MODULES for member in vars(module).values() if isinstance(member, Table))
