"""Sides exchanged: a game whose labels were wrong, told again with home and away the other way round."""

from typing import Final

import polars as pl

from formats.canonical import SIDES, SLOTS, GameFrames

_OTHER: Final = {"home": "away", "away": "home"}
_STATE: Final = ("skaters", "goalie_on")
_PLACES: Final = (*SLOTS, *(f"{slot}_id" for slot in SLOTS), *_STATE)


def exchange_sides(frames: GameFrames, game_ids: list[int]) -> GameFrames:
    """The frames with the sides of these games exchanged in every row, and `sides_swapped` true for them.

    The labels of `games` stay: they were right about who is home, and the rows were not. What the tracker wrote as
    text (`stop_type`, `strength_raw`) stays as written.
    """
    if not game_ids:
        return frames
    is_swapped = pl.col("game_id").is_in(game_ids)
    return GameFrames(
        games=frames.games.with_columns(
            sides_swapped=is_swapped,
            home_attacks_right_p1=pl.col("home_attacks_right_p1") ^ is_swapped,
        ),
        rosters=frames.rosters.with_columns(_exchanged("side", is_swapped)),
        events=frames.events.with_columns(_exchanged("team", is_swapped), *_crossed(_STATE, is_swapped)),
        event_players=frames.event_players.with_columns(_exchanged("team", is_swapped)),
        shifts=frames.shifts.with_columns(
            _exchanged("stop_side", is_swapped),
            *_crossed(_PLACES, is_swapped),
            strength=pl.when(is_swapped)
            .then(pl.col("strength").str.replace(r"^(\d+)v(\d+)$", "${2}v${1}"))
            .otherwise("strength"),
        ),
        flags=frames.flags,
    )


def _exchanged(column: str, is_swapped: pl.Expr) -> pl.Expr:
    other = pl.col(column).replace_strict(_OTHER, default=None, return_dtype=pl.String)
    return pl.when(is_swapped).then(other).otherwise(column).alias(column)


def _crossed(names: tuple[str, ...], is_swapped: pl.Expr) -> list[pl.Expr]:
    return [
        pl.when(is_swapped).then(pl.col(f"{_OTHER[side]}_{name}")).otherwise(f"{side}_{name}").alias(f"{side}_{name}")
        for side in SIDES
        for name in names
    ]
