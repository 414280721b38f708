"""Rushes, and what each player had in them."""

from typing import Final

import polars as pl

from etl.columns import events as e
from etl.columns import keys as k
from etl.columns import possession as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import RUSH
from etl.registry import table
from etl.tables.credit import PLAYER
from etl.tables.expressions import DIGITS, SIDE, int32, numbered
from etl.tables.possession import EVENT, SEQUENCE
from etl.tables.puck_play import crossing_means
from hockey.possession import BREAKAWAY_S, BREAKAWAYS, RUSH_GOAL_S, RUSH_SHOT_S

_RUSH: Final = ["game_id", "rush_idx"]
_BREAKAWAY: Final = (
    (pl.col("detail1") == BREAKAWAYS[0]).fill_null(value=False)
    | (pl.col("detail2") == BREAKAWAYS[1]).fill_null(value=False)
)  # fmt: skip
_AT_ENTRY: Final = pl.col("rush_idx") == pl.col("event_idx")
_SHOT, _SCORED = pl.col("shots") > 0, pl.col("goals") > 0
_DURING: Final = pl.col("rush_s") <= RUSH_SHOT_S


@table(
    key=("game_id", "event_idx"), grain="one event of a side with the puck on a rush", from_tracking=True, per_game=True
)
def rush_events(possession: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """The side's own events of each rush, goals up to 15 s after the entry and the rest up to 10 s."""
    of_event = ("event_type", "detail1", "detail2", "team", "is_goal", "player_1", "success")
    return (
        possession.lazy()
        .filter(pl.col("rush_s") <= RUSH_GOAL_S)
        .select(*EVENT, "sequence_index", "owner", "rush_idx", "rush_s", "t")
        .join(plays.lazy().select(*EVENT, *of_event), on=EVENT)
        .filter((pl.col("team") == pl.col("owner")) & (_DURING | (pl.col("is_goal") == 1)))
        .sort(EVENT)
        .collect()
    )


@table(key=("game_id", "rush_idx"), grain="one rush", from_tracking=True, per_game=True)
def rushes(
    rush_events: pl.DataFrame, event_players: pl.DataFrame, game_goalies: pl.DataFrame, shot_xg: pl.DataFrame
) -> pl.DataFrame:
    """Each rush with its numbers: attackers against defenders at the entry, attempts, goals, breakaway.

    `is_successful`: the entry was tagged a success, or an attempt followed.
    """
    entries = rush_events.filter(_AT_ENTRY).select(*EVENT)
    skaters = (
        event_players.select(*EVENT, "side_role", "player_id", "team")
        .join(entries, on=EVENT, how="semi")
        .join(game_goalies, left_on=[*PLAYER, "team"], right_on=[*PLAYER, "side"], how="anti")
        .group_by("game_id", rush_idx="event_idx")
        .agg(
            attackers=(pl.col("side_role") == "event").sum().cast(pl.Int32),
            defenders=(pl.col("side_role") == "opp").sum().cast(pl.Int32),
        )
    )
    return (
        rush_events.join(shot_xg.select(*EVENT, "xg"), on=EVENT, how="left", maintain_order="left")
        .group_by(_RUSH)
        .agg(
            pl.col("sequence_index").first(),
            leader=pl.col("player_1").filter(_AT_ENTRY).first(),
            succeeds=pl.col("success").filter(_AT_ENTRY).first().fill_null(value=False),
            shots=((pl.col("event_type") == "Shot") & _DURING).sum().cast(pl.Int32),
            goals=(pl.col("is_goal") == 1).sum().cast(pl.Int32),
            xg=pl.col("xg").sum().round(DIGITS),
            is_breakaway=_BREAKAWAY.any(),
        )
        .join(skaters, on=_RUSH, how="left")
        .with_columns(pl.col("attackers", "defenders").fill_null(0))
        .with_columns(
            is_odd_man=(pl.col("attackers") > pl.col("defenders")) & (pl.col("defenders") > 0),
            is_successful=pl.col("succeeds") | _SHOT,
        )
        .sort(_RUSH)
    )


@table(
    key=("rush_key",),
    grain="one rush",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.RUSH_KEY,
            c.ENTRY_EVENT,
            k.GAME_ID,
            c.SEQUENCE_REFERENCE,
            k.PERIOD,
            k.CLOCK_SECONDS,
            k.GAME_SECONDS,
            *k.SIDE,
            c.LEADER_ID,
            c.LEADER_NAME,
            e.MEANS,
            c.ATTACKERS,
            c.DEFENDERS,
            c.IS_ODD_MAN,
            c.IS_BREAKAWAY,
            c.RUSH_SUCCESS,
            c.RUSH_SHOT_COUNT,
            c.RUSH_GOAL_COUNT,
            c.RUSH_XG_SUM,
            e.STRENGTH,
        ),
        RUSH,
    ),
)
def fact_rushes(rushes: pl.DataFrame, plays: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """The rushes: attacks carried or passed into the zone within 10 s of winning the puck."""
    names = dim_player.select(leader="player_id", player_name="player_full_name")
    entry = plays.drop("player_1").rename({"event_idx": "rush_idx"})
    return (
        rushes.join(entry, on=_RUSH, how="left", maintain_order="left")
        .join(names, on="leader", how="left", maintain_order="left")
        .select(
            numbered("RU", "rush_idx").alias("rush_key"),
            "event_id",
            "game_id",
            numbered("SQ", "sequence_index").alias("sequence_key"),
            pl.col("period").cast(pl.Int32),
            int32("clock_start").alias("time_start_total_seconds"),
            int32("game_t").alias("game_seconds"),
            *SIDE,
            pl.col("leader").alias("player_id"),
            "player_name",
            crossing_means().alias("means"),
            "attackers",
            "defenders",
            "is_odd_man",
            "is_breakaway",
            "is_successful",
            "shots",
            "goals",
            "xg",
            "strength",
        )
    )


def _times(condition: str | pl.Expr) -> pl.Expr:
    flag = pl.col(condition) if isinstance(condition, str) else condition
    return flag.fill_null(value=False).sum().cast(pl.Int32)


@table(key=("game_id", "event_idx"), grain="one goal on a breakaway", from_tracking=True, per_game=True)
def breakaway_goals(possession: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """The goals that came in the same sequence, and within 10 s, of a breakaway tagged to the scorer."""
    goal = pl.col("is_goal") == 1
    rows = (
        plays.lazy()
        .filter((goal | _BREAKAWAY) & pl.col("player_1").is_not_null())
        .select(*EVENT, "is_goal", player_id="player_1", breaks=_BREAKAWAY)
        .join(possession.lazy().select(*EVENT, "sequence_index", "t"), on=EVENT)
    )
    broke = rows.filter("breaks").select(*SEQUENCE, "player_id", broke_t="t")
    return (
        rows.filter(goal)
        .join(broke, on=[*SEQUENCE, "player_id"])
        .filter((pl.col("t") - pl.col("broke_t")).is_between(0, BREAKAWAY_S))
        .select(*EVENT, "player_id")
        .unique(EVENT)
        .sort(EVENT)
        .collect()
    )


@table(
    key=("game_id", "player_id"),
    grain="one player with part in a rush or breakaway of one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_rushes(
    rushes: pl.DataFrame,
    rush_events: pl.DataFrame,
    event_players: pl.DataFrame,
    assists: pl.DataFrame,
    breakaway_goals: pl.DataFrame,
) -> pl.DataFrame:
    """What each player had in rushes: those led, those taken part in for the own side, goals and assists on them."""
    led = (
        rushes.drop_nulls("leader")
        .group_by("game_id", player_id="leader")
        .agg(
            rush_shots=_times(_SHOT),
            rush_goals=_times(_SCORED),
            rush_xg=pl.col("xg").sum().round(DIGITS),
            odd_man_rushes=_times("is_odd_man"),
        )
    )
    on_rush = rush_events.filter(pl.col("is_goal") == 1).select(EVENT)
    helped = assists.join(on_rush, on=EVENT, how="semi").group_by(PLAYER).agg(rush_assists=pl.len().cast(pl.Int32))
    alone = breakaway_goals.group_by(PLAYER).agg(breakaway_goals=pl.len().cast(pl.Int32))
    rows = _involvement(rushes, rush_events, event_players)
    for part in (led, helped, alone):
        rows = rows.join(part, on=PLAYER, how="full", coalesce=True)
    return rows.with_columns(pl.exclude(PLAYER).fill_null(0)).sort(PLAYER)


def _involvement(rushes: pl.DataFrame, rush_events: pl.DataFrame, event_players: pl.DataFrame) -> pl.DataFrame:
    own = event_players.filter(pl.col("side_role") == "event").drop_nulls("player_id").select(*EVENT, "player_id")
    return (
        rush_events.select(*EVENT, "rush_idx")
        .join(own, on=EVENT)
        .unique([*_RUSH, "player_id"])
        .join(rushes, on=_RUSH)
        .group_by(PLAYER)
        .agg(
            rush_involvement=pl.len().cast(pl.Int32),
            rush_off_success=_times("is_successful"),
            rush_off_shot_generated=_times(_SHOT),
            rush_off_goal_generated=_times(_SCORED),
        )
    )
