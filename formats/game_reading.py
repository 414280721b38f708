"""The header of a game: lengths of its periods and penalties, with the league's rules where the file is silent."""

from typing import Final

import polars as pl

from formats.lookup import looked_up
from formats.raw import RawFrames
from hockey.clock import SECONDS_PER_MINUTE, parse_clock
from hockey.league import LeagueRules
from hockey.periods import OVERTIME, PERIODS, parse_period

_LENGTHS: Final = ("p1_min", "p2_min", "p3_min", "ot_min")
_VIDEOS: Final = ("video_p1_s", "video_p2_s", "video_p3_s", "video_ot_s")
_PENALTIES: Final = ("minor_min", "major_min", "misconduct_min")
_LONGEST_PERIOD_S: Final = 30 * 60.0


def read_games(raw: RawFrames, rules: LeagueRules) -> pl.DataFrame:
    """The game headers with `period_len_s`, `penalty_min`, `video_offset_s` filled; key game_id."""
    penalties = (rules.penalties.minor, rules.penalties.major, rules.penalties.misconduct)
    return (
        raw.games.join(_longest_clocks(raw.shifts), on="game_id", how="left", maintain_order="left")
        .with_columns(_length(name, number, rules) for number, name in enumerate(_LENGTHS, start=1))
        .with_columns(
            period_len_s=pl.concat_list(_LENGTHS),
            penalty_min=pl.concat_list(
                pl.col(name).fill_null(float(rule)) for name, rule in zip(_PENALTIES, penalties, strict=True)
            ),
            video_offset_s=pl.concat_list(_VIDEOS),
        )
    )


def _length(name: str, period: int, rules: LeagueRules) -> pl.Expr:
    """Seconds. A file that is silent plays by the rules, unless its stints begin above them."""
    minutes = rules.periods.overtime_minutes if period == OVERTIME else rules.periods.minutes
    by_rule = pl.max_horizontal(pl.lit(float(minutes * SECONDS_PER_MINUTE)), pl.col(f"longest_{period}"))
    return pl.coalesce(pl.col(name) * SECONDS_PER_MINUTE, by_rule).alias(name)


def _longest_clocks(shifts: pl.DataFrame) -> pl.DataFrame:
    """The highest clock at which a stint of each period starts, as columns `longest_<period>`; key game_id."""
    starts = shifts.select(
        "game_id",
        period=looked_up(shifts, "period", parse_period, pl.Int64),
        start=looked_up(shifts, "clock_start", _remaining, pl.Float64),
    ).filter(pl.col("start") <= _LONGEST_PERIOD_S)
    return starts.group_by("game_id").agg(
        pl.col("start").filter(pl.col("period") == period).max().alias(f"longest_{period}")
        for period in range(1, OVERTIME + 1)
    )


def _remaining(text: str | None) -> float | None:
    clock = parse_clock(text)
    return None if clock is None else clock.remaining_s


def period_lengths(games: pl.DataFrame) -> pl.DataFrame:
    """Length and start of every period in seconds of clock; key game_id, period. A shootout is as long as overtime."""
    columns = [pl.col("period_len_s").list.get(min(p.number, OVERTIME) - 1).alias(str(p.number)) for p in PERIODS]
    lengths = games.select("game_id", *columns).unpivot(index="game_id", variable_name="period", value_name="length_s")
    return (
        lengths.with_columns(pl.col("period").cast(pl.Int64))
        .sort("game_id", "period")
        .with_columns(starts_at_s=pl.col("length_s").cum_sum().over("game_id") - pl.col("length_s"))
    )
