"""The per-game lines of skaters and goalies."""

from typing import Final

import polars as pl

from etl.columns import boxscore as c
from etl.columns import keys as k
from etl.columns import on_ice as o
from etl.columns import possession as s
from etl.columns import value as v
from etl.columns.lineage import explained
from etl.columns.lineage_box_score import SKATER_GAME
from etl.registry import table
from etl.tables.credit import ON_ICE_COLUMNS, PLAYER
from etl.tables.expressions import DIGITS, int32, per_60, percentage, position_name, ratio


@table(
    key=("game_id", "player_id"),
    grain="one skater dressed for one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def skaters(
    rosters: pl.DataFrame,
    game_sides: pl.DataFrame,
    game_goalies: pl.DataFrame,
    player_on_ice: pl.DataFrame,
    event_players: pl.DataFrame,
) -> pl.DataFrame:
    """Who has a line in the box score: everybody on the roster, on the ice or in an event who is not a goalie there.

    Who is named for both sides belongs to the one of the roster, else of the ice, else of the events.
    """
    sources = [
        rosters.select(*PLAYER, "side", "position"),
        player_on_ice.select(*PLAYER, "side"),
        event_players.lazy()
        .drop_nulls(["player_id", "team"])
        .select(*PLAYER, side="team")
        .unique()
        .sort(*PLAYER, "side")
        .collect(),
    ]
    ranked = [frame.with_columns(source=pl.lit(n)) for n, frame in enumerate(sources)]
    return (
        pl.concat(ranked, how="diagonal")
        .join(game_goalies, on=PLAYER, how="anti")
        .join(game_sides.filter("has_events"), on=["game_id", "side"])
        .sort(*PLAYER, "source", "side")
        .unique(PLAYER, keep="first", maintain_order=True)
        .drop("source")
    )


_ON_ICE_COLUMNS: Final = (
    c.TOI_SECONDS,
    c.TOI_MINUTES,
    c.SHIFT_COUNT,
    c.AVG_SHIFT,
    c.PLUS_EV,
    c.MINUS_EV,
    c.PLUS_MINUS_EV,
    c.PLUS_MINUS,
    c.PLUS_MINUS_TOTAL,
    c.CORSI_FOR,
    c.CORSI_AGAINST,
    c.CF_PCT,
    c.CF_PCT_REL,
    c.FENWICK_FOR,
    c.FENWICK_AGAINST,
    c.FF_PCT,
    c.FF_PCT_REL,
    c.ON_ICE_GOALS_FOR,
    c.ON_ICE_GOALS_AGAINST,
    c.ON_ICE_XG_FOR,
    c.ON_ICE_XG_AGAINST,
    c.XG_PCT,
    c.XG_PCT_REL,
    *c.PER_60,
    *c.ON_ICE_PER_60,
    *o.ZONE_STARTS,
)
_CREDIT_COLUMNS: Final = (
    c.GOALS,
    c.PRIMARY_ASSISTS,
    c.SECONDARY_ASSISTS,
    c.ASSISTS,
    c.POINTS,
    *c.ALIASES,
    c.SHOTS,
    c.SOG,
    c.SHOOTING_PCT,
    c.PASS_ATTEMPTS,
    c.PASS_COMPLETED,
    c.PASS_PCT,
    c.FO_WINS,
    c.FO_LOSSES,
    c.FO_TOTAL,
    c.FO_PCT,
    c.GIVEAWAYS,
    c.BAD_GIVEAWAYS,
    c.TAKEAWAYS,
    c.BLOCKS,
    c.HITS,
    c.PIM,
    c.ZONE_ENTRIES,
    c.ENTRIES_SUCCESSFUL,
    c.ZONE_EXITS,
    c.EXITS_SUCCESSFUL,
)
_TAG_COLUMNS: Final = (
    *c.MICRO,
    c.PLAYS_SUCCESSFUL,
    c.PLAYS_UNSUCCESSFUL,
    c.PLAY_SUCCESS_RATE,
    c.PRIMARY_DEF,
    c.SUPPORT_DEF,
    c.DEF_INVOLVEMENT,
)
_RUSH_COLUMNS: Final = s.PLAYER_RUSH
_WHO_COLUMNS: Final = (
    k.GAME_ID,
    k.SEASON_ID,
    k.GAME_TYPE,
    k.DATE,
    k.PLAYER_ID,
    k.PLAYER_NAME,
    k.TEAM_ID,
    k.TEAM_NAME,
    k.TEAM_VENUE,
    k.OPPONENT_TEAM_ID,
    k.OPPONENT_TEAM_NAME,
)
_COLUMNS: Final = (
    c.PLAYER_GAME_KEY,
    *_WHO_COLUMNS,
    k.POSITION,
    *_CREDIT_COLUMNS,
    *_ON_ICE_COLUMNS,
    *_TAG_COLUMNS,
    *_RUSH_COLUMNS,
    c.XG_FOR,
    c.XG_ADJ,
    *v.SKATER_VALUE,
)


