"""Whether games of this league can end level, and how often they do: learned from its results.

A league is taken to allow ties with probability one half. If it does, the share of ties is Beta(4, 28): mean 1/8,
as in recreational leagues without overtime. Every decided game speaks against; one tie settles it.
"""

from typing import Final

import numpy as np

_PRIOR_ALLOWED: Final = 0.5
_PRIOR_TIES: Final = 4
_PRIOR_DECIDED: Final = 28


class TieRate:
    """Counts of level and decided games so far."""

    def __init__(self, ties: int = 0, games: int = 0) -> None:
        self.ties = ties
        self.games = games

    def note(self, ties: int, games: int) -> None:
        """Add a day's games."""
        self.ties += ties
        self.games += games

    @property
    def allowed(self) -> float:
        """Probability that games of this league can end level."""
        if self.ties:
            return 1.0
        n = np.arange(self.games)
        # probability of no tie in so many games, were ties allowed (beta-binomial)
        unseen = _PRIOR_ALLOWED * float(np.prod((_PRIOR_DECIDED + n) / (_PRIOR_TIES + _PRIOR_DECIDED + n)))
        return unseen / (unseen + 1.0 - _PRIOR_ALLOWED)

    @property
    def share(self) -> float:
        """Expected share of level games."""
        return self.allowed * (self.ties + _PRIOR_TIES) / (self.games + _PRIOR_TIES + _PRIOR_DECIDED)
