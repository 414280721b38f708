"""Every view on an uploaded demo league, against the same question answered from the game sheets and the schedule."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal

from snapshot.layout import DataDir
from snapshot.reader import Snapshot, published
from tests.demo_league import demo_league  # noqa: F401 - a fixture
from tests.warehouse.servers import new_database
from warehouse.base import PublishOptions, Watch
from warehouse.postgres import PostgresWarehouse
from warehouse.schema import generate

VIEWS = 18
MIN_GAA_GAMES = 3
TOTALS = ("goals", "assists", "points", "pim")
SKATER = ("player_id", "season_id")


@dataclass(frozen=True)
class League:
    """The published snapshot, and the database that it was uploaded to."""

    snapshot: Snapshot
    connection: psycopg.Connection

    def view(self, name: str, *columns: str) -> pl.DataFrame:
        """The view's rows in its own order."""
        cursor = self.connection.execute(f"select {', '.join(columns) or '*'} from {name}")
        rows = [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in cursor.fetchall()]
        names = [column.name for column in cursor.description or ()]
        return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)

    def table(self, name: str) -> pl.DataFrame:
        return self.snapshot.read(name)

    @cached_property
    def games(self) -> pl.DataFrame:
        """The played games that count."""
        return self.table("dim_schedule").filter(
            "include", pl.col("home_total_goals").is_not_null(), pl.col("game_type").is_in(["Regular", "Playoffs"])
        )

    @cached_property
    def current(self) -> str:
        """The season that started last."""
        return str(self.table("dim_season").sort("start_date")["season_id"][-1])

    @cached_property
    def sheet(self) -> pl.DataFrame:
        """The lines of the counted games, and their season."""
        games = self.games.select("game_id", "game_type", played="date")
        return self.table("fact_gameroster").join(games, on="game_id").rename({"assist": "assists"})

    @cached_property
    def skaters(self) -> pl.DataFrame:
        """Each skater's totals of each season."""
        lines = self.sheet.filter(pl.col("player_position") != "Goalie")
        return lines.group_by(SKATER).agg(pl.col(TOTALS).sum(), pl.len().alias("games_played"))

    @cached_property
    def goalies(self) -> pl.DataFrame:
        """Each goalie's record of each season, from the official scores."""
        lines = self.sheet.filter(pl.col("player_position") == "Goalie").join(self.games, on="game_id")
        home = pl.col("team_id") == pl.col("home_team_id")
        own = pl.when(home).then("home_total_goals").otherwise("away_total_goals")
        other = pl.when(home).then("away_total_goals").otherwise("home_total_goals")
        return lines.group_by(SKATER).agg(
            games_played=pl.len(),
            wins=(own > other).sum(),
            losses=(own < other).sum(),
            ties=(own == other).sum(),
            goals_against=pl.col("goals_against").sum(),
            shutouts=(pl.col("goals_against") == 0).sum(),
        )

    @cached_property
    def saves(self) -> pl.DataFrame:
        """Saves and shots of the tracked games of each season, and their share."""
        seasons = self.table("dim_schedule").select("game_id", "season_id")
        tracked = self.table("fact_goalie_game_stats").drop("season_id").join(seasons, on="game_id")
        return tracked.group_by(SKATER).agg(pl.col("saves", "shots_against").sum()).with_columns(
            save_pct=pl.col("saves") / pl.col("shots_against")
        )  # fmt: skip


@pytest.fixture(scope="module")
def league(embedded_dsn: str, demo_league: DataDir) -> Iterator[League]:  # noqa: F811
    snapshot = published(demo_league)
    assert snapshot is not None
    with new_database(embedded_dsn) as dsn:
        warehouse = PostgresWarehouse(dsn)
        warehouse.apply_schema(generate(snapshot.manifest).text)
        warehouse.publish(snapshot, [t.name for t in snapshot.manifest.tables], PublishOptions(), Watch())
        warehouse.close()
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield League(snapshot, connection)


