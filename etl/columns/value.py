"""Columns of what a game was worth: game score, ratings, goals and wins above replacement."""

from typing import Final

from etl.columns.column import Column, count, numeric
from hockey.expected_goals import HIGH_DANGER_XG
from hockey.value import (
    GAME_SCORE,
    GAME_SCORE_BASE,
    GAME_SCORE_SCALE,
    GAR,
    GOALS_PER_WIN,
    MAX_RATING,
    MIN_RATING,
    NO_ADVANTAGE,
    REPLACEMENT_PER_SHOT,
)

_METHOD: Final = "hockey/value.py"


def _sum(weights: dict[str, float]) -> str:
    """A weighted sum as text: "0.75 * goals - 0.15 * penalties_taken"."""
    terms = " ".join(f"{'+' if weight > 0 else '-'} {abs(weight):.10g} * {name}" for name, weight in weights.items())
    return terms.removeprefix("+ ")


_ABOUT: Final = {
    "gar_shooting": "Goals above those expected of the own attempts.",
    "gar_even_strength": "A fifth of the expected-goals difference while on the ice at even strength.",
    "gar_penalties": "Penalties drawn less taken, in goals.",
    "gar_faceoffs": "Faceoffs won less lost, in goals.",
    "gar_replacement": "What an average skater is worth above a replacement in the same ice time, in goals.",
}
PLAYER_RATING: Final = numeric(
    "player_rating",
    "League skill rating before the game, 2-6: the game sheet's, else the player's own.",
    formula="skill_rating of fact_gameroster, else current_skill_rating of dim_player",
)
SKATER_VALUE: Final[tuple[Column, ...]] = (
    count(
        "penalties_taken",
        "Penalties that put the team a man down; misconducts and offsetting ones left out.",
        formula=f"rows of fact_penalties of the player, but for {' and '.join(NO_ADVANTAGE)}",
    ),
    count(
        "penalties_drawn",
        "Such penalties of which the player was the one fouled, where the tracker named him.",
        formula="the same with the player as fouled_player_id",
    ),
    numeric(
        "game_score",
        "The game in one number, about 2-10; without valid stints the on-ice terms are 0.",
        formula=f"{GAME_SCORE_BASE:g} + {GAME_SCORE_SCALE:g} * ({_sum(dict(GAME_SCORE))})",
        source="D. Luszczyszyn, hockey-graphs.com 2016; at even strength where he has 5v5",
    ),
    PLAYER_RATING,
    numeric(
        "adjusted_rating",
        "The rating that the game score implies: a rating is the game score expected of it.",
        formula=f"game_score, at least {MIN_RATING:g} and at most {MAX_RATING:g}",
        source=_METHOD,
    ),
    numeric(
        "performance_index",
        "Game score of that expected for the rating, 100 as expected; null without a rating.",
        formula="100 * game_score / player_rating",
        source=_METHOD,
    ),
    *(numeric(name, _ABOUT[name], "goals", formula=_sum(dict(terms)), source=_METHOD) for name, terms in GAR.items()),
    numeric(
        "gar_total",
        "Goals above replacement, all components; null without valid stints.",
        "goals",
        formula=" + ".join(GAR),
        source=_METHOD,
    ),
    numeric(
        "war", "Wins above replacement.", "wins", formula=f"gar_total / {GOALS_PER_WIN:g}", source="Pythagorean rule"
    ),
)
TEAM_VALUE: Final[tuple[Column, ...]] = (
    numeric(
        "gar_total",
        "Goals above replacement of the team's skaters together.",
        "goals",
        source=_METHOD,
        formula="sum of gar_total of the team's fact_player_game_stats",
    ),
    numeric(
        "war",
        "Wins above replacement of the team's skaters together.",
        "wins",
        source=_METHOD,
        formula="sum of war of the team's fact_player_game_stats",
    ),
    numeric(
        "avg_game_score",
        "Mean game score of the team's skaters.",
        formula="mean of game_score of the team's fact_player_game_stats",
    ),
    numeric(
        "avg_adjusted_rating",
        "Mean adjusted_rating of the team's skaters.",
        formula="mean of adjusted_rating of the team's fact_player_game_stats",
    ),
)
GOALIE_VALUE: Final[tuple[Column, ...]] = (
    count(
        "hd_saves",
        f"Saves of high-danger shots: an expected goal of {HIGH_DANGER_XG:g} or more.",
        formula=f"rows of fact_shots faced with is_on_net, without is_goal, and xg >= {HIGH_DANGER_XG:g}",
    ),
    count(
        "hd_shots_against",
        f"High-danger shots on goal faced: an expected goal of {HIGH_DANGER_XG:g} or more.",
        formula=f"rows of fact_shots faced with is_on_net and xg >= {HIGH_DANGER_XG:g}",
    ),
    numeric(
        "goals_saved_above_avg",
        "Goals that the season's average goalie would have allowed on these shots, less those allowed.",
        "goals",
        formula="shots_against * (1 - rate) - goals_against; rate: what all goalies of the season's tracked games "
        "together stopped of what they faced",
    ),
    numeric(
        "goalie_gar_total",
        "Goals above a replacement goalie.",
        "goals",
        formula=f"goals_saved_above_avg + {REPLACEMENT_PER_SHOT:.10g} * shots_against",
        source=_METHOD,
    ),
    numeric(
        "goalie_war",
        "Wins above a replacement goalie.",
        "wins",
        formula=f"goalie_gar_total / {GOALS_PER_WIN:g}",
        source="Pythagorean rule",
    ),
)
