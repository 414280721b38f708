"""The closed vocabulary of event types: codes as stored in events, with names and categories."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class EventType:
    """One trackable event type. Corsi counts every shot attempt, Fenwick the attempts that were not blocked.

    `has_players` is false for marks of the game's course (GameStart, Intermission), whose team and clock mean nothing.
    """

    code: str
    name: str
    category: str
    description: str
    is_corsi: bool = False
    is_fenwick: bool = False
    has_players: bool = True


EVENT_TYPES: Final[tuple[EventType, ...]] = (
    EventType("Faceoff", "Faceoff", "restart", "A draw; the event team won it."),
    EventType("Possession", "Possession", "puck", "A player has the puck."),
    EventType("LoosePuck", "Loose puck", "puck", "Nobody has the puck; players contest it."),
    EventType("Pass", "Pass", "puck", "A pass by the event team."),
    EventType(
        "Zone_Entry_Exit", "Zone entry or exit", "transition", "The puck crosses, or is kept in at, a blue line."
    ),
    EventType("Turnover", "Turnover", "transition", "A giveaway of the event team, or a takeaway by it."),
    EventType("TeamPossessionChange", "Change of possession", "transition", "The other team has the puck from here."),
    EventType("Shot", "Shot", "shooting", "A shot attempt of the event team.", is_corsi=True, is_fenwick=True),
    EventType("Goal", "Goal", "shooting", "A goal of the event team; its shot is the row before."),
    EventType("PenaltyShot_Shootout", "Penalty shot or shootout", "shooting", "One shooter alone against the goalie."),
    EventType("Save", "Save", "goaltending", "A save; the event team is the goalie's."),
    EventType("Rebound", "Rebound", "goaltending", "What became of a rebound; the event team is the goalie's."),
    EventType("Play", "Play", "play", "A play away from the puck's path: a poke check, a deke, a dump."),
    EventType("Hit", "Hit", "play", "A body check by the event team."),
    EventType("Penalty", "Penalty", "penalty", "A penalty against the event team."),
    EventType("Penalty_Delayed", "Delayed penalty", "penalty", "The raised arm; its Penalty follows."),
    EventType("Stoppage", "Stoppage", "stoppage", "Play stops; the event team is responsible."),
    EventType("DeadIce", "Dead ice", "stoppage", "The time from a stoppage to the faceoff, on a running clock."),
    EventType("Timeout", "Timeout", "stoppage", "A timeout.", has_players=False),
    EventType("Clockstop", "Clock stop", "stoppage", "The clock is stopped.", has_players=False),
    EventType("GameStart", "Game start", "course", "The game begins.", has_players=False),
    EventType("Intermission", "Intermission", "course", "Between two periods.", has_players=False),
    EventType("GameEnd", "Game end", "course", "The game is over.", has_players=False),
)
BY_CODE: Final[dict[str, EventType]] = {event_type.code: event_type for event_type in EVENT_TYPES}
WITHOUT_PLAYERS: Final[frozenset[str]] = frozenset(t.code for t in EVENT_TYPES if not t.has_players)
# types whose event team has the puck, so that the other side's players defend
DEFENDED: Final[tuple[str, ...]] = ("Possession", "Pass", "Zone_Entry_Exit", "Shot", "Play")
