"""The league's own things: people, teams, seasons, the schedule and the game sheets."""

import polars as pl

from etl.columns import keys as k
from etl.columns import league as c
from etl.registry import table
from etl.tables.expressions import int32, position_name
from hockey.league import LeagueRules


@table(
    key=("player_id",),
    grain="one person who is on any roster or in any game",
    columns=(
        k.PLAYER_ID,
        c.PLAYER_FULL_NAME,
        c.PLAYER_SHORT_NAME,
        c.PLAYER_IMAGE,
        c.PRIMARY_POSITION,
        c.SKILL_RATING,
        c.RATING_LAST_YEAR,
        c.BIRTH_YEAR,
        c.GENDER,
        c.HIGHEST_LEAGUE,
        c.CURRENT_TEAM,
        c.CURRENT_TEAM_ID,
        k.TEAM_ID,
        c.JERSEY_NUMBER,
        c.PLAYER_URL,
        c.OTHER_URL,
        k.IS_INFERRED,
        k.ORIGIN,
    ),
)
def dim_player(
    players: pl.DataFrame, rosters: pl.DataFrame, official_roster: pl.DataFrame, rules: LeagueRules
) -> pl.DataFrame:
    """Everyone the league knows. A person whom only a roster names has a row marked as inferred."""
    people = ["player_id", "full_name", "position", "jersey_num"]
    named = pl.concat([official_roster.select(people), rosters.select(people)]).sort(people, nulls_last=True)
    inferred = (
        named.group_by("player_id")
        .agg(pl.col("full_name", "position", "jersey_num").drop_nulls().first())
        .join(players, on="player_id", how="anti")
        .with_columns(
            primary_position=position_name("position"),
            is_inferred=pl.lit(value=True),
            origin=pl.lit("inferred"),
        )
        .drop("position")
    )
    everyone = pl.concat([players, inferred], how="diagonal")
    personal = pl.lit(rules.publish_personal_data)
    return everyone.sort("player_id").select(
        "player_id",
        player_full_name="full_name",
        player_name="full_name",
        player_image="image_url",
        player_primary_position="primary_position",
        current_skill_rating=int32("current_skill_rating"),
        player_rating_ly=int32("rating_last_year"),
        birth_year=pl.when(personal).then(int32("birth_year")),
        player_gender=pl.when(personal).then("gender"),
        highest_beer_league="highest_beer_league",
        player_norad_current_team="current_team",
        player_norad_current_team_id="current_team_id",
        team_id="current_team_id",
        jersey_number=int32("jersey_num"),
        player_url="player_url",
        other_url="other_url",
        is_inferred="is_inferred",
        data_origin="origin",
    )


@table(
    key=("team_id",),
    grain="one team",
    columns=(
        k.TEAM_ID,
        k.TEAM_NAME,
        c.TEAM_LONG_NAME,
        c.TEAM_CODE,
        c.LEAGUE_ID,
        c.LEAGUE,
        c.TEAM_LOGO,
        *c.TEAM_COLORS,
        c.PRIMARY_COLOR,
        c.TEAM_URL,
        k.IS_INFERRED,
        k.ORIGIN,
    ),
)
def dim_team(
    teams: pl.DataFrame,
    games: pl.DataFrame,
    schedule: pl.DataFrame,
    official_roster: pl.DataFrame,
    players: pl.DataFrame,
) -> pl.DataFrame:
    """Every team. One that only games, the schedule, a game sheet or a player names has a row marked as inferred."""
    named = _named_teams(games, schedule, official_roster, players)
    inferred = (
        named.drop_nulls("team_id")
        .group_by("team_id")
        .agg(pl.col("team_name").drop_nulls().min())
        .join(teams, on="team_id", how="anti")
        .with_columns(is_inferred=pl.lit(value=True), origin=pl.lit("inferred"))
    )
    return (
        pl.concat([teams, inferred], how="diagonal")
        .sort("team_id")
        .select(
            "team_id",
            "team_name",
            pl.col("long_name").alias("long_team_name"),
            "team_cd",
            "league_id",
            "league",
            pl.col("logo_url").alias("team_logo"),
            *(pl.col(f"color{n}").alias(f"team_color{n}") for n in range(1, 5)),
            pl.col("color1").alias("primary_color"),
            "team_url",
            "is_inferred",
            pl.col("origin").alias("data_origin"),
        )
    )


def _named_teams(
    games: pl.DataFrame, schedule: pl.DataFrame, official_roster: pl.DataFrame, players: pl.DataFrame
) -> pl.DataFrame:
    """Every mention of a team: team_id and team_name."""
    return pl.concat(
        [
            frame.select(team_id=team_id, team_name=name)
            for frame, team_id, name in (
                (schedule, "home_team_id", "home_team"),
                (schedule, "away_team_id", "away_team"),
                (games, "home_team_id", "home_team"),
                (games, "away_team_id", "away_team"),
                (official_roster, "team_id", "team_name"),
                (official_roster, "opp_team_id", "opp_team_name"),
                (players, "current_team_id", "current_team"),
            )
        ]
    )


@table(
    key=("season_id",),
    grain="one season (fall or spring session)",
    columns=(k.SEASON_ID, k.SEASON, c.SESSION, c.LEAGUE_ID, c.LEAGUE, c.START_DATE, k.IS_INFERRED, k.ORIGIN),
)
def dim_season(seasons: pl.DataFrame, schedule: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Every season. One that only the schedule or a game names is inferred and begins at its first game."""
    named = pl.concat(
        [
            schedule.select("season_id", "season", "date"),
            games.select("season_id", pl.lit(None, pl.String).alias("season"), "date"),
        ]
    )
    inferred = (
        named.drop_nulls("season_id")
        .group_by("season_id")
        .agg(pl.col("season").drop_nulls().min(), start_date=pl.col("date").min())
        .join(seasons, on="season_id", how="anti")
        .with_columns(is_inferred=pl.lit(value=True), origin=pl.lit("inferred"))
    )
    return (
        pl.concat([seasons, inferred], how="diagonal")
        .sort("season_id")
        .select(
            "season_id",
            "season",
            "session",
            "league_id",
            "league",
            "start_date",
            "is_inferred",
            pl.col("origin").alias("data_origin"),
        )
    )
