"""Links to videos: the schedule's own, and those of the tracker where the league publishes them."""

import polars as pl

from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from formats.videos import video_links
from hockey.league import LeagueRules
from tests.etl.league_builder import GAME, make_game, make_league, make_scheduled, make_sources

OWN = "https://v.example/own"
KEPT = video_links(
    [
        {"url": "https://v.example/live", "type": "youtube", "title": "Broadcast"},
        {"url": OWN, "type": "youtube", "title": "the same again"},
        {"url": "https://v.example/ice", "type": "Full Ice"},
        {"url": "/home/me/game.mp4", "type": "local"},
        {"url": "https://v.example/live", "type": "again"},
    ],
    "url", "type", "title",
)  # fmt: skip


def build(name: str, league: LeagueFrames, rules: LeagueRules) -> pl.DataFrame:
    return league_tables().needed_for(name).build(make_sources(league, rules))[name]


def league() -> LeagueFrames:
    return make_league(games=[make_game(videos=KEPT)], schedule=[make_scheduled(GAME, video_url=OWN)])


def test_the_tracker_s_links_follow_the_schedule_s_where_they_are_published() -> None:
    found = build("fact_video", league(), LeagueRules(publish_video_links=True))
    assert found.select("video_key", "video_type_id", "video_type", "video_url", "period_1_start").rows() == [
        ("VD_1_1", "VT01", "Full_Ice", OWN, 10),
        ("VD_1_2", "VT01", "Full_Ice", "https://v.example/ice", 10),
        ("VD_1_3", "VT02", "Broadcast", "https://v.example/live", 10),
    ]
    row = build("dim_schedule", league(), LeagueRules(publish_video_links=True)).row(0, named=True)
    assert (row["video_url_1"], row["video_url_2"]) == (OWN, "https://v.example/ice")


def test_else_they_stay_out() -> None:
    assert build("fact_video", league(), LeagueRules())["video_url"].to_list() == [OWN]
    row = build("dim_schedule", league(), LeagueRules()).row(0, named=True)
    assert (row["video_url_1"], row["video_url_2"]) == (OWN, None)


def test_only_web_links_are_kept_each_once() -> None:
    assert video_links([{"url": "javascript:alert(1)"}, {"url": None}, {"url": 7}], "url") is None
    assert KEPT is not None
    assert KEPT.count("https://") == 3
