"""The tracker's JSON export of a simulated game, in the spellings of its versions 23.8 and 25.0."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from etl.demo import coefficients as c
from etl.demo.ice import SLOTS, Line, Stint
from etl.demo.lineup import Dressed, Matchup
from etl.demo.play import Actor, Event, Point
from etl.demo.simulate import OVERTIME, PlayedGame

Row = dict[str, Any]
SIDES: Final = ("home", "away")
NO_OPPONENT_TYPES: Final = frozenset({"Stoppage", "DeadIce"})
REVERSED_TYPES: Final = frozenset({"Save", "Turnover_Takeaway", "Play_Defensive"})


def file_stem(matchup: Matchup) -> str:
    """The tracker's file name, without its ending: every odd character of a team name becomes an underscore."""
    home, away = (re.sub(r"[^A-Za-z0-9_]", "_", t.team.name) for t in matchup.teams)
    return f"benchsight_game_{home}_vs_{away}_{matchup.fixture.game_id}"


def saved_at(matchup: Matchup) -> datetime:
    """When the tracking of a game was last saved: the evening after it."""
    return datetime.combine(matchup.fixture.day + timedelta(days=1), time(22, 15), UTC)


def stamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as the tracker writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def clock(remaining: int) -> str:
    """Clock remaining, MM:SS."""
    return f"{remaining // 60:02d}:{remaining % 60:02d}"


def period_length(period: int) -> int:
    """Nominal seconds of a period."""
    return c.OVERTIME_SECONDS if period == OVERTIME else c.PERIOD_SECONDS


def export(game: PlayedGame, version: str, *, home_right_first: bool) -> Row:
    """The whole export: a JSON object as the tracker would save it after the last event."""
    modern = version.startswith("25")
    saved = saved_at(game.matchup)
    index = {id(event): i for i, event in enumerate(game.events)}
    events = [_event(e, i, index, modern=modern) for i, e in enumerate(game.events)]
    shifts = [_shift(s, i, game, modern=modern) for i, s in enumerate(game.stints)]
    if modern:
        for row in events:
            row["game_id"] = game.matchup.fixture.game_id
    return {
        "exportDate": stamp(saved + timedelta(milliseconds=13)),
        "version": version,
        **header(game.matchup),
        "events": events,
        "shifts": shifts,
        "evtIdx": len(events),
        "shiftIdx": len(shifts),
        "videos": [video(game.matchup)],
        "videoTiming": _video_timing(),
        "periodLengths": {"1": 18, "2": 18, "3": 18, "OT": 5},
        "penaltyLengths": {"minor": 3, "major": 6, "misconduct": 10},
        "homeAttacksRightP1": home_right_first,
        "customChainPresets": [],
        "linePresets": {"home": []},
        "currentPeriod": 1,
        "currentTeam": "home",
        "slots": {side: dict.fromkeys(SLOTS) for side in SIDES},
        "savedAt": stamp(saved),
    }


def header(matchup: Matchup) -> Row:
    """Game id, labels, colours and rosters."""
    home, away = (t.team for t in matchup.teams)
    return {
        "gameId": matchup.fixture.game_id,
        "homeTeam": home.name,
        "awayTeam": away.name,
        "homeColor": home.colors[0],
        "awayColor": away.colors[0],
        "homeLogo": None,
        "awayLogo": None,
        "rosters": {SIDES[side]: [_roster_row(d) for d in matchup.dressed[side]] for side in (0, 1)},
    }


def video(matchup: Matchup) -> Row:
    """The link that the person who tracked the game had kept: the broadcast, beside the schedule's own video."""
    name = f"live{matchup.fixture.game_id}"
    link = f"https://video.example/watch?v={name}"
    return {"id": 1, "url": link, "type": "youtube", "video_id": name, "title": "Broadcast"}


def shell(matchup: Matchup) -> Row:
    """A game that was opened in the tracker and never tracked: rosters only."""
    saved = stamp(saved_at(matchup))
    return {
        "exportDate": saved,
        "version": "23.8",
        **header(matchup),
        "events": [],
        "shifts": [],
        "evtIdx": 0,
        "shiftIdx": 0,
        "videoTiming": _video_timing(),
        "periodLengths": {"1": 18, "2": 18, "3": 18, "OT": 5},
        "penaltyLengths": {"minor": 3, "major": 6, "misconduct": 10},
        "homeAttacksRightP1": True,
        "savedAt": saved,
    }


def _roster_row(d: Dressed) -> Row:
    return {"id": d.player.player_id, "num": str(d.number), "name": d.player.name, "pos": d.position, "rating": None}


