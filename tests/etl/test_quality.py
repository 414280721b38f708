import polars as pl
import pytest

from etl import checks
from etl.checks import all_checks
from etl.quality import CHECK_RESULTS, Blocked, Check, check, demand, reference_checks
from etl.registry import Registry
from etl.tables.catalog import league_tables
from etl.usability import without_unusable
from formats.canonical import LeagueFrames
from tests.etl.league_builder import (
    GAME,
    make_event,
    make_game,
    make_league,
    make_player,
    make_role,
    make_sources,
    make_stint,
)

TABLES = league_tables()


@check("block")
def nothing_is_wrong(rows: pl.DataFrame) -> pl.DataFrame:
    """There are no rows."""
    return rows


ONE = pl.DataFrame({"game_id": [7], "why": ["so"]})


def offending(found: Check, league: LeagueFrames) -> list[tuple[object, ...]]:
    registry = Registry([*TABLES.tables.values(), found.table]).needed_for(found.table.name)
    return registry.build(make_sources(league))[found.table.name].rows()


class TestGate:
    def test_a_blocking_check_with_rows_stops_and_says_which(self) -> None:
        with pytest.raises(Blocked, match="nothing_is_wrong: 1 row offends, for example game_id 7, why so"):
            demand([nothing_is_wrong.result(ONE, lenient=False)])

    def test_without_rows_it_passes(self) -> None:
        demand([nothing_is_wrong.result(ONE.clear(), lenient=False)])

    def test_lenient_turns_hockey_checks_into_warnings_but_not_references(self) -> None:
        assert nothing_is_wrong.result(ONE, lenient=True).level == "warn"
        assert reference_checks(TABLES)[0].result(ONE, lenient=True).level == "block"

    def test_what_was_found_becomes_a_table_with_a_row_per_check_and_game(self) -> None:
        rows = pl.DataFrame({"game_id": [7, 8, 7], "why": ["b", "c", "a"]})
        league_row = pl.DataFrame({"column": ["x"]})
        results = (nothing_is_wrong.result(rows, lenient=True), nothing_is_wrong.result(league_row, lenient=False))
        found = CHECK_RESULTS.build({"check_results": results})["qa_check_results"]
        assert found.drop("check_name").rows() == [
            ("nothing_is_wrong_7", "warn", 7, 2, "game_id 7, why a"),
            ("nothing_is_wrong_8", "warn", 8, 1, "game_id 8, why c"),
            ("nothing_is_wrong_league", "block", None, 1, "column x"),
        ]


class TestReferences:
    def test_a_value_that_names_nothing_is_found(self) -> None:
        (of_goals,) = [c for c in reference_checks(TABLES) if c.table.name == "references_of_dim_season"] or [None]
        assert of_goals is None  # a season refers to nothing
        (of_shifts,) = [c for c in reference_checks(TABLES) if c.table.name == "league_references_of_fact_shifts"]
        shifts = pl.DataFrame({"shift_id": ["SH1"], "game_id": [9]})
        schedule = pl.DataFrame({"game_id": [1]})
        lost = of_shifts(fact_shifts=shifts, dim_schedule=schedule)
        assert lost.rows() == [("game_id", "9")]


