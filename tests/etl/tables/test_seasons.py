"""Season and career tables on leagues that a reader can count."""

from datetime import date

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from hockey.value import MIN_GAMES_SHOWN
from tests.etl.league_builder import (
    AWAY,
    GAME,
    HOME,
    make_event,
    make_game,
    make_league,
    make_role,
    make_rosters,
    make_scheduled,
    make_sources,
    make_stint,
)

SECOND = "N20262027F"


def build(name: str, league: LeagueFrames) -> pl.DataFrame:
    return league_tables().needed_for(name).build(make_sources(league))[name]


def line(game_id: int, player_id: str, goals: int = 0, assists: int = 0, **values: object) -> dict[str, object]:
    """A row of a game sheet; who is not named otherwise is a forward of the home side."""
    return {
        "game_id": game_id,
        "player_id": player_id,
        "side": "home",
        "team_id": HOME,
        "full_name": player_id.upper(),
        "position": "F",
        "goals": goals,
        "assists": assists,
        "pim": 0,
        "is_sub": False,
        "origin": "workbook",
        **values,
    }


def untracked(schedule: list[dict[str, object]], sheet: list[dict[str, object]]) -> LeagueFrames:
    return make_league(schedule=schedule, official_roster=sheet, games=[], rosters=[])


@pytest.fixture
def league() -> LeagueFrames:
    """Two regular games and a final, the next season's first game, one that does not count and one to come."""
    schedule = [
        make_scheduled(1, 3, 2),
        make_scheduled(2, 1, 1, date=date(2025, 10, 12)),
        make_scheduled(3, 4, 0, date=date(2026, 3, 1), game_type="Playoffs"),
        make_scheduled(4, 2, 1, date=date(2026, 10, 1), season_id=SECOND, season="20262027"),
        make_scheduled(5, 9, 0, include=False),
        make_scheduled(6, schedule_type="Upcoming"),
        make_scheduled(7, 5, 5, game_type="Preseason"),
    ]
    sheet = [
        line(1, "h1", 2, 1, pim=3),
        line(2, "h1", 0, 1),
        line(3, "h1", 1, 0),
        line(4, "h1", 1, 1, side="away", team_id=AWAY, is_sub=True, position="D"),
        *(line(n, "h1", 7) for n in (5, 6, 7)),
        line(1, "h9", 0, 1, position="G", goals_against=2),
        line(2, "h9", position="G", goals_against=1),
        line(3, "h9", position="G", goals_against=0),
        line(1, "a9", position="G", goals_against=3, side="away", team_id=AWAY),
    ]
    return untracked(schedule, sheet)


