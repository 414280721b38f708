"""A league that has tracked games and no master workbook: its scores are those that were tracked."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from etl.demo.generate import Request, generate
from tests.demo_league import TODAY
from tests.e2e.server import Server
from tests.portal.conftest import Portal, start_database


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("bare")
    generate(Request(folder, 2, 1, frozenset(), TODAY), lambda *_: None)
    for master in (folder / "raw").glob("*.xlsx"):
        master.unlink()
    with Server(folder) as server:
        start_database(server)
        server.wait_for(server.trigger(mode="full"), "completed", 120)
        yield server


def tracked(server: Server) -> dict[str, Any]:
    """How the tracked goals of a game compare with the official score, which it has not."""
    row: dict[str, Any] = server.http.get("/api/tables/qa_goal_accuracy", params={"limit": 1}).json()["rows"][0]
    assert row["is_match"] is None
    return row


class TestATrackedGame:
    def test_it_was_played_with_the_score_that_was_tracked(self, browser: Browser, bare: Server) -> None:
        game = tracked(bare)
        home, away = game["tracked_home_goals"], game["tracked_away_goals"]
        context = browser.new_context(locale="en-US")
        portal = Portal(context.new_page(), bare)
        page = portal.open(f"game/{game['game_id']}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"{home} : {away}")
        expect(page.get_by_text("There is no official score: this one was tracked")).to_be_visible()
        for untrue in ("not played yet", re.compile("differ from the official score"), "Forecast"):
            expect(page.get_by_text(untrue)).to_have_count(0)
        expect(page.locator(".notice.bad")).to_have_count(0)
        listed = (
            portal.open("games")
            .get_by_role("row")
            .filter(has=page.get_by_role("button", name=f"Edit game {game['game_id']}"))
        )
        expect(listed).to_contain_text(f"{home} \u2013 {away} tracked")
        page.get_by_label("Result").select_option("true")
        expect(listed).to_be_visible()
        context.close()
        assert portal.faults == []

    def test_an_official_score_counts_instead(self, browser: Browser, bare: Server) -> None:
        game = tracked(bare)
        bare.http.put(f"/api/games/{game['game_id']}", json={"home_goals": 9, "away_goals": 0})
        context = browser.new_context(locale="en-US")
        page = Portal(context.new_page(), bare).open(f"game/{game['game_id']}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("9 : 0")
        expect(page.get_by_text("There is no official score")).to_have_count(0)
        context.close()


class TestADeletedGame:
    def test_it_waits_until_a_run_has_read_it(self, bare: Server) -> None:
        game_id = tracked(bare)["game_id"]
        assert bare.http.delete(f"/api/games/{game_id}", params={"confirm": True}).status_code == 200
        assert pending(bare, game_id)
        bare.wait_for(bare.trigger(mode="incremental"), "completed", 120)
        assert not pending(bare, game_id)


def pending(server: Server, game_id: int) -> bool:
    page = server.http.get("/api/staging/blb-tables/dim_schedule", params={"staged_only": True}).json()
    (row,) = [r for r in page["rows"] if str(r["cells"]["game_id"]) == str(game_id)]
    assert page["pending"] == sum(r["pending"] for r in page["rows"])
    is_pending: bool = row["pending"]
    return is_pending
