"""Pieces of which the lineage of numbers is put together: the published rows that they count or sum.

`GET /api/explain` evaluates the declarations of `lineage_*.py` on the published tables; the rows found come to the
number, in every league.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from etl.columns.column import Column
from hockey.zones import MIRRORED, ZONES
from snapshot.lineage import Condition, Link, Part, Parts, SideRule, equal, own

Lineage = Mapping[str, Parts]


def explained(columns: Iterable[Column], lineage: Lineage) -> tuple[Column, ...]:
    """The columns, each with what it is made from, where that is known by its name."""
    return tuple(replace(c, made_from=lineage[c.name]) if c.name in lineage else c for c in columns)


GAME: Final = own("game_id")
PLAYER: Final = own("game_id", "player_id")
OWN_SIDE: Final = Condition(column="team_venue", row="team_venue")
OTHER_SIDE: Final = Condition(column="team_venue", op="ne", row="team_venue")
EVEN: Final = Condition(column="situation", value="EV")
NOT_BLOCKED: Final = Condition(column="is_blocked", value=False)
HOME: Final = equal(team_venue="home")
AWAY: Final = equal(team_venue="away")
_NAMES: Final = {zone.code: zone.name for zone in ZONES}
# the zones of each side, and what they are as the home side sees them
ZONES_SEEN: Final[Mapping[str, Mapping[str, str]]] = {
    "home": {name: name for name in _NAMES.values()},
    "away": {name: _NAMES[MIRRORED[code]] for code, name in _NAMES.items()},
}


def itself(table: str, key: str, quantity: str | None = None, weight: float = 1) -> Parts:
    """The explained row itself: another of its columns, or the row counted as `weight`."""
    return (Part(table=table, where=own(key), quantity=quantity, weight=weight),)


def side(table: str, of: Condition, *where: Condition, quantity: str | None = None) -> Parts:
    """Rows of one side of the game."""
    return (Part(table=table, where=(*GAME, of, *where), quantity=quantity),)


def in_role(role: str, rule: SideRule) -> Link:
    """Events in which the player has this role; `rule` relates the event's side to his."""
    where = (*PLAYER, Condition(column="player_role", value=role))
    return Link(table="fact_event_players", on=("event_id",), where=where, side=rule)


def acted(table: str, *where: Condition, quantity: str | None = None) -> Parts:
    """Rows of events whose main actor the player is, for the own side."""
    link = in_role("event_player_1", "same_or_unknown")
    return (Part(table=table, where=(*GAME, *where), links=(link,), quantity=quantity),)


def opposed(table: str, *where: Condition) -> Parts:
    """Rows of the other side's events whose first opponent the player is."""
    return (Part(table=table, where=(*GAME, *where), links=(in_role("opp_player_1", "other_or_unknown"),)),)


def skating(player: str = "player_id", *where: Condition, rule: SideRule = "any", absent: bool = False) -> Link:
    """Stints that have the player of the explained row's column `player` as a skater."""
    fits = (*GAME, Condition(column="player_id", row=player), *equal(is_goalie=False), *where)
    return Link(table="fact_shift_players", on=("shift_id",), where=fits, side=rule, absent=absent)


def in_stints(table: str, *where: Condition, links: tuple[Link, ...], quantity: str | None = None) -> Parts:
    """Rows of events in the stints that the links leave; for a penalty shot nobody else is on the ice."""
    in_play = equal(is_penalty_shot=False) if table == "fact_goals" else ()
    return (Part(table=table, where=(*GAME, *where, *in_play), links=links, quantity=quantity),)


def on_ice(table: str, rule: SideRule, *where: Condition, quantity: str | None = None) -> Parts:
    """Rows of events in stints that have the player as a skater; `rule` relates the event's side to his."""
    return in_stints(table, *where, links=(skating(rule=rule),), quantity=quantity)
