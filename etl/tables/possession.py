"""The intermediate under sequences, plays, rushes and zone time: who has the puck, event by event."""

from typing import Final

import polars as pl

from etl.registry import table
from etl.tables.puck_play import is_controlled
from hockey.details import COUNTING_GOALS
from hockey.possession import NOT_IN_PLAY, PUCK_EVENTS, RUSH_ENTRY_S, WHISTLE
from hockey.zones import MIRRORED

EVENT: Final = ["game_id", "event_idx"]
SEQUENCE: Final = ["game_id", "sequence_index"]
MILLISECONDS: Final = (pl.col("play_s") * 1000).round().cast(pl.Int64)  # whole numbers add up without rounding
_TYPE, _DETAIL = pl.col("event_type"), pl.col("detail1")
_ENTRY: Final = (_DETAIL == "Zone_Entry").fill_null(value=False)
_OWN: Final = pl.col("team") == pl.col("owner")
_ACTS: Final = {
    "shoots": _TYPE == "Shot",
    "scores": (_TYPE == "Goal") & _DETAIL.is_in(list(COUNTING_GOALS)),
    "passes": _DETAIL == "Pass_Completed",
    "enters": _ENTRY,
    "exits": _DETAIL == "Zone_Exit",
}
_CROSSING: Final = _DETAIL.is_in(["Zone_Entry", "Zone_Exit"]).fill_null(value=False)
_NEW_GAME: Final = (pl.col("game_id") != pl.col("game_id").shift()).fill_null(value=True)
_NEW_PERIOD: Final = _NEW_GAME | (pl.col("period") != pl.col("period").shift()).fill_null(value=False)
_AFTER_WHISTLE: Final = (_TYPE.shift() == WHISTLE).fill_null(value=False)
_NOBODY: Final = ""
_NO_EVENT: Final = -1
_PERIOD_S: Final = 1e6  # more than any period has; keeps the periods of a game apart on one rising axis
_SIDES: Final = pl.Enum([_NOBODY, "home", "away"])
_PLACES: Final = pl.Enum([_NOBODY, "o", "n", "d"])


def _carried(value: pl.Expr, starts: str, nothing: str | int) -> pl.Expr:
    """`value`, kept until the next one; forgotten where the flag `starts` is set, unless there is one."""
    kept = pl.when(pl.col(starts) & value.is_null()).then(pl.lit(nothing)).otherwise(value).forward_fill()
    return pl.when(kept != nothing).then(kept)


def _second() -> pl.Expr:
    """The second of the period, never falling within one; an event without a clock has that of the one before."""
    clock = pl.when(pl.col("t_start").is_null() & _NEW_PERIOD).then(0.0).otherwise("t_start").forward_fill()
    before = pl.col("period") * _PERIOD_S
    return (before + clock).cum_max().over("game_id") - before


def _until_next(flag: pl.Expr) -> pl.Expr:
    """Seconds to the next event of the period where `flag`, of that event, is set; else 0."""
    next_is_of_period = ~_NEW_PERIOD.shift(-1, fill_value=True)
    following = flag.shift(-1, fill_value=False)
    return pl.when(next_is_of_period & following).then(pl.col("t").shift(-1) - pl.col("t")).otherwise(0.0)


def _index(flag: str) -> pl.Expr:
    """Running number in the game, from 0, of what begins where the flag is set."""
    return pl.col(flag).cast(pl.Int32).cum_sum().over("game_id") - 1


def _place() -> pl.Expr:
    """The zone after the event as the home side sees it; a crossing knows it from its kind."""
    seen = (
        pl.when(_ENTRY)
        .then(pl.lit("o"))
        .when(_CROSSING)
        .then(pl.lit("n"))
        .when(pl.col("zone_known"))
        .then(pl.col("zone"))
    )
    return (
        pl.when(pl.col("team") == "home")
        .then(seen)
        .when(pl.col("team") == "away")
        .then(seen.replace_strict(MIRRORED, default=None, return_dtype=pl.String))
        .cast(_PLACES, strict=False)
    )


def _rush_entry() -> pl.Expr:
    """The index of the event on a rush's entry, -1 on any other crossing, which ends one; null elsewhere."""
    quick = _ENTRY & is_controlled() & (pl.col("t") - pl.col("sequence_t") <= RUSH_ENTRY_S)
    return pl.when(quick).then(pl.col("event_idx")).when(_CROSSING).then(_NO_EVENT)


def _crossing_before() -> pl.Expr:
    """The index of the crossing that the event is, or comes after in its live stretch."""
    return _carried(pl.when(_CROSSING).then(pl.col("event_idx")), "starts", _NO_EVENT)


@table(key=("game_id", "event_idx"), grain="one event while play is on", from_tracking=True, per_game=True)
def possession(events: pl.DataFrame) -> pl.DataFrame:
    """The side with the puck, and the stretch, sequence and play that each event is part of (see `hockey.possession`).

    `t` is the second of the period, `play_s` the seconds of play from here to the next event, `dead_s` those of dead
    ice; together they are the time from the first event of a period to its last. `place` is the zone as the home side
    sees it. `visit` numbers the times between two crossings of a blue line or whistles, whoever has the puck.
    `crossing_idx` is the crossing that began it, `rush_idx` the event that began the rush, `rush_s` the seconds since.
    The flags say what the side with the puck did: `shoots`, `scores`, `passes` (completed), `enters`, `exits`.
    """
    return (
        _in_play(events)
        .with_columns(gains=pl.col("starts") | pl.col("owner").ne_missing(pl.col("owner").shift()))
        .with_columns(
            moves=pl.col("gains") | _CROSSING,
            crosses=pl.col("starts") | _CROSSING,
            sequence_t=pl.when("gains").then("t").forward_fill(),
        )
        .with_columns(rush_idx=_carried(_rush_entry(), "gains", _NO_EVENT), crossing_idx=_crossing_before())
        .with_columns(entry_t=pl.when(pl.col("rush_idx") == pl.col("event_idx")).then("t").forward_fill())
        .select(
            *EVENT,
            "period",
            "t",
            pl.col("owner", "place").cast(pl.String),
            _index("starts").alias("stretch"),
            _index("gains").alias("sequence_index"),
            _index("moves").alias("play_index"),
            _index("crosses").alias("visit"),
            "crossing_idx",
            "rush_idx",
            play_s=_until_next(~pl.col("starts")),
            dead_s=_until_next(pl.col("starts")),
            rush_s=pl.when(pl.col("rush_idx").is_not_null()).then(pl.col("t") - pl.col("entry_t")),
            **{name: (_OWN & flag).fill_null(value=False) for name, flag in _ACTS.items()},
        )
        .collect()
    )


def _in_play(events: pl.DataFrame) -> pl.LazyFrame:
    """The events while play is on, in order, with `t`, `owner`, `place`, and whether a live stretch `starts` there."""
    return (
        events.lazy()
        .select(*EVENT, "period", "event_type", "detail1", "detail2", "team", "zone", "zone_known", "t_start")
        .filter(~_TYPE.is_in(NOT_IN_PLAY))
        .sort(EVENT)
        .with_columns(
            t=_second(),
            starts=_NEW_PERIOD | _AFTER_WHISTLE | (_TYPE == "Faceoff"),
            team=pl.col("team").cast(_SIDES, strict=False),
        )
        .with_columns(
            owner=_carried(pl.when(_TYPE.is_in(PUCK_EVENTS)).then("team"), "starts", _NOBODY),
            place=_carried(_place(), "starts", _NOBODY),
        )
    )
