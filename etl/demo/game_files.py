"""Writes one tracked game's files below `raw/games/`, flaws included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from etl.demo.coordinates import place
from etl.demo.flaws import Row, Tracking, file_flaw, known
from etl.demo.lineup import Matchup, game_rng
from etl.demo.simulate import PlayedGame
from etl.demo.tracker_json import export, file_stem, saved_at, shell, stamp
from etl.demo.tracking_workbook import write_workbook

file_flaw("wrong_folder", "the export lies in the folder of another game", 6)
file_flaw("roster_json", "a small roster file beside the saves", 5)
file_flaw("earlier_saves", "saves in bkup/; an earlier one has what the last has lost", 5)
file_flaw("uncached_formulas", "a W1 workbook saved without formula results: only the input columns", 2,
          lambda t: t.form == "W1")  # fmt: skip
file_flaw("shells", "games that were opened in the tracker and never tracked: rosters only")
file_flaw("broken_json", "an export that breaks off in the middle")
file_flaw("not_a_game", "a JSON file that is no game")
file_flaw("demo_roster", "an export with the roster that the tracker invents offline")

JUNK_SHIFTS: Final = 2


@dataclass(frozen=True, slots=True)
class Assignment:
    """What to write of a tracked game. `folder` is the one that the tracker saves into."""

    tracking: Tracking
    flaws: tuple[str, ...]
    folder: str


def write_json(path: Path, content: object) -> None:
    """Write JSON as the tracker does: UTF-8, indented by two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2))


def write_game(game: PlayedGame, assignment: Assignment, games_dir: Path, seed: int) -> None:
    """Write one tracked game in its form."""
    tracking = assignment.tracking
    home_right = game_rng(seed, tracking.game_id, "ends").random() < 0.78  # noqa: PLR2004 - 196 of 248 exports
    if tracking.with_xy:
        place(game.events, game_rng(seed, tracking.game_id, "xy"), home_right_first=home_right)
    if tracking.form != "json":
        path = games_dir / str(tracking.game_id) / f"{tracking.game_id}_tracking.xlsx"
        uncached = "uncached_formulas" in assignment.flaws
        write_workbook(game, tracking.form, path, home_right_first=home_right, inputs_only=uncached)
        return
    content = export(game, tracking.version, home_right_first=home_right)
    for flaw in known().values():
        if flaw.name in assignment.flaws and flaw.mutate is not None:
            flaw.mutate(content, game_rng(seed, tracking.game_id, f"flaw {flaw.name}"))
    folder = games_dir / assignment.folder
    stem = file_stem(game.matchup)
    if "earlier_saves" in assignment.flaws:
        _write_earlier(content, folder / "bkup", stem, saved_at(game.matchup))
    if "roster_json" in assignment.flaws:
        write_json(folder / "bkup" / "roster.json", roster_file(game.matchup))
    write_json(folder / f"{stem}.json", content)


def _write_earlier(content: Row, folder: Path, stem: str, last: datetime) -> None:
    """Two earlier saves, one of them half-way; then take from the last what the other still has."""
    older: Row = msgspec.json.decode(msgspec.json.encode(content))
    moment = last - timedelta(minutes=12)
    older["exportDate"] = older["savedAt"] = stamp(moment)
    for shift in older["shifts"][-JUNK_SHIFTS:]:
        shift.update(start_time="", end_time="", duration=None)
    for event in older["events"]:
        event.pop("assistToGoalIdx", None)
    write_json(folder / f"{stem}_{moment:%Y-%m-%dT%H-%M-%S}.json", older)
    moment = last - timedelta(hours=3)
    half = len(older["events"]) // 2
    older |= {"exportDate": stamp(moment), "savedAt": stamp(moment), "events": older["events"][:half]}
    older |= {"shifts": older["shifts"][: len(older["shifts"]) // 2], "evtIdx": half}
    write_json(folder / f"{stem}_{moment:%Y-%m-%dT%H-%M-%S}.json", older)
    for event in content["events"]:
        event["linkedEventIdx"] = None
        if event["success"] is False:
            event["success"] = None


def roster_file(matchup: Matchup) -> Row:
    """The tracker's small roster file: the only game file that knows skills."""
    home, away = (t.team for t in matchup.teams)
    rosters = {
        f"{name}Roster": [
            {"n": str(d.number), "name": d.player.name, "pos": d.position, "skill": d.player.skill}
            for d in matchup.dressed[side]
        ]
        for side, name in enumerate(("home", "away"))
    }
    return {
        "gid": str(matchup.fixture.game_id),
        "date": matchup.fixture.day.isoformat(),
        "homeTeam": home.name,
        "awayTeam": away.name,
        "homeColor": home.colors[0],
        "awayColor": away.colors[0],
        **rosters,
    }


def write_strays(matchups: list[Matchup], chosen: frozenset[str], games_dir: Path) -> None:
    """The files that are no tracked game: shells, a broken one, one that is no game, one with an invented roster."""
    shells = matchups[:-2] if "shells" in chosen else []
    for matchup in shells:
        write_json(games_dir / str(matchup.fixture.game_id) / f"{file_stem(matchup)}.json", shell(matchup))
    if "broken_json" in chosen and matchups:
        text = msgspec.json.format(msgspec.json.encode(shell(matchups[-1])), indent=2)
        path = games_dir / str(matchups[-1].fixture.game_id) / f"{file_stem(matchups[-1])}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text[: len(text) // 2])
    if "not_a_game" in chosen:
        write_json(games_dir / "notes.json", {"note": "remember the pucks", "version": 3})
    if "demo_roster" in chosen and matchups:
        write_json(games_dir / "offline" / f"{file_stem(matchups[-1])}.json", _offline(shell(matchups[-1])))


def _offline(content: Row) -> Row:
    rosters: Mapping[str, list[Row]] = {
        side: [
            {"id": f"{side[0].upper()}{n}", "num": str(n), "name": f"{side.title()}{n - 1}", "pos": pos, "rating": None}
            for n, pos in enumerate("FFFFFFDDDDGF", start=1)
        ]
        for side in ("home", "away")
    }
    return {**content, "rosters": rosters}
