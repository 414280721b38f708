"""The videos of the games."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import league as c
from etl.registry import table
from etl.tables.expressions import int32
from hockey.league import LeagueRules

_LINKS: Final = pl.List(pl.Struct({"url": pl.String, "kind": pl.String}))
_TYPE_IDS: Final = {"Full_Ice": "VT01", "Broadcast": "VT02", "Other": "VT03"}


@table(key=("game_id", "number"), grain="one video of one game")
def game_videos(schedule: pl.DataFrame, games: pl.DataFrame, rules: LeagueRules) -> pl.DataFrame:
    """The schedule's video of each game, then, where the league publishes them, the links in the tracker's file."""
    start = pl.col("video_offset_s").list.first()  # second of the video at which period 1 starts
    tracked = games.filter(pl.lit(rules.publish_video_links)).select("game_id", start_s=start, link="videos")
    links = tracked.drop_nulls("link").with_columns(pl.col("link").str.json_decode(_LINKS)).explode("link")
    of_tracker = links.select(
        "game_id", "start_s", url=pl.col("link").struct.field("url"), type=_kind(pl.col("link").struct.field("kind"))
    )
    offsets = games.select("game_id", offset_s=start)
    of_schedule = schedule.join(offsets, on="game_id", how="left").select(
        "game_id",
        start_s=pl.coalesce(pl.col("video_start_s").cast(pl.Float64), "offset_s"),
        url="video_url",
        type=pl.lit("Full_Ice"),
    )
    ranked = [
        frame.drop_nulls("url").with_columns(source=pl.lit(n)) for n, frame in enumerate((of_schedule, of_tracker))
    ]
    return (
        pl.concat(ranked)
        .sort("game_id", "source", pl.col("type").replace_strict(_TYPE_IDS, return_dtype=pl.String), "url")
        .unique(["game_id", "url"], keep="first", maintain_order=True)
        .with_columns(number=pl.int_range(1, pl.len() + 1).over("game_id"))
        .drop("source")
    )


def _kind(words: pl.Expr) -> pl.Expr:
    """Full_Ice or Broadcast, where the tracker's words say so."""
    said = words.str.to_lowercase().str.replace_all(r"[\s-]", "_")
    return (
        pl.when(said.str.contains("broadcast"))
        .then(pl.lit("Broadcast"))
        .when(said.str.contains("full_ice"))
        .then(pl.lit("Full_Ice"))
        .otherwise(pl.lit("Other"))
    )


@table(
    key=("video_key",),
    grain="one video of one game",
    columns=(c.VIDEO_KEY, k.GAME_ID, c.VIDEO_TYPE_ID, c.VIDEO_TYPE, c.VIDEO_LINK, c.PERIOD_1_START),
)
def fact_video(game_videos: pl.DataFrame, dim_schedule: pl.DataFrame) -> pl.DataFrame:
    """Links to the videos of the games: the schedule's, and the tracker's if `publish_video_links` is set."""
    return game_videos.join(dim_schedule, on="game_id", how="semi").select(
        pl.format("VD_{}_{}", "game_id", "number").alias("video_key"),
        "game_id",
        pl.col("type").replace_strict(_TYPE_IDS, return_dtype=pl.String).alias("video_type_id"),
        pl.col("type").alias("video_type"),
        pl.col("url").alias("video_url"),
        int32("start_s").alias("period_1_start"),
    )
