"""Whatever stands in an export, reading it ends in canonical frames or in one readable reason."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from formats import cells
from formats.canonical import SCHEMAS
from formats.json_document import TrackerExport, Unreadable, open_json
from formats.normalise import normalise
from formats.raw import RAW_SCHEMAS, RawFrames
from formats.tracked_events import tracked_events
from formats.tracker_json import read_export
from hockey.league import LeagueRules
from tests.formats.tracker_builder import Json, as_bytes, make_event, make_export, make_player, make_shift

HOSTILE = st.sampled_from(
    [
        None,
        True,
        3,
        -1,
        2**63,
        10**30,
        1e308,
        0.5,
        "",
        "x",
        "\x00",
        "1e9",
        "\uff19",
        [],
        [[]],
        [3],
        {},
        {"x": []},
        {"home": 3},
    ]
) | st.recursive(
    st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


def game() -> Json:
    players = [make_player(2, xy=[{"x": 1, "y": 2}], playD1="Deke", pressure=1), make_player(12, "opp_player_1")]
    events = [
        make_event("Faceoff", start_time="18:00", end_time="18:00", players=players),
        make_event("Pass", players=players, linkedEventIdx=3, assistToGoalIdx=2, puckXY=[{"x": 1, "y": 2}, None]),
        make_event("Goal", players=players, detail1="Goal_Scored", linkedEventIdx=3, netXY={"x": 10, "y": 20}),
        make_event("Stoppage", detail1="Stoppage_Play", detail2="Stoppage_Goal"),
    ]
    shifts = [make_shift("18:00", "17:00"), make_shift("17:00", "00:00")]
    return make_export(events, shifts, videoTiming={"periodOffsets": {"1": 0}})


def read_raw_bytes(data: bytes) -> RawFrames:
    export = open_json(data)
    assert isinstance(export, TrackerExport)
    return read_export(export, "a.json", "")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, item in inner for place in places(item, (*path, key))]


PLACES = places(game())


STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
CELLS = st.none() | st.text(STORABLE, max_size=3) | st.booleans() | st.integers() | st.floats(allow_nan=False)
COLUMNS = CELLS.flatmap(
    lambda cell: st.lists(
        st.none() | {str: st.text(STORABLE), bool: st.booleans(), int: st.integers()}.get(type(cell), CELLS)
    )
) | st.lists(CELLS)


@settings(max_examples=150, deadline=None)
@given(COLUMNS.filter(bool))
def test_a_column_is_written_down_cell_by_cell_whatever_its_types(values: list[object]) -> None:
    data = as_bytes(make_export([make_event(period=value) for value in values]))
    raw = read_raw_bytes(data)
    as_read = [event["period"] for event in json.loads(data)["events"]]
    assert raw.events["period"].to_list() == [cells.text(value) for value in as_read]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), HOSTILE), min_size=1, max_size=4))
def test_any_value_anywhere(changes: list[tuple[tuple[Any, ...], object]]) -> None:
    document = game()
    for path, value in changes:
        put(document, path, value)
    try:
        export = open_json(as_bytes(document))
    except Unreadable:
        return
    assert isinstance(export, TrackerExport)
    raw = read_export(export, "a.json", "")
    if b"\\u0000" not in as_bytes(document):
        forgiven = read_export(structs.replace(export, events=tracked_events(document.get("events"))), "a.json", "")
        assert all(getattr(raw, name).equals(getattr(forgiven, name)) for name in RAW_SCHEMAS)
    frames = normalise(raw, LeagueRules())
    for name in ("games", "rosters", "events", "event_players", "shifts", "flags"):
        assert dict(getattr(frames, name).schema) == dict(SCHEMAS[name])


def put(document: Json, path: tuple[Any, ...], value: object) -> None:
    target: Any = document
    for key in path[:-1]:
        try:
            target = target[key]
        except (KeyError, IndexError, TypeError):
            return  # an earlier change took the place away
    if isinstance(target, dict) or (isinstance(target, list) and isinstance(path[-1], int) and path[-1] < len(target)):
        target[path[-1]] = copy.deepcopy(value)
