"""Coordinates: two origins made one, paths put together, first and last points turned to the direction of attack."""

from typing import Final

import polars as pl

from formats.canonical import PATH
from formats.lookup import table_of, with_rule
from hockey.periods import PERIODS, attacks_right
from hockey.rink import HALF_LENGTH_FT, HALF_WIDTH_FT, net_target

_EVENT: Final = ["game_id", "event_no"]
_PUCK: Final = -1
_BEYOND_BOARDS: Final = 1.1  # a point further out than this is a slip, not a place
_ANY_X, _ANY_Y = 2 * HALF_LENGTH_FT * _BEYOND_BOARDS, 2 * HALF_WIDTH_FT * _BEYOND_BOARDS  # in either frame


def read_paths(points: pl.DataFrame) -> pl.DataFrame:
    """Every path in the rink frame; key game_id, event_no, order (-1 the puck's). Column `path`."""
    possible = points.filter(pl.col("x").abs() <= _ANY_X, pl.col("y").abs() <= _ANY_Y)
    placed = _centred(possible).filter(
        pl.col("x").abs() <= HALF_LENGTH_FT * _BEYOND_BOARDS, pl.col("y").abs() <= HALF_WIDTH_FT * _BEYOND_BOARDS
    )
    return (
        placed.sort(*_EVENT, "order", "seq", maintain_order=True)
        .group_by(*_EVENT, "order", maintain_order=True)
        .agg(path=pl.struct("x", "y"))
        .with_columns(pl.col("path").cast(PATH))
    )


def _centred(points: pl.DataFrame) -> pl.DataFrame:
    """The points from centre ice. An event's values show its origin; the silent ones follow the file's majority.

    Beyond 100 or 42.5 only the absolute frame (0..200, 0..85) can be meant; below 0 only the centred one.
    """
    beyond = ((pl.col("x").abs() > HALF_LENGTH_FT) | (pl.col("y").abs() > HALF_WIDTH_FT)).any()
    below = ((pl.col("x") < 0) | (pl.col("y") < 0)).any()
    origins = points.group_by(_EVENT).agg(is_absolute=pl.when(beyond).then(1).when(below).then(0))
    majority = (pl.col("is_absolute").mean() > 0.5).fill_null(value=False).over("game_id")  # noqa: PLR2004 - the majority
    origins = origins.with_columns(is_absolute=pl.coalesce(pl.col("is_absolute") == 1, majority))
    shift = pl.col("is_absolute").cast(pl.Float64)
    return points.join(origins, on=_EVENT, how="left", maintain_order="left").with_columns(
        x=pl.col("x") - HALF_LENGTH_FT * shift, y=pl.col("y") - HALF_WIDTH_FT * shift
    )


def puck_paths(events: pl.DataFrame, paths: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """The events with `puck_path`, its ends in the attack frame of the event team, the net target, and `turn`.

    `turn` is 1 or -1: what both coordinates are multiplied by to make the event team attack +x; null where unknown.
    """
    of_puck = paths.filter(pl.col("order") == _PUCK).select(*_EVENT, puck_path="path")
    turned = events.join(of_puck, on=_EVENT, how="left", maintain_order="left").join(
        turns(games), on=["game_id", "period", "team"], how="left", maintain_order="left"
    )
    return with_rule(
        turned.rename({"net_x": "written_net_x", "net_y": "written_net_y"}),
        ["written_net_x", "written_net_y"],
        _net,
        {"net_x": pl.Float64, "net_y": pl.Float64},
    ).with_columns(_ends("puck_path", "puck_"))


def player_paths(players: pl.DataFrame, paths: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The event players with `path` and its ends in the attack frame of the event team."""
    turns = events.select(*_EVENT, "turn")
    return (
        players.join(paths, on=[*_EVENT, "order"], how="left", maintain_order="left")
        .join(turns, on=_EVENT, how="left", maintain_order="left")
        .with_columns(_ends("path", ""))
    )


def turns(games: pl.DataFrame) -> pl.DataFrame:
    """Which way each team attacks: `turn` is 1 or -1, for +x; key game_id, period, team. Unknown ones have no row."""
    rule = table_of(
        lambda team, period, home_attacks_right_p1: attacks_right(
            home=team == "home", period=period, home_attacks_right_p1=home_attacks_right_p1
        ),
        "is_right",
        team=("home", "away"),
        period=[p.number for p in PERIODS],
        home_attacks_right_p1=(True, False),
    )
    turn = pl.when("is_right").then(1.0).otherwise(-1.0)
    return (
        games.select("game_id", "home_attacks_right_p1")
        .join(rule, on="home_attacks_right_p1", how="inner")
        .select("game_id", "period", "team", turn=turn)
    )


def _net(x: float | None, y: float | None) -> tuple[float | None, float | None]:
    return (None, None) if x is None or y is None else net_target(x, y)


def _ends(path: str, prefix: str) -> list[pl.Expr]:
    first, last = pl.col(path).list.first(), pl.col(path).list.last()
    return [
        (point.struct.field(axis) * pl.col("turn")).alias(f"{prefix}{axis}{number}")
        for number, point in enumerate((first, last))
        for axis in ("x", "y")
    ]
