"""All tables, found in the modules of this package."""

from types import ModuleType
from typing import Final

from etl.registry import Registry, Table
from etl.tables import (
    box_score,
    code_lists,
    coordinates,
    credit,
    crossings,
    doubts,
    events,
    expected_goals,
    game_sheets,
    goalies,
    goals,
    input_quality,
    league,
    lines,
    pairs,
    phases,
    player_seasons,
    plays,
    possession,
    puck_play,
    rushes,
    schedule,
    sequences,
    shot_chains,
    shot_places,
    shots,
    special_teams,
    standings,
    stint_zones,
    stints,
    teams,
    uncredited,
    value,
    videos,
    zone_time,
)

_MODULES: Final[tuple[ModuleType, ...]] = (
    league,
    schedule,
    videos,
    code_lists,
    plays,
    possession,
    sequences,
    rushes,
    events,
    stint_zones,
    stints,
    goals,
    shots,
    expected_goals,
    puck_play,
    credit,
    box_score,
    value,
    lines,
    pairs,
    goalies,
    teams,
    crossings,
    zone_time,
    special_teams,
    shot_chains,
    phases,
    shot_places,
    coordinates,
    standings,
    game_sheets,
    player_seasons,
    input_quality,
    doubts,
    uncredited,
)
SOURCES: Final = (
    *("players", "teams", "seasons", "schedule", "official_roster", "games", "rosters", "events", "event_players"),
    *("shifts", "flags", "left_out", "rules"),
)


def league_tables() -> Registry:
    """Every table that is made from the canonical frames, intermediates included."""
    return Registry(member for module in _MODULES for member in vars(module).values() if isinstance(member, Table))
