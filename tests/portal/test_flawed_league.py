"""A league with the usual flaws of sheets and tracking: what is doubtful is shown where it is, and nowhere else."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from snapshot.layout import DataDir
from tests.demo_league import flawed_league
from tests.e2e.server import Server
from tests.portal.conftest import Portal, start_database

__all__ = ["flawed_league"]  # a fixture of all suites


@pytest.fixture(scope="module")
def flawed(flawed_league: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = shutil.copytree(flawed_league.root, tmp_path_factory.mktemp("flawed") / "league", symlinks=True)
    with Server(Path(folder)) as running:
        start_database(running)
        yield running


@pytest.fixture
def portal(browser: Browser, flawed: Server) -> Iterator[Portal]:
    context = browser.new_context(locale="en-US")
    opened = Portal(context.new_page(), flawed)
    yield opened
    context.close()
    assert opened.faults == []


def flags(server: Server, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.http.get("/api/tables/qa_input_flags", params={"limit": 1000, **query}).json()[
        "rows"
    ]
    return found


class TestFlags:
    def test_home_counts_the_games_that_have_something_to_look_at(self, portal: Portal, flawed: Server) -> None:
        games = {game["game_id"]: game for game in flawed.http.get("/api/games", params={"limit": 1000}).json()}
        told = {f["game_id"] for f in flags(flawed) if f["flag"] not in {"no_events", "secret_removed"}} - {None}
        doubtful = {game_id for game_id in told if games[game_id]["tracking"]["status"] != "Template"}
        assert doubtful
        assert all(games[game_id]["home_goals"] is not None for game_id in doubtful), "only games that were played"
        page = portal.open()
        line = page.get_by_role("listitem").filter(has_text="flags")
        expect(line).to_contain_text(re.compile(rf"^note{len(doubtful)} games? ha(s|ve) flags"))
        line.get_by_role("link", name="Look").click()
        expect(page.get_by_text("flag is none of no_events, secret_removed")).to_be_visible()
        portal.settle()
        expect(page.get_by_role("region", name="qa_input_flags").get_by_text("secret_removed")).to_have_count(0)

    def test_a_coming_game_has_none_and_a_tracked_one_shows_its_own(self, portal: Portal, flawed: Server) -> None:
        assert flags(flawed, flag="eq.period_length_drag_filled")[0]["game_id"] is None
        coming = flawed.http.get("/api/games", params={"played": False, "limit": 1}).json()[0]
        page = portal.open(f"game/{coming['game_id']}")
        expect(page.get_by_role("heading", name="Flags")).to_have_count(0)
        one = next(f for f in flags(flawed, game_id="is.not_null") if f["flag"] == "wrong_side")
        portal.open(f"game/{one['game_id']}")
        expect(page.get_by_role("region", name="Flags")).to_contain_text(one["message"])


class TestCorrections:
    def test_a_corrected_game_waits_until_a_run_has_read_it_whatever_its_sheet_looks_like(
        self, portal: Portal, flawed: Server
    ) -> None:
        played = flawed.http.get("/api/games", params={"played": True, "limit": 1}).json()[0]
        stands = "/api/staging/blb-tables/dim_schedule"
        row = flawed.http.get(stands, params={"search": str(played["game_id"])}).json()["rows"][0]["cells"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["game_date"]), "no moment of midnight"
        change = {"home_goals": 7, "away_goals": 0, "game_time": "09:05", "venue": "Elsewhere"}
        assert flawed.http.put(f"/api/games/{played['game_id']}", json=change).status_code == 200
        tasks = portal.open().get_by_role("region", name="Wants attention")
        expect(tasks).to_contain_text("1 correction is not published yet")
        flawed.wait_for(flawed.trigger(mode="incremental"), "completed", 120)
        told = flawed.http.get(stands, params={"staged_only": True}).json()
        assert (told["staged"], told["pending"]) == (1, 0)
        portal.page.reload()
        portal.settle()
        expect(tasks.get_by_text("not published yet")).to_have_count(0)
        flawed.http.put(f"/api/games/{played['game_id']}", json={"home_goals": 6})
        assert flawed.http.get(stands, params={"staged_only": True}).json()["pending"] == 1
        flawed.http.delete(stands, params={"confirm": True})
