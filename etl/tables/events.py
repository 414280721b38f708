"""Events and who took part in them."""

from typing import Final

import polars as pl

from etl.columns import events as c
from etl.columns import keys as k
from etl.columns import possession as s
from etl.registry import table
from etl.tables.expressions import ZONE_NAMES, int32, numbered
from etl.tables.possession import EVENT
from hockey.possession import RUSH_GOAL_S, RUSH_SHOT_S

NET_HEIGHT_IN: Final = 48
_TYPE: Final = pl.col("event_type")
_START: Final = int32("clock_start")
_END: Final = int32("clock_end")
_VIDEO_START: Final = pl.col("video_offset_s").list.get(pl.col("period") - 1, null_on_oob=True)

_WHAT: Final = (
    "event_id",
    pl.col("event_id").alias("event_key"),
    "game_id",
    pl.col("event_idx").cast(pl.Int32).alias("event_index"),
    pl.col("period").cast(pl.Int32),
    pl.format("P{}", pl.col("period").cast(pl.String).str.zfill(2)).alias("period_id"),
    "event_type",
    pl.col("detail1").alias("event_detail"),
    pl.col("detail2").alias("event_detail_2"),
    pl.col("success").alias("event_successful"),
    "event_team_zone",
)
_WHEN: Final = (
    (_START // 60).alias("event_start_min"),
    (_START % 60).alias("event_start_sec"),
    (_END // 60).alias("event_end_min"),
    (_END % 60).alias("event_end_sec"),
    _START.alias("time_start_total_seconds"),
    _END.alias("time_end_total_seconds"),
    int32("duration_s").alias("duration"),
    int32("game_t").alias("game_seconds"),
    int32(_VIDEO_START + pl.col("t_start")).alias("running_video_time"),
)
_WHO: Final = (
    pl.col("team").alias("team_venue"),
    pl.col("team_id").alias("event_team_id"),
    pl.col("team_name").alias("player_team"),
    "home_team",
    "away_team",
    pl.col("player_1").alias("player_id"),
    pl.col("player_1_name").alias("player_name"),
    pl.when(pl.col("player_1").is_not_null()).then(pl.lit("event_player_1")).alias("player_role"),
    "event_player_ids",
    "opp_player_ids",
    pl.when(_TYPE.is_in(["Shot", "Goal"]))
    .then("player_1")
    .when(_TYPE == "Save")
    .then("opponent_1")
    .alias("shooter_player_id"),
    "goalie_player_id",
    pl.col("goalie_player_id_name").alias("goalie_name"),
    pl.col("player_2_name").alias("event_player_2_name_x"),
)
_ON_RUSH: Final = (pl.col("rush_s") <= RUSH_SHOT_S).fill_null(value=False)
_LATE_GOAL: Final = pl.col("scores") & (pl.col("rush_s") <= RUSH_GOAL_S)
_DEAD_ICE: Final = "Dead"
_CONTEXT: Final = (
    "strength",
    "situation",
    "play_detail1",
    "play_detail_2",
    numbered("LV", "chain_id").alias("linked_event_key"),
    numbered("SQ", "sequence_index").alias("sequence_key"),
    numbered("PL", "play_index").alias("play_key"),
    "sequence_index",
    "play_index",
    pl.when(_ON_RUSH | _LATE_GOAL).then(numbered("RU", "rush_idx")).alias("rush_key"),
    numbered("EV", "crossing_idx").alias("crossing_event_id"),
    pl.when(pl.col("dead_s") > 0)
    .then(pl.lit(_DEAD_ICE))
    .otherwise(pl.col("place").replace_strict(ZONE_NAMES, default=None, return_dtype=pl.String))
    .alias("zone_until_next"),
    (pl.col("play_s") + pl.col("dead_s")).alias("seconds_until_next"),
    "shift_id",
    "is_goal",
    pl.col("is_highlight").fill_null(value=False).cast(pl.Int32),
    (_TYPE == "Save").cast(pl.Int32).alias("is_save"),
    _ON_RUSH.cast(pl.Int32).alias("is_rush"),
    (_TYPE == "Rebound").cast(pl.Int32).alias("is_rebound"),
    pl.col("puck_x0").alias("puck_x_start"),
    pl.col("puck_y0").alias("puck_y_start"),
    "net_x",
    (NET_HEIGHT_IN - pl.col("net_y")).alias("net_y"),
)


_FLOW: Final = (
    *("sequence_index", "play_index", "rush_idx", "rush_s", "scores", "crossing_idx"),
    *("place", "play_s", "dead_s"),
)


@table(
    key=("event_id",),
    grain="one tracked event",
    from_tracking=True,
    per_game=True,
    columns=(
        c.EVENT_REFERENCE,
        k.EVENT_KEY,
        k.GAME_ID,
        k.EVENT_INDEX,
        k.PERIOD,
        c.PERIOD_ID,
        c.EVENT_TYPE,
        c.EVENT_DETAIL,
        c.EVENT_DETAIL_2,
        c.EVENT_SUCCESSFUL,
        c.EVENT_TEAM_ZONE,
        c.START_MIN,
        c.START_SEC,
        c.END_MIN,
        c.END_SEC,
        k.CLOCK_SECONDS,
        c.END_CLOCK_SECONDS,
        c.DURATION,
        k.GAME_SECONDS,
        c.VIDEO_TIME,
        k.TEAM_VENUE,
        c.EVENT_TEAM_ID,
        c.PLAYER_TEAM,
        k.HOME_TEAM,
        k.AWAY_TEAM,
        c.ACTOR_ID,
        c.MAIN_PLAYER_NAME,
        c.MAIN_PLAYER_ROLE,
        c.EVENT_PLAYER_IDS,
        c.OPP_PLAYER_IDS,
        c.SHOOTER_ID,
        c.GOALIE_ID,
        c.GOALIE_NAME,
        c.SECOND_PLAYER_NAME,
        c.STRENGTH,
        c.SITUATION,
        c.PLAY_DETAIL,
        c.PLAY_DETAIL_2,
        c.LINKED_EVENT_KEY,
        s.SEQUENCE_KEY,
        s.PLAY_KEY,
        s.SEQUENCE_INDEX,
        s.PLAY_INDEX,
        s.RUSH_REFERENCE,
        s.CROSSING_EVENT,
        s.ZONE_UNTIL_NEXT,
        s.SECONDS_UNTIL_NEXT,
        k.SHIFT_ID,
        c.IS_GOAL,
        c.IS_HIGHLIGHT,
        c.IS_SAVE,
        s.IS_RUSH,
        c.IS_REBOUND,
        c.PUCK_X,
        c.PUCK_Y,
        c.NET_X,
        c.NET_Y,
    ),
)
def fact_events(
    plays: pl.DataFrame, possession: pl.DataFrame, games: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """Every tracked event in order of play, with its main actors, the players on the ice by stint, and links.

    Coordinates are in the attack frame of the acting team: feet, origin at centre ice, +x towards the net attacked.
    """
    labels = games.select("game_id", "home_team", "away_team", "video_offset_s")
    names = dim_player.select("player_id", "player_full_name")
    flow = possession.select(*EVENT, *_FLOW)
    rows = plays.join(labels, on="game_id", how="left", maintain_order="left").join(
        flow, on=EVENT, how="left", maintain_order="left"
    )
    for role in ("player_1", "player_2", "goalie_player_id"):
        named = names.rename({"player_id": role, "player_full_name": f"{role}_name"})
        rows = rows.join(named, on=role, how="left", maintain_order="left")
    return rows.select(*_WHAT, *_WHEN, *_WHO, *_CONTEXT)


ROLE: Final = (
    pl.when(pl.col("role_n") == 0)
    .then(pl.format("{}_goalie", "side_role"))
    .otherwise(pl.format("{}_player_{}", "side_role", "role_n"))
)
EVENT_PLAYER_KEY: Final = pl.format(
    "{}{}{}",
    "event_id",
    pl.col("side_role").replace_strict({"event": "E", "opp": "O"}, return_dtype=pl.String),
    "role_n",
)


@table(
    key=("event_player_key",),
    grain="one player taking part in one event",
    from_tracking=True,
    per_game=True,
    columns=(
        c.EVENT_PLAYER_KEY,
        c.EVENT_REFERENCE,
        k.GAME_ID,
        k.EVENT_INDEX,
        k.PLAYER_ID,
        c.PLAYER_ROLE,
        c.ROLE_NUMBER,
        k.PLAYER_GAME_NUMBER,
        k.PLAYER_NAME,
        c.ROLE_PLAYER_TEAM,
        k.TEAM_VENUE,
        k.TEAM_ID,
        c.ROLE_DETAIL,
        c.ROLE_DETAIL_2,
        c.ROLE_SUCCESS,
        c.PRESSURER,
        c.IS_PRESSURED,
        c.SIDE_OF_PUCK,
        c.IS_ON_ICE,
    ),
)
def fact_event_players(event_players: pl.DataFrame, game_sides: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """Who did what in each event. A sweater number that is on no roster leaves player_id null."""
    teams = game_sides.select("game_id", "side", "team_id", "team_name")
    names = dim_player.select("player_id", player_name="player_full_name")
    role = pl.col("role_n")
    return (
        event_players.join(
            teams, left_on=["game_id", "team"], right_on=["game_id", "side"], how="left", maintain_order="left"
        )
        .join(names, on="player_id", how="left", maintain_order="left")
        .with_columns(event_id=numbered("EV", "event_idx"))
        .select(
            EVENT_PLAYER_KEY.alias("event_player_key"),
            "event_id",
            "game_id",
            pl.col("event_idx").cast(pl.Int32).alias("event_index"),
            "player_id",
            ROLE.alias("player_role"),
            role.cast(pl.Int32).alias("role_number"),
            int32("jersey").alias("player_game_number"),
            "player_name",
            pl.col("team_name").alias("player_team"),
            pl.col("team").alias("team_venue"),
            "team_id",
            "play_detail1",
            pl.col("play_detail2").alias("play_detail_2"),
            pl.when("play_success")
            .then(pl.lit("s"))
            .when(~pl.col("play_success"))
            .then(pl.lit("u"))
            .alias("play_detail_successful"),
            pl.col("pressured_by").cast(pl.String).alias("pressured_pressurer"),
            pl.col("pressured").alias("is_pressured"),
            "side_of_puck",
            pl.col("on_ice").alias("is_on_ice"),
        )
    )