@pytest.fixture(scope="module")
def records(league: League) -> pl.DataFrame:
    """Two points a win, one a tie, counted game by game."""
    teams: dict[tuple[str, str], list[int]] = {}
    for game in league.games.iter_rows(named=True):
        score = {side: game[f"{side}_total_goals"] for side in ("home", "away")}
        for side, other in (("home", "away"), ("away", "home")):
            own, theirs = score[side], score[other]
            row = teams.setdefault((game[f"{side}_team_id"], game["season_id"]), [0] * 6)
            gained = [1, own > theirs, own < theirs, own == theirs, own, theirs]
            row[:] = [a + int(b) for a, b in zip(row, gained, strict=True)]
    names = ("games_played", "wins", "losses", "ties", "goals_for", "goals_against")
    rows = [(*team, *counts) for team, counts in teams.items()]
    table = pl.DataFrame(rows, schema=["team_id", "season_id", *names], orient="row")
    return table.with_columns(
        points=2 * pl.col("wins") + pl.col("ties"), goal_diff=pl.col("goals_for") - pl.col("goals_against")
    ).with_columns(
        win_pct=50.0 * pl.col("points") / pl.col("games_played"),
        goals_for_per_game=(pl.col("goals_for") / pl.col("games_played")).round(2),
        goals_against_per_game=(pl.col("goals_against") / pl.col("games_played")).round(2),
        standing=pl.struct("points", "wins", "goal_diff").rank("min", descending=True).over("season_id"),
    )


def agree(found: pl.DataFrame, expected: pl.DataFrame, *key: str) -> None:
    """The rows are the same, in any order; only the columns that are expected are looked at."""
    assert found.height > 0
    assert_frame_equal(
        found.select(expected.columns).sort(key), expected.sort(key), check_dtypes=False, abs_tol=1e-6
    )  # fmt: skip


def ranked(by: str, *, descending: bool = True) -> pl.Expr:
    return pl.col(by).rank("min", descending=descending)


def test_there_are_eighteen_and_each_holds_rows(league: League) -> None:
    names = [name for (name,) in league.connection.execute("select viewname from pg_views where schemaname = 'public'")]
    assert len(names) == VIEWS
    assert [name for name in names if league.view(name).is_empty()] == []


class TestStandings:
    def test_current(self, league: League, records: pl.DataFrame) -> None:
        found = league.view("v_standings_current")
        agree(found, records.filter(pl.col("season_id") == league.current), "team_id")
        assert found["standing"].is_sorted()

    def test_all_seasons(self, league: League, records: pl.DataFrame) -> None:
        found = league.view("v_standings_all_seasons")
        agree(found, records.drop("goals_for_per_game", "goals_against_per_game"), "season_id", "team_id")
        assert found["season_id"].unique(maintain_order=True).to_list() == sorted(set(found["season_id"]), reverse=True)

    def test_summary_of_teams_with_their_skaters(self, league: League, records: pl.DataFrame) -> None:
        of_team = league.table("fact_player_season_stats_basic").filter(pl.col("game_type") == "All")
        skaters = of_team.select("team_id", *SKATER).join(league.skaters, on=SKATER)
        sums = skaters.group_by("team_id", "season_id").agg(
            roster_size=pl.len(),
            team_total_goals=pl.col("goals").sum(),
            team_total_assists=pl.col("assists").sum(),
            top_scorer_points=pl.col("points").max(),
        )
        expected = records.drop("standing").join(sums, on=["team_id", "season_id"])
        agree(league.view("v_summary_team_season"), expected, "season_id", "team_id")

    def test_pairs_of_teams(self, league: League) -> None:
        home, away = pl.col("home_total_goals"), pl.col("away_total_goals")
        played = league.table("dim_schedule").filter("include", home.is_not_null())
        expected = played.group_by(team1="home_team_name", team2="away_team_name").agg(
            games_played=pl.len(),
            team1_wins=(home > away).sum(),
            team2_wins=(home < away).sum(),
            ties=(home == away).sum(),
            team1_goals=home.sum(),
            team2_goals=away.sum(),
        )
        agree(league.view("v_standings_h2h"), expected, "team1", "team2")


