"""One small game, written as each of the three programs writes its tracking workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from formats.raw import RawFrames
from formats.tracking_workbook import read_tracking
from formats.workbook import open_workbook
from tests.formats.workbook_builder import make_sheet, make_workbook

Writer = Literal["W1", "W2", "W3"]
Record = dict[str, object]
ZONES = {"o": "Offensive", "d": "Defensive", "n": "Neutral"}


@dataclass
class Player:
    jersey: int
    side: Literal["event", "opp"] = "event"
    number: int = 1
    play_detail: str | None = None
    success: str | None = None


@dataclass
class Event:
    """An event as a person would tell it. `chain` is the number without any writer's offset; `assists` an index 0.."""

    type: str
    detail: str | None = None
    detail2: str | None = None
    minute: int = 17
    second: float = 30
    period: int = 1
    team: Literal["Home", "Away"] = "Home"
    zone: str = "o"
    success: str | None = "s"
    chain: int | None = None
    assists: int | None = None
    players: Sequence[Player] = ()
    cells: Mapping[str, object] = field(default_factory=dict)


def make_goal() -> list[Event]:
    """A pass, a shot and a goal, with a chain, an assist and a goalie."""
    return [
        Event("GameStart", None, minute=18, second=0, zone="n", success=None),
        Event("Pass", "Pass_Completed", chain=3, assists=3,
              players=[Player(10, play_detail="AssistPrimary"), Player(11, number=2)]),
        Event("Shot", "Shot_Goal", "Shot_Wrist", second=28, chain=3, players=[Player(11), Player(30, "opp")]),
        Event("Goal", "Goal_Scored", second=28, chain=3, players=[Player(11), Player(30, "opp"), Player(22, "opp", 2)]),
    ]  # fmt: skip


def _row_w1(index: int, event: Event, player: Player | None) -> Record:
    row: Record = {
        "event_index": 1001 + index,
        "tracking_event_index": 9000 + event.chain if event.chain else 1001 + index,
        "linked_event_index": None if event.chain is None else 9000 + event.chain,
        "Type": event.type,
        "team_venue": event.team,
        "team_venue_abv": event.team[0].lower(),
        "event_team_zone": event.zone,
        "time_start_total_seconds": 60 * event.minute + event.second,
        "duration": 99,
    }
    if player is not None:
        row |= {
            "role_abrev": player.side[0],
            "player_role": f"{player.side}_team_player_{player.number}",
            "player_id": f"P{player.jersey}",
            "player_team": "Team A" if (event.team == "Home") == (player.side == "event") else "Team B",
        }
    return row


def _row_w2(index: int, event: Event, player: Player | None) -> Record:
    row: Record = {
        "event_index": 1000 + index,
        "tracking_event_index": 1000 + index,
        "event_index_flag_": index + 1,
        "linked_event_index": None if event.chain is None else 1000 + event.chain,
        "Type": event.type,
        "team_venue": event.team,
        "event_team_zone": ZONES[event.zone],
        "assist_to_goal_index": None if event.assists is None else 1000 + event.assists,
        "strength": "5v5",
        "is_highlight": int(event.type == "Goal"),
    }
    if player is not None:
        row |= {"role_abrev": f"{player.side[0]}1", "player_role": f"{player.side}_player_{player.number}"}
    return row


def _row_w3(index: int, event: Event, player: Player | None) -> Record:
    row = _row_w2(index, event, player)
    for column in ("Type", "team_venue", "event_index_flag_", "role_abrev"):
        row.pop(column, None)
    return row | {"event_type": event.type, "event_type_code": event.type, "event_type_id": "ET0001"}


ROWS = {"W1": _row_w1, "W2": _row_w2, "W3": _row_w3}


def event_rows(writer: Writer, events: Sequence[Event]) -> list[Record]:
    """The rows of the events sheet: one per event and player."""
    rows = []
    for index, event in enumerate(events):
        for player in event.players or [None]:
            row = ROWS[writer](index, event, player)
            row |= {
                "game_id": 18969,
                "home_team": "Team A",
                "away_team": "Team B",
                "period": event.period,
                "event_start_min": event.minute,
                "event_start_sec": event.second,
                "event_detail": event.detail,
                "event_detail_2": event.detail2,
                "event_successful": event.success,
            }
            if player is not None:
                row |= {
                    "player_game_number": player.jersey,
                    "play_detail1": player.play_detail,
                    "play_detail_successful": player.success,
                }
            rows.append(row | dict(event.cells))
    return rows


def make_shift(index: int = 1, **cells: object) -> Record:
    home = {"forward_1": 10, "forward_2": 11, "forward_3": 12, "defense_1": 13, "defense_2": 14, "goalie": 1}
    away = {"forward_1": 20, "forward_2": 21, "forward_3": 22, "defense_1": 23, "defense_2": 24, "goalie": 30}
    return {
        "shift_index": index,
        "Period": 1,
        "shift_start_min": 18,
        "shift_start_sec": 0,
        "shift_end_min": 17,
        "shift_end_sec": 5,
        "shift_start_type": "PeriodStart",
        "shift_stop_type": None,
        **{f"home_{slot}": jersey for slot, jersey in home.items()},
        **{f"away_{slot}": jersey for slot, jersey in away.items()},
        "game_id": 18969,
        **cells,
    }


def make_metadata(**cells: object) -> Record:
    return {
        "game_id": 18969,
        "home_team": "Team A",
        "away_team": "Team B",
        "period_length_minutes": 18,
        "home_attacks_right_p1": 0,
        "export_timestamp": "2026-03-01T12:30:00.000Z",
        "tracker_version": "29.1",
        **cells,
    }


def make_tracking(writer: Writer, game: Sequence[Event] | None = None, **sheets: Sequence[Record]) -> bytes:
    """The workbook of that writer. Sheets given by name replace or join its own."""
    own: dict[str, Sequence[Record]] = {
        "events": event_rows(writer, make_goal() if game is None else game),
        "shifts": [make_shift()],
    }
    if writer != "W1":
        own["metadata"] = [make_metadata()]
    return make_workbook({name: make_sheet(rows) for name, rows in (own | sheets).items()})


def read(data: bytes, name: str = "18969/18969_tracking.xlsx") -> RawFrames:
    return read_tracking(open_workbook(data, name), "0" * 64)
