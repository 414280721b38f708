"""Where the puck was and who had it, by game and by period: zone time, possession, momentum."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import territory as c
from etl.columns.lineage import explained
from etl.columns.lineage_on_ice import MOMENTUM, ZONE_TIME
from etl.registry import table
from etl.tables.expressions import DIGITS, other_side, percentage
from etl.tables.possession import EVENT
from formats.canonical import SIDES
from hockey.possession import NOT_IN_PLAY
from hockey.zones import MIRRORED

_ZONES: Final = {"offensive": "o", "neutral": "n", "defensive": "d"}
_SIDE: Final = ["game_id", "side"]
_PERIOD: Final = ["game_id", "period", "side"]


@table(key=("game_id", "period", "side"), grain="one side in one period of one game", from_tracking=True, per_game=True)
def side_periods(possession: pl.DataFrame) -> pl.DataFrame:
    """Seconds of play of each period by zone, as each side sees it, and by who had the puck; and of dead ice."""
    seen_from_home = (
        possession.lazy()
        .group_by("game_id", "period")
        .agg(
            **{name: pl.col("play_s").filter(pl.col("place") == zone).sum() for name, zone in _ZONES.items()},
            unknown=pl.col("play_s").filter(pl.col("place").is_null()).sum(),
            own=pl.col("play_s").filter(pl.col("owner") == "home").sum(),
            other=pl.col("play_s").filter(pl.col("owner") == "away").sum(),
            dead=pl.col("dead_s").sum(),
        )
        .with_columns(side=pl.lit("home"))
    )
    turned = {"offensive": "defensive", "defensive": "offensive", "own": "other", "other": "own"}
    seen_from_away = seen_from_home.with_columns(
        side=pl.lit("away"), **{name: pl.col(source) for name, source in turned.items()}
    )
    return pl.concat([seen_from_home, seen_from_away]).sort(_PERIOD).collect()


def _zone_events(plays: pl.DataFrame) -> pl.DataFrame:
    """Events with a known zone, by the zone as each side sees it."""
    known = plays.lazy().filter(
        pl.col("zone_known") & pl.col("team").is_not_null() & ~pl.col("event_type").is_in(NOT_IN_PLAY)
    )
    mirrored = pl.col("zone").replace(MIRRORED)
    seen = [
        known.select(
            "game_id", side=pl.lit(side), zone=pl.when(pl.col("team") == side).then("zone").otherwise(mirrored)
        )
        for side in SIDES
    ]
    counts = {f"{name}_zone_events": (pl.col("zone") == z).sum().cast(pl.Int32) for name, z in _ZONES.items()}
    return pl.concat(seen).group_by(_SIDE).agg(**counts).collect()


@table(
    key=("zone_time_key",),
    grain="one side of one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.ZONE_TIME_KEY,
            k.GAME_ID,
            c.VENUE,
            k.TEAM_ID,
            k.TEAM_NAME,
            *c.ZONE_EVENTS,
            *c.ZONE_SECONDS,
            *c.POSSESSION,
        ),
        ZONE_TIME,
    ),
)
def fact_team_zone_time(plays: pl.DataFrame, side_periods: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """Events and seconds in each zone as the side sees it, and the time with the puck.

    Between two events the puck counts as where it was last known to be: a crossing of a blue line tells, and a tagged
    zone. Time runs on the game clock.
    """
    seconds = side_periods.group_by(_SIDE).agg(pl.exclude("period").sum())
    events = [column.name for column in c.ZONE_EVENTS]
    return (
        game_sides.filter("has_events")
        .select(*_SIDE, "team_id", "team_name")
        .join(seconds, on=_SIDE)
        .join(_zone_events(plays), on=_SIDE, how="left")
        .sort(_SIDE)
        .select(
            pl.format("{}_{}", *_SIDE).alias("zone_time_key"),
            "game_id",
            pl.col("side").alias("venue"),
            "team_id",
            "team_name",
            pl.col(events).fill_null(0),
            *(pl.col(name).alias(f"{name}_zone_seconds") for name in (*_ZONES, "unknown")),
            pl.col("dead").alias("dead_seconds"),
            pl.sum_horizontal(*_ZONES, "unknown", "dead").round(DIGITS).alias("tracked_seconds"),
            pl.col("own").alias("possession_seconds"),
            pl.col("other").alias("opponent_possession_seconds"),
            percentage("own", pl.col("own") + pl.col("other")).alias("possession_pct"),
        )
    )


def _tilt(own: str, other: str) -> pl.Expr:
    """100 * (own - other) / (own + other); null when there is neither."""
    return percentage(pl.col(own) - pl.col(other), pl.col(own) + pl.col(other))


def _period_actions(plays: pl.DataFrame, crossings: pl.DataFrame, shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Attempts, goals, xG and controlled entries of each side by period."""
    rows = plays.select(*EVENT, "period", "event_type", "is_goal", side="team").drop_nulls("side")
    entered = crossings.select(*EVENT, is_controlled=pl.col("is_entry") & pl.col("kind").is_in(["carried", "passed"]))
    return (
        rows.join(shot_xg.select(*EVENT, "xg"), on=EVENT, how="left")
        .join(entered, on=EVENT, how="left")
        .group_by(_PERIOD)
        .agg(
            shots=(pl.col("event_type") == "Shot").sum().cast(pl.Int32),
            goals=pl.col("is_goal").sum(),
            controlled_entries=pl.col("is_controlled").sum().cast(pl.Int32),
            xg_for=pl.col("xg").sum().round(DIGITS),
        )
    )


@table(
    key=("momentum_key",),
    grain="one side in one period of one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.MOMENTUM_KEY,
            k.GAME_ID,
            k.PERIOD,
            k.TEAM_VENUE,
            k.TEAM_ID,
            k.TEAM_NAME,
            *c.MOMENTUM_COUNTS,
            c.MOMENTUM,
        ),
        MOMENTUM,
    ),
)
def fact_period_momentum(
    plays: pl.DataFrame,
    crossings: pl.DataFrame,
    shot_xg: pl.DataFrame,
    side_periods: pl.DataFrame,
    game_sides: pl.DataFrame,
) -> pl.DataFrame:
    """Which way each period tilted: attempts, expected goals, controlled entries and zone time of both sides."""
    own = _period_actions(plays, crossings, shot_xg)
    against = {"shots": "shots_against", "goals": "goals_against", "xg_for": "xg_against"}
    against |= {"controlled_entries": "controlled_entries_against"}
    tilts = [_tilt(name, other) for name, other in against.items() if name != "goals"]
    return (
        side_periods.join(game_sides.select(*_SIDE, "team_id", "team_name"), on=_SIDE, how="left")
        .join(own, on=_PERIOD, how="left")
        .join(own.with_columns(other_side("side")).rename(against), on=_PERIOD, how="left")
        .with_columns(pl.col(*against, *against.values()).fill_null(0))
        .with_columns(momentum=pl.mean_horizontal(*tilts, _tilt("offensive", "defensive")).round(DIGITS))
        .sort(_PERIOD)
        .with_columns(
            momentum_key=pl.concat_str(*_PERIOD, separator="_"),
            period=pl.col("period").cast(pl.Int32),
            team_venue="side",
            offensive_zone_seconds="offensive",
            defensive_zone_seconds="defensive",
        )
        .select(column.name for column in fact_period_momentum.columns)
    )
