"""Columns of the season and career tables of skaters and goalies."""

from dataclasses import replace
from typing import Final

from etl.columns import boxscore as box
from etl.columns.column import Column, count, numeric, text
from etl.columns.keys import GAME_TYPE, PLAYER_ID, PLAYER_NAME, SEASON_ID, TEAM_ID, TEAM_NAME
from etl.columns.keys import SEASON as SEASON_YEARS
from hockey.value import MIN_GAMES_SHOWN

_PER_SEASON: Final = "player_id, season_id and game_type, joined by _."
_PER_CAREER: Final = "player_id and game_type, joined by _."
SKATER_SEASON_KEY: Final = text("player_season_basic_key", _PER_SEASON)
GOALIE_SEASON_KEY: Final = text("goalie_season_basic_key", _PER_SEASON)
SKATER_CAREER_KEY: Final = text("player_career_basic_key", _PER_CAREER)
GOALIE_CAREER_KEY: Final = text("goalie_career_basic_key", _PER_CAREER)

WHO: Final = replace(PLAYER_ID, nullable=False)
SEASON_PLAYED: Final = replace(SEASON_ID, nullable=False)
SEASON_TEAM: Final = replace(
    TEAM_ID,
    description="Team of the season: the one with most games as no substitute, then of most games, then latest.",
)
SEASON_TEAM_NAME: Final = replace(TEAM_NAME, description="Name of the team of the season.")
SEASON: Final = (WHO, SEASON_PLAYED, SEASON_YEARS, GAME_TYPE, PLAYER_NAME, SEASON_TEAM, SEASON_TEAM_NAME)
"""With what a season of a skater or goalie begins, after its key."""
USUAL_POSITION: Final = text("position", "Position played most: Forward or Defense.")
CURRENT_TEAM: Final = text("current_team", "Name of the team of the latest game as no substitute, else of the latest.")
SEASONS_PLAYED: Final = count(
    "seasons_played", "Seasons with at least one game.", formula="rows of the season table of the player and game_type"
)
_UNSHEETED: Final = "of a game without a sheet, of fact_player_game_stats"

GAMES_PLAYED: Final = count(
    "games_played",
    "Games played by the game sheets, untracked ones included: those with a result.",
    formula="rows of fact_gameroster in regular and playoff games of fact_team_results, as goalie or skater",
)
GOALS: Final = count("goals", "Official goals.", formula=f"sum of fact_gameroster.goals; {_UNSHEETED}.goals")
ASSISTS: Final = count("assists", "Official assists.", formula=f"sum of fact_gameroster.assist; {_UNSHEETED}.assists")
POINTS: Final = count("points", "Official goals plus assists.", formula="goals + assists")
PIM: Final = count("pim", "Official penalty minutes.", "min", formula=f"sum of fact_gameroster.pim; {_UNSHEETED}.pim")


def _per_game(games: str, prefix: str = "") -> tuple[Column, ...]:
    """Goals, assists, points and penalty minutes per game, by the columns that they are made of."""
    abouts = {"goals": "Goals", "assists": "Assists", "points": "Points", "pim": "Penalty minutes"}
    return tuple(
        numeric(f"{name}_per_game", f"{about} per game, two decimals.", formula=f"{prefix}{name} / {games}")
        for name, about in abouts.items()
    )


PER_GAME: Final = _per_game("games_played")
CAREER_PER_GAME: Final = _per_game("career_games", "career_")
CAREER_COUNTS: Final = tuple(
    replace(
        column, name=f"career_{name}", formula="career_goals + career_assists" if name == "points" else column.formula
    )
    for name, column in (
        ("games", GAMES_PLAYED),
        ("goals", GOALS),
        ("assists", ASSISTS),
        ("points", POINTS),
        ("pim", PIM),
    )
)

