"""Leagues as they are at times: empty, with names that no layout expects, with things to do; and going back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import Server
from tests.portal.conftest import Portal, a_league, complaints_of, serious_faults, start_database

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4
NAMES = {
    "long": LONG,
    "marked up": "<b onmouseover=\"document.title='stolen'\">Bo</b> & 'Co' \"Inc\"",
    "right to left": "\u05d3\u05d5\u05d3 \u202eevil\u202c \u0645\u062d\u0645\u062f",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("empty")) as server:
        yield server


class TestAnEmptyLeague:
    @pytest.mark.parametrize(
        ("place", "says"),
        [
            ("", "Bring your tracked games"),
            ("run", "No job has run yet"),
            ("data", "Nothing is published yet"),
            ("corrections", "bring the league's workbook"),
            ("games", "No game is known yet"),
            ("season", "Nothing is published yet"),
            ("player/P1", "Nothing is published yet"),
            ("predictions", "No models yet"),
            ("settings", "No key has been made yet"),
        ],
    )
    def test_each_page_says_what_to_do_first(self, browser: Browser, empty: Server, place: str, says: str) -> None:
        context = browser.new_context(locale="en-US")
        portal = Portal(context.new_page(), empty)
        complaints = complaints_of(portal.page)
        page = portal.open(place)
        expect(page.get_by_text(re.compile(says)).first).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        assert complaints == []
        context.close()
        assert portal.faults == []


@pytest.fixture(scope="module")
def odd(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A league with odd names in it, run but not in any database, with one file that is none."""
    folder = a_league(demo, tmp_path_factory.mktemp("odd"))
    (folder / "raw" / "broken.json").write_text("{", encoding="utf-8")
    with Server(folder) as server:
        start_database(server)
        teams = server.http.get("/api/tables/dim_team", params={"limit": 3}).json()["rows"]
        players = server.http.get(
            "/api/tables/fact_player_season_stats_basic",
            params={"sort": "points.desc", "limit": 3, "game_type": "eq.All"},
        ).json()["rows"]
        for table, key, column, found in (
            ("dim_team", "team_id", "team_name", teams),
            ("dim_player", "player_id", "player_full_name", players),
        ):
            data = [{key: row[key], column: name} for row, name in zip(found, NAMES.values(), strict=True)]
            answer = server.http.post("/api/staging/blb-tables/upload", json={"table_name": table, "data": data})
            assert answer.status_code == 200, answer.text
        server.wait_for(server.trigger(mode="full"), "completed", 120)
        yield server


class TestOddNames:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_they_are_shown_as_they_are_and_break_nothing(self, browser: Browser, odd: Server, width: int) -> None:
        context = browser.new_context(locale="en-US", viewport={"width": width, "height": 800})
        portal = Portal(context.new_page(), odd)
        teams = odd.http.get("/api/tables/dim_team", params={"limit": 3}).json()["rows"]
        for team, name in zip(teams, NAMES.values(), strict=True):
            page = portal.open(f"team/{team['team_id']}")
            expect(page.get_by_role("heading", level=1)).to_contain_text(name)
            fits(page, width)
        for place in ("season", "games", "", "data/dim_player", "corrections/dim_player?search=<b"):
            fits(portal.open(place), width)
        assert page.title() != "stolen"
        assert page.locator("main b").count() == 0
        assert serious_faults(page) == []
        context.close()
        assert portal.faults == []

    @pytest.mark.parametrize("width", [390, 1280])
    def test_a_long_one_can_be_read_whole_where_it_is_corrected(
        self, browser: Browser, odd: Server, width: int
    ) -> None:
        context = browser.new_context(locale="en-US", viewport={"width": width, "height": 800})
        page = Portal(context.new_page(), odd).open(f"corrections/dim_player?search={LONG[:30]}")
        cell = page.get_by_label(re.compile("^player_full_name of"))
        expect(cell).to_have_value(LONG)
        assert cell.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 1")
        box = cell.bounding_box()
        assert box is not None
        assert box["width"] < width * 0.75
        context.close()


def fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


class TestHome:
    def test_it_says_what_is_to_do(self, browser: Browser, odd: Server) -> None:
        context = browser.new_context(locale="en-US")
        portal = Portal(context.new_page(), odd)
        tasks = portal.open().get_by_role("region", name="Wants attention")
        expect(tasks).to_contain_text("1 file could not be used in the last run")
        expect(tasks).to_contain_text("The last run is not on the site yet")
        expect(portal.page.get_by_role("heading", level=1)).to_have_text("Something is wrong")
        odd.wait_for(odd.http.post("/api/ml/train", json={}).json()["job_id"], "completed", 120)
        scored = odd.http.get("/api/games", params={"tracked": True, "limit": 1}).json()[0]
        game = f"/api/games/{scored['game_id']}"
        odd.http.put(game, json={"home_goals": scored["home_goals"] + 1})
        new = {"game_id": 77002, "date": "2027-01-09"} | {key: scored[key] for key in ("home_team", "away_team")}
        assert odd.http.post("/api/games", json=new).status_code == 201
        portal.page.reload()
        expect(tasks).to_contain_text("2 corrections are not published yet")
        expect(tasks).to_contain_text("1 game is not in the tables yet")
        odd.wait_for(odd.trigger(mode="full"), "completed", 120)
        portal.page.reload()
        expect(tasks).to_contain_text("1 tracked game differs from the official score")
        expect(tasks).to_contain_text(re.compile("models have not seen the newest games"))
        context.close()


class TestGoingBack:
    def test_it_asks_first_and_says_what_it_does_then_does_it(self, browser: Browser, odd: Server) -> None:
        before = odd.http.get("/api/snapshots").json()
        context = browser.new_context(locale="en-US")
        page = Portal(context.new_page(), odd).open("run")
        kept = page.get_by_role("region", name="Published leagues", exact=True)
        kept.get_by_role("button", name=re.compile("^Go back to the league of")).last.click()
        expect(page.get_by_role("dialog")).to_contain_text("disappears from the site")
        expect(page.get_by_role("dialog")).to_contain_text("Nothing is deleted")
        assert odd.http.get("/api/snapshots").json() == before
        page.get_by_role("button", name="Go back", exact=True).click()
        expect(page.get_by_text("checked against the database")).to_be_visible()
        now = next(s for s in odd.http.get("/api/snapshots").json() if s["current"])
        assert now["restored_from"] == before[-1]["snapshot_id"]
        assert now["in_warehouse"]
        context.close()