class TestSkaters:
    def test_a_season_sums_the_sheets_by_type_of_game(self, league: LeagueFrames) -> None:
        found = build("fact_player_season_stats_basic", league)
        columns = ("season_id", "game_type", "games_played", "goals", "assists", "points", "pim")
        assert found.select(columns).rows() == [
            ("N20252026F", "All", 3, 3, 2, 5, 3),
            ("N20252026F", "Playoffs", 1, 1, 0, 1, 0),
            ("N20252026F", "Regular", 2, 2, 2, 4, 3),
            (SECOND, "All", 1, 1, 1, 2, 0),
            (SECOND, "Regular", 1, 1, 1, 2, 0),
        ]
        first = found.row(0, named=True)
        assert first["player_season_basic_key"] == "h1_N20252026F_All"
        assert (first["goals_per_game"], first["assists_per_game"], first["points_per_game"]) == (1.0, 0.67, 1.67)
        assert (first["pim_per_game"], first["season"], first["player_name"]) == (1.0, "20252026", "H1")

    def test_a_career_has_one_row_per_type_over_all_seasons(self, league: LeagueFrames) -> None:
        found = build("fact_player_career_stats_basic", league)
        columns = ("game_type", "seasons_played", "career_games", "career_goals", "career_points", "position")
        assert found.select(columns).rows() == [
            ("All", 2, 4, 4, 7, "Forward"),
            ("Playoffs", 1, 1, 1, 1, "Forward"),
            ("Regular", 2, 3, 3, 6, "Forward"),
        ]
        assert found["points_per_game"].to_list() == [1.75, 1.0, 2.0]
        assert found.select("career_assists", "career_pim").rows() == [(3, 3), (0, 0), (3, 3)]
        columns = ("goals_per_game", "assists_per_game", "pim_per_game")
        assert found.select(columns).row(0) == (1.0, 0.75, 0.75)
        assert found["current_team"].to_list() == ["Hawks"] * 3  # the last game was as a substitute for the Aces

    def test_the_team_of_a_season_is_where_most_games_were_played(self) -> None:
        schedule = [make_scheduled(n, 1, 0, date=date(2025, 10, n)) for n in range(1, 6)]
        traded = [
            line(1, "h1"),
            *(line(n, "h1", side="away", team_id=AWAY) for n in (2, 3)),
            *(line(n, "h1", is_sub=True) for n in (4, 5)),
        ]
        found = build("fact_player_season_stats_basic", untracked(schedule, traded))
        assert found.select("game_type", "team_name", "games_played").rows() == [
            ("All", "Aces", 5),
            ("Regular", "Aces", 5),
        ]
        even = [line(1, "h1"), line(2, "h1", side="away", team_id=AWAY)]
        assert build("fact_player_season_stats_basic", untracked(schedule, even))["team_id"].to_list() == [AWAY, AWAY]

    def test_whoever_kept_goal_is_no_skater_of_that_game(self) -> None:
        sheet = [line(1, "h1", 1), line(2, "h1", 1, position="G", goals_against=0), line(3, "h1", goals_against=2)]
        league = untracked([make_scheduled(n, 1, 1) for n in (1, 2, 3)], sheet)
        assert build("fact_player_season_stats_basic", league)["games_played"].to_list() == [1, 1]
        assert build("fact_goalie_season_stats_basic", league)["games_played"].to_list() == [2, 2]

    def test_a_game_of_no_known_season_is_of_the_career_only(self) -> None:
        league = untracked([make_scheduled(1, 1, 0, season_id=None, season=None)], [line(1, "h1", 1)])
        assert build("fact_player_season_stats_basic", league).is_empty()
        career = build("fact_player_career_stats_basic", league)
        assert career.select("game_type", "seasons_played", "career_goals").rows() == [("All", 0, 1), ("Regular", 0, 1)]


