"""Intermediates of the season and career tables: the counted games, and who did what in them by the game sheets."""

from typing import Final

import polars as pl

from etl.registry import table
from etl.tables.standings import GAME_TYPES

_GOALIE: Final = (pl.col("player_position") == "Goalie") | (pl.col("goals_against") > 0)
_PLAYER: Final = ("game_id", "player_id")
_CREDITS: Final = {"goals": "goals", "assists": "assist", "pim": "pim"}  # the sheet says assist


@table(
    key=("game_id", "game_type"), grain="one counted game, once under its own type and once under All", kind="aggregate"
)
def counted_games(dim_schedule: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """The games that season and career tables count: regular and playoff ones with a result, as the standings do.

    A sheet or a tracked file of a game without a result names who dressed, not who played.
    """
    games = (
        dim_schedule.join(results, on="game_id", how="semi")
        .filter(pl.col("game_type").is_in(GAME_TYPES[:2]))
        .select("game_id", "season_id", "season", "date", "game_type")
    )
    return pl.concat([games, games.with_columns(game_type=pl.lit("All"))]).sort("game_id", "game_type")


@table(key=("game_id", "player_id"), grain="one skater on one game sheet", kind="aggregate")
def sheet_skaters(fact_gameroster: pl.DataFrame, fact_player_game_stats: pl.DataFrame) -> pl.DataFrame:
    """Official goals, assists and penalty minutes of the skaters. A game without a sheet has those of its tracking."""
    tracked = fact_player_game_stats.select(*_PLAYER, pl.col(*_CREDITS).name.prefix("tracked_"))
    by_tracking = pl.col("data_origin") == "json"
    return (
        fact_gameroster.filter(~_GOALIE.fill_null(value=False))
        .join(tracked, on=_PLAYER, how="left")
        .sort(_PLAYER)
        .select(
            *_PLAYER,
            *("team_id", "player_position", "sub"),
            **{
                name: pl.when(by_tracking).then(pl.col(f"tracked_{name}").fill_null(0)).otherwise(sheet)
                for name, sheet in _CREDITS.items()
            },
        )
    )


@table(key=("game_id", "player_id"), grain="one goalie on one game sheet", kind="aggregate")
def sheet_goalies(
    fact_gameroster: pl.DataFrame, fact_goalie_game_stats: pl.DataFrame, results: pl.DataFrame
) -> pl.DataFrame:
    """The result of the goalie's team and the goals allowed; nobody shares a shutout.

    Goals allowed: as the sheet says, else as tracked, else all that the team allowed if it had no other goalie.
    """
    side = ["game_id", "team_id"]
    tracked = fact_goalie_game_stats.select(*_PLAYER, tracked="goals_against")
    ended = results.select(*side, scored="goals_for", conceded="goals_against")
    alone = pl.len().over(side) == 1
    own, other = pl.col("scored"), pl.col("conceded")
    return (
        fact_gameroster.filter(_GOALIE.fill_null(value=False))
        .join(tracked, on=_PLAYER, how="left")
        .join(ended, on=side, how="left")
        .with_columns(
            goals_against=pl.coalesce("goals_against", "tracked", pl.when(alone).then("conceded"), 0).cast(pl.Int32)
        )
        .sort(_PLAYER)
        .select(
            *_PLAYER,
            *("team_id", "sub", "goals_against"),
            is_win=(own > other).fill_null(value=False),
            is_loss=(own < other).fill_null(value=False),
            is_tie=(own == other).fill_null(value=False),
            is_shutout=alone & (pl.col("goals_against") == 0),
        )
    )
