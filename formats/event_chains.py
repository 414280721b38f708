"""Links between events: chains that share a key, and the goal that a pass assisted."""

from typing import Final

import polars as pl

from formats.flags import flags_of, quoted

MAX_GAP_EVENTS: Final = 10  # real chains: 99 % of neighbours follow each other; a wider gap is a key used twice
MAX_GAP_S: Final = 15.0


def split_chains(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events with `chain_id` for `chain`, and a flag for each key that was used for several chains.

    The first chain of a key keeps it; the others get numbers above all keys of the game.
    """
    within = ["game_id", "chain"]
    gap = pl.col("event_idx").diff() > MAX_GAP_EVENTS
    pause = (pl.col("t_start").diff() > MAX_GAP_S) | (pl.col("period").diff() != 0)
    chained = (
        events.filter(pl.col("chain").is_not_null())
        .select("game_id", "event_idx", "chain", "period", "t_start")
        .with_columns(part=(gap | pause).fill_null(value=False).cum_sum().over(within, order_by="event_idx"))
    )
    firsts = (
        chained.unique([*within, "part"], keep="first", maintain_order=True)
        .with_columns(top=pl.col("chain").max().over("game_id"))
        .with_columns(later=(pl.col("part") > 0).cum_sum().over("game_id"))
        .with_columns(chain_id=pl.when(pl.col("part") == 0).then("chain").otherwise(pl.col("top") + pl.col("later")))
    )
    ids = chained.join(firsts.select(*within, "part", "chain_id"), on=[*within, "part"], how="left")
    joined = events.join(
        ids.select("game_id", "event_idx", "chain_id"), on=["game_id", "event_idx"], how="left", maintain_order="left"
    )
    message = pl.concat_str(pl.lit("chain key "), quoted("chain"), pl.lit(" comes back too far from its chain"))
    return joined, flags_of(firsts.filter(pl.col("part") > 0), "chain_split", message)


def resolve_assists(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events with `assist_to_idx`, the goal's event_idx, for `assist_to`; and a flag for each target that is none.

    A target counts only when it is a Goal of the same team and period that is not earlier.
    """
    targets = events.select(
        "game_id",
        assist_to="source_index",
        goal_idx="event_idx",
        goal_type="event_type",
        goal_team="team",
        goal_period="period",
    ).filter(pl.col("assist_to").is_unique().over("game_id"))
    joined = events.join(targets, on=["game_id", "assist_to"], how="left", maintain_order="left")
    valid = (
        (pl.col("goal_type") == "Goal")
        & (pl.col("goal_team") == pl.col("team"))
        & (pl.col("goal_period") == pl.col("period"))
        & (pl.col("goal_idx") >= pl.col("event_idx"))
    ).fill_null(value=False)
    resolved = joined.with_columns(assist_to_idx=pl.when(valid).then("goal_idx"))
    bad = resolved.filter(pl.col("assist_to").is_not_null(), pl.col("assist_to_idx").is_null())
    message = pl.concat_str(pl.lit("assist to event "), quoted("assist_to"), pl.lit(", no later goal of the team"))
    return resolved, flags_of(bad, "assist_target_bad", message)
