"""The game as it unfolds: the clock, the puck, the events written so far, and the people near them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Final

from etl.demo import coefficients as c
from etl.demo.ice import Ice
from etl.demo.ledger import Ledger
from etl.demo.lineup import Dressed, Matchup

OTHER_ZONE: Final = {"d": "o", "n": "n", "o": "d"}
Point = tuple[float, float]
ASSIST_SECONDS: Final = 15


class Buzzer(Exception):
    """The period is over."""


@dataclass(slots=True)
class Actor:
    """A player in one event, in his role."""

    who: Dressed
    role: str  # event, opp
    n: int
    play: str = ""
    play2: str = ""
    success: bool | None = None
    pressured: bool = False
    path: list[Point] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Event:
    """One event. Times are elapsed seconds of the period, `side` 0 home or 1 away, `zone` from that side's view."""

    type: str
    side: int
    detail1: str = ""
    detail2: str = ""
    who: Sequence[Dressed] = ()
    opp: Sequence[Dressed] = ()
    success: bool | None = None
    chain: int | None = None
    lasts: int = 0
    zone: str = ""
    period: int = 0
    start: int = 0
    end: int = 0
    actors: list[Actor] = field(default_factory=list)
    assist_to: "Event | None" = None
    highlight: bool = False
    puck: list[Point] = field(default_factory=list)
    net: Point | None = None


