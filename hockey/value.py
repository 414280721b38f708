"""What a game was worth: game score, rating, goals and wins above replacement. Every constant, with its source.

Every sum here is linear, so one table of weights serves single games (`weighted`) and whole columns (the ETL).
"""

import math
from collections.abc import Mapping
from typing import Final

# D. Luszczyszyn, "Measuring Single Game Productivity: An Introduction to Game Score", hockey-graphs.com, July 2016
GAME_SCORE: Final[Mapping[str, float]] = {
    "goals": 0.75,
    "primary_assists": 0.7,
    "secondary_assists": 0.55,
    "sog": 0.075,
    "blocks": 0.05,
    "penalties_drawn": 0.15,
    "penalties_taken": -0.15,
    "fo_wins": 0.01,
    "fo_losses": -0.01,
    "corsi_even_for": 0.05,
    "corsi_even_against": -0.05,
    "goals_even_for": 0.15,
    "goals_even_against": -0.15,
}
# the published sum runs from about -0.5 to 3.5; this is the 2-10 that the dashboard draws
GAME_SCORE_BASE: Final = 3.0
GAME_SCORE_SCALE: Final = 2.0

# The league rates skaters 2-6. A rating is the game score expected of it: on the tracked games of the simulated league
# the mean rating is 3.9 and the mean game score 4.0
MIN_RATING: Final = 2.0
MAX_RATING: Final = 6.0

# league scoring: 17 goals in the four complete tracked games, 2.27 a team in the simulator fitted to them
MEAN_GOALS: Final = 2.25  # of a team in a game
GAME_HOURS: Final = 0.9  # 3 x 18 min
SHOTS_ON_GOAL: Final = 29.0  # of a team in a game: 233 in those four games
SKATERS: Final = 5
# W = GF^k / (GF^k + GA^k) with k = 2 (B. James; for hockey 1.9-2.15): one win is 4 * goals / k goals between equals
PYTHAGOREAN_EXPONENT: Final = 2.0
GOALS_PER_WIN: Final = 4 * MEAN_GOALS / PYTHAGOREAN_EXPONENT

# Replacement level: a team of substitutes would win one game in four against this league (judgement). The same rule
# gives what it would be outscored by; a third of that is the goalie's, the rest the five skaters' (judgement).
REPLACEMENT_WINS: Final = 0.25
GOALIE_SHARE: Final = 1 / 3


def replacement_deficit() -> float:
    """Goals a game by which a team of replacements is outscored: 2.25 each way become 1.65 against 2.85."""
    ratio = math.pow(REPLACEMENT_WINS / (1 - REPLACEMENT_WINS), 1 / PYTHAGOREAN_EXPONENT)
    return 2 * MEAN_GOALS * (1 - ratio) / (1 + ratio)


REPLACEMENT_PER_HOUR: Final = replacement_deficit() * (1 - GOALIE_SHARE) / (SKATERS * GAME_HOURS)
REPLACEMENT_PER_SHOT: Final = replacement_deficit() * GOALIE_SHARE / SHOTS_ON_GOAL
# penalties and faceoffs in goals: their game-score weights over a goal's (0.2 and 1/75, near the published 0.17-0.2
# goals a minor and 76.5 faceoffs a goal)
PENALTY_GOALS: Final = GAME_SCORE["penalties_drawn"] / GAME_SCORE["goals"]
FACEOFF_GOALS: Final = GAME_SCORE["fo_wins"] / GAME_SCORE["goals"]

# goals above replacement of a skater, by component: weights of the columns summed
GAR: Final[Mapping[str, Mapping[str, float]]] = {
    "gar_shooting": {"goals": 1.0, "xg_for": -1.0},
    "gar_even_strength": {"on_ice_xg_even_for": 1 / SKATERS, "on_ice_xg_even_against": -1 / SKATERS},
    "gar_penalties": {"penalties_drawn": PENALTY_GOALS, "penalties_taken": -PENALTY_GOALS},
    "gar_faceoffs": {"fo_wins": FACEOFF_GOALS, "fo_losses": -FACEOFF_GOALS},
    "gar_replacement": {"toi_seconds": REPLACEMENT_PER_HOUR / 3600},
}
NO_ADVANTAGE: Final[tuple[str, ...]] = ("Penalty_Misconduct", "Penalty_Offsetting")  # nobody is a man down
MIN_GAMES_SHOWN: Final = 5  # tracked games before a season's GAR, WAR or rating says more than luck (judgement)


def weighted(weights: Mapping[str, float], counts: Mapping[str, float]) -> float:
    """The sum of weight times count; a count that is not given is 0."""
    return math.fsum(weight * counts.get(name, 0) for name, weight in weights.items())


def game_score(counts: Mapping[str, float]) -> float:
    """One game in one number, about 2-10: 3 + 2 * Luszczyszyn's sum."""
    return GAME_SCORE_BASE + GAME_SCORE_SCALE * weighted(GAME_SCORE, counts)


def goals_above_replacement(counts: Mapping[str, float]) -> float:
    """The sum of the components of `GAR`, in goals."""
    return math.fsum(weighted(weights, counts) for weights in GAR.values())


def goals_saved_above_average(saves: float, goals_against: float, league_save_rate: float) -> float:
    """Goals that an average goalie would have allowed on the same shots, less those allowed."""
    return (saves + goals_against) * (1 - league_save_rate) - goals_against
