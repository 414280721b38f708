"""The rows of a tracking workbook: `events` has one per event and player, `shifts` one per stint."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from etl.demo.ice import SKATER_SLOTS, Stint
from etl.demo.play import Actor, Event
from etl.demo.simulate import PlayedGame
from etl.demo.tracker_json import period_length, side_of_puck, strength_label
from etl.demo.workbook_columns import SLOT_COLUMNS

Row = dict[str, Any]
FIRST_INDEX: Final = 1000
W1_CHAINS: Final = 9000
VENUES: Final = ("Home", "Away")
ZONE_WORDS: Final = {"o": "Offensive", "d": "Defensive", "n": "Neutral"}
OPPOSITE: Final = {"o": "d", "d": "o", "n": "n"}
TYPED: Final = ("event_start_min", "event_start_sec", "event_end_min", "event_end_sec", "player_game_number",
                "event_team_zone", "event_detail", "event_detail_2", "event_successful", "play_detail1",
                "play_detail_successful", "pressured_pressurer")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """A game on its way into a workbook of one of the writers W1, W2, W3."""

    game: PlayedGame
    writer: str

    @property
    def labels(self) -> Row:
        """What every row repeats."""
        home, away = (t.team.name for t in self.game.matchup.teams)
        return {"game_id": self.game.matchup.fixture.game_id, "home_team": home, "away_team": away}


def _clock(period: int, elapsed: int) -> tuple[int, int]:
    remaining = period_length(period) - elapsed
    return remaining // 60, remaining % 60


def _period(event: Event) -> int:
    """The writers count a period up at its Intermission row."""
    return event.period + 1 if event.type == "Intermission" else event.period


def event_rows(book: Book) -> Iterator[Row]:
    """The rows of the `events` sheet, in order of play."""
    index = {id(event): i for i, event in enumerate(book.game.events)}
    assists: dict[int, list[Event]] = {}
    for event in book.game.events:
        if event.assist_to is not None:
            assists.setdefault(id(event.assist_to), []).append(event)
    for i, event in enumerate(book.game.events):
        base = _event_fields(book, event, i)
        if book.writer != "W1":
            helpers = sorted(assists.get(id(event), ()), key=lambda e: e.actors[0].play)
            base |= _links(event, index, helpers)
        for number, actor in enumerate(event.actors or [None]):
            row = {**base, **(_actor_fields(book, event, actor) if actor else {})}
            yield row | _typed(book, event, row, first=number == 0)


def _event_fields(book: Book, event: Event, i: int) -> Row:
    period = _period(event)
    start, end = (_clock(period, 0),) * 2 if period != event.period else (
        _clock(period, event.start), _clock(period, event.end)
    )  # fmt: skip
    first = book.writer == "W1"
    chain = None if event.chain is None else event.chain + (W1_CHAINS if first else FIRST_INDEX)
    index = FIRST_INDEX + i
    success = "" if event.success is None else "s" if event.success else "u"
    zones = {"event_team_zone": event.zone} | {
        f"{name}_team_zone": event.zone if event.side == side else OPPOSITE[event.zone]
        for side, name in enumerate(("home", "away"))
    }
    if not first:
        zones = {k: ZONE_WORDS[v] for k, v in zones.items()}
    ends: Row = {} if event.end == event.start else {"event_end_min": end[0], "event_end_sec": end[1]}
    row: Row = {
        **book.labels, "period": period, "event_index": index, "linked_event_index": chain,
        "tracking_event_index": (chain or index) if first else index, "event_start_min": start[0],
        "event_start_sec": start[1], **ends, **zones, "Type": event.type, "event_type": event.type,
        "event_detail": event.detail1, "event_detail_2": event.detail2, "event_successful": success,
        "strength": "5v5", "is_highlight": int(event.highlight), "duration": event.end - event.start,
    }  # fmt: skip
    if first:
        row |= {"team_venue": VENUES[event.side], "team_venue_abv": VENUES[event.side][0].lower()}
    return row


def _links(event: Event, index: dict[int, int], helpers: list[Event]) -> Row:
    row: Row = {"pim": 3} if event.type == "Penalty" else {}
    if event.assist_to is not None:
        row["assist_to_goal_index"] = FIRST_INDEX + index[id(event.assist_to)]
    for name, helper in zip(("primary", "secondary"), helpers, strict=False):
        row[f"assist_{name}_event_index"] = FIRST_INDEX + index[id(helper)]
    if event.puck:
        row |= dict(zip(("puck_x_start", "puck_y_start"), event.puck[0], strict=True))
        row |= dict(zip(("puck_x_stop", "puck_y_stop"), event.puck[-1], strict=True))
    if event.net is not None:
        row |= {"net_x": event.net[0], "net_y": event.net[1]}
    return row


def _actor_fields(book: Book, event: Event, actor: Actor) -> Row:
    d = actor.who
    side = actor.role[0]
    row: Row = {
        "player_game_number": d.number,
        "play_detail1": actor.play,
        "play_detail_2": actor.play2,
        "play_detail_successful": "" if actor.success is None else "s" if actor.success else "u",
        "pressured_pressurer": 1 if actor.pressured else "",
        "side_of_puck": side_of_puck(event, actor.role),
        "role_abrev": side if book.writer == "W1" else f"{side}1",
        "player_role": f"{actor.role}_player_{actor.n}",
        "player_name": d.player.name,
    }
    if book.writer == "W1":
        row |= {
            "player_role": f"{actor.role}_team_player_{actor.n}",
            "role_number": actor.n,
            "player_id": d.player.player_id,
            "player_team": book.game.matchup.teams[d.side].team.name,
        }
    elif actor.path:
        row |= dict(zip(("player_x_start", "player_y_start"), actor.path[0], strict=True))
        row |= dict(zip(("player_x_stop", "player_y_stop"), actor.path[-1], strict=True))
    return row


def _typed(book: Book, event: Event, row: Row, *, first: bool) -> Row:
    """The input columns: what a person typed before the formulas filled the others."""
    role = {"e": "e", "o": "o"}.get(str(row.get("role_abrev", ""))[:1], "x")
    if book.writer == "W3":
        return {"role_abrev_binary": "" if role == "x" else role}
    typed: Row = {f"{name}_": row.get(name) for name in TYPED}
    typed |= {"event_type_": event.type, "play_detail2_": row.get("play_detail_2")}
    typed["team_"] = "ha"[event.side] if first or book.writer == "W2" else None
    if book.writer == "W2":
        return typed | {"role_abrev_binary_": None if role == "x" else role}
    typed["role_abrev_binary_"] = {"e": 1, "o": 2, "x": "x"}[role]
    typed["event_index_flag_"] = 1 if first else None
    typed["event_index_"] = row["event_index"] - FIRST_INDEX
    typed["linked_event_index_"] = event.chain
    return typed


def shift_rows(book: Book) -> Iterator[Row]:
    """The rows of the `shifts` sheet. The end of a period is written as second 0.01."""
    for number, stint in enumerate(book.game.stints, start=1):
        start, end = _clock(stint.period, stint.start), _clock(stint.period, stint.end)
        row: Row = {
            **book.labels, "shift_index": number, "Period": stint.period, "shift_start_min": start[0],
            "shift_start_sec": start[1], "shift_end_min": end[0], "shift_end_sec": end[1] if any(end) else 0.01,
            "shift_start_type": stint.start_type, "shift_stop_type": stint.stop_type, "stoppage_time": stint.dead,
            "shift_duration": stint.end - stint.start, "strength": strength_label(stint),
        }  # fmt: skip
        yield row | _slots(stint)


def _slots(stint: Stint) -> Row:
    row: Row = {}
    for name, line in zip(("home", "away"), stint.lines, strict=True):
        row[f"{name}_team_strength"] = sum(line[s] is not None for s in SKATER_SLOTS)
        for slot, column in SLOT_COLUMNS.items():
            who = line[slot]
            row[f"{name}_{column}"] = None if who is None else who.number
    return row
