"""Goals and who is credited with them."""

from typing import Final

import polars as pl

from etl.columns import events as c
from etl.columns import keys as k
from etl.columns.lineage import explained
from etl.columns.lineage_play import GOAL
from etl.registry import table
from etl.tables.expressions import MOMENT, SIDE, numbered
from hockey.details import PENALTY_SHOT
from hockey.play_details import ASSISTS

ASSIST_WINDOW_S: Final = 20  # largest gap between a marked assist and its goal in the sample games: 15 s


@table(
    key=("game_id", "event_idx", "player_id"),
    grain="one player credited with an assist on one goal",
    from_tracking=True,
    per_game=True,
)
def assists(event_players: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """Assists by (goal, player). `event_idx` is the goal's, `assist_idx` the marked event's.

    A marker stands on event_player_1. Its goal is the one it names, if that is of the same team and period and not
    earlier; else the team's next goal of the period within 20 s. Linked events repeat markers: the last one counts.
    Nobody assists a goal of their own.
    """
    tags = pl.col("play_detail1", "play_detail2")
    primary, secondary = (pl.any_horizontal((tags == kind).fill_null(value=False)) for kind in ASSISTS)
    marked = (
        event_players.filter((pl.col("side_role") == "event") & (pl.col("role_n") == 1) & (primary | secondary))
        .drop_nulls("player_id")
        .select("game_id", "player_id", assist_idx="event_idx", is_primary=primary, own_side="team")
    )
    where = plays.select("game_id", "assist_to_idx", "period", "team", assist_idx="event_idx", assist_t="t_start")
    goals = plays.filter(pl.col("is_goal") == 1).select(
        "game_id", "event_idx", "period", "team", goal_t="t_start", scorer="player_1"
    )
    return (
        marked.join(where, on=["game_id", "assist_idx"])
        .filter((pl.col("own_side") == pl.col("team")).fill_null(value=True))
        .join(goals, on=["game_id", "period", "team"])
        .filter(pl.col("event_idx") >= pl.col("assist_idx"), pl.col("scorer").ne_missing(pl.col("player_id")))
        .with_columns(is_named=pl.col("event_idx").eq_missing(pl.col("assist_to_idx")))
        .filter(pl.col("is_named") | ((pl.col("goal_t") - pl.col("assist_t")) <= ASSIST_WINDOW_S))
        .sort("game_id", "assist_idx", "player_id", pl.col("is_named"), -pl.col("event_idx"))
        .group_by("game_id", "assist_idx", "player_id", maintain_order=True)
        .agg(pl.col("event_idx", "is_primary").last())
        .sort("game_id", "event_idx", "player_id", "is_primary", "assist_idx")
        .group_by("game_id", "event_idx", "player_id", maintain_order=True)
        .agg(pl.col("is_primary", "assist_idx").last())
    )


_CREDITED: Final = {"primary": True, "secondary": False}


@table(
    key=("goal_id",),
    grain="one goal that counts",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.GOAL_KEY,
            c.EVENT_REFERENCE,
            *k.MOMENT,
            *k.SIDE,
            c.SCORER_ID,
            c.SCORER_NAME,
            c.ASSIST_IDS[0],
            c.ASSIST_NAMES[0],
            c.ASSIST_IDS[1],
            c.ASSIST_NAMES[1],
            c.ASSIST_COUNT,
            c.GOALIE_ID,
            c.GOALIE_NAME,
            c.STRENGTH,
            c.SITUATION,
            c.IS_EMPTY_NET,
            c.IS_POWER_PLAY,
            c.IS_SHORT_HANDED,
            c.IS_PENALTY_SHOT,
            c.MAN_ADVANTAGE,
            c.IS_BREAKAWAY_GOAL,
            c.GOAL_TYPE,
            c.HOME_SCORE,
            c.AWAY_SCORE,
            k.SHIFT_ID,
        ),
        GOAL,
    ),
)
def fact_goals(
    plays: pl.DataFrame,
    assists: pl.DataFrame,
    stints: pl.DataFrame,
    breakaway_goals: pl.DataFrame,
    dim_player: pl.DataFrame,
) -> pl.DataFrame:
    """The goals in order, with scorer, assists, goalie beaten, manpower and the score after each.

    Goal with Goal_Scored or Goal_PenaltyShot. The Shot_Goal row before it is the shot; a shootout goal decides a game
    but is no goal. Of two players marked alike the one closer to the goal is shown; the box score credits both.
    """
    event, order = ["game_id", "event_idx"], ["game_id", "event_idx", "assist_idx"]
    rows = plays.filter(pl.col("is_goal") == 1)
    for kind, is_primary in _CREDITED.items():
        credited = assists.filter(pl.col("is_primary") == is_primary).sort(order).unique(event, keep="last")
        rows = rows.join(credited.select(*event, pl.col("player_id").alias(kind)), on=event, how="left")
    total = assists.group_by(event).agg(assists=pl.len().cast(pl.Int32))
    nets = stints.select("game_id", "stint_idx", "home_goalie_on", "away_goalie_on")
    alone = breakaway_goals.select(*event, is_breakaway=True)
    rows = rows.join(alone, on=event, how="left")
    rows = rows.join(total, on=event, how="left").join(nets, on=["game_id", "stint_idx"], how="left").sort(event)
    names = dim_player.select("player_id", "player_full_name")
    for role in ("player_1", "primary", "secondary", "goalie_player_id"):
        named = names.rename({"player_id": role, "player_full_name": f"{role}_name"})
        rows = rows.join(named, on=role, how="left", maintain_order="left")
    return rows.select(*_WHERE, *_CREDITS, *_MANPOWER, *_SCORE, "shift_id")


