"""Parts of a possession with a name of their own: breaking out of the own zone, cycling in the other one."""

from typing import Final

import polars as pl

from etl.columns import events as e
from etl.columns import keys as k
from etl.columns import possession as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import HELD_BY_PLAY
from etl.registry import table
from etl.tables.expressions import int32, numbered
from etl.tables.possession import EVENT, MILLISECONDS
from etl.tables.runs import condensed
from hockey.possession import CYCLE_PASSES
from hockey.zones import MIRRORED

_PLAY: Final = ["game_id", "play_index"]
_IS_CYCLE: Final = ((pl.col("play_detail1") == "Cycle") | (pl.col("play_detail2") == "Cycle")).fill_null(value=False)
_SEEN: Final = pl.when(pl.col("owner") == "away").then(pl.col("place").replace(MIRRORED)).otherwise("place")


_NEW: Final = (pl.col("play_index") != pl.col("play_index").shift()) | (pl.col("game_id") != pl.col("game_id").shift())
_COUNTS: Final = {"passes_completed": pl.col("passes"), "shots": pl.col("shoots"), "goals": pl.col("scores")}


@table(key=("game_id", "play_index"), grain="one play: the part of a sequence between two blue lines", per_game=True)
def phases(
    possession: pl.DataFrame, attempt_chains: pl.DataFrame, event_players: pl.DataFrame, shot_xg: pl.DataFrame
) -> pl.DataFrame:
    """Each play of a side with the zone it was in, as that side sees it, and what it held.

    `next_idx` is the first event after it in its sequence, which is a crossing; null when the sequence ended with it.
    """
    worth = attempt_chains.select(*EVENT, "play_index").join(shot_xg.select(*EVENT, "xg"), on=EVENT)
    follows = (pl.col("game_id") == pl.col("game_id").shift(-1)) & (
        pl.col("sequence_index") == pl.col("sequence_index").shift(-1)
    )
    return (
        condensed(
            possession,
            _NEW,
            [*_PLAY, "event_idx", "sequence_index", "period", "owner", _SEEN.alias("zone")],
            [pl.col("event_idx").alias("last_idx")],
            {**_COUNTS, "milliseconds": MILLISECONDS},
        )
        .join(worth.group_by(_PLAY).agg(pl.col("xg").sum()), on=_PLAY, how="left", maintain_order="left")
        .join(_tagged(event_players, possession), on=_PLAY, how="left", maintain_order="left")
        .with_columns(
            pl.col(*_COUNTS).cast(pl.Int32),
            pl.col("xg").fill_null(0.0),
            pl.col("is_tagged").fill_null(value=False),
            duration_seconds=pl.col("milliseconds") / 1000,
            next_idx=pl.when(follows).then(pl.col("event_idx").shift(-1)),
        )
    )


def _tagged(event_players: pl.DataFrame, possession: pl.DataFrame) -> pl.DataFrame:
    """The plays in which a player of the acting side is tagged with a cycle."""
    events = event_players.filter(_IS_CYCLE & (pl.col("side_role") == "event")).select(EVENT)
    return (
        possession.select(*EVENT, "play_index")
        .join(events, on=EVENT, how="semi")
        .select(_PLAY)
        .unique()
        .with_columns(is_tagged=pl.lit(value=True))
    )


_WHEN: Final = (
    numbered("EV", "event_idx").alias("start_event_id"),
    "game_id",
    numbered("SQ", "sequence_index").alias("sequence_key"),
    numbered("PL", "play_index").alias("play_key"),
    pl.col("period").cast(pl.Int32),
    int32("clock_start").alias("time_start_total_seconds"),
    int32("game_t").alias("game_seconds"),
    "team_id",
    "team_name",
    pl.col("owner").alias("team_venue"),
    "duration_seconds",
    "passes_completed",
)
_WHEN_COLUMNS: Final = (
    c.START_EVENT_ID,
    k.GAME_ID,
    c.SEQUENCE_REFERENCE,
    c.PLAY_KEY,
    k.PERIOD,
    k.CLOCK_SECONDS,
    k.GAME_SECONDS,
    *k.SIDE,
    c.PLAY_SECONDS,
    c.PLAY_PASSES,
)


