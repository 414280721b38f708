"""Event rows: canonical codes, periods and clocks, zone and success, each with the flags of its flaws."""

from typing import Final

import polars as pl

from formats.flags import flags_of, quoted
from formats.lookup import looked_up, with_rule
from hockey import aliases
from hockey.clock import MAX_DURATION_S, parse_clock
from hockey.details import DETAILS, DETAILS_2
from hockey.event_types import BY_CODE
from hockey.periods import parse_period
from hockey.zones import parse_zone

RESTART_S: Final = 60.0  # within a period the clock never rises in any real game; a minute is no slip of a finger
_LOSSY_VALUES: Final = 100
_MOSTLY: Final = 0.5
_CODES: Final = {"event_type": pl.String, "detail1_code": pl.String, "detail2_code": pl.String}
_KNOWN: Final = {
    "event_type": ("event type", frozenset(BY_CODE)),
    "detail1": ("detail", frozenset(d.code for d in DETAILS)),
    "detail2": ("second detail", frozenset(d.code for d in DETAILS_2)),
}


def read_events(raw: pl.DataFrame, lengths: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events with typed columns, in order, plus `event_no` of the source; and their flags. Key game_id, event_idx.

    Rows without a type are padding and left out. `team` is the written side, null where there is none.
    """
    coded = with_rule(raw, ["type", "detail1", "detail2"], _code, dict(_CODES)).with_columns(
        raw_type="type", raw_detail1="detail1", raw_detail2="detail2"
    )
    typed = coded.filter(pl.col("event_type").is_not_null()).with_columns(
        detail1="detail1_code",
        detail2="detail2_code",
        event_idx=pl.int_range(pl.len(), dtype=pl.Int64).over("game_id"),
    )
    timed, clock_flags = _timed(_in_periods(typed), lengths)
    judged = _judged(timed)
    return judged, pl.concat([clock_flags, _unknown_codes(judged), *_lossy(judged)])


def _code(raw_type: str | None, detail1: str | None, detail2: str | None) -> tuple[str | None, str | None, str | None]:
    code = aliases.event_code(raw_type, detail1, detail2)
    return (None, None, None) if code is None else (code.event_type, code.detail1, code.detail2)


def _in_periods(events: pl.DataFrame) -> pl.DataFrame:
    """An unreadable period is that of the events around it."""
    number = looked_up(events, "period", parse_period, pl.Int64)
    around = number.forward_fill().backward_fill().over("game_id").fill_null(1)
    return events.with_columns(period=around, period_written=pl.col("period"), period_is_bad=number.is_null())


def _timed(events: pl.DataFrame, lengths: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    timed = events.join(lengths, on=["game_id", "period"], how="left", maintain_order="left")
    for name in ("start", "end"):
        timed = with_rule(
            timed, [f"clock_{name}", "length_s"], _reading, {f"{name}_s": pl.Float64, f"{name}_is_bad": pl.Boolean}
        )
    gap = (pl.col("start_s") - pl.col("end_s")).abs()
    duration = pl.when(gap <= MAX_DURATION_S).then(gap).otherwise(0.0)
    timed = timed.with_columns(
        start_written="clock_start",
        end_written="clock_end",
        clock_start="start_s",
        clock_end="end_s",
        t_start=pl.col("length_s") - pl.col("start_s"),
        game_t=pl.col("starts_at_s") + pl.col("length_s") - pl.col("start_s"),
        duration_s=duration,
    ).with_columns(t_end=pl.col("t_start") + pl.col("duration_s"))
    return timed, _clock_flags(timed)


def _reading(text: str | None, length_s: float) -> tuple[float | None, bool]:
    """The clock in seconds, and whether what is written is no proper clock of the period."""
    clock = parse_clock(text)
    if clock is None:
        return None, True
    reading = clock.within(length_s)
    return reading, reading is None or clock.corrected_s is not None


def _clock_flags(events: pl.DataFrame) -> pl.DataFrame:
    start_bad = events.filter("start_is_bad")
    end_bad = events.filter(~pl.col("start_is_bad"), "end_is_bad", pl.col("end_written").str.strip_chars() != "")
    reversed_ends = events.filter(pl.col("clock_end") > pl.col("clock_start"))
    lowest = pl.col("clock_start").cum_min().shift(1).over("game_id", "period")
    restarts = (
        events.with_columns(rise=pl.col("clock_start") - lowest)
        .filter(pl.col("rise") > RESTART_S)
        .unique(["game_id", "period"], keep="first", maintain_order=True)
    )
    return pl.concat(
        [
            flags_of(start_bad, "clock_bad", _words("start clock ", "start_written", " of the ", "raw_type")),
            flags_of(end_bad, "clock_bad", _words("end clock ", "end_written", " of the ", "raw_type")),
            flags_of(reversed_ends, "end_before_start", _words("from ", "start_written", " to ", "end_written")),
            flags_of(
                restarts, "clock_restarts", _words("the clock rises to ", "start_written", " in period ", "period")
            ),
            flags_of(events.filter("period_is_bad"), "period_bad", _words("period ", "period_written")),
        ]
    )


def _words(*parts: str) -> pl.Expr:
    """Texts and, at every second place, cells."""
    return pl.concat_str(quoted(part) if place % 2 else pl.lit(part) for place, part in enumerate(parts))


def _judged(events: pl.DataFrame) -> pl.DataFrame:
    zone = looked_up(events, "zone", parse_zone, pl.String)
    defaulted = ((zone == "n").mean() > _MOSTLY).over("game_id")
    return events.with_columns(
        zone=zone,
        zone_is_default=defaulted,
        zone_known=zone.is_not_null() & ~(defaulted & (zone == "n")),
        success=looked_up(events, "success", aliases.truth, pl.Boolean),
        is_highlight=looked_up(events, "is_highlight", aliases.truth, pl.Boolean).fill_null(value=False),
        team=looked_up(events, "team", aliases.side, pl.String),
    )


def _unknown_codes(events: pl.DataFrame) -> pl.DataFrame:
    found = [
        flags_of(
            events.filter(~pl.col(column).is_in(known))
            .group_by("game_id", column, maintain_order=True)
            .agg(pl.col("event_idx").first(), count=pl.len()),
            "unknown_code",
            pl.concat_str(pl.lit(f"unknown {name} "), quoted(column)),
        )
        for column, (name, known) in _KNOWN.items()
    ]
    return pl.concat(found)


def _lossy(events: pl.DataFrame) -> list[pl.DataFrame]:
    per_game = events.group_by("game_id", maintain_order=True).agg(
        neutral=(pl.col("zone") == "n").sum(),
        is_default=pl.col("zone_is_default").any(),
        successes=pl.col("success").sum(),
        failures=pl.col("success").not_().sum(),
        count=pl.len(),
    )
    lossy = per_game.filter(pl.col("failures") == 0, pl.col("successes") > _LOSSY_VALUES)
    share = (100 * pl.col("neutral") / pl.col("count")).round(0).cast(pl.Int64).cast(pl.String)
    return [
        flags_of(
            per_game.filter("is_default").with_columns(count="neutral"),
            "zone_default",
            pl.concat_str(share, pl.lit(" % of the events say neutral zone: there it means unknown")),
        ),
        flags_of(
            lossy.with_columns(count=pl.col("count") - pl.col("successes")),
            "success_lossy",
            "not a single failure is marked: events without a mark have an unknown outcome",
        ),
    ]
