"""The league put together: labels, ids, dates and rows for all that is referred to."""

from datetime import date

import polars as pl
import pytest

from formats.canonical import LeagueFrames
from tests.formats.league_builder import (
    keys_hold,
    make_game,
    make_league,
    make_master,
    on_sheet,
    scheduled,
    team_of,
    teams,
)
from tests.formats.tracker_builder import make_lineup, make_shift


def goals(league: LeagueFrames, game_id: int) -> dict[str, int]:
    rows = (
        league.events.filter(pl.col("game_id") == game_id, pl.col("event_type") == "Goal").group_by("team").len().rows()
    )
    return dict(rows)


def flags(league: LeagueFrames, flag: str) -> list[int]:
    return league.flags.filter(pl.col("flag") == flag)["game_id"].to_list()


class TestLabels:
    def test_players_of_other_games_tell_a_swap(self) -> None:
        league = make_league(
            make_game(1, "Team C", "Team A", swapped=True),
            make_game(2, "Team B", "Team A"),
            make_game(3, "Team B", "Team C"),
        )
        assert league.games.select("game_id", "home_team", "sides_swapped").rows() == [
            (1, "Team A", True),
            (2, "Team B", False),
            (3, "Team B", False),
        ]
        assert goals(league, 1) == {"away": 1}  # Team C scored, and is away by the schedule
        assert flags(league, "label_swap") == [1]
        side_of_c = league.rosters.filter(pl.col("game_id") == 1, pl.col("player_id") == team_of("Team C")[0]["id"])
        assert side_of_c.select("side", "team_id").rows() == [("away", "X-TEAM_C")]

    def test_several_swaps_are_all_found(self) -> None:
        pairs = [("Team A", "Team B"), ("Team B", "Team C"), ("Team C", "Team A")]
        documents = [make_game(n, *pairs[n % 3], swapped=n in {2, 5, 11}) for n in range(1, 13)]
        assert flags(make_league(*documents), "label_swap") == [2, 5, 11]

    def test_two_games_that_accuse_each_other_are_left_and_flagged(self) -> None:
        league = make_league(make_game(1, "Team A", "Team B"), make_game(2, "Team A", "Team B", swapped=True))
        assert not league.games["sides_swapped"].any()
        assert flags(league, "label_doubt") == [1, 2]

    def test_the_game_sheet_decides_alone(self) -> None:
        master = make_master(
            teams=teams(),
            schedule=[scheduled(1, "Team A", "Team C", (2, 4)), scheduled(2, "Team A", "Team C", (1, 0))],
            official_roster=[*on_sheet(1, "Team A", "Team C"), *on_sheet(2, "Team A", "Team C")],
        )
        league = make_league(
            make_game(1, "Team C", "Team A", swapped=True), make_game(2, "Team A", "Team C"), master=master
        )
        assert league.games["sides_swapped"].to_list() == [True, False]
        assert goals(league, 1) == {"away": 1}
        assert flags(league, "goal_total_mismatch") == [1]

    def test_labels_against_the_schedule_are_judged_by_the_rosters(self) -> None:
        master = make_master(
            teams=teams(), schedule=[scheduled(1, "Team A", "Team C")], official_roster=on_sheet(1, "Team A", "Team C")
        )
        league = make_league(make_game(1, "Team C", "Team A"), master=master)
        assert league.games.select("home_team", "sides_swapped").rows() == [("Team A", True)]

    def test_everything_with_a_side_is_exchanged(self) -> None:
        shift = make_shift(home=make_lineup([1, 2, 3, 4, None, None, None]), away=make_lineup([1, 2, 3, 4, 5, None, 6]))
        documents = [
            make_game(1, "Team C", "Team A", swapped=True, shifts=[shift]),
            make_game(2, "Team B", "Team A", shifts=[shift]),
            make_game(3, "Team B", "Team C"),
        ]
        league = make_league(*documents)
        row = league.shifts.filter(pl.col("game_id") == 1).row(0, named=True)
        assert (row["strength"], row["home_skaters"], row["home_goalie_on"], row["away_goalie_on"]) == (
            "5v4",
            5,
            True,
            False,
        )
        assert (row["home_g_id"], row["away_f1_id"]) == ("P106", "P301")
        assert league.games["home_attacks_right_p1"].to_list() == [False, True, True]
        event = league.events.filter(pl.col("game_id") == 1).row(0, named=True)
        assert (event["home_skaters"], event["away_skaters"]) == (5, 4)
        assert league.shifts.filter(pl.col("game_id") == 2)["strength"].to_list() == ["4v5"]