class TestTrackedMetrics:
    @pytest.fixture
    def league(self) -> LeagueFrames:
        """One tracked game with four attempts of h1, of which one scores, and one that was not tracked."""
        kinds = ("Shot_OnNetSaved", "Shot_Blocked", "Shot_Goal", "Shot_Missed")
        events = [make_event(n, "Shot", "home", 10.0 * n, detail1=kind) for n, kind in enumerate(kinds)]
        events += [make_event(4, "Goal", "home", 40, detail1="Goal_Scored"), make_event(5, "Save", "away", 41)]
        roles = [make_role(n, "event_1", "h1") for n in range(5)]
        roles += [make_role(5, "event_1", "a9"), make_role(5, "opp_1", "h1")]
        return make_league(
            events=events,
            event_players=roles,
            schedule=[make_scheduled(GAME, 2, 0), make_scheduled(2, 3, 0)],
            official_roster=[line(GAME, "h1", 2), line(2, "h1", 3)],
        )

    def test_they_are_of_the_tracked_games_and_the_rest_of_all(self, league: LeagueFrames) -> None:
        game = build("fact_player_game_stats", league).row(by_predicate=pl.col("player_id") == "h1", named=True)
        row = build("fact_player_season_stats_basic", league).row(0, named=True)
        assert (row["games_played"], row["goals"], row["tracked_games"]) == (2, 5, 1)
        assert row["shooting_pct"] == 50.0  # one goal, one save
        assert row["xg_for"] == row["xg_per_game"] == pytest.approx(game["xg_for"])
        assert row["xg_for"] > 0
        assert row["goals_above_expected"] == pytest.approx(1 - game["xg_for"])
        assert (row["war"], row["gar"]) == (None, None)  # too few games to say more than luck

    def test_value_is_shown_from_a_minimum_of_games(self) -> None:
        games = range(1, MIN_GAMES_SHOWN + 1)
        every = make_league(
            events=[
                {**make_event(0, "Shot", "home", 5, detail1="Shot_Missed", stint_idx=0), "game_id": n} for n in games
            ],
            event_players=[{**make_role(0, "event_1", "h1"), "game_id": n} for n in games],
            shifts=[{**make_stint(0, 0, 20), "game_id": n} for n in games],
            games=[make_game(n) for n in games],
            rosters=[{**row, "skill": 4.0} for n in games for row in make_rosters(n)],
            schedule=[make_scheduled(n, 1, 0) for n in games],
            official_roster=[line(n, "h1") for n in games],
        )
        game = build("fact_player_game_stats", every).filter(pl.col("player_id") == "h1")
        row = build("fact_player_season_stats_basic", every).row(0, named=True)
        assert row["tracked_games"] == MIN_GAMES_SHOWN
        assert row["gar"] == pytest.approx(game["gar_total"].sum())
        assert row["war"] == pytest.approx(game["war"].sum())
        assert row["gar"] != 0
        assert (row["player_rating"], row["cf_pct"]) == (4.0, 100.0)

    def test_without_tracking_they_are_null(self) -> None:
        row = build("fact_player_season_stats_basic", untracked([make_scheduled(1, 1, 0)], [line(1, "h1")]))
        tracked = (
            "war",
            "gar",
            "player_rating",
            "cf_pct",
            "xg_for",
            "xg_adj",
            "xg_per_game",
            "goals_above_expected",
            "shooting_pct",
        )
        assert row.select("tracked_games", *tracked).row(0) == (0, *[None] * 9)

    def test_a_tracked_game_without_a_sheet_counts_with_its_tracked_credits(self) -> None:
        events = [make_event(0, "Goal", "home", 5, detail1="Goal_Scored")]
        scheduled = [make_scheduled(GAME, 1, 0)]
        league = make_league(events=events, event_players=[make_role(0, "event_1", "h1")], schedule=scheduled)
        found = build("fact_player_season_stats_basic", league).filter(pl.col("game_type") == "All")
        assert found.filter(pl.col("points") > 0).select("player_id", "goals").rows() == [("h1", 1)]
        assert found["games_played"].to_list() == [1] * 12


class TestGoalies:
    def test_a_season_has_results_goals_and_shutouts(self, league: LeagueFrames) -> None:
        found = build("fact_goalie_season_stats_basic", league).filter(pl.col("game_type") == "All")
        columns = ("player_id", "games_played", "wins", "losses", "ties", "goals_against", "gaa", "shutouts")
        assert found.select(columns).rows() == [("a9", 1, 0, 1, 0, 3, 3.0, 0), ("h9", 3, 2, 0, 1, 3, 1.0, 1)]
        assert found["win_pct"].round(2).to_list() == [0.0, 66.67]
        assert found["shutout_pct"].round(2).to_list() == [0.0, 33.33]

    def test_a_career_is_the_sum_of_the_seasons(self, league: LeagueFrames) -> None:
        found = build("fact_goalie_career_stats_basic", league).filter(pl.col("player_id") == "h9")
        columns = ("game_type", "seasons_played", "career_games", "career_wins", "career_ties", "career_shutouts")
        assert found.select(columns).rows() == [
            ("All", 1, 3, 2, 1, 1),
            ("Playoffs", 1, 1, 1, 0, 1),
            ("Regular", 1, 2, 1, 1, 0),
        ]
        assert found["career_gaa"].to_list() == [1.0, 0.0, 1.5]
        columns = ("career_losses", "career_goals_against", "career_win_pct", "career_shutout_pct")
        assert found.select(columns).row(2) == (0, 3, 50.0, 0.0)
        aces = build("fact_goalie_career_stats_basic", league).filter(pl.col("player_id") == "a9")
        assert aces.select(columns).row(0) == (1, 3, 0.0, 0.0)
        assert found["current_team"].to_list() == ["Hawks"] * 3

    def test_two_goalies_of_a_game_share_no_shutout(self) -> None:
        sheet = [line(1, name, position="G", goals_against=0) for name in ("h8", "h9")]
        found = build("fact_goalie_season_stats_basic", untracked([make_scheduled(1, 2, 0)], sheet))
        assert found["shutouts"].sum() == 0
        assert found["wins"].to_list() == [1] * 4

    def test_a_sheet_without_goals_against_has_those_of_the_score(self) -> None:
        sheet = [line(1, "h9", position="G"), line(2, "h9", position="G")]
        found = build(
            "fact_goalie_season_stats_basic", untracked([make_scheduled(1, 2, 3), make_scheduled(2, 1, 0)], sheet)
        )
        row = found.row(0, named=True)
        assert (row["games_played"], row["losses"], row["goals_against"]) == (2, 1, 3)