def _video_timing() -> Row:
    return {
        "videoStartOffset": 0,
        "periodOffsets": {"1": 0, "2": 1180, "3": 2345, "OT": None},
        "gameStart": {"period": 1, "time": "18:00"},
        "intermission1": 90,
        "intermission2": 85,
        "intermission3": 300,
        "timeouts": [],
    }


def _success(*, value: bool | None, modern: bool) -> object:
    if not modern:
        return value
    return "" if value is None else "s" if value else "u"


def _event(event: Event, idx: int, index: Mapping[int, int], *, modern: bool) -> Row:
    length = period_length(event.period)
    detail1 = event.detail1 or (event.type if modern and event.type == "Possession" else "")
    row: Row = {
        "idx": idx,
        "period": event.period,
        "type": event.type,
        "team": SIDES[event.side],
        "zone": event.zone,
        "success": _success(value=event.success, modern=modern),
        "detail1": detail1,
        "detail2": event.detail2,
        "start_time": clock(length - event.start),
        "end_time": clock(length - event.end),
        "strength": "5v5",
        "linkedEventIdx": event.chain,
        "assistToGoalIdx": index[id(event.assist_to)] if event.assist_to is not None else None,
        "sequenceIdx": None,
        "playIdx": None,
        "players": [_actor(event, a, modern=modern) for a in event.actors],
        "puckXY": _path(event.puck),
        "netXY": {"x": event.net[0], "y": event.net[1]} if event.net is not None else None,
        "isHighlight": event.highlight,
    }
    if modern:
        row["typeCode"] = event.type
        row["linkedEventChain"] = []
    return row


def _path(points: Sequence[Point]) -> list[Row]:
    return [{"x": x, "y": y, "seq": n} for n, (x, y) in enumerate(points, start=1)]


def side_of_puck(event: Event, role: str) -> str:
    """Offensive or Defensive by role, reversed for a few kinds, empty around whistles."""
    if event.type in NO_OPPONENT_TYPES:
        return ""
    reversed_kind = event.type in REVERSED_TYPES or event.detail1 in REVERSED_TYPES
    return "Offensive" if (role == "event") != reversed_kind else "Defensive"


def _actor(event: Event, actor: Actor, *, modern: bool) -> Row:
    d = actor.who
    # version 25 spells half of the roles with "_team_", by event
    long_role = modern and (event.start + len(event.type)) % 2 == 0
    role = f"{actor.role}_{'team_' if long_role else ''}player_{actor.n}"
    row: Row = {
        "num": d.number,
        "name": d.player.name,
        "team": SIDES[d.side],
        "role": role,
        "roleNum": actor.n if modern else 1,
        "playD1": actor.play,
        "playD2": actor.play2,
        "playSuccess": "" if actor.success is None else "s" if actor.success else "u",
        "pressure": _pressure(event, actor, modern=modern),
        "sideOfPuck": side_of_puck(event, actor.role),
        "xy": _path(actor.path),
    }
    if modern:
        row["num"] = d.number if long_role else str(d.number)
        row["pressuredBy"] = str(row["pressure"])
        if long_role:
            row |= {"id": d.player.player_id, "pos": d.position, "rating": None}
    return row


def _pressure(event: Event, actor: Actor, *, modern: bool) -> object:
    if not actor.pressured:
        return ""
    if not modern:
        return 1
    other = "opp" if actor.role == "event" else "event"
    presser = next((a.who.number for a in event.actors if a.role == other), None)
    return presser if presser is not None else ""


def strength_label(stint: Stint) -> str:
    """Skaters of both sides, home first, with the empty net named."""
    counts = [sum(line[s] is not None for s in SLOTS if s != "G") for line in stint.lines]
    empty = [name for name, line in zip(("Home EN", "Away EN"), stint.lines, strict=True) if line["G"] is None]
    return " ".join([f"{counts[0]}v{counts[1]}", *empty])


def _shift(stint: Stint, idx: int, game: PlayedGame, *, modern: bool) -> Row:
    length = period_length(stint.period)
    row: Row = {
        "period": stint.period,
        "start_time": clock(length - stint.start),
        "end_time": clock(length - stint.end),
        "start_type": stint.start_type,
        "stop_type": stint.stop_type or ("OnTheFly" if modern else ""),
        "strength": strength_label(stint),
        "duration": stint.end - stint.start,
        "stoppageTime": stint.dead,
        "home": _slots(stint.lines[0], modern=modern),
        "away": _slots(stint.lines[1], modern=modern),
    }
    return {"idx": idx, "game_id": game.matchup.fixture.game_id, **row} if modern else row


def _slots(line: Line, *, modern: bool) -> Row:
    return {slot: None if (d := line[slot]) is None else _slot(d, modern=modern) for slot in SLOTS}


def _slot(d: Dressed, *, modern: bool) -> Row:
    if modern:
        return _roster_row(d)
    return {"num": d.number, "name": d.player.name}