@dataclass(slots=True)
class Play:
    """One game being played. `puck` is the side that has it, `zone` where, from that side's view."""

    matchup: Matchup
    rng: Random
    length: int = c.PERIOD_SECONDS
    period: int = 0
    t: int = 0
    puck: int = 0
    zone: str = "n"
    carrier: Dressed | None = None
    events: list[Event] = field(default_factory=list)
    score: list[int] = field(default_factory=lambda: [0, 0])
    passes: list[Event] = field(default_factory=list)  # completed passes of the spell with the puck
    delayed: Dressed | None = None  # the offender, while the arm is up
    pulled: int | None = None  # the side that plays without its goalie
    chains: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    ice: Ice = field(init=False)

    def __post_init__(self) -> None:
        self.ice = Ice(self.matchup, self.rng, self.ledger)
        for side in (0, 1):
            self.ledger.enter(self.matchup.dressed[side])

    # ---- the clock

    def wait(self) -> None:
        """Let the clock run to the next action; line changes and returning players come in between."""
        self.pass_time(c.GAP.draw(self.rng))

    def pass_time(self, seconds: int) -> None:
        """Let that many seconds go by. Raises Buzzer at the end of the period."""
        if seconds <= 0:
            return
        until = self.t + seconds
        self._change_lines(until)
        self.t = until
        if self.t >= self.length:
            self.t = self.length
            raise Buzzer

    def _change_lines(self, until: int) -> None:
        # an event on the boundary belongs to the stint before it, a faceoff to the one after
        at = self.t + (1 if self.events and self.events[-1].type == "Faceoff" else 0)
        if at >= until or at <= self.ice.start or at >= self.length:
            return
        back = self.ice.next_return()
        if back is not None and back < until:
            at = max(at, back)
            self.ice.cut(at, "OnTheFly")
            self.ice.release(at)
        elif self.ice.next_fly <= at:
            self.ice.cut(at, "OnTheFly")
            self.ice.change(at, c.FLY_SLOTS.draw(self.rng))

    def link(self) -> int:
        """A new chain number."""
        self.chains += 1
        return self.chains

    def step_in_chain(self) -> None:
        """The next row of a chain: mostly the same second, never past the end."""
        if self.rng.random() >= c.SAME_CLOCK_IN_CHAIN and self.t + 1 < self.length:
            self.t += 1

    # ---- events

    def add(self, event: Event) -> Event:
        """Write an event at the present second, with the people around it."""
        event.period, event.start = self.period, self.t
        event.end = min(self.length, self.t + event.lasts)
        if not event.zone:
            event.zone = self.zone if event.side == self.puck else OTHER_ZONE[self.zone]
        self._cast(event)
        self.events.append(event)
        return event

    def _cast(self, event: Event) -> None:
        """Name the actors: those given, and as many others of each side as such events have."""
        second, first_opponent, second_opponent = c.COMPANY.get(event.type, (0.0, 0.0, 0.0))
        who, opp = list(event.who), list(event.opp)
        if len(who) == 1 and self.rng.random() < second:
            who += self._others(event.side, who)
        if not opp and self.rng.random() < first_opponent:
            opp += self._others(1 - event.side, opp)
        if len(opp) == 1 and self.rng.random() < second_opponent:
            opp += self._others(1 - event.side, opp)
        event.actors = [
            *(self._actor(event, d, "event", n) for n, d in enumerate(who, start=1)),
            *(self._actor(event, d, "opp", n) for n, d in enumerate(opp, start=1)),
        ]

    def _others(self, side: int, but: list[Dressed]) -> list[Dressed]:
        free = [d for d in self.ice.skaters(side) if d not in but]
        return [self.rng.choice(free)] if free else []

    def _actor(self, event: Event, who: Dressed, role: str, n: int) -> Actor:
        rng, key = self.rng, f"{role}_{n}"
        actor = Actor(who, role, n)
        table = c.PLAY_DETAIL.get(event.type if key == "event_1" else key)
        if event.type in c.COMPANY and event.type != "Save" and table and rng.random() < c.PLAY_SHARE.get(key, 0.0):
            actor.play = table.draw(rng)
            actor.success = (
                rng.random() < 0.7  # noqa: PLR2004 - what the event leaves open
                if event.success is None
                else event.success == (role == "event")
            )
            if rng.random() < 0.06:  # noqa: PLR2004 - few rows have a second micro play
                actor.play2 = table.draw(rng)
        actor.pressured = event.type in c.COMPANY and rng.random() < 0.32  # noqa: PLR2004 - 56-73 % of rows are empty
        return actor

    # ---- people

    def pick(self, side: int, *but: Dressed) -> Dressed:
        """A skater of the side, by how much his position handles the puck here."""
        zone = self.zone if side == self.puck else OTHER_ZONE[self.zone]
        free = [d for d in self.ice.skaters(side) if d not in but] or self.ice.skaters(side)
        defender = {"d": 1.5, "n": 0.8, "o": 0.5}[zone]
        weights = [defender if d.position == "D" else 1.0 + 0.4 * d.player.strength for d in free]
        return self.rng.choices(free, weights)[0]

    def holder(self) -> Dressed:
        """The player with the puck, somebody else if he has left the ice."""
        carrier = self.carrier
        if carrier is None or carrier.side != self.puck or carrier not in self.ice.skaters(self.puck):
            carrier = self.carrier = self.pick(self.puck)
        return carrier

    def take(self, side: int, zone: str, carrier: Dressed | None = None) -> None:
        """The puck is that side's now, in that zone from its view."""
        if side != self.puck:
            self.passes.clear()
        self.puck, self.zone = side, zone
        self.carrier = carrier or self.pick(side)

    def gain(self, side: int, zone: str, carrier: Dressed | None = None, detail: str | None = None) -> None:
        """The side takes the puck, and the tracker notes the possession."""
        self.take(side, zone, carrier)
        self.possess(c.DETAIL2["gain"].draw(self.rng) if detail is None else detail)

    def possess(self, detail: str) -> None:
        """A Possession row, and the time it lasts."""
        lasts = c.HOLD_SECONDS.draw(self.rng)
        success = None if self.rng.random() < 0.45 else self.rng.random() < 0.8  # noqa: PLR2004 - as tagged
        self.add(Event("Possession", self.puck, detail, who=[self.holder()], success=success, lasts=lasts))
        self.pass_time(lasts)

    # ---- chances

    def shot_factor(self) -> float:
        """How much likelier than usual the side with the puck is to shoot."""
        more = self.ice.advantage(self.puck)
        return exp(self.matchup.edge(self.puck)) * c.POWER_PLAY_SHOTS**more

    def goal_chance(self, shooter: Dressed) -> float:
        """Share of this player's shots on net that go in."""
        side = shooter.side
        if self.delayed is not None:
            return 0.0  # a goal would wash the penalty out, and its Penalty row with it
        goalie = self.matchup.goalie(1 - side)
        home = c.HOME_ADVANTAGE if side == 0 else 0.0
        edge = 0.5 * self.matchup.edge(side) + 0.5 * shooter.player.strength - goalie.player.strength + home
        return min(0.5, c.GOAL_SHARE * exp(edge) * c.POWER_PLAY_GOALS ** self.ice.advantage(side))
