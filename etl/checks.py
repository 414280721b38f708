"""The facts that every published league is checked for."""

from typing import Final

import polars as pl

from etl.quality import Check, check, reference_checks
from etl.registry import Registry
from etl.tables.catalog import league_tables
from hockey.play_details import ASSISTS
from hockey.strength import MIN_SKATERS

_MAX_SKATERS: Final = 6
_EVEN_SKATERS: Final = 5
_SIDE: Final = ["game_id", "team_venue"]


@check("block", per_game=True)
def points_are_goals_plus_assists(fact_player_game_stats: pl.DataFrame) -> pl.DataFrame:
    """A player's points are the goals and assists, and the assists are the first and second ones."""
    goals, assists = pl.col("goals"), pl.col("assists")
    wrong = (pl.col("points") != goals + assists) | (assists != pl.col("primary_assists") + pl.col("secondary_assists"))
    return fact_player_game_stats.filter(wrong).select("game_id", "player_id", "goals", "assists", "points")


@check("block", per_game=True)
def team_goals_are_those_of_fact_goals(fact_team_game_stats: pl.DataFrame, fact_goals: pl.DataFrame) -> pl.DataFrame:
    """A team's goals are its rows of fact_goals."""
    scored = fact_goals.group_by(_SIDE).agg(in_fact_goals=pl.len())
    return (
        fact_team_game_stats.select(*_SIDE, "goals")
        .join(scored, on=_SIDE, how="left")
        .filter(pl.col("goals") != pl.col("in_fact_goals").fill_null(0))
    )


@check("block", per_game=True)
def player_goals_sum_to_the_team(fact_player_game_stats: pl.DataFrame, fact_goals: pl.DataFrame) -> pl.DataFrame:
    """The skaters' goals sum to the team's, save those whose scorer is unknown or no skater of the team."""
    player = ["game_id", "team_venue", "player_id"]
    own = fact_goals.select("game_id", "team_venue", player_id="scorer_player_id").join(
        fact_player_game_stats.select(player), on=player, how="semi"
    )
    credited = fact_player_game_stats.group_by(_SIDE).agg(pl.col("goals").sum())
    return credited.join(own.group_by(_SIDE).agg(of_team=pl.len()), on=_SIDE, how="left").filter(
        pl.col("goals") != pl.col("of_team").fill_null(0)
    )


@check("block", per_game=True)
def attempts_for_are_attempts_against(fact_team_game_stats: pl.DataFrame) -> pl.DataFrame:
    """One side's attempts are the other's attempts against."""
    seen = fact_team_game_stats.select(
        "game_id", team_id="opponent_team_id", against="corsi_against", unblocked_against="fenwick_against"
    )
    both = fact_team_game_stats.select("game_id", "team_id", "corsi_for", "fenwick_for").join(
        seen, on=["game_id", "team_id"]
    )
    return both.filter(
        (pl.col("corsi_for") != pl.col("against")) | (pl.col("fenwick_for") != pl.col("unblocked_against"))
    )


@check("block")
def shots_against_are_saves_plus_goals(fact_goalie_game_stats: pl.DataFrame) -> pl.DataFrame:
    """A goalie's shots against are the saves and the goals allowed."""
    wrong = pl.col("shots_against") != pl.col("saves") + pl.col("goals_against")
    return fact_goalie_game_stats.filter(wrong).select(
        "game_id", "player_id", "saves", "goals_against", "shots_against"
    )


@check("block")
def standings_games_are_results(fact_team_season_stats_basic: pl.DataFrame) -> pl.DataFrame:
    """Wins, losses and ties are the games played, and goals for and against balance over each season."""
    played = pl.col("wins") + pl.col("losses") + pl.col("ties")
    return fact_team_season_stats_basic.filter(played != pl.col("games_played")).select(
        "team_season_basic_key", "games_played", "wins", "losses", "ties"
    )


@check("warn")
def goals_agree_with_score(qa_goal_accuracy: pl.DataFrame) -> pl.DataFrame:
    """Tracked goals are the official score."""
    return qa_goal_accuracy.filter(~pl.col("is_match")).select(
        "game_id", "tracked_home_goals", "tracked_away_goals", "official_home_goals", "official_away_goals"
    )


