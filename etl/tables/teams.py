"""Per-game lines of teams, and the standings."""

from typing import Final

import polars as pl

from etl.columns import boxscore as c
from etl.columns import keys as k
from etl.columns import value as v
from etl.columns.lineage import explained
from etl.columns.lineage_box_score import TEAM_GAME
from etl.registry import table
from etl.tables.credit import ACTION_COUNTS
from etl.tables.expressions import other_side, percentage
from etl.tables.stints import BLOCKED

_OWN: Final = (
    *(
        "goals",
        "shots",
        "pass_attempts",
        "pass_completed",
        "fo_wins",
        "giveaways",
        "bad_giveaways",
        "takeaways",
        "hits",
    ),
    *("zone_entries", "zone_entries_successful", "zone_exits", "zone_exits_successful"),
)
_BLOCKED: Final = pl.col("detail1").is_in(BLOCKED).fill_null(value=False)


@table(
    key=("game_id", "side"),
    grain="one side of one tracked game with events",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def side_actions(plays: pl.DataFrame) -> pl.DataFrame:
    """What each side did by the team of its events, whoever is named in them."""
    shot = pl.col("event_type") == "Shot"
    return (
        plays.drop_nulls("team")
        .rename({"team": "side"})
        .with_columns(side_role=pl.lit("event"))
        .group_by("game_id", "side")
        .agg(
            **{name: ACTION_COUNTS[name] for name in _OWN},
            fenwick=(shot & ~_BLOCKED).sum().cast(pl.Int32),
            shots_blocked=(shot & (pl.col("detail1") == "Shot_Blocked")).sum().cast(pl.Int32),
            saves=(pl.col("event_type") == "Save").sum().cast(pl.Int32),
            power_play_goals=((pl.col("is_goal") == 1) & (pl.col("situation") == "PP")).sum().cast(pl.Int32),
        )
        .sort("game_id", "side")
    )


_CREDITS: Final = (
    c.GOALS,
    c.TEAM_GOALS_AGAINST,
    c.SHOTS,
    c.SOG,
    c.SOG_AGAINST,
    c.SHOOTING_PCT,
    c.SAVES,
    c.HITS,
    c.BLOCKS,
    c.GIVEAWAYS,
    c.BAD_GIVEAWAYS,
    c.TAKEAWAYS,
    c.FORECHECKS,
    c.PASS_ATTEMPTS,
    c.PASS_COMPLETED,
    c.PASS_PCT,
    c.FO_WINS,
    c.FO_LOSSES,
    c.FO_TOTAL,
    c.FO_PCT,
    c.ZONE_ENTRIES,
    c.ENTRIES_SUCCESSFUL,
    c.ZONE_EXITS,
    c.EXITS_SUCCESSFUL,
    c.PIM,
    c.POWER_PLAY_GOALS,
    c.CORSI_FOR,
    c.CORSI_AGAINST,
    c.CF_PCT,
    c.FENWICK_FOR,
    c.FENWICK_AGAINST,
    c.FF_PCT,
    c.XG_FOR,
    c.XG_ADJ,
    c.XG_AGAINST,
    *v.TEAM_VALUE,
)
_WHO: Final = (
    k.GAME_ID,
    k.SEASON_ID,
    k.GAME_TYPE,
    k.DATE,
    k.TEAM_ID,
    k.TEAM_NAME,
    k.TEAM_VENUE,
    k.OPPONENT_TEAM_ID,
    k.OPPONENT_TEAM_NAME,
)
_MIRRORED: Final = ("goals", "shots", "fenwick", "saves", "shots_blocked", "fo_wins")


@table(
    key=("team_game_key",),
    grain="one team in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained((c.TEAM_GAME_KEY, *_WHO, *_CREDITS), TEAM_GAME),
)
def fact_team_game_stats(
    game_sides: pl.DataFrame,
    side_actions: pl.DataFrame,
    side_skaters: pl.DataFrame,
    fact_penalties: pl.DataFrame,
    side_xg: pl.DataFrame,
) -> pl.DataFrame:
    """A team's totals by the team of the events, so that a player nobody could name is counted too.

    Shots are attempts (Corsi); on goal are the opponents' saves and the goals; blocks are the opponents' blocked shots.
    """
    side = ["game_id", "side"]
    opponent = side_actions.select(*side, pl.col(_MIRRORED).name.prefix("opp_")).with_columns(side=other_side("side"))
    penalties = fact_penalties.rename({"team_venue": "side"}).group_by(side).agg(pl.col("pim").sum())
    xg_against = side_xg.select("game_id", other_side("side"), xg_against="xg_for")
    rows = game_sides.filter("has_events")
    for frame in (side_actions, opponent, side_skaters, penalties, side_xg, xg_against):
        rows = rows.join(frame, on=side, how="left")
    counted = [name for name in (*side_actions.columns, *opponent.columns, "forechecks", "pim") if name not in side]
    return (
        rows.with_columns(pl.col(counted).fill_null(0), pl.col("xg_for", "xg_adj", "xg_against").fill_null(0.0))
        .with_columns(**_totals())
        .with_columns(**_shares())
        .sort("game_id", "team_id")
        .select(
            pl.format("{}_{}", "game_id", "team_id").alias("team_game_key"),
            *(column.name for column in (*_WHO, *_CREDITS)),
        )
    )


def _totals() -> dict[str, pl.Expr]:
    return {
        "team_venue": pl.col("side"),
        "goals_against": pl.col("opp_goals"),
        "sog": pl.col("opp_saves") + pl.col("goals"),
        "sog_against": pl.col("saves") + pl.col("opp_goals"),
        "blocks": pl.col("opp_shots_blocked"),
        "fo_losses": pl.col("opp_fo_wins"),
        "fo_total": pl.col("fo_wins") + pl.col("opp_fo_wins"),
        "pp_goals": pl.when("has_stints").then("power_play_goals"),
        "corsi_for": pl.col("shots"),
        "corsi_against": pl.col("opp_shots"),
        "fenwick_for": pl.col("fenwick"),
        "fenwick_against": pl.col("opp_fenwick"),
    }


def _shares() -> dict[str, pl.Expr]:
    return {
        "shooting_pct": percentage("goals", "sog"),
        "pass_pct": percentage("pass_completed", "pass_attempts"),
        "fo_pct": percentage("fo_wins", "fo_total"),
        "cf_pct": percentage("corsi_for", pl.col("corsi_for") + pl.col("corsi_against")),
        "ff_pct": percentage("fenwick_for", pl.col("fenwick_for") + pl.col("fenwick_against")),
    }
