"""How completely each game was tracked, and what was wrong with the input."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import league as lc
from etl.columns import quality as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import ACCURACY, COMPLETENESS, GAME_STATUS
from etl.registry import table
from etl.tables.expressions import int32, percentage
from hockey.league import LeagueRules

WHOLE_GAME_PCT: Final = 90  # stints of whole games cover 100 % of regulation, of the partial sample game 33 %


@table(key=("game_id",), grain="one tracked game with events", from_tracking=True, per_game=True)
def tracked_score(plays: pl.DataFrame) -> pl.DataFrame:
    """Goals by side, events and periods of each tracked game."""
    goal = pl.col("is_goal") == 1
    return (
        plays.group_by("game_id")
        .agg(
            tracked_home_goals=(goal & (pl.col("team") == "home")).sum().cast(pl.Int32),
            tracked_away_goals=(goal & (pl.col("team") == "away")).sum().cast(pl.Int32),
            events=pl.len().cast(pl.Int32),
            periods_tracked=pl.col("period").drop_nulls().n_unique().cast(pl.Int32),
            last_period=pl.col("period").max(),
        )
        .sort("game_id")
    )


@table(key=("game_id",), grain="one tracked game with valid stints", from_tracking=True, per_game=True)
def stint_coverage(stints: pl.DataFrame, games: pl.DataFrame, rules: LeagueRules) -> pl.DataFrame:
    """Valid stints, and how much of regulation they cover."""
    periods = rules.periods.count
    by_rule = pl.lit(float(rules.periods.minutes * 60 * periods))
    length = games.select("game_id", regulation_s=pl.col("period_len_s").list.head(periods).list.sum())
    return (
        stints.group_by("game_id")
        .agg(
            covered_s=pl.col("duration_s").filter(pl.col("period") <= periods).sum(),
            valid_stints=pl.len().cast(pl.Int32),
        )
        .join(length, on="game_id", how="left")
        .select(
            "game_id",
            "valid_stints",
            percentage("covered_s", pl.when(pl.col("regulation_s") > 0).then("regulation_s").otherwise(by_rule)).alias(
                "stint_coverage_pct"
            ),
        )
        .sort("game_id")
    )


@table(
    key=("game_id",),
    grain="one scheduled or tracked game",
    columns=explained(
        (
            k.GAME_ID,
            c.GAME_DATE,
            k.SEASON_ID,
            k.HOME_TEAM,
            k.AWAY_TEAM,
            *lc.OFFICIAL_GOALS,
            *c.TRACKED_GOALS,
            c.EVENT_COUNT,
            c.VALID_STINTS,
            c.TRACKING_STATUS,
        ),
        GAME_STATUS,
    ),
)
def fact_game_status(
    dim_schedule: pl.DataFrame,
    games: pl.DataFrame,
    tracked_score: pl.DataFrame,
    stint_coverage: pl.DataFrame,
    left_out: pl.DataFrame,
    rules: LeagueRules,
) -> pl.DataFrame:
    """How completely each game was tracked.

    Complete: events in every regulation period, and stints over at least 90 % of them. Partial: some events.
    Template: a file without events. Error: a file that was left out. No file: none.
    """
    whole = (pl.col("periods_tracked") >= rules.periods.count) & (pl.col("stint_coverage_pct") >= WHOLE_GAME_PCT)
    status = _status(left_out["game_id"], whole, games["game_id"])
    return (
        dim_schedule.join(tracked_score, on="game_id", how="left")
        .join(stint_coverage, on="game_id", how="left")
        .sort("game_id")
        .select(
            "game_id",
            pl.col("date").alias("game_date"),
            "season_id",
            pl.col("home_team_name").alias("home_team"),
            pl.col("away_team_name").alias("away_team"),
            *("official_home_goals", "official_away_goals", "tracked_home_goals", "tracked_away_goals"),
            pl.col("events").fill_null(0),
            pl.col("valid_stints").fill_null(0),
            status.alias("tracking_status"),
        )
    )


def _status(left_out: pl.Series, whole: pl.Expr, tracked: pl.Series) -> pl.Expr:
    return (
        pl.when(pl.col("game_id").is_in(left_out.implode()))
        .then(pl.lit("Error"))
        .when(whole)
        .then(pl.lit("Complete"))
        .when(pl.col("events") > 0)
        .then(pl.lit("Partial"))
        .when(pl.col("game_id").is_in(tracked.implode()))
        .then(pl.lit("Template"))
        .otherwise(pl.lit("No file"))
    )


@table(
    key=("game_id",),
    grain="one tracked game with events",
    kind="qa",
    from_tracking=True,
    columns=explained(
        (
            k.GAME_ID,
            c.GAME_DATE,
            k.HOME_TEAM,
            k.AWAY_TEAM,
            *lc.OFFICIAL_GOALS,
            *c.TRACKED_GOALS,
            *c.GOAL_DIFFERENCE,
            c.IS_MATCH,
        ),
        ACCURACY,
    ),
)
def qa_goal_accuracy(fact_game_status: pl.DataFrame) -> pl.DataFrame:
    """Tracked against official score, side by side."""
    differences = [pl.col(f"tracked_{side}_goals") - pl.col(f"official_{side}_goals") for side in ("home", "away")]
    return fact_game_status.filter(pl.col("events") > 0).select(
        *("game_id", "game_date", "home_team", "away_team", "official_home_goals", "official_away_goals"),
        *("tracked_home_goals", "tracked_away_goals"),
        differences[0].alias("home_difference"),
        differences[1].alias("away_difference"),
        ((differences[0] == 0) & (differences[1] == 0)).alias("is_match"),
    )


@table(
    key=("flag_key",),
    grain="one flaw found in the input",
    kind="qa",
    columns=(
        c.FLAG_KEY,
        c.ANY_GAME_ID,
        c.FLAG,
        c.SOURCE_PATH,
        c.FLAG_EVENT,
        c.FLAG_SHIFT,
        c.FLAG_COUNT,
        c.MESSAGE,
    ),
)
def qa_input_flags(flags: pl.DataFrame) -> pl.DataFrame:
    """Every flaw that reading the input found, whether it was mended or only noted."""
    order = ("game_id", "flag", "source_path", "event_idx", "stint_idx", "message", "count")
    return flags.sort(order, nulls_last=True).select(
        pl.format("FL{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)).alias("flag_key"),
        "game_id",
        "flag",
        "source_path",
        int32("event_idx").alias("event_index"),
        int32("stint_idx").alias("shift_index"),
        int32("count").alias("occurrences"),
        "message",
    )


@table(
    key=("game_id",),
    grain="one tracked game",
    kind="qa",
    from_tracking=True,
    columns=explained(
        (
            k.GAME_ID,
            c.TRACKING_STATUS,
            c.EVENT_COUNT,
            c.EVENT_PLAYERS,
            c.VALID_STINTS,
            c.PERIODS_TRACKED,
            c.ICE_TIME_PCT,
            *c.SHARE_COLUMNS,
            c.FLAGS,
        ),
        COMPLETENESS,
    ),
)
def qa_data_completeness(
    games: pl.DataFrame,
    fact_game_status: pl.DataFrame,
    stint_coverage: pl.DataFrame,
    tracked_score: pl.DataFrame,
    tracking_shares: pl.DataFrame,
    flags: pl.DataFrame,
) -> pl.DataFrame:
    """What each tracked game has and lacks, as shares of its events and player rows."""
    flagged = flags.drop_nulls("game_id").group_by("game_id").agg(flags=pl.len().cast(pl.Int32))
    counts = ("event_players", "periods_tracked", "flags")
    return (
        games.select("game_id")
        .join(fact_game_status.select("game_id", "tracking_status", "events", "valid_stints"), on="game_id")
        .join(tracked_score.select("game_id", "periods_tracked"), on="game_id", how="left")
        .join(stint_coverage.select("game_id", "stint_coverage_pct"), on="game_id", how="left")
        .join(tracking_shares, on="game_id", how="left")
        .join(flagged, on="game_id", how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .sort("game_id")
        .select(
            *("game_id", "tracking_status", "events", "event_players", "valid_stints", "periods_tracked"),
            "stint_coverage_pct",
            *c.SHARES,
            "flags",
        )
    )


@table(key=("game_id",), grain="one tracked game with events", kind="qa", from_tracking=True, per_game=True)
def tracking_shares(plays: pl.DataFrame, event_players: pl.DataFrame) -> pl.DataFrame:
    """Shares of events and player rows that hold what they should, 0-100."""
    detail = pl.col("play_detail1").is_not_null() | pl.col("play_detail2").is_not_null()
    by_event = plays.group_by("game_id").agg(
        events_in_stint_pct=100 * pl.col("shift_id").is_not_null().mean(),
        zone_known_pct=100 * pl.col("event_team_zone").is_not_null().mean(),
        success_known_pct=100 * pl.col("success").is_not_null().mean(),
        chained_pct=100 * pl.col("chain_id").is_not_null().mean(),
        coordinates_pct=100 * pl.col("puck_x0").is_not_null().mean(),
    )
    by_player = event_players.group_by("game_id").agg(
        event_players=pl.len().cast(pl.Int32),
        players_resolved_pct=100 * pl.col("player_id").is_not_null().mean(),
        opponent_rows_pct=100 * (pl.col("side_role") == "opp").mean(),
        on_ice_pct=100 * pl.col("on_ice").mean(),
        play_details_pct=100 * detail.mean(),
    )
    return by_event.join(by_player, on="game_id", how="left").sort("game_id")