class TestGamesWithoutAResult:
    """A tracked and an untracked game that ended 2-1, and six that nobody can say were played."""

    @pytest.fixture
    def league(self) -> LeagueFrames:
        tracked_with_a_goal, template, from_no_schedule, past, half_a_score, left_out = range(3, 9)
        schedule = [
            make_scheduled(1, 2, 1),
            make_scheduled(2, 2, 1),
            make_scheduled(tracked_with_a_goal, schedule_type="Past"),
            make_scheduled(template, schedule_type="Past"),
            make_scheduled(past, schedule_type="Past"),
            make_scheduled(half_a_score, 2, None, schedule_type="Past"),
            make_scheduled(left_out, 2, 1, include=False),
        ]
        tracked = (1, tracked_with_a_goal, template, from_no_schedule)
        goals = [
            {**make_event(0, "Goal", "home", 5, detail1="Goal_Scored"), "game_id": n} for n in (1, tracked_with_a_goal)
        ]
        return make_league(
            games=[make_game(n) for n in tracked],
            rosters=[row for n in tracked for row in make_rosters(n)],
            events=goals,
            event_players=[{**make_role(0, "event_1", "h1"), "game_id": event["game_id"]} for event in goals],
            schedule=schedule,
            official_roster=[
                row
                for n in (2, past, half_a_score, left_out)
                for row in (line(n, "h1", 1), line(n, "h9", position="G", goals_against=1))
            ],
        )

    @pytest.mark.parametrize("who", ["player", "goalie"])
    def test_they_count_for_nobody_as_they_do_not_for_the_team(self, league: LeagueFrames, who: str) -> None:
        team = build("fact_team_season_stats_basic", league).filter(team_id=HOME, game_type="All")
        one = {"player_id": "h1" if who == "player" else "h9", "game_type": "All"}
        season = build(f"fact_{who}_season_stats_basic", league).filter(**one)
        career = build(f"fact_{who}_career_stats_basic", league).filter(**one)
        assert team["games_played"].to_list() == season["games_played"].to_list() == [2]
        assert career.select("career_games", "seasons_played").rows() == [(2, 1)]

    def test_their_goals_are_no_official_ones(self, league: LeagueFrames) -> None:
        season = build("fact_player_season_stats_basic", league).filter(player_id="h1", game_type="All")
        assert season.select("goals", "goals_per_game", "tracked_games").rows() == [(2, 1.0, 1)]


def test_every_type_of_game_counts_once_under_all(league: LeagueFrames) -> None:
    found = build("fact_team_season_stats_basic", league)
    games = dict(found.filter(pl.col("team_id") == HOME).group_by("game_type").agg(pl.col("games_played").sum()).rows())
    assert games == {"All": 4, "Regular": 3, "Playoffs": 1}
