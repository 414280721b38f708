"""Where things happened: points of the puck and of players, and targets in the net, from a tracking workbook."""

from typing import Final

import polars as pl

from formats import cells
from formats.lookup import looked_up
from formats.raw import RAW_POINTS
from formats.sheet_values import whole
from formats.tracking_workbook_index import FIRST_INDEX
from formats.workbook import ROW

PUCK: Final = -1  # the `order` of a point that is the puck's
_PLACES: Final = ("start", *map(str, range(1, 11)), "stop")
_NET_ROLE: Final = "net"


def read_point_sheet(rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Rows of `xy_puck` or `xy_player` as event_no, seq, x, y, jersey, role; only points with two numbers.

    These sheets count events from 1, the `events` sheet from 1000; a file that uses one count for both is understood.
    """
    typed = rows.select(
        "jersey",
        "role",
        index=looked_up(rows, "index", whole, pl.Int64),
        seq=looked_up(rows, "slot", whole, pl.Int64),
        x=looked_up(rows, "x", cells.number, pl.Float64),
        y=looked_up(rows, "y", cells.number, pl.Float64),
    ).drop_nulls(["index", "x", "y"])
    shift = FIRST_INDEX - 1 if (typed["index"].min() or 0) < FIRST_INDEX else 0  # type: ignore[operator]  # an integer column
    numbered = typed.with_columns(source_index=pl.col("index") + shift).join(
        events.select("source_index", "event_no"), on="source_index", how="inner", maintain_order="left"
    )
    return numbered.with_columns(seq=pl.col("seq").fill_null(0)).sort("event_no", "seq", maintain_order=True)


def net_targets(points: pl.DataFrame) -> pl.DataFrame:
    """The targets among the rows of `xy_player`, as event_no, target_x, target_y (inches); one per event."""
    return (
        points.filter(is_net())
        .unique("event_no", keep="first", maintain_order=True)
        .select("event_no", target_x="x", target_y="y")
    )


def is_net() -> pl.Expr:
    """Whether a row of `xy_player` is a target in the net rather than a player's place."""
    return (pl.col("role").str.to_lowercase() == _NET_ROLE).fill_null(value=False)


def puck_points(sheet: pl.DataFrame, rows: pl.DataFrame, game_id: int) -> pl.DataFrame:
    """The puck's raw points: of an event the sheet's, else those in the columns of its rows."""
    from_sheet = sheet.select("event_no", "seq", "x", "y", order=pl.lit(PUCK, pl.Int64))
    first = rows.unique("event_no", keep="first", maintain_order=True).with_columns(order=pl.lit(PUCK, pl.Int64))
    return _raw(from_sheet, _from_columns(first, "puck"), game_id)


def player_points(sheet: pl.DataFrame, rows: pl.DataFrame, players: pl.DataFrame, game_id: int) -> pl.DataFrame:
    """The players' raw points; those of the sheet belong to the player of that role and number, or else number."""
    who = players.select("event_no", "order", "jersey", role=_role_key())
    wanted = sheet.filter(~is_net()).with_columns(role=_role_key())
    by_role = who.drop_nulls(["role"]).unique(["event_no", "role", "jersey"], keep="first", maintain_order=True)
    by_number = who.unique(["event_no", "jersey"], keep="first", maintain_order=True)
    matched = wanted.join(by_role, on=["event_no", "role", "jersey"], how="left", maintain_order="left").join(
        by_number.select("event_no", "jersey", else_order="order"),
        on=["event_no", "jersey"],
        how="left",
        maintain_order="left",
    )
    from_sheet = matched.with_columns(order=pl.coalesce("order", "else_order")).drop_nulls(["order"])
    of_rows = rows.join(players.select(ROW, "order"), on=ROW, how="inner", maintain_order="left")
    return _raw(from_sheet.select("event_no", "seq", "x", "y", "order"), _from_columns(of_rows, "player"), game_id)


def _role_key() -> pl.Expr:
    return pl.col("role").str.to_lowercase().str.replace("_team_", "_", literal=True)


def _from_columns(rows: pl.DataFrame, whose: str) -> pl.DataFrame:
    """Points in the columns `<whose>_x_<place>`, first place to last; a stop that repeats the start is no point."""
    filled = [(n, place) for n, place in enumerate(_PLACES) if rows[f"{whose}_x_{place}"].count()]
    parts = [
        rows.select(
            "event_no",
            "order",
            seq=pl.lit(number, pl.Int64),
            x=looked_up(rows, f"{whose}_x_{place}", cells.number, pl.Float64),
            y=looked_up(rows, f"{whose}_y_{place}", cells.number, pl.Float64),
        )
        for number, place in filled
    ]
    none = pl.DataFrame(schema={c: RAW_POINTS[c] for c in ("event_no", "order", "seq", "x", "y")})
    points = pl.concat([none, *parts]).drop_nulls(["x", "y"])
    return points.unique(["event_no", "order", "x", "y"], keep="first", maintain_order=True)


def _raw(chosen: pl.DataFrame, others: pl.DataFrame, game_id: int) -> pl.DataFrame:
    columns = ["event_no", "order", "seq", "x", "y"]
    rest = others.join(chosen, on=["event_no", "order"], how="anti", maintain_order="left")
    points = pl.concat([chosen.select(columns), rest.select(columns)])
    return points.with_columns(game_id=pl.lit(game_id, pl.Int64)).select(
        pl.col(c).cast(dtype) for c, dtype in RAW_POINTS.items()
    )