@check("warn", per_game=True)
def stints_do_not_overlap(fact_shifts: pl.DataFrame) -> pl.DataFrame:
    """A stint begins when the one before it in the period has ended."""
    before = (
        pl.col("shift_end_total_seconds")
        .shift()
        .over("game_id", "period", order_by="shift_start_total_seconds", descending=True)
    )
    return fact_shifts.filter(pl.col("shift_start_total_seconds") > before).select(
        "game_id", "shift_id", "shift_start_total_seconds"
    )


@check("warn", per_game=True)
def skaters_on_the_ice_are_possible(fact_shifts: pl.DataFrame) -> pl.DataFrame:
    """Three to five skaters a side, six when the net is empty."""
    wrong = [
        (pl.col(f"{side}_team_strength") > _MAX_SKATERS)
        | (pl.col(f"{side}_team_strength") < MIN_SKATERS)
        | ((pl.col(f"{side}_team_strength") > _EVEN_SKATERS) & pl.col(f"{side}_goalie").is_not_null())
        for side in ("home", "away")
    ]
    return fact_shifts.filter(pl.any_horizontal(wrong)).select("game_id", "shift_id", "strength")


@check("warn", per_game=True)
def assists_have_a_goal(fact_event_players: pl.DataFrame, fact_goals: pl.DataFrame) -> pl.DataFrame:
    """Who is marked with an assist in a game has one on a goal of it."""
    tags = pl.any_horizontal(pl.col("play_detail1", "play_detail_2").is_in(ASSISTS).fill_null(value=False))
    marked = fact_event_players.filter(tags & pl.col("player_id").is_not_null()).select(
        "game_id", "player_id", "event_id"
    )
    credited = pl.concat(
        fact_goals.select("game_id", player_id=f"{kind}_assist_player_id") for kind in ("primary", "secondary")
    )
    return marked.join(credited.drop_nulls().unique(), on=["game_id", "player_id"], how="anti")


@check("warn", per_game=True)
def goals_have_a_scorer(fact_goals: pl.DataFrame, fact_player_game_stats: pl.DataFrame) -> pl.DataFrame:
    """The scorer of every goal is a skater of the team."""
    player = ["game_id", "team_venue", "player_id"]
    return fact_goals.select("game_id", "goal_id", "team_venue", player_id="scorer_player_id").join(
        fact_player_game_stats.select(player), on=player, how="anti"
    )


@check("warn", per_game=True)
def goals_happen_in_a_stint(fact_goals: pl.DataFrame, fact_shifts: pl.DataFrame) -> pl.DataFrame:
    """In a game with stints, every goal is in one; plus/minus misses those that are not."""
    return (
        fact_goals.filter(pl.col("shift_id").is_null())
        .join(fact_shifts.select("game_id"), on="game_id", how="semi")
        .select("game_id", "goal_id", "period", "time_start_total_seconds")
    )


@check("warn", per_game=True)
def goals_are_of_a_team(fact_events: pl.DataFrame) -> pl.DataFrame:
    """The side of every goal is known; without it the goal counts for nobody."""
    return fact_events.filter((pl.col("is_goal") == 1) & pl.col("team_venue").is_null()).select("game_id", "event_id")


@check("warn", per_game=True)
def goals_have_their_detail(fact_events: pl.DataFrame) -> pl.DataFrame:
    """Every Goal row says which kind it is; one that does not is not counted."""
    return fact_events.filter((pl.col("event_type") == "Goal") & pl.col("event_detail").is_null()).select(
        "game_id", "event_id"
    )


HOCKEY_CHECKS: Final[tuple[Check, ...]] = tuple(member for member in list(vars().values()) if isinstance(member, Check))


def all_checks(registry: Registry) -> tuple[Check, ...]:
    """The facts of hockey, and the references of every published table."""
    return (*reference_checks(registry), *HOCKEY_CHECKS)


def everything() -> tuple[Registry, tuple[Check, ...]]:
    """All tables of a league with the checks among them, and the checks."""
    tables = league_tables()
    checks = all_checks(tables)
    return Registry([*tables.tables.values(), *(check.table for check in checks)]), checks
