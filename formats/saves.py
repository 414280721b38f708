"""Several saves of one game: what the chosen one has lost is taken from another with the same sequence of events."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import polars as pl

from formats.flags import flags_of
from formats.lookup import looked_up
from formats.raw import RawFrames
from hockey.aliases import truth

_EVENT_ATTRIBUTES: Final = (
    "clock_end",
    "detail1",
    "detail2",
    "zone",
    "chain",
    "sequence",
    "play",
    "assist_to",
    "net_x",
    "net_y",
)
_PLAYER_ATTRIBUTES: Final = (
    "player_id",
    "team",
    "play_detail1",
    "play_detail2",
    "play_success",
    "pressure",
    "pressured_by",
    "side_of_puck",
)
_POSITION: Final = ["event_no", "period", "clock_start", "type"]
_SAME_SEQUENCE: Final = (
    0.95  # between two saves a few events get another player or clock; another game shares far fewer
)
_PLAYER_KEY: Final = ["game_id", "event_no", "jersey", "role"]


def fill_from(chosen: RawFrames, others: Iterable[RawFrames]) -> RawFrames:
    """The chosen save with the attributes that are empty throughout it, each from the first of `others` that has it.

    Only saves with the same sequence of events count: as many, and nearly all alike in period, start clock, type and
    first player's number. Values come from the event at the same place. Truths are filled where no event is marked as
    failed: imports keep the successes and lose the failures. A flag `filled_from_save` names what came from where.
    """
    for other in others:
        if _is_same_sequence(chosen, other):
            chosen = _filled(chosen, _aligned(other, chosen))
    return chosen


def lacks_anything(raw: RawFrames) -> bool:
    """Whether an attribute is empty throughout, so that another save may help."""
    return bool(_empty(raw.events, _EVENT_ATTRIBUTES) or _empty(raw.event_players, _PLAYER_ATTRIBUTES)) or (
        not _has_failures(raw) or raw.points.is_empty()
    )


def _sequence(raw: RawFrames) -> pl.DataFrame:
    """Place, period, start clock, type and first player's number of every event."""
    first = raw.event_players.filter(pl.col("order") == 0).select("event_no", "jersey")
    return raw.events.select(_POSITION).join(first, on="event_no", how="left")


def _is_same_sequence(chosen: RawFrames, other: RawFrames) -> bool:
    if chosen.events.height != other.events.height:
        return False
    alike = _sequence(chosen).join(_sequence(other), on=[*_POSITION, "jersey"], how="semi", nulls_equal=True)
    return alike.height >= _SAME_SEQUENCE * chosen.events.height


def _aligned(other: RawFrames, chosen: RawFrames) -> RawFrames:
    """The other save with one event row for each of the chosen one's, null where the event there is another.

    An assist names its goal by the source's number, so the other save's numbers are turned into the chosen one's.
    """
    numbers = chosen.events.select("event_no", chosen_index="source_index")
    goals = other.events.join(numbers, on="event_no").select(assist_to="source_index", assist_index="chosen_index")
    attributes = [*_EVENT_ATTRIBUTES, "success"]
    renumbered = other.events.join(goals, on="assist_to", how="left", maintain_order="left").with_columns(
        assist_to="assist_index"
    )
    events = chosen.events.drop(attributes).join(
        renumbered.select(*_POSITION, *attributes), on=_POSITION, how="left", nulls_equal=True, maintain_order="left"
    )
    return replace(other, events=events.select(chosen.events.columns))


def _filled(chosen: RawFrames, other: RawFrames) -> RawFrames:
    of_events = _gains(chosen.events, other.events, _EVENT_ATTRIBUTES)
    of_players = _gains(chosen.event_players, other.event_players, _PLAYER_ATTRIBUTES)
    events = chosen.events.with_columns(other.events[name] for name in of_events)
    gains = [*of_events, *of_players]
    if not _has_failures(chosen) and _has_failures(other):
        unmarked = looked_up(events, "success", truth, pl.Boolean).is_null()
        events = events.with_columns(success=pl.when(unmarked).then(other.events["success"]).otherwise("success"))
        gains.append("success")
    points, of_points = _points(chosen.points, other.points)
    gains += of_points
    if not gains:
        return chosen
    source = other.games["source_path"].item()
    flag = flags_of(chosen.games, "filled_from_save", f"{', '.join(gains)} taken from {source}")
    return replace(
        chosen,
        events=events,
        event_players=_with_players(chosen.event_players, other.event_players, of_players),
        points=points,
        flags=pl.concat([chosen.flags, flag]),
    )


def _gains(chosen: pl.DataFrame, other: pl.DataFrame, attributes: Iterable[str]) -> list[str]:
    """The attributes that the chosen rows lack throughout and the other rows have."""
    missing = _empty(chosen, attributes)
    return [name for name in missing if name not in _empty(other, missing)]


def _empty(frame: pl.DataFrame, attributes: Iterable[str]) -> list[str]:
    return [
        name
        for name in attributes
        if (frame[name].is_null() | (frame[name].cast(pl.String).str.strip_chars() == "")).all()
    ]


def _has_failures(raw: RawFrames) -> bool:
    return raw.events.select((~looked_up(raw.events, "success", truth, pl.Boolean)).any()).item() or False


def _with_players(chosen: pl.DataFrame, other: pl.DataFrame, attributes: list[str]) -> pl.DataFrame:
    """The players' attributes, from the same number in the same role of the same event."""
    if not attributes:
        return chosen
    known = other.select(*_PLAYER_KEY, *attributes).unique(_PLAYER_KEY, keep="first", maintain_order=True)
    joined = chosen.drop(attributes).join(known, on=_PLAYER_KEY, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(chosen.columns)


def _points(chosen: pl.DataFrame, other: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The paths; those of the puck, or of the players, are taken over where the chosen save has none at all."""
    parts, gains = [chosen], []
    for name, is_kind in (("puckXY", pl.col("order") < 0), ("xy", pl.col("order") >= 0)):
        found = other.filter(is_kind)
        if chosen.filter(is_kind).is_empty() and not found.is_empty():
            parts.append(found)
            gains.append(name)
    return pl.concat(parts), gains
