"""Who has the puck, and the stretches of play made from that: sequences, plays, rushes.

A *live stretch* is the play between two whistles: it begins with a faceoff (or whatever is tracked first after a
stoppage, or in a period) and ends with its Stoppage. Dead ice and the marks of the game's course are in none.

A *sequence* is one side's time with the puck: a maximal run of events of a live stretch between two of which the puck
does not change hands. A save, a rebound, a hit or a loose puck changes nothing until somebody plays the puck.

A *play* is the part of a sequence between two crossings of a blue line: the breakout, the way through the neutral
zone, the attack.

A *rush* is an attack in one go: a sequence that is carried or passed into the offensive zone within 10 s of its
beginning, while the puck stays there and the side keeps it. In the sample games 90 % of the controlled entries are
that quick; the rest follow a regrouping.
"""

from typing import Final

# the event team of these has, or plays, the puck; a giveaway still belongs to the side that loses it
PUCK_EVENTS: Final[tuple[str, ...]] = (
    *("Faceoff", "Possession", "Pass", "Zone_Entry_Exit", "Shot", "Goal", "Turnover", "PenaltyShot_Shootout"),
)
WHISTLE: Final = "Stoppage"
NOT_IN_PLAY: Final[tuple[str, ...]] = ("DeadIce", "Timeout", "Clockstop", "GameStart", "Intermission", "GameEnd")

RUSH_ENTRY_S: Final = 10.0  # longest time from the sequence's beginning to a rush's entry
RUSH_SHOT_S: Final = 10.0  # a rush's events, attempts among them, come within this of its entry
RUSH_GOAL_S: Final = 15.0  # and its goal within this: the rebound goes in
BREAKAWAY_S: Final = 10.0  # a goal within this of its scorer's breakaway was scored on it
BREAKAWAYS: Final[tuple[str, str]] = ("Possession_Breakaway", "ZoneEntry_CarriedBreakaway")  # detail1, detail2

REBOUND_S: Final = 3.0  # an attempt within this of the side's attempt before it, with no other puck play, is a rebound
CYCLE_PASSES: Final = 2  # completed passes in the offensive zone that make a play a cycle, as one tag does
