"""The laws that every table keeps."""

from dataclasses import fields, replace
from graphlib import TopologicalSorter

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.checks import HOCKEY_CHECKS, all_checks
from etl.extraction_reading import HEAVY
from etl.partition import partition
from etl.registry import CATEGORIES, Registry
from etl.tables.catalog import SOURCES, league_tables
from formats.canonical import LeagueFrames, empty
from tests.etl.league_builder import (
    GAME,
    make_event,
    make_game,
    make_league,
    make_role,
    make_scheduled,
    make_sources,
    make_stint,
)

TABLES = league_tables()
OF_THE_LEAGUE = {  # a row is of one game, but needs other games, or is of a game without tracking
    *("fact_game_status", "qa_goal_accuracy", "qa_data_completeness", "fact_team_results"),
    *("fact_goalie_game_stats", "qa_scorer_comparison", "qa_suspicious_stats"),
    *("dim_schedule", "fact_gameroster", "fact_video"),
}
CONSTANT = {
    "dim_event_type": 23,
    "dim_event_detail": 76,
    "dim_event_detail_2": 115,
    "dim_play_detail": 83,
    "dim_play_detail_2": 83,
    "dim_player_role": 14,
    "dim_shift_start_type": 9,
    "dim_rink_zone": 30,
    "dim_period": 5,
    "dim_zone": 3,
}
AT_THE_NET = {"puck_path": [{"x": 80.0, "y": 4.0}, {"x": 89.0, "y": 0.0}], "puck_x0": 80.0, "puck_y0": 4.0}


def small_league() -> LeagueFrames:
    events = [
        make_event(0, "Faceoff", "home", 0, detail1="Faceoff_GameStart", zone="d", zone_known=True, stint_idx=0),
        make_event(1, "Pass", "home", 5, detail1="Pass_Completed", stint_idx=0, chain_id=1),
        make_event(
            2, "Shot", "home", 6, detail1="Shot_Goal", stint_idx=0, chain_id=1, zone="o", zone_known=True, **AT_THE_NET
        ),
        make_event(3, "Goal", "home", 6, detail1="Goal_Scored", detail2="Goal_Wrist", stint_idx=0),
        make_event(4, "Zone_Entry_Exit", "away", 30, detail1="Zone_Entry", detail2="ZoneEntry_Carried", stint_idx=1),
        make_event(5, "Zone_Entry_Exit", "away", 40, detail1="Zone_Exit", detail2="ZoneExit_Clear", stint_idx=1),
        make_event(6, "Shot", "away", 50, detail1="Shot_OnNetSaved", stint_idx=1),
        make_event(7, "Save", "home", 50, detail1="Save_Freeze", detail2="Save_Glove", stint_idx=1),
        make_event(8, "Penalty", "away", 55, detail1="Penalty_Minor", detail2="Penalty_Tripping", stint_idx=1),
        make_event(9, "Hit", "home", 56, stint_idx=1),
        make_event(10, "GameEnd", None, 60),
    ]
    roles = [
        make_role(0, "event_1", "h1"),
        make_role(0, "opp_1", "a1"),
        make_role(1, "event_1", "h2", play_detail1="AssistPrimary"),
        make_role(2, "event_1", "h1", path=[{"x": 80.0, "y": 4.0}]),
        make_role(2, "opp_1", "a9"),
        make_role(3, "event_1", "h1"),
        make_role(3, "opp_1", "a9"),
        make_role(4, "event_1", "a1", play_detail1="Deke", play_detail2="Cycle", play_success=True),
        make_role(5, "event_1", "a2", play_detail1="Moonwalk"),
        make_role(6, "event_1", "a1"),
        make_role(6, "opp_1", "h9"),
        make_role(7, "event_1", "h9"),
        make_role(7, "opp_1", "a1"),
        make_role(8, "event_1", "a3"),
        make_role(8, "event_2", None),
        make_role(9, "event_1", "a2"),  # a number of the other team
    ]
    stints = [make_stint(0, 0, 20), make_stint(1, 20, 60, home="12346" + "9")]
    flags = [{"game_id": GAME, "flag": "clock_bad", "message": "17:85"}, {"flag": "secret_removed", "count": 2}]
    of_home: dict[str, object] = {"side": "home", "team_id": "TH", "origin": "workbook"}
    sheet = [
        {"game_id": GAME, "player_id": "h2", "goals": 1, **of_home},
        {"game_id": GAME, "player_id": "h9", "position": "G", "goals_against": 0, **of_home},
        {"game_id": 2, "player_id": "p7", "goals": 2, "full_name": "Seven", **of_home},
    ]
    players = [
        {"player_id": f"{s}{n}", "full_name": f"{s}{n}", "is_inferred": False} for s in "ha" for n in range(1, 8)
    ]
    return make_league(
        games=[make_game(home_attacks_right_p1=True)],
        events=events,
        event_players=roles,
        shifts=stints,
        flags=flags,
        players=players,
        official_roster=sheet,
        schedule=[make_scheduled(GAME, 1, 0, video_url="https://v.example/1"), make_scheduled(2, 3, 3)],
    )


