"""Flaws of the events in a JSON export. Each function changes an export in place, as its registration says."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from etl.demo.flaws import Row, Tracking, game_flaw

SIDES: Final = ("home", "away")
PERIOD_MINUTES: Final = 18


def _has_xy(tracking: Tracking) -> bool:
    return tracking.form == "json" and tracking.with_xy


def _is_modern(tracking: Tracking) -> bool:
    return tracking.form == "json" and tracking.version.startswith("25")


def _is_classic(tracking: Tracking) -> bool:
    return tracking.form == "json" and not tracking.version.startswith("25")


def _players(export: Row) -> Iterator[tuple[Row, Row]]:
    for event in export["events"]:
        for player in event["players"]:
            yield event, player


def _seconds(clock: str) -> int:
    minutes, seconds = clock.split(":")
    return int(minutes) * 60 + int(seconds)


@game_flaw("clock of GameStart empty, so that it sorts to the end of period 1", 2)
def blank_game_start(export: Row, rng: Random) -> None:
    """GameStart moves behind the other events of its period; every index that points past it moves along."""
    del rng
    events = export["events"]
    start = next(e for e in events if e["type"] == "GameStart")
    start["start_time"] = start["end_time"] = ""
    events.remove(start)
    last = max(i for i, e in enumerate(events) if e["period"] == 1)
    events.insert(last + 1, start)
    renumber(export, {})


def renumber(export: Row, moved: dict[int, int]) -> None:
    """Set `idx` to the position again and let assists follow their goals."""
    moved = {**{e["idx"]: i for i, e in enumerate(export["events"])}, **moved}
    for i, event in enumerate(export["events"]):
        event["idx"] = i
        if event["assistToGoalIdx"] is not None:
            event["assistToGoalIdx"] = moved[event["assistToGoalIdx"]]
    export["evtIdx"] = len(export["events"])


@game_flaw("Intermission rows carry a video counter instead of a clock", 2)
def video_counter_clocks(export: Row, rng: Random) -> None:
    """They belong to the period that follows and sort to its front."""
    for event in export["events"]:
        if event["type"] == "Intermission":
            event["period"] += 1
            start = rng.randint(30, 55) * 60 + rng.randint(0, 59)
            event["start_time"], event["end_time"] = (f"{s // 60}:{s % 60:02d}" for s in (start, start - 70))


@game_flaw("a clock typed as 17:85", 4)
def odd_clock(export: Row, rng: Random) -> None:
    """One event between 17:50 and 17:59 has its seconds typed 30 too high."""
    del rng
    for event in export["events"]:
        if event["start_time"].startswith("17:5") and event["type"] not in {"Faceoff", "DeadIce"}:
            event["start_time"] = f"17:{int(event['start_time'][3:]) + 30}"
            return


@game_flaw("an end clock without seconds (19:)", 6, _is_modern)
def cut_end_clock(export: Row, rng: Random) -> None:
    """A few end clocks lose their seconds."""
    for event in rng.sample(export["events"], 10):
        event["end_time"] = event["end_time"][:3]


@game_flaw("end clock above the start clock on a third of the lasting events", 4)
def reversed_ends(export: Row, rng: Random) -> None:
    """Start and end stay as far apart, in the wrong direction."""
    for event in export["events"]:
        lasting = event["type"] in {"Possession", "Zone_Entry_Exit", "LoosePuck"} and event["end_time"][3:]
        if not lasting or rng.random() >= 0.33:  # noqa: PLR2004 - a third
            continue
        start = _seconds(event["start_time"])
        end = 2 * start - _seconds(event["end_time"])
        if start < end < PERIOD_MINUTES * 60:
            event["end_time"] = f"{end // 60:02d}:{end % 60:02d}"


@game_flaw("no chain key at all", 3)
def chain_keys_lost(export: Row, rng: Random) -> None:
    """An import that dropped the links."""
    del rng
    for event in export["events"]:
        event["linkedEventIdx"] = None


@game_flaw("success in every spelling: bools, texts, numbers", 4)
def success_spellings(export: Row, rng: Random) -> None:
    """Also the players' own success: 1, ' u', 'o'."""
    yes, no = (True, "s", "s", 1, "yes"), (False, "u", "u", 0, "no")
    for event in export["events"]:
        good = event["success"]
        if good in {True, "s"}:
            event["success"] = rng.choice(yes)
        elif good in {False, "u"}:
            event["success"] = rng.choice(no)
        else:
            event["success"] = rng.choice((None, ""))
    for _, player in _players(export):
        spelled = {"s": ("s", "s", 1), "u": ("u", "u", " u"), "": ("", "", "", "o")}[player["playSuccess"]]
        player["playSuccess"] = rng.choice(spelled)


@game_flaw("every failure lost: no single success=false", 5)
def success_lossy(export: Row, rng: Random) -> None:
    """What was false is empty."""
    del rng
    for event in export["events"]:
        if event["success"] is not None and event["success"] in {False, "u", "no"}:
            event["success"] = ""


@game_flaw("codes with hyphens, old names and misspellings", 3)
def hyphen_codes(export: Row, rng: Random) -> None:
    """Pass-Forehand, ZoneEntry-Rush, PuckRetrieval, Seperate, Retreival."""
    del rng
    for event in export["events"]:
        detail2 = event["detail2"].replace("_Carried", "_Rush")
        event["detail2"] = detail2.replace("_", "-", 1) if not detail2.startswith("Stoppage") else detail2
        event["detail1"] = event["detail1"].removeprefix("Possession_")
    for _, player in _players(export):
        for key in ("playD1", "playD2"):
            player[key] = player[key].replace("Separate", "Seperate").replace("Retrieval", "Retreival")


