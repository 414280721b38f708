"""The schedule, and who dressed for its games according to the league's own game sheets."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import league as c
from etl.columns.column import text
from etl.columns.lineage import explained
from etl.columns.lineage_play import SCHEDULE
from etl.registry import table
from etl.tables.expressions import OTHER_SIDE, int32, position_name
from formats.canonical import SIDES

_SCORE: Final = (
    *(int32(f"{side}_goals").alias(f"{side}_total_goals") for side in SIDES),
    *(int32(f"{side}_p{p}_goals").alias(f"{side}_team_period{p}_goals") for side in SIDES for p in (1, 2, 3)),
    *(int32(f"{side}_ot_goals").alias(f"{side}_team_period{ot}_goals") for side in SIDES for ot in ("OT", "ot")),
    *(int32(f"{side}_goals").alias(f"official_{side}_goals") for side in SIDES),
)
_VIDEO_START: Final = pl.col("video_offset_s").list.first()  # second of the video at which period 1 starts
ROSTER_KEY: Final = text("player_game_key", "game_id and player_id, joined by _.")


@table(key=("game_id",), grain="one scheduled, played or tracked game")
def scheduled_games(
    schedule: pl.DataFrame, games: pl.DataFrame, official_roster: pl.DataFrame, dim_season: pl.DataFrame
) -> pl.DataFrame:
    """Every game as the league has it; what tracking adds is in dim_schedule."""
    return (
        pl.concat([schedule, _unscheduled(schedule, games, official_roster)], how="diagonal")
        .join(dim_season.select("season_id", season_of_id="season"), on="season_id", how="left")
        .join(games.select("game_id", tracked_video_start=_VIDEO_START), on="game_id", how="left")
        .sort("game_id")
        .select(
            "game_id",
            "season_id",
            pl.coalesce("season", "season_of_id").alias("season"),
            "date",
            "game_time",
            pl.col("game_type").fill_null("Regular"),
            "playoff_round",
            "schedule_type",
            pl.col("include").fill_null(value=True),
            "last_period_type",
            *("home_team_id", "away_team_id"),
            pl.col("home_team").alias("home_team_name"),
            pl.col("away_team").alias("away_team_name"),
            *_SCORE,
            "game_url",
            int32(pl.coalesce("video_start_s", "tracked_video_start")).alias("video_start_offset"),
            "is_inferred",
            pl.col("origin").alias("data_origin"),
        )
    )


@table(
    key=("game_id",),
    grain="one scheduled, played or tracked game",
    columns=explained(
        (
            k.GAME_ID,
            k.SEASON_ID,
            k.SEASON,
            k.DATE,
            c.GAME_TIME,
            k.GAME_TYPE,
            c.PLAYOFF_ROUND,
            c.SCHEDULE_TYPE,
            c.INCLUDE,
            c.LAST_PERIOD_TYPE,
            c.HOME_TEAM_ID,
            c.AWAY_TEAM_ID,
            c.HOME_TEAM_NAME,
            c.AWAY_TEAM_NAME,
            *c.TOTAL_GOALS,
            *c.PERIOD_GOALS,
            *c.OVERTIME_GOALS,
            *c.OFFICIAL_GOALS,
            c.GAME_URL,
            c.VIDEO_URL,
            c.VIDEO_URL_2,
            c.VIDEO_START,
            *c.SPECIAL_TEAMS,
            k.IS_INFERRED,
            k.ORIGIN,
        ),
        SCHEDULE,
    ),
)
def dim_schedule(scheduled_games: pl.DataFrame, power_plays: pl.DataFrame, game_videos: pl.DataFrame) -> pl.DataFrame:
    """Every game. One that only a tracked file or a game sheet names has a row marked as inferred.

    Scores are official; a game without one has null, whatever was tracked (see fact_game_status). Power plays are by
    the players on the ice (fact_special_teams), null where the game has no valid stints.
    """
    rows = scheduled_games
    for number in (1, 2):
        video = game_videos.filter(pl.col("number") == number).select(
            "game_id", pl.col("url").alias(f"video_url_{number}")
        )
        rows = rows.join(video, on="game_id", how="left", maintain_order="left")
    for side, other in OTHER_SIDE.items():
        seen = power_plays.filter(pl.col("side") == side).select(
            "game_id",
            **{f"{side}_{name}": name for name in ("pp_goals", "pp_opportunities")},
            **{f"{other}_pk_goals_against": "pp_goals", f"{other}_pk_opportunities": "pp_opportunities"},
        )
        rows = rows.join(seen, on="game_id", how="left", maintain_order="left")
    return rows.select(column.name for column in dim_schedule.columns)


def _unscheduled(schedule: pl.DataFrame, games: pl.DataFrame, official_roster: pl.DataFrame) -> pl.DataFrame:
    tracked = games.select(
        "game_id",
        "season_id",
        "date",
        "home_team_id",
        "away_team_id",
        "home_team",
        "away_team",
        home_goals="official_home",
        away_goals="official_away",
    )
    on_sheets = official_roster.select("game_id").unique().join(games, on="game_id", how="anti")
    return (
        pl.concat([tracked, on_sheets], how="diagonal")
        .join(schedule, on="game_id", how="anti")
        .with_columns(is_inferred=pl.lit(value=True), origin=pl.lit("inferred"))
    )


@table(
    key=("game_id", "player_id"),
    grain="one player dressed for one game, by the league's game sheet",
    columns=(
        ROSTER_KEY,
        k.GAME_ID,
        k.PLAYER_ID,
        k.TEAM_ID,
        k.TEAM_NAME,
        c.ROSTER_VENUE,
        c.OPP_TEAM_NAME,
        k.DATE,
        k.SEASON_ID,
        k.SEASON,
        c.SHEET_NAME,
        k.PLAYER_GAME_NUMBER,
        c.ROSTER_POSITION,
        c.ROSTER_GOALS,
        c.ROSTER_ASSISTS,
        c.ROSTER_POINTS,
        c.ROSTER_PIM,
        c.ROSTER_PIM_TOTAL,
        c.ROSTER_GOALS_AGAINST,
        c.SUB,
        c.IS_SUB,
        *c.SKILL_AT_GAME,
        k.ORIGIN,
    ),
)
def fact_gameroster(
    official_roster: pl.DataFrame, rosters: pl.DataFrame, dim_schedule: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """Who played for whom and the official credits, untracked games included.

    A tracked game without a game sheet has the players of its tracking, marked `json` in data_origin, without credits.
    """
    game = dim_schedule.select("game_id", "date", "season_id", "season", *_SIDE_COLUMNS)
    home = pl.col("side") == "home"
    goals, assists, pim = (int32(name).fill_null(0) for name in ("goals", "assists", "pim"))
    return (
        pl.concat([official_roster, _only_tracked(official_roster, rosters)], how="diagonal")
        .join(game, on="game_id", how="left")
        .join(dim_player.select("player_id", "player_full_name"), on="player_id", how="left")
        .sort("game_id", "player_id")
        .select(
            pl.format("{}_{}", "game_id", "player_id").alias("player_game_key"),
            "game_id",
            "player_id",
            pl.coalesce("team_id", pl.when(home).then("home_team_id").otherwise("away_team_id")),
            pl.coalesce("team_name", pl.when(home).then("home_team_name").otherwise("away_team_name")),
            pl.col("side").replace_strict({"home": "Home", "away": "Away"}, default=None).alias("team_venue"),
            pl.coalesce("opp_team_name", pl.when(home).then("away_team_name").otherwise("home_team_name")),
            *("date", "season_id", "season"),
            pl.coalesce("full_name", "player_full_name").alias("player_full_name"),
            int32("jersey_num").alias("player_game_number"),
            position_name("position").alias("player_position"),
            goals.alias("goals"),
            assists.alias("assist"),
            (goals + assists).alias("points"),
            *(pim.alias(name) for name in ("pim", "pim_total")),
            int32("goals_against").alias("goals_against"),
            pl.col("is_sub").cast(pl.Int32).fill_null(0).alias("sub"),
            "is_sub",
            *(pl.col("skill").alias(name) for name in ("skill_rating", "player_skill_rating")),
            pl.col("origin").alias("data_origin"),
        )
    )


_SIDE_COLUMNS = ("home_team_id", "away_team_id", "home_team_name", "away_team_name")


def _only_tracked(official_roster: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    return (
        rosters.join(official_roster, on="game_id", how="anti")
        .unique(["game_id", "player_id"], keep="first", maintain_order=True)
        .drop("full_name")  # no sheet is behind these rows: they have the name of dim_player
        .with_columns(origin=pl.lit("json"))
    )
