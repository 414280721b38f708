from dataclasses import replace
from pathlib import Path

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile
from etl.extraction_plan import GameSources, Source
from etl.extraction_reading import understand
from formats.file_facts import FileFacts
from hockey.league import LeagueRules
from tests.formats.league_builder import make_game
from tests.formats.tracker_builder import read_raw


def sources(game_id: int) -> GameSources:
    file = FoundFile(Path("a.json"), "a.json", 0.0, "0")
    return GameSources(game_id, Source(file, FileFacts(kind="game", game_id=game_id)), (), None)


def test_a_game_that_brings_the_batch_down_is_left_out_and_the_others_are_kept(tmp_path: Path) -> None:
    whole, broken = (read_raw(make_game(n, "Team A", "Team B")) for n in (1, 2))
    broken = replace(broken, games=pl.concat([broken.games] * 2))  # the same game twice: no frame can hold that
    cache = ExtractionCache(tmp_path, "reader")
    failed = understand([(sources(1), "one", whole), (sources(2), "two", broken)], LeagueRules(), cache)
    assert failed == [(2, "its rows contradict each other (BrokenFrame)")]
    assert (cache.has("one"), cache.has("two")) == (True, False)
