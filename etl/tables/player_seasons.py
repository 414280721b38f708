"""Seasons and careers of skaters and goalies, by the league's game sheets."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import season as c
from etl.columns.lineage import explained
from etl.columns.lineage_seasons import GOALIE_CAREER, GOALIE_SEASON, SKATER_CAREER, SKATER_SEASON
from etl.registry import table
from etl.tables.expressions import percentage, ratio
from hockey.value import MIN_GAMES_SHOWN

_SEASON: Final = ("player_id", "season_id", "game_type")
_CAREER: Final = ("player_id", "game_type")
_CREDITS: Final = ("goals", "assists", "points", "pim")
_SKATER_SUMS: Final = {
    "goals": pl.col("goals").sum(),
    "assists": pl.col("assists").sum(),
    "points": (pl.col("goals") + pl.col("assists")).sum(),
    "pim": pl.col("pim").sum(),
}
_GOALIE_SUMS: Final = {
    "wins": pl.col("is_win").sum(),
    "losses": pl.col("is_loss").sum(),
    "ties": pl.col("is_tie").sum(),
    "goals_against": pl.col("goals_against").sum(),
    "shutouts": pl.col("is_shutout").sum(),
}
_OF_SEASON: Final = (*_SEASON[:2], "season", "game_type", "player_name", "team_id", "team_name")
_TRACKED: Final = ("xg_for", "xg_adj")
_METRICS: Final = (
    *("war", "gar", "player_rating", "cf_pct", *_TRACKED),
    *("xg_per_game", "goals_above_expected", "shooting_pct"),
)


@table(
    key=("player_season_basic_key",),
    grain="one skater in one season, per game type (Regular, Playoffs, All)",
    kind="aggregate",
    columns=explained(
        (
            c.SKATER_SEASON_KEY,
            *c.SEASON,
            c.USUAL_POSITION,
            c.GAMES_PLAYED,
            c.GOALS,
            c.ASSISTS,
            c.POINTS,
            c.PIM,
            *c.PER_GAME,
            c.TRACKED_GAMES,
            c.WAR,
            c.GAR,
            c.PLAYER_RATING,
            c.CF_PCT,
            c.XG_FOR,
            c.XG_ADJ,
            c.XG_PER_GAME,
            c.GOALS_ABOVE_EXPECTED,
            c.SHOOTING_PCT,
        ),
        SKATER_SEASON,
    ),
)
def fact_player_season_stats_basic(
    sheet_skaters: pl.DataFrame,
    counted_games: pl.DataFrame,
    fact_player_game_stats: pl.DataFrame,
    dim_player: pl.DataFrame,
    dim_team: pl.DataFrame,
) -> pl.DataFrame:
    """Official totals of the skaters, untracked games included; a game without a result does not count.

    Who keeps goal has a line in the goalies' table. Metrics that need tracking are of the tracked games among them,
    null where there is none.
    """
    lines = counted_games.drop_nulls("season_id").join(sheet_skaters, on="game_id")
    own_games = lines.select("game_id", *_SEASON)
    return (
        _seasons(lines, _SKATER_SUMS, dim_player, dim_team)
        .join(_most(lines, _SEASON, "player_position"), on=_SEASON)
        .join(_tracked(own_games, fact_player_game_stats), on=_SEASON, how="left")
        .with_columns(pl.col("games_played", "tracked_games", *_CREDITS).fill_null(0).cast(pl.Int32))
        .sort(_SEASON)
        .select(
            pl.concat_str(_SEASON, separator="_").alias("player_season_basic_key"),
            *_OF_SEASON,
            pl.col("player_position").alias("position"),
            *("games_played", *_CREDITS),
            *(ratio(name, "games_played").round(2).alias(f"{name}_per_game") for name in _CREDITS),
            *("tracked_games", *_METRICS),
        )
    )


@table(
    key=("player_career_basic_key",),
    grain="one skater over all seasons, per game type (Regular, Playoffs, All)",
    kind="aggregate",
    columns=explained(
        (
            c.SKATER_CAREER_KEY,
            c.WHO,
            k.GAME_TYPE,
            k.PLAYER_NAME,
            c.USUAL_POSITION,
            c.CURRENT_TEAM,
            c.SEASONS_PLAYED,
            *c.CAREER_COUNTS,
            *c.CAREER_PER_GAME,
        ),
        SKATER_CAREER,
    ),
)
def fact_player_career_stats_basic(
    sheet_skaters: pl.DataFrame, counted_games: pl.DataFrame, dim_player: pl.DataFrame, dim_team: pl.DataFrame
) -> pl.DataFrame:
    """Official totals of the skaters over all seasons, games of no known season included."""
    lines = counted_games.join(sheet_skaters, on="game_id")
    return (
        _careers(lines, _SKATER_SUMS, dim_player, dim_team)
        .join(_most(lines, _CAREER, "player_position"), on=_CAREER)
        .with_columns(pl.col("seasons_played", "games", *_CREDITS).cast(pl.Int32))
        .sort(_CAREER)
        .select(
            pl.concat_str(_CAREER, separator="_").alias("player_career_basic_key"),
            *(*_CAREER, "player_name", pl.col("player_position").alias("position"), "current_team", "seasons_played"),
            pl.col("games", *_CREDITS).name.prefix("career_"),
            *(ratio(name, "games").round(2).alias(f"{name}_per_game") for name in _CREDITS),
        )
    )


@table(
    key=("goalie_season_basic_key",),
    grain="one goalie in one season, per game type (Regular, Playoffs, All)",
    kind="aggregate",
    columns=explained(
        (
            c.GOALIE_SEASON_KEY,
            *c.SEASON,
            c.GAMES_PLAYED,
            c.WINS,
            c.LOSSES,
            c.TIES,
            c.GOALS_AGAINST,
            c.GAA,
            c.SHUTOUTS,
            c.SHUTOUT_PCT,
            c.WIN_PCT,
        ),
        GOALIE_SEASON,
    ),
)
def fact_goalie_season_stats_basic(
    sheet_goalies: pl.DataFrame, counted_games: pl.DataFrame, dim_player: pl.DataFrame, dim_team: pl.DataFrame
) -> pl.DataFrame:
    """Official records of the goalies, untracked games included; a game without a result does not count."""
    lines = counted_games.drop_nulls("season_id").join(sheet_goalies, on="game_id")
    return (
        _seasons(lines, _GOALIE_SUMS, dim_player, dim_team)
        .with_columns(pl.col("games_played", *_GOALIE_SUMS).cast(pl.Int32))
        .sort(_SEASON)
        .select(
            pl.concat_str(_SEASON, separator="_").alias("goalie_season_basic_key"),
            *(*_OF_SEASON, "games_played"),
            *("wins", "losses", "ties", "goals_against", ratio("goals_against", "games_played").alias("gaa")),
            *("shutouts", percentage("shutouts", "games_played").alias("shutout_pct")),
            percentage("wins", "games_played").alias("win_pct"),
        )
    )


@table(
    key=("goalie_career_basic_key",),
    grain="one goalie over all seasons, per game type (Regular, Playoffs, All)",
    kind="aggregate",
    columns=explained(
        (
            c.GOALIE_CAREER_KEY,
            c.WHO,
            k.GAME_TYPE,
            k.PLAYER_NAME,
            c.CURRENT_TEAM,
            c.SEASONS_PLAYED,
            *c.CAREER_GOALIE_COUNTS,
            c.CAREER_GAA,
            c.CAREER_SHUTOUTS,
            *c.CAREER_SHARES,
        ),
        GOALIE_CAREER,
    ),
)
def fact_goalie_career_stats_basic(
    sheet_goalies: pl.DataFrame, counted_games: pl.DataFrame, dim_player: pl.DataFrame, dim_team: pl.DataFrame
) -> pl.DataFrame:
    """Official records of the goalies over all seasons, games of no known season included."""
    lines = counted_games.join(sheet_goalies, on="game_id")
    return (
        _careers(lines, _GOALIE_SUMS, dim_player, dim_team)
        .with_columns(pl.col("seasons_played", "games", *_GOALIE_SUMS).cast(pl.Int32))
        .sort(_CAREER)
        .select(
            pl.concat_str(_CAREER, separator="_").alias("goalie_career_basic_key"),
            *(*_CAREER, "player_name", "current_team", "seasons_played"),
            pl.col("games", "wins", "losses", "ties", "goals_against").name.prefix("career_"),
            ratio("goals_against", "games").alias("career_gaa"),
            pl.col("shutouts").alias("career_shutouts"),
            percentage("wins", "games").alias("career_win_pct"),
            percentage("shutouts", "games").alias("career_shutout_pct"),
        )
    )


def _seasons(
    lines: pl.DataFrame, sums: Mapping[str, pl.Expr], dim_player: pl.DataFrame, dim_team: pl.DataFrame
) -> pl.DataFrame:
    """The lines of each player, season and game type, added up, with names and the team of the season."""
    return (
        lines.group_by(_SEASON)
        .agg(season=pl.col("season").drop_nulls().min(), games_played=pl.len(), **sums)
        .join(_most(lines, _SEASON, "team_id"), on=_SEASON)
        .join(dim_player.select("player_id", player_name="player_full_name"), on="player_id", how="left")
        .join(dim_team.select("team_id", "team_name"), on="team_id", how="left")
    )


def _careers(
    lines: pl.DataFrame, sums: Mapping[str, pl.Expr], dim_player: pl.DataFrame, dim_team: pl.DataFrame
) -> pl.DataFrame:
    """The lines of each player and game type over all seasons, added up, with names and the current team."""
    return (
        lines.group_by(_CAREER)
        .agg(seasons_played=pl.col("season_id").drop_nulls().n_unique(), games=pl.len(), **sums)
        .join(_current_team(lines, dim_team), on=_CAREER, how="left")
        .join(dim_player.select("player_id", player_name="player_full_name"), on="player_id", how="left")
    )


def _most(lines: pl.DataFrame, by: Sequence[str], column: str) -> pl.DataFrame:
    """The value of `column` with most games as no substitute, then most games, then the latest; per `by`."""
    return (
        lines.group_by(*by, column)
        .agg(own=(pl.col("sub") == 0).sum(), games=pl.len(), latest=pl.col("date").max())
        .sort("own", "games", "latest", column, descending=[True, True, True, False], nulls_last=True)
        .unique(by, keep="first", maintain_order=True)
        .select(*by, column)
    )


def _current_team(lines: pl.DataFrame, dim_team: pl.DataFrame) -> pl.DataFrame:
    """Name of the team of the latest game as no substitute, else of the latest game."""
    return (
        lines.drop_nulls("team_id")
        .sort("sub", "date", "game_id", descending=[False, True, True], nulls_last=True)
        .unique(_CAREER, keep="first", maintain_order=True)
        .join(dim_team.select("team_id", current_team="team_name"), on="team_id", how="left")
        .select(*_CAREER, "current_team")
    )


def _tracked(own_games: pl.DataFrame, fact_player_game_stats: pl.DataFrame) -> pl.DataFrame:
    """What the tracked games among a skater's games say of a season."""
    attempts = pl.col("corsi_for").sum() + pl.col("corsi_against").sum()
    stats = fact_player_game_stats.select(
        *("game_id", "player_id", "goals", "sog", "corsi_for", "corsi_against", *_TRACKED),
        *("war", "gar_total", "player_rating"),
    )
    shown = pl.col("gar_total").count() >= MIN_GAMES_SHOWN
    return (
        own_games.join(stats, on=["game_id", "player_id"])
        .group_by(_SEASON)
        .agg(
            pl.col(_TRACKED).sum(),
            tracked_games=pl.len(),
            war=pl.when(shown).then(pl.col("war").sum()),
            gar=pl.when(shown).then(pl.col("gar_total").sum()),
            player_rating=pl.col("player_rating").mean(),
            cf_pct=percentage(pl.col("corsi_for").sum(), attempts),
            shooting_pct=percentage(pl.col("goals").sum(), pl.col("sog").sum()),
            scored=pl.col("goals").sum(),
        )
        .with_columns(
            xg_per_game=ratio("xg_for", "tracked_games"), goals_above_expected=pl.col("scored") - pl.col("xg_for")
        )
    )
