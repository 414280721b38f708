"""Who is on the ice: seven slots a side, stints of the whole ice, line changes and penalties served."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from etl.demo import coefficients as c
from etl.demo.ledger import Ledger
from etl.demo.lineup import Dressed, Matchup

SLOTS: Final = ("F1", "F2", "F3", "D1", "D2", "G", "X")
SKATER_SLOTS: Final = ("F1", "F2", "F3", "D1", "D2", "X")
FEWEST_SKATERS: Final = 3
FULL_STRENGTH: Final = 5

Line = dict[str, Dressed | None]


@dataclass(slots=True)
class Stint:
    """A stretch without any change, in elapsed seconds of its period. `dead`: dead-ice seconds inside it."""

    period: int
    start: int
    end: int
    start_type: str
    stop_type: str
    lines: tuple[Line, Line]
    dead: int = 0


@dataclass(slots=True)
class _Served:
    offender: Dressed
    until: int  # elapsed second of the period; negative shifts at the next period
    side: int


@dataclass(slots=True)
class Ice:
    """The state of both benches. Every method that takes `t` wants elapsed seconds of the current period."""

    matchup: Matchup
    rng: Random
    ledger: Ledger
    period: int = 0
    stints: list[Stint] = field(default_factory=list)
    lines: tuple[Line, Line] = field(default_factory=lambda: (dict.fromkeys(SLOTS), dict.fromkeys(SLOTS)))
    next_fly: int = 0
    box: list[_Served] = field(default_factory=list)
    start: int = 0
    _start_type: str = ""
    _dead: int = 0
    _since: dict[str, int] = field(default_factory=dict)  # when a player came on, or left: by player id

    def skaters(self, side: int) -> list[Dressed]:
        """The skaters of a side who are on the ice."""
        line = self.lines[side]
        return [d for s in SKATER_SLOTS if (d := line[s]) is not None]

    def on_ice(self) -> tuple[list[Dressed], list[Dressed]]:
        """The skaters of both sides."""
        return self.skaters(0), self.skaters(1)

    def goalie(self, side: int) -> Dressed | None:
        """The goalie in the net, if there is one."""
        return self.lines[side]["G"]

    def advantage(self, side: int) -> int:
        """Skaters more than the other side; 0 while a net is empty."""
        if self.goalie(0) is None or self.goalie(1) is None:
            return 0
        return len(self.skaters(side)) - len(self.skaters(1 - side))

    def strength(self, side: int) -> str:
        """EV, PP or SH of a side, from the skaters on the ice; an empty net is even strength."""
        more = self.advantage(side)
        return "PP" if more > 0 else "SH" if more < 0 else "EV"

    def begin(self, period: int, start_type: str, carried: int) -> None:
        """Start a period with fresh lines. `carried`: the length of the period before, for penalties still served."""
        self.period, self.start, self._start_type, self._dead = period, 0, start_type, 0
        self._since = {}
        self.box = [s for s in self.box if not 0 <= s.until <= carried]
        for served in self.box:
            served.until -= carried
        for side in (0, 1):
            self._send_out(side)
        self._plan_fly()

    def _send_out(self, side: int) -> None:
        line = self.lines[side]
        line.update(dict.fromkeys(SLOTS))
        line["G"] = self.matchup.goalie(side)
        away = sum(s.side == side for s in self.box)
        for slot in self._open_slots(away):
            self._fill(side, slot, 0)

    @staticmethod
    def _open_slots(away: int) -> tuple[str, ...]:
        return ("D1", "D2", "F1", "F2", "F3")[: FULL_STRENGTH - away]

    def cut(self, t: int, start_type: str, stop_type: str = "") -> None:
        """End the stint at `t` and begin the next; a stint without length only changes its start type."""
        if t > self.start:
            self._close(t, stop_type)
            self.start, self._dead = t, 0
        self._start_type = start_type
        self._plan_fly()

    def finish(self, t: int, stop_type: str) -> None:
        """End the period at `t`."""
        if t > self.start:
            self._close(t, stop_type)
        else:
            self.stints[-1].stop_type = stop_type

    def _close(self, t: int, stop_type: str) -> None:
        lines = (dict(self.lines[0]), dict(self.lines[1]))
        self.stints.append(Stint(self.period, self.start, t, self._start_type, stop_type, lines, self._dead))
        for line in lines:
            for who in line.values():
                if who is not None:
                    self.ledger.own("toi_seconds", who, t - self.start)

    def dead(self, seconds: int) -> None:
        """Note dead ice inside the current stint."""
        self._dead += seconds

    def _plan_fly(self) -> None:
        self.next_fly = self.start + c.FLY_SECONDS.draw(self.rng)

    def change(self, t: int, slots: int) -> None:
        """Exchange that many skaters for rested ones, those first who have been out longest."""
        tired = sorted(self._changeable(), key=lambda e: e[2])[:slots]
        for side, slot, _ in tired:
            leaving = self.lines[side][slot]
            if leaving is not None and self._bench(side, slot):
                self._fill(side, slot, t)
                self._since[leaving.player.player_id] = t

    def _changeable(self) -> Iterator[tuple[int, str, float]]:
        for side in (0, 1):
            for slot in SKATER_SLOTS:
                who = self.lines[side][slot]
                if who is not None:
                    jitter = self.rng.random() * 8.0
                    yield side, slot, self._since.get(who.player.player_id, 0) + jitter

    def _bench(self, side: int, slot: str) -> list[Dressed]:
        position = "D" if slot.startswith("D") else "F"
        out = {d.player.player_id for d in self.skaters(side)} | {s.offender.player.player_id for s in self.box}
        return [d for d in self.matchup.dressed[side] if d.position == position and d.player.player_id not in out]

    def _fill(self, side: int, slot: str, t: int) -> None:
        bench = self._bench(side, slot) or self._bench(side, "D1" if slot.startswith("F") else "F1")
        if not bench:
            return
        # who has rested longest; a fifth of the time somebody else feels like it
        bench.sort(key=lambda d: self._since.get(d.player.player_id, -1))
        rested = bench[0] if len(bench) == 1 or self.rng.random() < 0.8 else bench[1]  # noqa: PLR2004 - see above
        self.lines[side][slot] = rested
        self._since[rested.player.player_id] = t

    def may_be_penalised(self, side: int) -> bool:
        """Whether a penalty would leave the side with at least three skaters."""
        return sum(s.side == side for s in self.box) < FULL_STRENGTH - FEWEST_SKATERS and self.goalie(side) is not None

    def penalise(self, offender: Dressed, t: int) -> None:
        """Take the offender off at the whistle at `t`; `serve_from` starts his time."""
        side = offender.side
        self.box.append(_Served(offender, -1, side))
        self._since[offender.player.player_id] = t
        line = self.lines[side]
        kept = self._open_slots(sum(s.side == side for s in self.box))
        for slot in ("F1", "F2", "F3", "D1", "D2", "X"):
            if slot not in kept or line[slot] is offender:
                line[slot] = None
        for slot in kept:
            if line[slot] is None:
                self._fill(side, slot, t)

    def serve_from(self, t: int) -> None:
        """The puck drops at `t`: new penalties begin to run."""
        for served in self.box:
            if served.until < 0:
                served.until = t + c.MINOR_SECONDS

    def next_return(self) -> int | None:
        """When the next penalty ends."""
        ends = [s.until for s in self.box if s.until >= 0]
        return min(ends) if ends else None

    def release(self, t: int) -> None:
        """Let everybody out whose time is over at `t`."""
        for served in [s for s in self.box if 0 <= s.until <= t]:
            self._let_out(served, t)

    def power_play_goal(self, conceding: int, t: int) -> None:
        """A power-play goal ends the oldest penalty of the side that conceded."""
        served = next((s for s in self.box if s.side == conceding), None)
        if served is not None:
            self._let_out(served, t)

    def _let_out(self, served: _Served, t: int) -> None:
        self.box.remove(served)
        for slot in self._open_slots(sum(s.side == served.side for s in self.box)):
            if self.lines[served.side][slot] is None:
                self._fill(served.side, slot, t)

    def pull_goalie(self, side: int, t: int) -> None:
        """Exchange the goalie for an extra attacker."""
        self.lines[side]["G"] = None
        self._fill(side, "X", t)

    def return_goalie(self, side: int) -> None:
        """Put the goalie back in, the extra attacker off."""
        self.lines[side]["G"] = self.matchup.goalie(side)
        self.lines[side]["X"] = None