class TestSkaters:
    @pytest.mark.parametrize("measure", ["points", "goals", "assists"])
    def test_leaderboards(self, league: League, measure: str) -> None:
        expected = league.skaters.select(
            *SKATER,
            "games_played",
            measure,
            (pl.col(measure) / pl.col("games_played")).round(2).alias(f"{measure}_per_game"),
            season_rank=ranked(measure).over("season_id"),
        )
        found = league.view(f"v_leaderboard_{measure}")
        agree(found, expected, *SKATER)
        assert found["team_id"].null_count() == found["team_name"].null_count() == 0

    def test_the_rank_over_everything(self, league: League) -> None:
        expected = league.skaters.select(*SKATER, overall_rank=ranked("points"))
        agree(league.view("v_leaderboard_points"), expected, *SKATER)

    def test_rankings_of_the_current_season(self, league: League) -> None:
        now = league.skaters.filter(pl.col("season_id") == league.current)
        now = now.with_columns(points_per_game=(pl.col("points") / pl.col("games_played")).round(2))
        ranks = {f"{name}_rank": ranked(name) for name in ("points", "goals", "assists")}
        expected = now.with_columns(**ranks, ppg_rank=ranked("points_per_game"))
        found = league.view("v_rankings_players_current")
        agree(found, expected, "player_id")
        assert found["player_id"].is_unique().all()

    def test_comparison_comes_newest_season_first(self, league: League) -> None:
        expected = league.skaters.with_columns(
            (pl.col(name) / pl.col("games_played")).round(2).alias(f"{name}_per_game") for name in TOTALS
        )
        found = league.view("v_compare_players")
        agree(found, expected, *SKATER)
        assert found["season_id"].is_sorted(descending=True)

    def test_careers_have_one_row_per_skater(self, league: League) -> None:
        lines = league.sheet.filter(pl.col("player_position") != "Goalie")
        sums = lines.group_by("player_id").agg(
            pl.col(TOTALS).sum().name.prefix("career_"),
            career_games=pl.len(),
            seasons_played=pl.col("season_id").n_unique(),
        )
        own = lines.filter(pl.col("sub") == 0).sort("played", "game_id").group_by("player_id")
        expected = sums.with_columns(
            *(
                (pl.col(f"career_{name}") / pl.col("career_games")).round(2).alias(f"{name}_per_game")
                for name in TOTALS
            ),
            hundred_games=pl.col("career_games") >= 100,
        )
        found = league.view("v_summary_player_career")
        agree(found, expected, "player_id")
        teams = found.select("player_id", "current_team").join(own.agg(pl.col("team_name").last()), on="player_id")
        assert teams.filter(pl.col("current_team") != pl.col("team_name")).is_empty()

    def test_the_league_in_one_row(self, league: League) -> None:
        now = league.skaters.filter(pl.col("season_id") == league.current)
        games = league.games.filter(pl.col("season_id") == league.current).height
        found = league.view("v_summary_league")
        expected = {"total_players": now.height, "total_games": games, "max_points": now["points"].max()}
        expected |= {f"total_{name}": now[name].sum() for name in TOTALS}
        assert found.height == 1
        assert {name: found[name][0] for name in expected} == expected
        assert found["avg_goals_per_game"][0] == pytest.approx(
            (now["goals"] / now["games_played"]).round(2).mean(), abs=0.006
        )

    def test_who_is_hot(self, league: League) -> None:
        days = league.table("dim_schedule").select("game_id", day="date")
        stats = league.table("fact_player_game_stats").join(days, on="game_id")
        last = stats.sort("day", "game_id", descending=True).group_by("player_id", maintain_order=True).head(5)
        best = (
            last.group_by("player_id")
            .agg(
                recent_games=pl.len(),
                recent_goals=pl.col("goals").sum(),
                recent_points=pl.col("points").sum(),
                score=pl.col("game_score").mean(),
            )
            .filter(pl.col("recent_games") >= 2)
            .sort("recent_points", "score", descending=True)
            .head(10)
        )
        found = league.view("v_recent_hot_players")
        agree(found, best.drop("score"), "player_id")
        assert found["recent_points"].is_sorted(descending=True)


