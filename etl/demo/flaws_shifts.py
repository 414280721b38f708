"""Flaws of the shifts, the labels and the settings of a JSON export, each applied in place."""

from random import Random
from typing import Any, Final

from etl.demo.flaws import Row, game_flaw

SIDES: Final = ("home", "away")
SKATER_SLOTS: Final = ("F1", "F2", "F3", "D1", "D2", "X")
EMPTY: Final[Row] = dict.fromkeys(("F1", "F2", "F3", "D1", "D2", "G", "X"))


@game_flaw('end of a period written "00:0.01"', 1)
def end_clock_fraction(export: Row, rng: Random) -> None:
    """As the tracker writes it; read as 0."""
    del rng
    for shift in export["shifts"]:
        if shift["end_time"] == "00:00":
            shift["end_time"] = "00:0.01"


@game_flaw("placeholder rows among the shifts", 2)
def placeholder_shifts(export: Row, rng: Random) -> None:
    """An intermission without players, a row without length, and the empty row at the end."""
    del rng
    shifts = export["shifts"]
    pause = {
        **shifts[0],
        "start_time": "00:00",
        "end_time": "",
        "start_type": "Intermission",
        "stop_type": "",
        "strength": "0v0",
        "duration": None,
        "stoppageTime": 0,
        "home": dict(EMPTY),
        "away": dict(EMPTY),
    }
    at = next(i for i, s in enumerate(shifts) if s["period"] == 2)  # noqa: PLR2004 - before the second period
    nothing = {**shifts[at], "end_time": shifts[at]["start_time"], "duration": 0, "stop_type": ""}
    last = {**pause, "start_time": "", "end_time": "", "start_type": "DeadIce/Stoppage"}
    shifts[at:at] = [pause, nothing]
    shifts.append(last)
    _count(export)


@game_flaw("a shift of another game's players", 5)
def foreign_shift(export: Row, rng: Random) -> None:
    """The first row belongs to another game: its numbers are on no roster of this one."""
    worn = {int(p["num"]) for side in SIDES for p in export["rosters"][side]}
    free = [n for n in range(1, 99) if n not in worn]
    first = export["shifts"][0]
    lines: dict[str, dict[str, Any]] = {}
    for side in SIDES:
        numbers = iter(rng.sample(free, 6))
        lines[side] = {s: {"num": (n := next(numbers)), "name": f"#{n}"} for s in (*SKATER_SLOTS[:5], "G")} | {
            "X": None
        }
    export["shifts"].insert(0, {**first, **lines, "stop_type": ""})
    _count(export)


@game_flaw("stop types empty on two shifts in three", 2)
def stop_types_blank(export: Row, rng: Random) -> None:
    """Most trackers leave them empty."""
    for shift in export["shifts"]:
        if rng.random() < 0.67:  # noqa: PLR2004 - 214 of 312
            shift["stop_type"] = ""


@game_flaw("negative stoppage time", 6)
def negative_stoppage(export: Row, rng: Random) -> None:
    """After a typing error in a DeadIce event."""
    for shift in rng.sample(export["shifts"], min(2, len(export["shifts"]))):
        shift["stoppageTime"] = rng.choice((-90, -65))


@game_flaw("a last shift that runs backwards, as an extra row", 6)
def backward_shift(export: Row, rng: Random) -> None:
    """0:16 to 18:00, with a negative duration."""
    del rng
    if export["shifts"]:
        last = export["shifts"][-1]
        export["shifts"].append({**last, "start_time": "0:16", "end_time": "18:00", "duration": -1064})
        _count(export)


@game_flaw("strength and stop labels mirrored against the slots", 4)
def mirrored_labels(export: Row, rng: Random) -> None:
    """4v5 on 5v4 slots, Away EN on a home empty net, Home and Away exchanged in the stop type."""
    del rng
    for shift in export["shifts"]:
        label, _, empty = shift["strength"].partition(" ")
        shift["strength"] = "v".join(reversed(label.split("v"))) + (" " + _mirrored(empty) if empty else "")
        shift["stop_type"] = _mirrored(shift["stop_type"])


def _mirrored(text: str) -> str:
    return text.replace("Home", "\0").replace("Away", "Home").replace("\0", "Away")


@game_flaw("home and away labels exchanged against rosters, events and shifts", 10)
def label_swap(export: Row, rng: Random) -> None:
    """The labels follow the schedule; everything else is on the other side. The game sheet's venue is wrong too."""
    del rng
    rosters = export["rosters"]
    export["rosters"] = {"home": rosters["away"], "away": rosters["home"]}
    export["homeAttacksRightP1"] = not export["homeAttacksRightP1"]
    for event in export["events"]:
        event["team"] = SIDES[event["team"] == "home"]
        for player in event["players"]:
            if "team" in player:
                player["team"] = SIDES[player["team"] == "home"]
    for shift in export["shifts"]:
        shift["home"], shift["away"] = shift["away"], shift["home"]
        shift["stop_type"] = _mirrored(shift["stop_type"])
        label, _, empty = shift["strength"].partition(" ")
        shift["strength"] = "v".join(reversed(label.split("v"))) + (" " + _mirrored(empty) if empty else "")


@game_flaw("a settings object with a service address and an access key (invented)", 1)
def settings_key(export: Row, rng: Random) -> None:
    """The real exports carry one; a demo league carries a made-up one to prove that it is dropped."""
    key = "demo-not-a-secret-" + "".join(rng.choices("abcdefghijkmnpqrstuvwxyz23456789", k=190))
    export["settings"] = {"sbUrl": "https://demo-project.invalid", "sbKey": key, "theme": "dark", "autoSave": True}


@game_flaw("all shifts lost", 9)
def shifts_lost(export: Row, rng: Random) -> None:
    """Events without shifts."""
    del rng
    export["shifts"] = []
    _count(export)


def _count(export: Row) -> None:
    export["shiftIdx"] = len(export["shifts"])
    for idx, shift in enumerate(export["shifts"]):
        if "idx" in shift:
            shift["idx"] = idx
