from dataclasses import replace

import polars as pl

from formats.canonical import empty
from formats.raw import RawFrames
from formats.sheet_rosters import with_sheet_roster
from tests.formats.league_builder import make_game, make_master, on_sheet
from tests.formats.tracker_builder import make_event, make_lineup, make_player, make_shift, read_raw

# Team A is home; the tracker may have it on either side
SHEET = make_master(
    official_roster=[
        line | {"jersey_num": n + 50 * (line["side"] == "away")}
        for n, line in enumerate(on_sheet(1, "Team A", "Team B"))
    ]
).official_roster


def tracked(home: list[int], away: list[int]) -> RawFrames:
    events = [make_event(players=[make_player(home[0]), make_player(away[0], "opp_player_1")])]
    shift = make_shift(home=make_lineup([*home, None, None]), away=make_lineup([*away, None, None]))
    raw = read_raw(make_game(1, "Team A", "Team B", events=events, shifts=[shift]))
    return replace(raw, rosters=raw.rosters.clear())


HOME, AWAY = [0, 1, 2, 3, 4], [56, 57, 58, 59, 60]


def side_of(raw: RawFrames, player: str) -> str:
    return raw.rosters.filter(pl.col("player_id") == player)["side"].item()


def test_a_file_without_a_roster_takes_the_sheets() -> None:
    assert side_of(with_sheet_roster(tracked(HOME, AWAY), SHEET), "P101") == "home"


def test_the_roster_is_turned_to_the_sides_that_were_tracked() -> None:
    assert side_of(with_sheet_roster(tracked(AWAY, HOME), SHEET), "P101") == "away"


def test_an_own_roster_counts_and_a_missing_sheet_changes_nothing() -> None:
    own = read_raw(make_game(1, "Team A", "Team B"))
    assert with_sheet_roster(own, SHEET) is own
    bare = tracked(HOME, AWAY)
    assert with_sheet_roster(bare, empty("official_roster")) is bare