class TestWarnings:
    def test_overlapping_stints(self) -> None:
        league = make_league(shifts=[make_stint(0, 0, 30), make_stint(1, 29, 50)])
        assert offending(checks.stints_do_not_overlap, league) == [(GAME, "SH100001", 1051.0)]

    def test_too_many_skaters(self) -> None:
        league = make_league(shifts=[make_stint(0, 0, 30, home="1234569"), make_stint(1, 30, 50, home="123456")])
        assert offending(checks.skaters_on_the_ice_are_possible, league) == [(GAME, "SH100000", "6v5")]

    def test_an_assist_without_a_goal(self) -> None:
        league = make_league(
            events=[make_event(0, "Pass", "home", 1)],
            event_players=[make_role(0, "event_1", "h1", play_detail1="AssistPrimary")],
        )
        assert offending(checks.assists_have_a_goal, league) == [(GAME, "h1", "EV100000")]

    def test_a_goal_without_scorer_stint_side_or_detail(self) -> None:
        goals = [
            make_event(0, "Goal", "home", 1, detail1="Goal_Scored"),
            make_event(1, "Goal", None, 2, detail1="Goal_Scored"),
            make_event(2, "Goal", "home", 3),
        ]
        league = make_league(events=goals, shifts=[make_stint(0, 10, 30)])
        assert [row[1] for row in offending(checks.goals_have_a_scorer, league)] == ["GL100000", "GL100001"]
        assert [row[1] for row in offending(checks.goals_happen_in_a_stint, league)] == ["GL100000", "GL100001"]
        assert offending(checks.goals_are_of_a_team, league) == [(GAME, "EV100001")]
        assert offending(checks.goals_have_their_detail, league) == [(GAME, "EV100002")]


class TestBlocks:
    """Each check finds what it says when a table is spoilt by hand."""

    @pytest.mark.parametrize(
        ("found", "table", "column"),
        [
            (checks.points_are_goals_plus_assists, "fact_player_game_stats", "points"),
            (checks.team_goals_are_those_of_fact_goals, "fact_team_game_stats", "goals"),
            (checks.player_goals_sum_to_the_team, "fact_player_game_stats", "goals"),
            (checks.attempts_for_are_attempts_against, "fact_team_game_stats", "corsi_for"),
            (checks.shots_against_are_saves_plus_goals, "fact_goalie_game_stats", "saves"),
            (checks.standings_games_are_results, "fact_team_season_stats_basic", "wins"),
        ],
        ids=lambda value: value.table.name if isinstance(value, Check) else str(value),
    )
    def test_a_spoilt_number_is_found(self, found: Check, table: str, column: str) -> None:
        events = [make_event(0, "Shot", "home", 1), make_event(1, "Goal", "home", 1, detail1="Goal_Scored")]
        roles = [make_role(1, "event_1", "h1"), make_role(1, "opp_1", "a9")]
        scheduled = {"game_id": 2, "season_id": "N20252026F", "home_team_id": "TH", "away_team_id": "TA"}
        played = {"home_goals": 3, "away_goals": 1, "game_type": "Regular", "is_inferred": False}
        built = TABLES.build(
            make_sources(make_league(events=events, event_players=roles, schedule=[{**scheduled, **played}]))
        )
        assert found(*(built[name] for name in found.table.inputs)).is_empty()
        spoilt = {**built, table: built[table].with_columns(pl.col(column) + 1)}
        assert found(*(spoilt[name] for name in found.table.inputs)).height > 0

    def test_no_check_is_declared_twice(self) -> None:
        names = [c.table.name for c in all_checks(TABLES)]
        assert len(set(names)) == len(names)


class TestUsability:
    @pytest.mark.parametrize(
        ("game", "events", "reason"),
        [
            ({"away_team_id": None}, [], "one of its teams is unknown"),
            ({"away_team_id": "TH"}, [], "both teams are TH"),
            ({}, [make_event(0, "Pass", None, 1)], "no event says which side it is of"),
            ({}, [make_event(0, "Pass", "home", 1, period=None)], "no event has a period"),
        ],
        ids=["no team", "same team", "no side", "no period"],
    )
    def test_a_game_that_cannot_be_one_is_left_out_and_named(self, game, events, reason) -> None:
        other = make_game(2)
        rosters = [make_player("h1", "home"), make_player("h1", "home", game_id=2)]
        league = make_league(games=[make_game(**game), other], rosters=rosters, events=events)
        usable, left_out = without_unusable(league)
        assert left_out.rows() == [(GAME, reason)]
        assert usable.games["game_id"].to_list() == [2]
        assert usable.rosters["game_id"].to_list() == [2]
        assert usable.events.is_empty()
        assert usable.schedule.height == 1

    def test_a_shell_is_usable(self) -> None:
        league = make_league()
        assert without_unusable(league)[0] is league
