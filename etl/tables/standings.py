"""The standings: what every team has won in each season, by kind of game."""

from dataclasses import replace
from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import league as c
from etl.columns.lineage import explained
from etl.columns.lineage_seasons import RESULT, TEAM_SEASON
from etl.registry import table
from etl.tables.expressions import OTHER_SIDE, percentage, ratio
from hockey.league import LeagueRules, Points

GAME_TYPES: Final = ("Regular", "Playoffs", "All")
_BEYOND: Final = ("Overtime", "Shootout")


@table(
    key=("game_id", "side"),
    grain="one side of one played game",
    kind="aggregate",
)
def results(dim_schedule: pl.DataFrame, tracked_score: pl.DataFrame, rules: LeagueRules) -> pl.DataFrame:
    """The result of each played game for each side, by the official score.

    A game that is in no schedule and has no official score counts with its tracked one, once every regulation period
    has events; stints play no part in the score.
    """
    tracked = tracked_score.filter(pl.col("periods_tracked") >= rules.periods.count).select(
        "game_id", "tracked_home_goals", "tracked_away_goals"
    )
    scored = (
        dim_schedule.filter("include")
        .join(tracked, on="game_id", how="left")
        .with_columns(
            pl.when("is_inferred")
            .then(pl.coalesce(f"{side}_total_goals", f"tracked_{side}_goals"))
            .otherwise(f"{side}_total_goals")
            .alias(f"{side}_goals")
            for side in OTHER_SIDE
        )
        .drop_nulls(["home_goals", "away_goals"])
    )
    return pl.concat(
        scored.select(
            "game_id",
            "season_id",
            "season",
            "game_type",
            pl.lit(side).alias("side"),
            pl.col(f"{side}_team_id").alias("team_id"),
            pl.col(f"{side}_goals").alias("goals_for"),
            pl.col(f"{other}_goals").alias("goals_against"),
            pl.col("last_period_type").fill_null("Regulation"),
        )
        for side, other in OTHER_SIDE.items()
    ).drop_nulls("team_id")


_WON, _LOST = (pl.col("goals_for") > pl.col("goals_against"), pl.col("goals_for") < pl.col("goals_against"))


@table(
    key=("team_result_key",),
    grain="one team in one played game",
    kind="aggregate",
    columns=explained(
        (
            c.TEAM_RESULT_KEY,
            k.GAME_ID,
            k.SEASON_ID,
            k.SEASON,
            k.GAME_TYPE,
            replace(k.TEAM_ID, nullable=False),
            k.TEAM_NAME,
            k.TEAM_VENUE,
            c.LAST_PERIOD_TYPE,
            c.RESULT,
            c.STANDING_POINTS,
            c.GOALS_FOR,
            c.GOALS_AGAINST,
        ),
        RESULT,
    ),
)
def fact_team_results(results: pl.DataFrame, dim_team: pl.DataFrame, rules: LeagueRules) -> pl.DataFrame:
    """What each team got out of each played game, tracked or not: the rows that standings add up."""
    result = pl.when(_WON).then(pl.lit("win")).when(_LOST).then(pl.lit("loss")).otherwise(pl.lit("tie"))
    return (
        results.join(dim_team.select("team_id", "team_name"), on="team_id", how="left")
        .sort("game_id", "side")
        .select(
            pl.format("{}_{}", "game_id", "side").alias("team_result_key"),
            *("game_id", "season_id", "season", "game_type", "team_id", "team_name"),
            pl.col("side").alias("team_venue"),
            "last_period_type",
            result.alias("result"),
            _points(rules.points).cast(pl.Int32).alias("points"),
            pl.col("goals_for", "goals_against").cast(pl.Int32),
        )
    )


def _points(points: Points) -> pl.Expr:
    won, lost = pl.col("goals_for") > pl.col("goals_against"), pl.col("goals_for") < pl.col("goals_against")
    ended = pl.col("last_period_type")
    return (
        pl.when(won & (ended == "Overtime"))
        .then(points.overtime_win)
        .when(won & (ended == "Shootout"))
        .then(points.shootout_win)
        .when(won)
        .then(points.win)
        .when(lost & (ended == "Overtime"))
        .then(points.overtime_loss)
        .when(lost & (ended == "Shootout"))
        .then(points.shootout_loss)
        .when(lost)
        .then(points.loss)
        .otherwise(points.tie)
    )


@table(
    key=("team_season_basic_key",),
    grain="one team in one season, per game type (Regular, Playoffs, All)",
    kind="aggregate",
    columns=explained(
        (
            c.TEAM_SEASON_KEY,
            k.TEAM_ID,
            k.TEAM_NAME,
            k.SEASON_ID,
            k.SEASON,
            k.GAME_TYPE,
            c.GAMES_PLAYED,
            c.WINS,
            c.LOSSES,
            c.TIES,
            c.OVERTIME_WINS,
            c.OVERTIME_LOSSES,
            c.SEASON_SUMS[0],
            c.WIN_PCT,
            *c.SEASON_SUMS[1:],
            c.GOAL_DIFF,
            c.GOALS_FOR_PER_GAME,
            c.GOALS_AGAINST_PER_GAME,
        ),
        TEAM_SEASON,
    ),
)
def fact_team_season_stats_basic(results: pl.DataFrame, dim_team: pl.DataFrame, rules: LeagueRules) -> pl.DataFrame:
    """Standings from the schedule, so that untracked games count. Points by the league's rules.

    win_pct = 100 * points / (games * points of a win).
    """
    won, lost = pl.col("goals_for") > pl.col("goals_against"), pl.col("goals_for") < pl.col("goals_against")
    beyond = pl.col("last_period_type").is_in(_BEYOND)
    counted = results.filter(pl.col("game_type").is_in(GAME_TYPES[:2]) & pl.col("season_id").is_not_null())
    sums = (
        pl.concat([counted, counted.with_columns(game_type=pl.lit("All"))])
        .with_columns(earned=_points(rules.points))
        .group_by("team_id", "season_id", "game_type")
        .agg(
            season=pl.col("season").drop_nulls().min(),
            games_played=pl.len(),
            wins=won.sum(),
            losses=lost.sum(),
            ties=(~won & ~lost).sum(),
            overtime_wins=(won & beyond).sum(),
            overtime_losses=(lost & beyond).sum(),
            points=pl.col("earned").sum(),
            goals_for=pl.col("goals_for").sum(),
            goals_against=pl.col("goals_against").sum(),
        )
    )
    return (
        sums.join(dim_team.select("team_id", "team_name"), on="team_id", how="left")
        .with_columns(pl.col(_COUNTS).cast(pl.Int32))
        .sort("season_id", "game_type", "team_id")
        .select(
            pl.format("{}_{}_{}", "team_id", "season_id", "game_type").alias("team_season_basic_key"),
            *("team_id", "team_name", "season_id", "season", "game_type", *_COUNTS[:-2]),
            percentage("points", pl.col("games_played") * rules.points.win).alias("win_pct"),
            *("goals_for", "goals_against"),
            (pl.col("goals_for") - pl.col("goals_against")).alias("goal_diff"),
            ratio("goals_for", "games_played").round(2).alias("goals_for_per_game"),
            ratio("goals_against", "games_played").round(2).alias("goals_against_per_game"),
        )
    )


_COUNTS: Final = (
    *("games_played", "wins", "losses", "ties", "overtime_wins", "overtime_losses", "points"),
    *("goals_for", "goals_against"),
)
