"""Faceoffs, penalties, and the puck crossing the blue lines."""

from typing import Final

import polars as pl

from etl.columns import events as c
from etl.columns import keys as k
from etl.columns import territory as t
from etl.columns.column import Column
from etl.columns.lineage import explained
from etl.columns.lineage_play import ENTRY
from etl.registry import table
from etl.tables.expressions import MOMENT, SIDE, numbered
from hockey.details import CONTROLLED_MEANS
from hockey.league import LeagueRules


def _named(rows: pl.DataFrame, dim_player: pl.DataFrame, **names: str) -> pl.DataFrame:
    """`rows` with a column of names for each column of player ids; `names` maps the new column to the ids."""
    for name, player_id in names.items():
        people = dim_player.select(pl.col("player_id").alias(player_id), pl.col("player_full_name").alias(name))
        rows = rows.join(people, on=player_id, how="left", maintain_order="left")
    return rows


@table(
    key=("faceoff_key",),
    grain="one draw",
    from_tracking=True,
    per_game=True,
    columns=(
        c.FACEOFF_KEY,
        c.EVENT_REFERENCE,
        *k.MOMENT,
        c.WINNER_TEAM_ID,
        c.LOSER_TEAM_ID,
        k.TEAM_VENUE,
        c.WINNER_ID,
        c.WINNER_NAME,
        c.LOSER_ID,
        c.LOSER_NAME,
        c.EVENT_TEAM_ZONE,
        c.FACEOFF_TYPE,
        c.STRENGTH,
        k.SHIFT_ID,
    ),
)
def fact_faceoffs(plays: pl.DataFrame, game_sides: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """The draws. The event team won; team_venue and zone are the winner's."""
    losers = game_sides.select("game_id", "side", "opponent_team_id")
    draws = plays.filter(pl.col("event_type") == "Faceoff")
    return (
        _named(draws, dim_player, winner_name="player_1", loser_name="opponent_1")
        .join(losers, left_on=["game_id", "team"], right_on=["game_id", "side"], how="left", maintain_order="left")
        .select(
            numbered("FO", "event_idx").alias("faceoff_key"),
            "event_id",
            *MOMENT,
            pl.col("team_id").alias("winner_team_id"),
            pl.col("opponent_team_id").alias("loser_team_id"),
            pl.col("team").alias("team_venue"),
            pl.col("player_1").alias("winner_player_id"),
            "winner_name",
            pl.col("opponent_1").alias("loser_player_id"),
            "loser_name",
            "event_team_zone",
            pl.col("detail1").alias("faceoff_type"),
            "strength",
            "shift_id",
        )
    )


_LENGTHS: Final = {"Penalty_Minor": 0, "Penalty_Offsetting": 0, "Penalty_Major": 1, "Penalty_Misconduct": 2}


@table(
    key=("penalty_key",),
    grain="one penalty",
    from_tracking=True,
    per_game=True,
    columns=(
        c.PENALTY_KEY,
        c.EVENT_REFERENCE,
        *k.MOMENT,
        *k.SIDE,
        c.ACTOR_ID,
        c.ACTOR_NAME,
        c.FOULED_ID,
        c.PENALTY_TYPE,
        c.INFRACTION,
        c.PENALTY_MINUTES,
        c.PIM,
        c.STRENGTH,
        k.SHIFT_ID,
    ),
)
def fact_penalties(
    plays: pl.DataFrame, games: pl.DataFrame, dim_player: pl.DataFrame, rules: LeagueRules
) -> pl.DataFrame:
    """The penalties; a delayed penalty is the raised arm of the one that follows and no row of its own.

    Lengths are the game's own where its file has them, else the league's. One without a known type is a minor.
    """
    booked = rules.penalties
    pim = {0: booked.minor_pim, 1: booked.major_pim, 2: booked.misconduct_pim}
    minutes = {0: float(booked.minor), 1: float(booked.major), 2: float(booked.misconduct)}
    called = (
        plays.filter(pl.col("event_type") == "Penalty")
        .with_columns(grade=pl.col("detail1").replace_strict(_LENGTHS, default=0, return_dtype=pl.Int32))
        .join(games.select("game_id", "penalty_min"), on="game_id", how="left", maintain_order="left")
    )
    return _named(called, dim_player, player_name="player_1").select(
        numbered("PN", "event_idx").alias("penalty_key"),
        "event_id",
        *MOMENT,
        *SIDE,
        pl.col("player_1").alias("player_id"),
        "player_name",
        pl.col("opponent_1").alias("fouled_player_id"),
        pl.col("detail1").alias("penalty_type"),
        pl.col("detail2").alias("infraction"),
        pl.coalesce(
            pl.col("penalty_min").list.get(pl.col("grade"), null_on_oob=True),
            pl.col("grade").replace_strict(minutes, return_dtype=pl.Float64),
        ).alias("penalty_minutes"),
        pl.col("grade").replace_strict(pim, return_dtype=pl.Int32).alias("pim"),
        "strength",
        "shift_id",
    )


def _crossing_columns(key: Column, *results: Column) -> tuple[Column, ...]:
    return (
        key,
        c.EVENT_REFERENCE,
        *k.MOMENT,
        *k.SIDE,
        c.ACTOR_ID,
        c.ACTOR_NAME,
        c.DEFENDER_ID,
        c.EVENT_DETAIL,
        c.MEANS,
        c.IS_CONTROLLED,
        c.IS_FAILED,
        c.IS_SUCCESSFUL,
        *results,
        c.STRENGTH,
        k.SHIFT_ID,
    )


_CONTROLLED: Final = tuple(f"Zone{way}_{means}" for way in ("Entry", "Exit") for means in sorted(CONTROLLED_MEANS))


def crossing_means() -> pl.Expr:
    """How the puck crossed: the second detail without its prefix."""
    return pl.col("detail2").str.replace(r"^Zone(Entry|Exit)_", "")


def is_controlled() -> pl.Expr:
    """Carried or passed over the line."""
    return pl.col("detail2").is_in(_CONTROLLED).fill_null(value=False)


_ENTRY_RESULTS: Final = {"shots_after": "shots", "goals_after": "goals", "xg_after": "xg"}
_EXIT_RESULTS: Final = {"led_to_entry": pl.col("enters"), "led_to_shot": pl.col("entry_shots") > 0}


def _crossings(plays: pl.DataFrame, dim_player: pl.DataFrame, results: pl.DataFrame, detail: str) -> pl.DataFrame:
    """The tries of one kind, failed ones too, with `results` of them (by event) and without a key."""
    event = ["game_id", "event_idx"]
    failed = pl.col("detail1") == f"{detail}_Failed"
    rows = plays.filter(
        pl.col("detail1").is_in([detail, f"{detail}_Failed"]) & (pl.col("event_type") == "Zone_Entry_Exit")
    )
    led_to = results.columns[len(event) :]
    return (
        _named(rows, dim_player, player_name="player_1")
        .join(results, on=event, how="left", maintain_order="left")
        .select(
            "event_idx",
            "event_id",
            *MOMENT,
            *SIDE,
            pl.col("player_1").alias("player_id"),
            "player_name",
            pl.col("opponent_1").alias("defender_player_id"),
            pl.col("detail1").alias("event_detail"),
            crossing_means().alias("means"),
            is_controlled().alias("is_controlled"),
            failed.alias("is_failed"),
            (~failed & pl.coalesce("success", is_controlled())).alias("is_successful"),
            *led_to,
            "strength",
            "shift_id",
        )
    )


@table(
    key=("zone_entry_id",),
    grain="one try to bring the puck into the offensive zone",
    from_tracking=True,
    per_game=True,
    columns=explained(_crossing_columns(c.ENTRY_KEY, *t.AFTER_ENTRY), ENTRY),
)
def fact_zone_entries(plays: pl.DataFrame, dim_player: pl.DataFrame, crossings: pl.DataFrame) -> pl.DataFrame:
    """Zone entries of the puck team and what they led to, failed ones included and marked."""
    results = crossings.select("game_id", "event_idx", **_ENTRY_RESULTS)
    rows = _crossings(plays, dim_player, results, "Zone_Entry")
    return rows.select(numbered("ZE", "event_idx").alias("zone_entry_id"), pl.exclude("event_idx"))


@table(
    key=("zone_exit_id",),
    grain="one try to bring the puck out of the defensive zone",
    from_tracking=True,
    per_game=True,
    columns=_crossing_columns(c.EXIT_KEY, *t.AFTER_EXIT),
)
def fact_zone_exits(plays: pl.DataFrame, dim_player: pl.DataFrame, crossings: pl.DataFrame) -> pl.DataFrame:
    """Zone exits of the puck team and what they led to, failed ones included and marked."""
    results = crossings.select("game_id", "event_idx", **_EXIT_RESULTS)
    rows = _crossings(plays, dim_player, results, "Zone_Exit")
    return rows.select(numbered("ZX", "event_idx").alias("zone_exit_id"), pl.exclude("event_idx"))
