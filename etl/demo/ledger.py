"""The simulator's own book-keeping: the true box score, counted while the game is played.

Nothing here reads a written file, so it is the oracle that the tables of the ETL are tested against.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from etl.demo.lineup import Dressed

ON_ICE = ("cf", "ca", "ff", "fa")


@dataclass(slots=True)
class Ledger:
    """Counts per player id and per side (0 home, 1 away), and goals by period."""

    players: dict[str, Counter[str]] = field(default_factory=dict)
    sides: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    period_goals: tuple[Counter[int], Counter[int]] = field(default_factory=lambda: (Counter(), Counter()))

    def enter(self, dressed: Iterable[Dressed]) -> None:
        """Open an account for each player who dressed."""
        for d in dressed:
            self.players[d.player.player_id] = Counter()

    def count(self, what: str, who: Dressed, amount: int = 1) -> None:
        """Credit a player and his side."""
        self.players[who.player.player_id][what] += amount
        self.sides[who.side][what] += amount

    def own(self, what: str, who: Dressed, amount: int = 1) -> None:
        """Credit a player only."""
        self.players[who.player.player_id][what] += amount

    def attempt(self, shooter: Dressed, on_ice: tuple[list[Dressed], list[Dressed]], *, blocked: bool) -> None:
        """A shot attempt: Corsi for everybody on the ice, Fenwick unless it was blocked."""
        self.count("shots", shooter)
        for side, names in ((shooter.side, ("cf", "ff")), (1 - shooter.side, ("ca", "fa"))):
            for skater in on_ice[side]:
                self.own(names[0], skater)
                if not blocked:
                    self.own(names[1], skater)

    def goal(self, scorer: Dressed, period: int, on_ice: tuple[list[Dressed], list[Dressed]], strength: str) -> None:
        """A goal. `strength`: EV, PP or SH from the scorer's view; power-play goals leave plus/minus alone."""
        self.count("goals", scorer)
        self.count("sog", scorer)
        self.period_goals[scorer.side][period] += 1
        self.sides[scorer.side][f"goals_{strength.lower()}"] += 1
        for side, sign in ((scorer.side, 1), (1 - scorer.side, -1)):
            for skater in on_ice[side]:
                self.own("plus_minus_total", skater, sign)
                if strength != "PP":
                    self.own("plus_minus", skater, sign)