def _described(phases: pl.DataFrame, plays: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """The phases with their team, and what the first event says of clock and player."""
    teams = game_sides.select("game_id", "team_id", "team_name", owner="side")
    return phases.join(teams, on=["game_id", "owner"], how="left", maintain_order="left").join(
        plays.select(*EVENT, "clock_start", "game_t", "player_1"), on=EVENT, maintain_order="left"
    )


@table(
    key=("cycle_key",),
    grain="one cycle",
    from_tracking=True,
    per_game=True,
    columns=explained((c.CYCLE_KEY, *_WHEN_COLUMNS, c.IS_TAGGED, c.PLAY_SHOTS, c.PLAY_GOALS, c.PLAY_XG), HELD_BY_PLAY),
)
def fact_cycles(phases: pl.DataFrame, plays: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """The plays in the offensive zone in which the side moved the puck around: two completed passes, or a cycle tag."""
    cycled = (pl.col("passes_completed") >= CYCLE_PASSES) | pl.col("is_tagged")
    return _described(phases.filter((pl.col("zone") == "o") & cycled), plays, game_sides).select(
        numbered("CY", "play_index").alias("cycle_key"), *_WHEN, "is_tagged", "shots", "goals", "xg"
    )


@table(
    key=("breakout_key",),
    grain="one try to break out",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.BREAKOUT_KEY,
            *_WHEN_COLUMNS,
            c.BREAKOUT_PLAYER,
            c.BREAKOUT_NAME,
            c.BREAKOUT_SUCCESS,
            c.EXIT_EVENT,
            c.EXIT_PLAYER,
            e.MEANS,
            e.IS_CONTROLLED,
            c.LED_TO_ENTRY,
            c.LED_TO_SHOT,
            c.LOST_BY,
        ),
        HELD_BY_PLAY,
    ),
)
def fact_breakouts(
    phases: pl.DataFrame,
    crossings: pl.DataFrame,
    fact_zone_exits: pl.DataFrame,
    plays: pl.DataFrame,
    game_sides: pl.DataFrame,
    dim_player: pl.DataFrame,
) -> pl.DataFrame:
    """The plays of a side in its own zone, from having the puck to the blue line or to losing it."""
    names = dim_player.select(player_1="player_id", player_name="player_full_name")
    exits = fact_zone_exits.select("means", "is_controlled", exit_event_id="event_id", exit_player_id="player_id")
    left = crossings.filter(~pl.col("is_entry") & (pl.col("kind") != "failed")).select(
        "game_id", next_idx="event_idx", led_to_entry="enters", entry_shots="entry_shots", out=pl.lit(value=True)
    )
    ends = plays.select(*EVENT, last_type="event_type")
    flags = ("out", "is_controlled", "led_to_entry")
    return (
        _described(phases.filter(pl.col("zone") == "d"), plays, game_sides)
        .join(left, on=["game_id", "next_idx"], how="left", maintain_order="left")
        .with_columns(exit_event_id=pl.when("out").then(numbered("EV", "next_idx")))
        .join(exits, on="exit_event_id", how="left", maintain_order="left")
        .join(names, on="player_1", how="left", maintain_order="left")
        .join(ends, left_on=["game_id", "last_idx"], right_on=EVENT, maintain_order="left")
        .with_columns(pl.col(flags).fill_null(value=False))
        .select(
            numbered("BO", "play_index").alias("breakout_key"),
            *_WHEN,
            pl.col("player_1").alias("player_id"),
            "player_name",
            pl.col("out").alias("is_successful"),
            "exit_event_id",
            "exit_player_id",
            "means",
            "is_controlled",
            "led_to_entry",
            (pl.col("entry_shots") > 0).fill_null(value=False).alias("led_to_shot"),
            pl.when(~pl.col("out")).then("last_type").alias("lost_by"),
        )
    )
