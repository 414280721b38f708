"""Shift rows as stints of the whole ice: clocks, line-ups, strength from the slots, and whether the row counts."""

from typing import Final

import polars as pl

from formats.canonical import SIDES, SKATER_SLOTS, SLOTS
from formats.flags import flags_of
from formats.lookup import looked_up, with_rule
from formats.roster_reading import numbers
from hockey import aliases
from hockey.clock import parse_clock
from hockey.periods import parse_period
from hockey.strength import MIN_SKATERS, parse_strength

PLACES: Final = tuple(f"{side}_{slot}" for side in SIDES for slot in SLOTS)
_FOREIGN: Final = "a row of another game: most numbers of one side are on no roster of this one"


def read_stints(raw: pl.DataFrame, rosters: pl.DataFrame, lengths: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The stints with the canonical columns but `stop_side` and `stop_reason`, plus `source_index`; and their flags.

    Rows of another game, which the tracker sometimes carries along, are left out.
    """
    timed = _clocks(raw, lengths)
    lineups = _lineups(raw, rosters)
    foreign = _foreign(lineups)
    stints = (
        timed.drop(PLACES)
        .drop(f"{place}_id" for place in PLACES)
        .join(_by_stint(lineups), on=["game_id", "stint_no"], how="left", maintain_order="left")
        .with_columns(_strengths())
        .with_columns(_validity())
        .rename({"stint_no": "stint_idx"})
    )
    key = ["game_id", "stint_idx"]
    kept = stints.join(foreign, on=key, how="anti", maintain_order="left")
    conflicts = kept.filter(
        "is_valid",
        looked_up(kept, "strength_raw", parse_strength, pl.String).is_not_null(),
        looked_up(kept, "strength_raw", parse_strength, pl.String) != pl.col("strength"),
    )
    message = pl.concat_str(pl.lit("written '"), "strength_raw", pl.lit("', on the ice "), "strength")
    flags = [
        flags_of(foreign, "shift_foreign_numbers", _FOREIGN),
        flags_of(conflicts, "strength_label_conflict", message),
    ]
    return kept, pl.concat(flags)


def _clocks(raw: pl.DataFrame, lengths: pl.DataFrame) -> pl.DataFrame:
    rows = raw.with_columns(period=looked_up(raw, "period", parse_period, pl.Int64)).join(
        lengths, on=["game_id", "period"], how="left", maintain_order="left"
    )
    for column in ("clock_start", "clock_end"):
        rows = with_rule(rows, [column, "length_s"], _within, {f"{column}_s": pl.Float64})
    stoppage = pl.col("stoppage").cast(pl.Float64, strict=False)
    return rows.select(
        "game_id",
        "stint_no",
        "source_index",
        "period",
        *PLACES,
        *(f"{place}_id" for place in PLACES),
        clock_start="clock_start_s",
        clock_end="clock_end_s",
        duration_s=pl.col("clock_start_s") - pl.col("clock_end_s"),
        start_type=_label("start_type"),
        stop_type=_label("stop_type"),
        strength_raw=_label("strength"),
        stoppage_s=pl.when(stoppage >= 0).then(stoppage),
    )


def _within(text: str | None, length_s: float | None) -> tuple[float | None]:
    clock = parse_clock(text)
    return (None if clock is None or length_s is None else clock.within(length_s),)


def _label(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def _lineups(raw: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    """One row per filled slot: jersey, the player where the side's roster knows him; key game_id, stint_no, place."""
    key = ["game_id", "stint_no"]
    filled = raw.select(*key, *PLACES).unpivot(index=key, variable_name="place", value_name="written")
    ids = raw.select(*key, *(pl.col(f"{place}_id").alias(place) for place in PLACES)).unpivot(
        index=key, variable_name="place", value_name="given_id"
    )
    slots = filled.with_columns(ids["given_id"], pl.col("place").str.slice(0, 4).alias("side"))
    slots = slots.with_columns(jersey_num=looked_up(slots, "written", aliases.whole_number, pl.Int64))
    known = rosters.select("game_id", "side", given_id="player_id", by_id="player_id")
    return (
        slots.filter(pl.col("jersey_num").is_not_null())
        .join(known, on=["game_id", "side", "given_id"], how="left", maintain_order="left")
        .join(numbers(rosters), on=["game_id", "side", "jersey_num"], how="left", maintain_order="left")
        .select(*key, "place", "side", "jersey_num", player_id=pl.coalesce("by_id", "player_id"))
    )


def _foreign(lineups: pl.DataFrame) -> pl.DataFrame:
    """The rows in which most numbers of one side are on no roster; key game_id, stint_idx."""
    unknown = lineups.group_by("game_id", "stint_no", "side").agg(share=pl.col("player_id").is_null().mean())
    rows = unknown.filter(pl.col("share") > 0.5).select("game_id", stint_idx="stint_no")  # noqa: PLR2004 - most of them
    return rows.unique().sort("game_id", "stint_idx")


def _by_stint(lineups: pl.DataFrame) -> pl.DataFrame:
    """The line-ups with one row per stint; a slot that no row fills is null throughout."""

    def at(place: str, column: str) -> pl.Expr:
        return pl.col(column).filter(pl.col("place") == place).first()

    return lineups.group_by("game_id", "stint_no").agg(
        *(at(place, "jersey_num").alias(place) for place in PLACES),
        *(at(place, "player_id").alias(f"{place}_id") for place in PLACES),
    )


def _strengths() -> list[pl.Expr]:
    def skaters(side: str) -> pl.Expr:
        return pl.sum_horizontal(pl.col(f"{side}_{slot}").is_not_null() for slot in SKATER_SLOTS).cast(pl.Int64)

    return [
        *(skaters(side).alias(f"{side}_skaters") for side in SIDES),
        *(pl.col(f"{side}_g").is_not_null().alias(f"{side}_goalie_on") for side in SIDES),
        pl.concat_str(skaters("home").cast(pl.String), pl.lit("v"), skaters("away").cast(pl.String)).alias("strength"),
    ]


def _validity() -> list[pl.Expr]:
    timed = (pl.col("clock_start") > pl.col("clock_end")).fill_null(value=False)
    manned = (pl.col("home_skaters") >= MIN_SKATERS) & (pl.col("away_skaters") >= MIN_SKATERS)
    instant = (pl.col("clock_start") == pl.col("clock_end")).fill_null(value=True)
    return [(timed & manned).alias("is_valid"), (instant | ~manned).alias("is_placeholder")]
