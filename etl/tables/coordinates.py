"""Places on the ice that the puck and the players of an event passed through."""

from typing import Final

import polars as pl

from etl.columns import coordinates as c
from etl.columns import events as e
from etl.columns import keys as k
from etl.registry import table
from etl.tables.events import EVENT_PLAYER_KEY, ROLE
from etl.tables.expressions import numbered
from etl.tables.possession import EVENT
from formats.path_reading import turns


def _attacks(events: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """The events with `turn`, what makes their side attack +x; those without a known direction are left out."""
    return events.select(*EVENT, "period", "team").join(turns(games), on=["game_id", "period", "team"])


def _points(rows: pl.DataFrame, path: str) -> pl.DataFrame:
    """A row per point of the paths, turned: x, y, and its number from 1."""
    point = pl.col(path).struct
    return (
        rows.with_columns(point_number=pl.int_ranges(1, pl.col(path).list.len() + 1, dtype=pl.Int32))
        .with_columns(point_count=pl.col(path).list.len().cast(pl.Int32))
        .explode(path, "point_number")
        .with_columns(x=point.field("x") * pl.col("turn") + 0.0, y=point.field("y") * pl.col("turn") + 0.0)  # no -0.0
        .with_columns(is_start=pl.col("point_number") == 1, is_stop=pl.col("point_number") == pl.col("point_count"))
    )


def _wide(path: str) -> list[pl.Expr]:
    """The first ten points of a path as columns x_1, y_1 and so on, turned."""
    return [
        (pl.col(path).list.get(n, null_on_oob=True).struct.field(axis) * pl.col("turn") + 0.0).alias(f"{axis}_{n + 1}")
        for n in range(c.WIDE_POINTS)
        for axis in ("x", "y")
    ]


@table(
    key=("game_id", "event_idx"),
    grain="one event with a puck path and a known direction",
    from_tracking=True,
    per_game=True,
)
def puck_paths(events: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """The puck's path in the rink frame with `turn`, what both axes are multiplied by to make the side attack +x."""
    located = events.filter(pl.col("puck_path").list.len() > 0)
    paths = located.select(*EVENT, "puck_path")
    return (
        _attacks(located, games)
        .join(paths, on=EVENT)
        .sort(EVENT)
        .select(*EVENT, numbered("EV", "event_idx").alias("event_id"), "turn", "puck_path")
    )


@table(
    key=("puck_xy_key",),
    grain="one recorded place of the puck in one event",
    from_tracking=True,
    per_game=True,
    columns=(
        c.PUCK_KEY,
        e.EVENT_REFERENCE,
        k.GAME_ID,
        c.POINT_NUMBER,
        c.POINT_X,
        c.POINT_Y,
        c.IS_START,
        c.IS_STOP,
    ),
)
def fact_puck_xy_long(puck_paths: pl.DataFrame) -> pl.DataFrame:
    """Where the puck was. In a game whose direction of attack is unknown there are no places in this frame."""
    return _points(puck_paths, "puck_path").select(
        pl.format("{}_{}", "event_id", "point_number").alias("puck_xy_key"),
        "event_id",
        "game_id",
        "point_number",
        "x",
        "y",
        "is_start",
        "is_stop",
    )


@table(
    key=("puck_xy_key",),
    grain="one event with places of the puck",
    from_tracking=True,
    per_game=True,
    columns=(c.PUCK_EVENT_KEY, e.EVENT_REFERENCE, k.GAME_ID, c.POINT_COUNT, *c.WIDE),
)
def fact_puck_xy_wide(puck_paths: pl.DataFrame) -> pl.DataFrame:
    """The places of fact_puck_xy_long side by side, the first ten of an event."""
    return puck_paths.select(
        pl.col("event_id").alias("puck_xy_key"),
        "event_id",
        "game_id",
        pl.col("puck_path").list.len().cast(pl.Int32).alias("point_count"),
        *_wide("puck_path"),
    )


@table(
    key=("event_player_key",),
    grain="one player of one event with a path and a known direction",
    from_tracking=True,
    per_game=True,
)
def player_paths(
    event_players: pl.DataFrame, events: pl.DataFrame, games: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """The players' paths in the rink frame with `turn`, that of the acting side."""
    located = event_players.filter(pl.col("path").list.len() > 0)
    names = dim_player.select("player_id", player_name="player_full_name")
    return (
        located.select(*EVENT, "side_role", "role_n", "player_id", "path")
        .join(_attacks(events, games), on=EVENT)
        .join(names, on="player_id", how="left")
        .sort(*EVENT, "side_role", "role_n")
        .with_columns(event_id=numbered("EV", "event_idx"))
        .select(
            EVENT_PLAYER_KEY.alias("event_player_key"),
            *EVENT,
            "event_id",
            "player_id",
            "player_name",
            ROLE.alias("player_role"),
            (pl.col("side_role") == "event").alias("is_event_team"),
            "turn",
            "path",
        )
    )


_WHO: Final = ("event_id", "game_id", "player_id", "player_name", "player_role", "is_event_team")
_WHO_COLUMNS: Final = (
    e.EVENT_REFERENCE,
    k.GAME_ID,
    k.PLAYER_ID,
    k.PLAYER_NAME,
    e.PLAYER_ROLE,
    c.IS_EVENT_TEAM,
)


@table(
    key=("player_xy_key",),
    grain="one recorded place of one player in one event",
    from_tracking=True,
    per_game=True,
    columns=(c.PLAYER_KEY, *_WHO_COLUMNS, c.POINT_NUMBER, c.POINT_X, c.POINT_Y, c.IS_START, c.IS_STOP),
)
def fact_player_xy_long(player_paths: pl.DataFrame) -> pl.DataFrame:
    """Where the players of an event were, in the frame of the acting side, opponents too."""
    return _points(player_paths, "path").select(
        pl.format("{}_{}", "event_player_key", "point_number").alias("player_xy_key"),
        *_WHO,
        "point_number",
        "x",
        "y",
        "is_start",
        "is_stop",
    )


@table(
    key=("player_xy_key",),
    grain="one player of one event with recorded places",
    from_tracking=True,
    per_game=True,
    columns=(c.PLAYER_EVENT_KEY, *_WHO_COLUMNS, c.POINT_COUNT, *c.WIDE),
)
def fact_player_xy_wide(player_paths: pl.DataFrame) -> pl.DataFrame:
    """The places of fact_player_xy_long side by side, the first ten of a player."""
    return player_paths.select(
        pl.col("event_player_key").alias("player_xy_key"),
        *_WHO,
        pl.col("path").list.len().cast(pl.Int32).alias("point_count"),
        *_wide("path"),
    )