_AT_HOME: Final = pl.col("team") == "home"
_WHERE: Final = (numbered("GL", "event_idx").alias("goal_id"), "event_id", *MOMENT, *SIDE)
_CREDITS: Final = (
    pl.col("player_1").alias("scorer_player_id"),
    pl.col("player_1_name").alias("scorer_name"),
    pl.col("primary").alias("primary_assist_player_id"),
    pl.col("primary_name").alias("primary_assist_name"),
    pl.col("secondary").alias("secondary_assist_player_id"),
    pl.col("secondary_name").alias("secondary_assist_name"),
    pl.col("assists").fill_null(0),
    "goalie_player_id",
    pl.col("goalie_player_id_name").alias("goalie_name"),
)
_MANPOWER: Final = (
    "strength",
    "situation",
    pl.when(_AT_HOME).then(~pl.col("away_goalie_on")).otherwise(~pl.col("home_goalie_on")).alias("is_empty_net"),
    (pl.col("situation") == "PP").alias("is_power_play"),
    (pl.col("situation") == "SH").alias("is_short_handed"),
    (pl.col("detail1") == PENALTY_SHOT).alias("is_penalty_shot"),
    pl.col("advantage").alias("man_advantage"),
    pl.col("is_breakaway").fill_null(value=False),
    pl.col("detail2").alias("goal_type"),
)
_SCORE: Final = (
    _AT_HOME.cast(pl.Int32).fill_null(0).cum_sum().over("game_id").alias("home_score"),
    (pl.col("team") == "away").cast(pl.Int32).fill_null(0).cum_sum().over("game_id").alias("away_score"),
)


_GOAL_COLUMNS: Final = ("goal_id", "event_id", "period", "time_start_total_seconds", "game_seconds")
_TEAM_COLUMNS: Final = ("team_id", "team_name", "team_venue")


@table(
    key=("assist_id",),
    grain="one player credited with an assist on one goal",
    from_tracking=True,
    per_game=True,
    columns=(
        c.ASSIST_KEY,
        c.GOAL_REFERENCE,
        c.EVENT_REFERENCE,
        k.PERIOD,
        k.CLOCK_SECONDS,
        k.GAME_SECONDS,
        k.TEAM_ID,
        k.TEAM_NAME,
        k.TEAM_VENUE,
        k.GAME_ID,
        c.ASSISTANT_ID,
        c.ASSISTANT_NAME,
        c.IS_PRIMARY,
        c.ASSIST_EVENT_ID,
    ),
)
def fact_assists(assists: pl.DataFrame, fact_goals: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """The assists as the box score credits them, with the event that was marked. `event_id` is the goal's."""
    return (
        assists.with_columns(goal_id=numbered("GL", "event_idx"), assist_event_id=numbered("EV", "assist_idx"))
        .join(fact_goals.select(*_GOAL_COLUMNS, *_TEAM_COLUMNS), on="goal_id")
        .join(dim_player.select("player_id", player_name="player_full_name"), on="player_id", how="left")
        .sort("game_id", "event_idx", "player_id")
        .select(
            pl.format("{}_{}", "goal_id", "player_id").alias("assist_id"),
            *(*_GOAL_COLUMNS, *_TEAM_COLUMNS, "game_id", "player_id", "player_name", "is_primary", "assist_event_id"),
        )
    )