@pytest.fixture(scope="module")
def built() -> dict[str, pl.DataFrame]:
    return TABLES.build(make_sources(small_league()))


def test_no_references_form_a_circle() -> None:
    """A database could not be given the tables one after another."""
    parents = {t.name: {r.table for r in t.references} for t in TABLES.published}
    TopologicalSorter(parents).prepare()


def test_the_kinds_come_in_order_and_every_input_is_known() -> None:
    assert TABLES.sorter(SOURCES).is_active()


def test_every_column_name_has_one_type() -> None:
    types: dict[str, set[str]] = {}
    for declared in TABLES.published:
        for column in declared.columns:
            types.setdefault(column.name, set()).add(column.sql_type)
    # the contract has both: readers compare the flag of an event with 1, and stints have video time in parts
    assert {name for name, found in types.items() if len(found) > 1} == {"is_goal", "running_video_time"}


def test_every_reference_leads_to_the_key_of_a_published_table() -> None:
    names = {t.name: t for t in TABLES.published}
    assert [(t.name, r) for t in TABLES.published for r in t.references if names[r.table].key != (r.references,)] == []


def test_no_check_reads_what_is_not_a_table() -> None:
    tables = TABLES.tables.values()
    assert Registry([*tables, *(c.table for c in all_checks(TABLES))]).sorter(SOURCES).is_active()


def test_what_follows_from_single_games_is_declared_so() -> None:
    late = partition(TABLES).late.tables
    of_games = {t.name for t in late.values() if any(c.name == "game_id" for c in t.columns)}
    assert of_games == OF_THE_LEAGUE
    assert {name for t in late.values() for name in t.inputs} & {*HEAVY, "plays"} == set()


@pytest.mark.parametrize("declared", TABLES.published, ids=lambda t: t.name)
class TestEveryTable:
    def test_says_what_it_is(self, declared) -> None:
        assert declared.description
        assert declared.grain
        assert declared.category in CATEGORIES
        assert all(column.description for column in declared.columns)
        assert len({column.name for column in declared.columns}) == len(declared.columns)

    def test_has_rows_of_the_small_league(self, declared, built) -> None:
        assert built[declared.name].height > 0

    def test_an_empty_league_gives_no_rows_or_the_constant_ones(self, declared) -> None:
        nothing = LeagueFrames(**{f.name: empty(f.name) for f in fields(LeagueFrames)})
        frame = TABLES.needed_for(declared.name).build(make_sources(nothing))[declared.name]
        assert frame.height == CONSTANT.get(declared.name, 0)

    def test_the_order_of_the_input_rows_does_not_matter(self, declared, built) -> None:
        league = small_league()
        turned = replace(league, **{f.name: getattr(league, f.name).reverse() for f in fields(LeagueFrames)})
        again = TABLES.needed_for(declared.name).build(make_sources(turned))[declared.name]
        assert_frame_equal(again.sort(declared.key), built[declared.name].sort(declared.key))


@pytest.mark.parametrize("check", HOCKEY_CHECKS, ids=lambda c: c.table.name)
def test_every_blocking_check_holds_on_the_small_league(check, built) -> None:
    offending = check(*(built[name] for name in check.table.inputs))
    assert check.level == "warn" or offending.is_empty()