@game_flaw("Possession detail overwritten: PuckRetrieval became Faceoff", 6)
def retrieval_overwritten(export: Row, rng: Random) -> None:
    """A wrong mapping in an import."""
    del rng
    for event in export["events"]:
        if event["type"] == "Possession" and event["detail1"].endswith("PuckRetrieval"):
            event["detail1"] = "Faceoff"


@game_flaw("zone written n for nine events in ten", 6)
def zone_default(export: Row, rng: Random) -> None:
    """An import that did not know the zone."""
    for event in export["events"]:
        if rng.random() < 0.9:  # noqa: PLR2004 - as in one real game
            event["zone"] = "n"


@game_flaw("all opponents lost, only event_player_1 kept", 8)
def opponents_lost(export: Row, rng: Random) -> None:
    """An import that kept one player per event, and no player's team."""
    del rng
    for event in export["events"]:
        event["players"] = [p for p in event["players"] if p["role"] in {"event_player_1", "event_team_player_1"}]
        for player in event["players"]:
            player.pop("team")


@game_flaw("play details lost", 7)
def play_details_lost(export: Row, rng: Random) -> None:
    """Micro plays, their success and pressure are gone; what marks an assist stays."""
    del rng
    for _, player in _players(export):
        assist = player["playD1"] if player["playD1"].startswith("Assist") else ""
        player.update(playD1=assist, playD2="", playSuccess="", pressure="")


@game_flaw("players under a number of the other team", 3)
def wrong_side(export: Row, rng: Random) -> None:
    """About two rows in a hundred name a number that only the other roster has."""
    _renumber_players(export, rng, 0.02, lambda own, other: sorted(other - own))


@game_flaw("numbers that nobody wears", 5)
def unknown_numbers(export: Row, rng: Random) -> None:
    """A few rows name a number that is on no roster; the tracker writes it as the name."""
    _renumber_players(export, rng, 0.003, lambda own, other: sorted(set(range(1, 99)) - own - other))


def _renumber_players(export: Row, rng: Random, share: float, pool: Callable[[set[int], set[int]], list[int]]) -> None:
    numbers = {side: {int(p["num"]) for p in export["rosters"][side]} for side in SIDES}
    names = {(s, int(p["num"])): p["name"] for s in SIDES for p in export["rosters"][s]}
    for event, player in _players(export):
        # credits stay right: only the others of an event are mistyped, and defensive company
        if player["role"].endswith("_1") or rng.random() >= share * 4:
            continue
        side = event["team"] if player["role"].startswith("event") else SIDES[event["team"] == "home"]
        other = SIDES[side == "home"]
        wrong = pool(numbers[side], numbers[other])
        if wrong:
            number: Any = rng.choice(wrong)
            player.update(num=number, name=names.get((other, number), f"#{number}"))
            player.pop("id", None)


@game_flaw("the same player twice on one side of an event", 4)
def doubled_player(export: Row, rng: Random) -> None:
    """A few events name their first player again as the second."""
    candidates = [e for e in export["events"] if len(e["players"]) == 1 and e["type"] == "Possession"]
    for event in rng.sample(candidates, min(4, len(candidates))):
        first = event["players"][0]
        event["players"].append({**first, "role": first["role"][:-1] + "2"})


@game_flaw("overtime written as the text OT", 1, lambda t: t.form == "json")
def overtime_text(export: Row, rng: Random) -> None:
    """In games that went to overtime, period 4 is 'OT' in events and shifts."""
    del rng
    for row in (*export["events"], *export["shifts"]):
        if row["period"] == 4:  # noqa: PLR2004 - the fourth period
            row["period"] = "OT"


@game_flaw("coordinates from the corner of the drawing instead of centre ice", 3, _has_xy)
def absolute_xy(export: Row, rng: Random) -> None:
    """All points: x 0..200, y 0..85."""
    del rng
    for points in _paths(export):
        for point in points:
            if point is not None:
                point.update(x=round(point["x"] + 100, 2), y=round(point["y"] + 42.5, 2))


@game_flaw("null entries among the points", 2, _has_xy)
def null_xy_points(export: Row, rng: Random) -> None:
    """A point that was removed leaves a hole."""
    for event in export["events"]:
        if len(event["puckXY"]) > 1 and rng.random() < 0.1:  # noqa: PLR2004 - a tenth of the paths
            event["puckXY"].insert(1, None)


def _paths(export: Row) -> Iterator[list[Row | None]]:
    for event in export["events"]:
        yield event["puckXY"]
        for player in event["players"]:
            yield player["xy"]


@game_flaw("assistToGoalIdx absent", 6, _is_classic)
def assist_targets_absent(export: Row, rng: Random) -> None:
    """Builds before the field: the goal has to be found by the clock."""
    del rng
    for event in export["events"]:
        event.pop("assistToGoalIdx")


@game_flaw("an assist that points at the wrong event", 7)
def assist_target_bad(export: Row, rng: Random) -> None:
    """Events were sorted again after the marker was set."""
    del rng
    marked = [e for e in export["events"] if e.get("assistToGoalIdx") is not None]
    for event in marked[:1]:
        event["assistToGoalIdx"] = max(0, event["assistToGoalIdx"] - 3)