@table(
    key=("game_id", "player_id"),
    grain="one skater in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def skater_lines(
    skaters: pl.DataFrame,
    player_credits: pl.DataFrame,
    player_tags: pl.DataFrame,
    player_on_ice: pl.DataFrame,
    side_attempts: pl.DataFrame,
    player_xg: pl.DataFrame,
) -> pl.DataFrame:
    """The box score of the skaters without names: credits from the events, on-ice figures from the stints.

    On-ice figures are null, not 0, in a game without valid stints.
    """
    return (
        skaters.join(player_credits, on=PLAYER, how="left")
        .join(player_tags, on=PLAYER, how="left")
        .join(player_xg, on=[*PLAYER, "side"], how="left")
        .with_columns(pl.col(column.name).fill_null(0) for column in (*_COUNTED, c.XG_FOR, c.XG_ADJ, s.RUSH_XG))
        .join(player_on_ice.drop("side"), on=PLAYER, how="left")
        .join(side_attempts, on=["game_id", "side"], how="left")
        .with_columns(pl.when("has_stints").then(pl.col(name).fill_null(0)).alias(name) for name in _FROM_STINTS)
        .sort("game_id", "team_id", "player_id")
        .with_columns(**_sums())
        .with_columns(**_rates())
        .with_columns(**_relative())
    )


@table(
    key=("player_game_key",),
    grain="one skater in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(_COLUMNS, SKATER_GAME),
)
def fact_player_game_stats(
    skater_lines: pl.DataFrame, skater_value: pl.DataFrame, player_zone_starts: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """The box score of the skaters: credits from the events, on-ice figures from the stints. Goalies have their own.

    On-ice figures are null, not 0, in a game without valid stints.
    """
    names = dim_player.select("player_id", player_name="player_full_name")
    return (
        skater_lines.join(skater_value, on=PLAYER, maintain_order="left")
        .join(player_zone_starts, on=PLAYER, how="left", maintain_order="left")
        .with_columns(pl.when("has_stints").then(pl.col(name).fill_null(0)).alias(name) for name in _ZONE_STARTS)
        .with_columns(zone_start_pct=_zone_start_pct())
        .join(names, on="player_id", how="left", maintain_order="left")
        .select(
            pl.format("{}_{}", "game_id", "player_id").alias("player_game_key"),
            *(column.name for column in _COLUMNS[1:]),
        )
    )


_ZONE_STARTS: Final = tuple(f"zone_starts_{zone}" for zone in ("offensive", "neutral", "defensive"))


def _zone_start_pct() -> pl.Expr:
    offensive = pl.col("zone_starts_offensive")
    return percentage(offensive, offensive + pl.col("zone_starts_defensive"))


_FROM_STINTS: Final = ("toi", "shift_count", *ON_ICE_COLUMNS)
_COUNTED: Final = tuple(
    column
    for column in (*_CREDIT_COLUMNS, *_TAG_COLUMNS, *_RUSH_COLUMNS)
    if column.sql_type == "integer"
    and column not in (*c.ALIASES, c.POINTS, c.FO_TOTAL, c.SOG, c.DEF_INVOLVEMENT, s.RUSH_POINTS)
)


def _sums() -> dict[str, pl.Expr]:
    counted = pl.col("goals_for"), pl.col("goals_against")
    even = [n - pl.col(f"goals_power_play_{w}") for n, w in zip(counted, ("for", "against"), strict=True)]
    plus_ev, minus_ev = (n - pl.col(f"goals_short_handed_{w}") for n, w in zip(even, ("for", "against"), strict=True))
    return {
        "points": pl.col("goals") + pl.col("assists"),
        "g": pl.col("goals"),
        "a": pl.col("assists"),
        "pts": pl.col("goals") + pl.col("assists"),
        "sog": pl.col("saved_shots").fill_null(0) + pl.col("goals"),
        "fo_total": pl.col("fo_wins") + pl.col("fo_losses"),
        "rush_points": pl.col("rush_goals") + pl.col("rush_assists"),
        "def_involvement": pl.col("primary_def_events") + pl.col("support_def_events"),
        "toi_seconds": int32(pl.col("toi").round()),
        "plus_ev": plus_ev,
        "minus_ev": minus_ev,
        "plus_minus_ev": plus_ev - minus_ev,
        "plus_minus": even[0] - even[1],
        "plus_minus_total": counted[0] - counted[1],
        "position": position_name("position"),
        "team_venue": pl.col("side"),
    }


def _rates() -> dict[str, pl.Expr]:
    return {
        "shooting_pct": percentage("goals", "sog"),
        "pass_pct": percentage("pass_completed", "pass_attempts"),
        "fo_pct": percentage("fo_wins", "fo_total"),
        "play_success_rate": percentage("plays_successful", pl.col("plays_successful") + pl.col("plays_unsuccessful")),
        "toi_minutes": pl.col("toi_seconds") / 60,
        "avg_shift": ratio("toi_seconds", "shift_count"),
        "cf_pct": percentage("corsi_for", pl.col("corsi_for") + pl.col("corsi_against")),
        "ff_pct": percentage("fenwick_for", pl.col("fenwick_for") + pl.col("fenwick_against")),
        "xg_pct": percentage("on_ice_xg_for", pl.col("on_ice_xg_for") + pl.col("on_ice_xg_against")),
        **{f"{what}_per_60": per_60(what) for what in ("goals", "assists", "points", *c.ON_ICE_RATES)},
    }


def _relative() -> dict[str, pl.Expr]:
    """On-ice share less the share of the team's stint attempts while the player was off."""
    relative = {}
    for share, name in (("cf_pct", "corsi"), ("ff_pct", "fenwick"), ("xg_pct", "on_ice_xg")):
        off_for, off_against = (
            (pl.col(f"team_{name}_{way}") - pl.col(f"{name}_{way}")).round(DIGITS) for way in ("for", "against")
        )
        relative[f"{share}_rel"] = pl.col(share) - percentage(off_for, off_for + off_against)
    return relative
