"""Events and stints brought together: which stint an event falls in, who was on the ice, and why a stint ended."""

from typing import Final

import polars as pl

from formats.canonical import SIDES
from formats.stint_reading import PLACES

_EVENT: Final = ["game_id", "event_idx"]
_STINT: Final = ["game_id", "stint_idx"]
_WITHIN: Final = ["game_id", "period"]
_STATE: Final = ["home_skaters", "away_skaters", "home_goalie_on", "away_goalie_on"]
SLACK_S: Final = 5.0  # whistles are logged up to 4 s after the end of the stint that they stopped
_ON_THE_FLY: Final = "OnTheFly"
_COURSE: Final = ("PeriodEnd", "GameEnd")


def join_stints(events: pl.DataFrame, stints: pl.DataFrame) -> pl.DataFrame:
    """The events with `stint_idx` and the skaters and goalies of that stint; null outside every valid stint.

    A stint covers its period from `clock_start` down to `clock_end`. At the boundary of two a Faceoff belongs to the
    later one, anything else to the earlier. A stint number that the file gives counts before the clock.
    """
    valid = stints.filter("is_valid")
    numbered = _by_number(events, valid)
    by_clock = pl.concat([_by_clock(events, valid, faceoffs=True), _by_clock(events, valid, faceoffs=False)])
    found = (
        events.select(_EVENT)
        .join(numbered, on=_EVENT, how="left", maintain_order="left")
        .join(by_clock, on=_EVENT, how="left", maintain_order="left")
        .select(*_EVENT, stint_idx=pl.coalesce("numbered_idx", "clocked_idx"))
    )
    return events.join(found, on=_EVENT, how="left", maintain_order="left").join(
        valid.select(*_STINT, *_STATE), on=_STINT, how="left", maintain_order="left"
    )


def _by_number(events: pl.DataFrame, valid: pl.DataFrame) -> pl.DataFrame:
    """The stints that the file itself names, where the event's period and clock agree; key game_id, event_idx."""
    named = valid.filter(pl.col("source_index").is_unique().over("game_id")).select(
        "game_id",
        "period",
        "clock_start",
        "clock_end",
        stint_index="source_index",
        numbered_idx="stint_idx",
    )
    joined = events.filter(pl.col("stint_index").is_not_null()).join(
        named, on=[*_WITHIN, "stint_index"], how="inner", suffix="_of_stint"
    )
    covered = pl.col("clock_start").is_between("clock_end_of_stint", "clock_start_of_stint")
    return joined.filter(covered.fill_null(value=True)).select(*_EVENT, "numbered_idx")


def _by_clock(events: pl.DataFrame, valid: pl.DataFrame, *, faceoffs: bool) -> pl.DataFrame:
    """The stint that covers each event's clock as `clocked_idx`; key game_id, event_idx."""
    is_faceoff = pl.col("event_type") == "Faceoff"
    wanted = events.filter(is_faceoff if faceoffs else ~is_faceoff, pl.col("clock_start").is_not_null())
    wanted = wanted.select(*_EVENT, "period", at="clock_start").sort("at")
    starts = valid.select(*_WITHIN, at="clock_start", ends="clock_end", clocked_idx="stint_idx").sort("at")
    first = _latest_start(wanted, starts, exact=faceoffs)
    if faceoffs:
        return first
    rest = _latest_start(wanted.join(first, on=_EVENT, how="anti", maintain_order="left"), starts, exact=True)
    return pl.concat([first, rest])  # the first clock of a period has no earlier stint


def _latest_start(events: pl.DataFrame, starts: pl.DataFrame, *, exact: bool) -> pl.DataFrame:
    """Of the stints that started before the event's clock (or, if `exact`, on it), the latest, if it lasted so long."""
    joined = events.join_asof(
        starts, on="at", by=_WITHIN, strategy="forward", allow_exact_matches=exact, check_sortedness=False
    )
    return joined.filter(pl.col("ends") <= pl.col("at")).select(*_EVENT, "clocked_idx")


def with_on_ice(players: pl.DataFrame, events: pl.DataFrame, stints: pl.DataFrame) -> pl.DataFrame:
    """The event players with `on_ice`: whether the stint's slots hold the player; null without a stint."""
    slots = stints.select(*_STINT, *(pl.col(f"{place}_id").alias(place) for place in PLACES))
    present = (
        slots.unpivot(index=_STINT, variable_name="place", value_name="player_id")
        .filter(pl.col("player_id").is_not_null())
        .select(*_STINT, "player_id", was_on=pl.lit(value=True))
        .unique()
    )
    return (
        players.join(events.select(*_EVENT, "stint_idx"), on=_EVENT, how="left", maintain_order="left")
        .join(present, on=[*_STINT, "player_id"], how="left", maintain_order="left")
        .with_columns(on_ice=pl.when(pl.col("stint_idx").is_not_null()).then(pl.col("was_on").fill_null(value=False)))
        .drop("was_on", "stint_idx")
    )


def with_stops(stints: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The stints with `stop_side` and `stop_reason` from the events, for import has mirrored the written labels.

    A stint was stopped by the Stoppage whose dead ice holds the stint's end; the clock runs on, so that the next
    line-up may come on at any time until the faceoff. A change on the fly is a stop only after the whistle.
    """
    following = pl.col("start_type").shift(-1).over("game_id", "period", order_by="clock_start", descending=True)
    ends = stints.filter("is_valid").with_columns(next_start=following)
    early = pl.when(pl.col("next_start") == _ON_THE_FLY).then(0.0).otherwise(SLACK_S)
    pairs = _stoppages(events).join(
        ends.select(*_WITHIN, "stint_idx", "clock_start", "clock_end", early=early), on=_WITHIN, how="inner"
    )
    fitting = pairs.filter(
        pl.col("clock_start") > pl.col("stopped_at"),
        pl.col("clock_end") <= pl.col("stopped_at") + pl.col("early"),
        pl.col("clock_end") >= pl.col("dead_until") - pl.min_horizontal("early", 1.0),
    ).sort("game_id", "clock_end", "event_idx", descending=[False, True, False])
    stops = fitting.unique(_EVENT, keep="first", maintain_order=True).unique(_STINT, keep="last", maintain_order=True)
    joined = stints.join(stops.select(*_STINT, "stop_side", "reason"), on=_STINT, how="left", maintain_order="left")
    ran_out = pl.col("is_valid") & (pl.col("clock_end") == 0)
    return joined.with_columns(stop_reason=pl.coalesce("reason", pl.when(ran_out).then(pl.lit("PeriodEnd")))).drop(
        "reason"
    )


def _stoppages(events: pl.DataFrame) -> pl.DataFrame:
    """Every Stoppage with reason, side, clock, and the clock at which its dead ice ended; key game_id, event_idx."""
    following = pl.col("event_type").shift(-1).over("game_id")
    dead_end = (pl.col("clock_start") - pl.col("duration_s")).shift(-1).over("game_id")
    own_reason = pl.when(pl.col("detail1") != "Stoppage_Play").then("detail1")
    return (
        events.with_columns(dead_until=pl.when(following == "DeadIce").then(dead_end))
        .filter(pl.col("event_type") == "Stoppage", pl.col("clock_start").is_not_null())
        .with_columns(reason=pl.coalesce("detail2", own_reason).str.strip_prefix("Stoppage_"))
        .select(
            *_EVENT,
            "period",
            "reason",
            stopped_at="clock_start",
            dead_until=pl.min_horizontal("dead_until", "clock_start"),
            stop_side=pl.when(pl.col("team").is_in(SIDES), ~pl.col("reason").is_in(_COURSE)).then("team"),
        )
    )