TRACKED_GAMES: Final = count(
    "tracked_games",
    "Of the games played, those that were tracked.",
    formula="rows of fact_player_game_stats in these games",
)
_SHOWN: Final = f"null below {MIN_GAMES_SHOWN} of them"
WAR: Final = numeric(
    "war",
    f"Wins above replacement over the tracked games; {_SHOWN}.",
    "wins",
    formula="sum of fact_player_game_stats.war",
)
GAR: Final = numeric(
    "gar",
    f"Goals above replacement over the tracked games; {_SHOWN}.",
    "goals",
    formula="sum of fact_player_game_stats.gar_total",
)
PLAYER_RATING: Final = numeric(
    "player_rating",
    "League skill rating over the tracked games, 2-6.",
    formula="mean of fact_player_game_stats.player_rating",
)
CF_PCT: Final = replace(
    box.CF_PCT,
    description="On-ice share of the attempts that were own, over the tracked games, 0-100.",
    formula="100 * sum of fact_player_game_stats.corsi_for / sum of these and of fact_player_game_stats.corsi_against",
)
XG_FOR: Final = numeric(
    "xg_for", "Expected goals of the own attempts, tracked games only.", formula="sum of fact_player_game_stats.xg_for"
)
XG_ADJ: Final = numeric(
    "xg_adj",
    "Expected goals adjusted for flurries, tracked games only.",
    formula="sum of fact_player_game_stats.xg_adj",
)
XG_PER_GAME: Final = numeric("xg_per_game", "Expected goals per tracked game.", formula="xg_for / tracked_games")
GOALS_ABOVE_EXPECTED: Final = numeric(
    "goals_above_expected",
    "Tracked goals less expected ones.",
    formula="sum of fact_player_game_stats.goals - xg_for",
)
SHOOTING_PCT: Final = replace(
    box.SHOOTING_PCT,
    description="Tracked goals of tracked shots on goal, 0-100; null without a shot on goal.",
    formula="100 * sum of fact_player_game_stats.goals / sum of fact_player_game_stats.sog",
)

WINS: Final = count(
    "wins",
    "Games that the goalie's team won, overtime and shootout included.",
    formula="rows of fact_team_results with result = win of the team the goalie is on the sheet of",
)
LOSSES: Final = count(
    "losses",
    "Games that the goalie's team lost, overtime and shootout included.",
    formula="the same with result = loss",
)
TIES: Final = count(
    "ties",
    "Games that the goalie's team tied.",
    formula="the same with result = tie",
)
GOALS_AGAINST: Final = count(
    "goals_against",
    "Goals allowed by the game sheets, none of them on an empty net; by the tracking without a sheet.",
    formula="sum of goals_against of fact_gameroster; where the sheet has none, of fact_goalie_game_stats, else of the "
    "team if the goalie was alone",
)
GAA: Final = numeric(
    "gaa",
    "Goals allowed per game; not per 60 minutes, since game sheets have no time in the net.",
    formula="goals_against / games_played",
)
SHUTOUTS: Final = count(
    "shutouts",
    "Games as the team's only goalie without a goal allowed; nobody shares one.",
    formula="games as the only goalie on the team's sheet in which the goalie allowed none",
    source="NHL rule book",
)
SHUTOUT_PCT: Final = numeric(
    "shutout_pct", "Shutouts of the games, 0-100.", "%", formula="100 * shutouts / games_played"
)
WIN_PCT: Final = numeric("win_pct", "Wins of the games, 0-100.", "%", formula="100 * wins / games_played")

CAREER_GOALIE_COUNTS: Final = (
    CAREER_COUNTS[0],
    *(replace(column, name=f"career_{column.name}") for column in (WINS, LOSSES, TIES, GOALS_AGAINST)),
)
CAREER_GAA: Final = replace(GAA, name="career_gaa", formula="career_goals_against / career_games")
CAREER_SHUTOUTS: Final = replace(SHUTOUTS, name="career_shutouts")
CAREER_SHARES: Final = (
    replace(WIN_PCT, name="career_win_pct", formula="100 * career_wins / career_games"),
    replace(SHUTOUT_PCT, name="career_shutout_pct", formula="100 * career_shutouts / career_games"),
)
