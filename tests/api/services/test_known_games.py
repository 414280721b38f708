import json
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.services.known_games import KnownGames, UnknownGames, nearest
from snapshot.layout import DataDir

IDS = st.integers(0, 2**53 - 1)


def known(data_dir: Path, program: str) -> KnownGames:
    return KnownGames(DataDir(data_dir), (sys.executable, "-c", program), cwd=data_dir, env=dict)


@settings(deadline=None)  # a loaded machine is no error
@given(IDS, st.sets(IDS, max_size=30))
def test_the_nearest_are_at_most_three_known_ones(game_id: int, games: set[int]) -> None:
    found = nearest(game_id, sorted(games))
    assert len(found) == min(3, len(games)) == len(set(found))
    assert set(found) <= games


def test_a_slip_of_the_finger_comes_before_a_close_number() -> None:
    assert nearest(18996, [18969, 18997, 20000, 18000])[:2] == [18997, 18969]


def test_with_no_games_at_all_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownGames, match="put the tracked games below raw/ first"):
        known(tmp_path, "print('[]')").require("game_ids", [5])


def test_many_unknown_games_make_a_sentence_that_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownGames, match="and 995 more") as caught:
        known(tmp_path, "print('[]')").require("game_ids", range(1000))
    assert len(caught.value.errors) == 20


def test_a_listing_has_more_than_ids(tmp_path: Path) -> None:
    listed = json.dumps([{"game_id": 5, "date": None, "home_team": "A", "tracking_status": "complete"}])
    known(tmp_path, f"print({listed!r})").require("game_ids", [5])


@pytest.mark.parametrize(
    "program", ["print('no JSON')", "raise SystemExit(1)", "print('[{}]')", "import os; os.kill(os.getpid(), 9)"]
)
def test_a_listing_that_does_not_work_refuses_nothing(tmp_path: Path, program: str) -> None:
    known(tmp_path, program).require("game_ids", [5])


def test_a_listing_ends_with_the_server(tmp_path: Path) -> None:
    games = known(tmp_path, "import time; time.sleep(600)")
    asking = threading.Thread(target=games.require, args=("game_ids", [5]))
    asking.start()
    time.sleep(0.5)
    games.close()
    asking.join(timeout=5)
    assert not asking.is_alive()