class TestWithoutAWorkbook:
    def test_teams_season_and_date_are_made_and_flagged(self) -> None:
        league = make_league(make_game(1, "Team A", "Team B", savedAt="2026-01-17T02:30:00Z"))
        assert league.games.select("home_team_id", "season_id", "date").rows() == [
            ("X-TEAM_A", "X-20252026", date(2026, 1, 16))
        ]
        assert league.teams.select("team_id", "team_name", "is_inferred").rows() == [
            ("X-TEAM_A", "Team A", True),
            ("X-TEAM_B", "Team B", True),
        ]
        assert league.seasons.select("season_id", "season", "is_inferred").rows() == [("X-20252026", "20252026", True)]
        assert league.schedule.select("game_id", "home_goals", "is_inferred").rows() == [(1, None, True)]
        assert [flags(league, f"{what}_inferred") for what in ("team", "season", "date")] == [[1]] * 3

    def test_everyone_on_a_roster_is_a_player(self) -> None:
        league = make_league(make_game(1, "Team A", "Team B"))
        row = league.players.filter(pl.col("player_id") == "P101").row(0, named=True)
        assert league.players.height == 12
        assert (row["full_name"], row["primary_position"], row["current_team"], row["jersey_num"]) == (
            "Team A 1",
            "Forward",
            "Team A",
            1,
        )
        assert (row["is_inferred"], row["origin"]) == (True, "json")

    @pytest.mark.parametrize("lost", [{"homeTeam": None, "awayTeam": 3}, {"savedAt": "?"}, {"rosters": 3}])
    def test_a_file_that_lost_its_header_still_has_a_place(self, lost: dict[str, object]) -> None:
        league = make_league(make_game(1, "Team A", "Team B") | lost)
        assert keys_hold(league)
        assert league.schedule.height == 1
        assert league.teams.height == 2

    def test_an_empty_league(self) -> None:
        league = make_league()
        assert keys_hold(league)
        assert league.games.is_empty()


class TestWithAWorkbook:
    def test_the_schedule_names_teams_season_and_score(self) -> None:
        master = make_master(teams=teams(), schedule=[scheduled(1, "Team A", "Team B", (1, 0))])
        league = make_league(make_game(1, "team a", "Team B"), master=master)
        row = league.games.row(0, named=True)
        assert (row["home_team"], row["home_team_id"], row["season_id"], row["official_home"]) == (
            "Team A",
            "N1",
            "S1",
            1,
        )
        assert league.seasons.select("season_id", "season", "is_inferred").rows() == [("S1", "20252026", True)]
        assert flags(league, "goal_total_mismatch") == []

    def test_a_game_the_schedule_lacks_takes_teams_by_name_and_the_season_begun_by_then(self) -> None:
        seasons = [{"season_id": s, "start_date": d} for s, d in (("S1", date(2025, 9, 1)), ("S2", date(2026, 3, 1)))]
        league = make_league(make_game(1, "TEAM  A", "Team Z"), master=make_master(teams=teams(), seasons=seasons))
        assert league.games.select("home_team_id", "away_team_id", "season_id").rows() == [("N1", "X-TEAM_Z", "S1")]
        assert league.teams.filter("is_inferred")["team_id"].to_list() == ["X-TEAM_Z"]
        assert league.schedule.select("game_id", "is_inferred").rows() == [(1, True)]

    def test_the_game_sheet_completes_the_roster_and_names_unknown_players(self) -> None:
        master = make_master(
            players=[{"player_id": "P101", "full_name": "Ann A", "is_inferred": False}],
            teams=teams(),
            schedule=[scheduled(1, "Team A", "Team B"), scheduled(2, "Team C", "Team B")],
            official_roster=[*on_sheet(1, "Team A", "Team B"), *on_sheet(2, "Team C", "Team B")],
        )
        league = make_league(make_game(1, "Team A", "Team B"), master=master)
        row = league.rosters.filter(pl.col("player_id") == "P101").row(0, named=True)
        assert (row["goals"], row["skill"], row["position"], row["team_id"]) == (1, 4.0, "F", "N1")
        known = league.players.select("player_id", "is_inferred").sort("player_id").rows()
        assert known[0] == ("P101", False)
        assert len(known) == 18
        assert all(inferred for _, inferred in known[1:])

    def test_excluded_games_are_nowhere(self) -> None:
        master = make_master(
            teams=teams(), schedule=[scheduled(1, "Team A", "Team B")], official_roster=on_sheet(1, "Team A", "Team B")
        )
        league = make_league(
            make_game(1, "Team A", "Team B"), make_game(2, "Team A", "Team C"), master=master, exclude=frozenset({1})
        )
        for name in ("schedule", "official_roster", "games", "rosters", "events", "flags"):
            assert 1 not in getattr(league, name)["game_id"].to_list(), name