class TestGoalies:
    def test_leaderboard_of_wins(self, league: League) -> None:
        expected = league.goalies.drop("shutouts").with_columns(
            gaa=pl.col("goals_against") / pl.col("games_played"),
            win_pct=100 * pl.col("wins") / pl.col("games_played"),
            season_rank=ranked("wins").over("season_id"),
            wins_rank=ranked("wins").over("season_id"),
        )
        agree(league.view("v_leaderboard_goalie_wins"), expected, *SKATER)

    def test_leaderboard_of_goals_against(self, league: League) -> None:
        expected = (
            league.goalies.filter(pl.col("games_played") >= MIN_GAA_GAMES)
            .with_columns(
                gaa=pl.col("goals_against") / pl.col("games_played"),
                shutout_pct=100 * pl.col("shutouts") / pl.col("games_played"),
            )
            .with_columns(season_rank=ranked("gaa", descending=False).over("season_id"))
            .join(league.saves, on=SKATER, how="left")
        )
        found = league.view("v_leaderboard_goalie_gaa")
        agree(found, expected, *SKATER)
        assert found["save_pct"].drop_nulls().is_between(0.5, 1).all()
        assert found["save_pct"].count() > 0

    def test_rankings_of_the_current_season(self, league: League) -> None:
        now = league.goalies.filter(pl.col("season_id") == league.current)
        shares = {
            "gaa": pl.col("goals_against") / pl.col("games_played"),
            "win_pct": 100 * pl.col("wins") / pl.col("games_played"),
        }
        expected = (
            now.with_columns(**shares)
            .with_columns(
                wins_rank=ranked("wins"),
                gaa_rank=ranked("gaa", descending=False),
                win_pct_rank=ranked("win_pct"),
                shutout_rank=ranked("shutouts"),
            )
            .join(league.saves, on=SKATER, how="left")
        )
        found = league.view("v_rankings_goalies_current")
        agree(found, expected, "player_id")
        assert found["player_id"].is_unique().all()

    def test_careers_have_one_row_per_goalie(self, league: League) -> None:
        summed = league.goalies.group_by("player_id").agg(
            total_games=pl.col("games_played").sum(),
            total_wins=pl.col("wins").sum(),
            career_losses=pl.col("losses").sum(),
            career_ties=pl.col("ties").sum(),
            career_goals_against=pl.col("goals_against").sum(),
            total_shutouts=pl.col("shutouts").sum(),
            seasons_played=pl.len(),
        )
        stopped = league.saves.group_by("player_id").agg(pl.col("saves", "shots_against").sum())
        expected = summed.join(stopped, on="player_id", how="left").with_columns(
            career_save_pct=pl.col("saves") / pl.col("shots_against"),
            career_gaa=pl.col("career_goals_against") / pl.col("total_games"),
            fifty_wins=pl.col("total_wins") >= 50,
        )
        agree(league.view("v_summary_goalie_career"), expected.drop("saves", "shots_against"), "player_id")

    def test_tracked_games_with_opponent_and_result(self, league: League) -> None:
        stats = league.table("fact_goalie_game_stats").select("player_id", "team_id", "game_id", "saves", "save_pct")
        rows = stats.join(league.table("dim_schedule"), on="game_id")
        home = pl.col("team_id") == pl.col("home_team_id")
        own = pl.when(home).then("home_total_goals").otherwise("away_total_goals")
        other = pl.when(home).then("away_total_goals").otherwise("home_total_goals")
        beyond = pl.col("last_period_type") != "Regulation"
        expected = rows.select(
            *("player_id", "game_id", "date", "saves", "save_pct"),
            opponent_team_name=pl.when(home).then("away_team_name").otherwise("home_team_name"),
            win=own > other,
            loss=(own < other) & ~beyond,
            ot_loss=(own < other) & beyond,
        )
        found = league.view("v_detail_goalie_games")
        agree(found, expected, "player_id", "game_id")
        assert found["date"].is_sorted(descending=True)


def test_the_twenty_latest_games(league: League) -> None:
    latest = league.games.sort("date", "game_id", descending=True).head(20)
    home, away = pl.col("home_total_goals"), pl.col("away_total_goals")
    expected = latest.select(
        "game_id",
        "date",
        home_score=home,
        away_score=away,
        score=pl.format("{}-{}", home, away),
        winner=pl.when(home > away).then("home_team_name").when(home < away).then("away_team_name").otherwise(
            pl.lit("Tie")
        ),
        goal_diff=(home - away).abs(),
    )  # fmt: skip
    found = league.view("v_recent_games")
    agree(found, expected, "game_id")
    assert found["game_id"].to_list() == latest["game_id"].to_list()
