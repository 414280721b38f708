"""Every page as it is shown: complete, readable by all, on a phone and in the dark; and with odd data."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.server import Server
from tests.portal.conftest import Portal, serious_faults

PAGES = {
    "home": "",
    "run": "run",
    "data": "data",
    "table": "data/fact_team_game_stats",
    "corrections": "corrections",
    "games": "games",
    "game": "game/{game}",
    "coming-game": "game/{coming}",
    "season": "season",
    "team": "team/{team}/{season}",
    "player": "player/{player}",
    "predictions": "predictions",
    "settings": "settings",
    "not-there": "game/999999",
}
PICTURED = PAGES.keys() - {
    "not-there",
    "home",
    "coming-game",
    "player",
    "predictions",
}  # the others once models are trained
_ROOM_AROUND = "e => { const { top, bottom } = e.getBoundingClientRect(); return [top, innerHeight - bottom]; }"
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def rows(server: Server, table: str, **query: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.http.get(f"/api/tables/{table}", params=query).json()["rows"]
    return found


@pytest.fixture(scope="module")
def people(server: Server) -> dict[str, object]:
    """Ids of the league for the addresses of pages."""
    team = rows(server, "fact_team_season_stats_basic", game_type="eq.All", sort="season_id.desc", limit=1)[0]
    skater = rows(server, "fact_player_game_stats", sort="toi_seconds.desc", limit=1)[0]
    coming = server.http.get("/api/games", params={"played": False, "limit": 1}).json()[0]
    return {
        "game": rows(server, "fact_shot_xy", limit=1)[0]["game_id"],
        "coming": coming["game_id"],
        "team": team["team_id"],
        "season": team["season_id"],
        "player": skater["player_id"],
    }


class TestEachPage:
    @pytest.mark.parametrize("look", LOOKS)
    @pytest.mark.parametrize("name", PAGES)
    def test_it_shows_itself_to_everybody(
        self,
        browser: Browser,
        server: Server,
        people: dict[str, object],
        name: str,
        look: str,
        screenshots: Path | None,
    ) -> None:
        context = browser.new_context(locale="en-US", **LOOKS[look])
        portal = Portal(context.new_page(), server)
        page = portal.open(PAGES[name].format(**people))
        expect(page.get_by_role("alert")).to_have_count(1 if name == "not-there" else 0)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        first = page.locator("main :is(h1, h2)").first.evaluate("e => e.tagName")
        assert first == "H1"
        assert page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look]["viewport"]["width"]
        assert serious_faults(page) == []
        if screenshots and (name in PICTURED if look == "desktop" else name in {"home", "game"}):
            suffix = "" if look == "desktop" else f"-{look}"
            page.screenshot(path=screenshots / f"{name}{suffix}.png", full_page=name in {"game", "team", "player"})
        context.close()
        assert portal.faults == []

    @pytest.mark.parametrize("look", LOOKS)
    def test_dialogs_and_what_opens_are_for_everybody_too(self, browser: Browser, server: Server, look: str) -> None:
        context = browser.new_context(locale="en-US", **LOOKS[look])
        portal = Portal(context.new_page(), server)
        for place, opener in (
            ("corrections/dim_player", re.compile("^Edit P")),
            ("corrections/dim_team", "Paste or import"),
            ("games", "New game"),
            ("games", re.compile("^Delete game")),
            ("settings", re.compile("Run it on the database")),
        ):
            page = portal.open(place)
            page.get_by_role("button", name=opener).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            top, bottom = page.get_by_role("dialog").evaluate(_ROOM_AROUND)
            assert abs(top - bottom) <= 1, f"{place}: it is not in the middle"
            assert serious_faults(page) == [], place
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
        page = portal.open("data/fact_player_season_stats_basic?goals=gt.0&game_type=eq.All")
        page.get_by_role("region", name="fact_player").get_by_role("button", name=re.compile(r"^0\.")).first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Formula:")
        assert serious_faults(page) == []
        context.close()


class TestAGame:
    def test_it_has_its_goals_its_shots_and_its_shifts(
        self, portal: Portal, server: Server, people: dict[str, object]
    ) -> None:
        page = portal.open(f"game/{people['game']}")
        shots = rows(server, "fact_shot_xy", game_id=f"eq.{people['game']}", limit=1000)
        located = [s for s in shots if s["x_coord"] is not None]
        expect(page.locator("svg.rink circle.shot")).to_have_count(len(located))
        goals = rows(server, "fact_goals", game_id=f"eq.{people['game']}")
        expect(page.get_by_role("region", name="Goals").locator("tbody tr")).to_have_count(len(goals))
        assert page.locator("svg.shifts rect").count() > 100

    def test_home_attacks_to_the_right(self, portal: Portal, people: dict[str, object]) -> None:
        page = portal.open(f"game/{people['game']}")
        home = page.locator("svg.rink circle.shot.home").evaluate_all("c => c.map(e => e.cx.baseVal.value)")
        assert sum(x > 0 for x in home) > 0.95 * len(home)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_lines_and_marks_stand_out_from_the_ice_and_the_ice_is_dark_in_the_dark(
        self, browser: Browser, server: Server, people: dict[str, object], scheme: Literal["light", "dark"]
    ) -> None:
        context = browser.new_context(locale="en-US", color_scheme=scheme)
        page = Portal(context.new_page(), server).open(f"game/{people['game']}")

        def luminance(selector: str, side: str) -> float:
            colour = page.locator(f"svg.rink {selector}").first.evaluate(f"e => getComputedStyle(e).{side}")
            channels = [int(part) / 255 for part in re.findall(r"\d+", colour)]
            assert len(channels) == 3, f"{colour} is not opaque"
            linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
            return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

        ice = luminance(".ice", "fill")
        assert (ice < 0.1) == (scheme == "dark")
        for selector, side in (
            (".red", "stroke"),
            (".blue", "stroke"),
            (".ice", "stroke"),
            (".shot.home", "fill"),
            (".shot.away", "fill"),
            (".shot.goal", "stroke"),
        ):
            light, dark = sorted((ice, luminance(selector, side)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3, f"{selector} {side} hardly stands out (WCAG 2.2, 1.4.11)"
        context.close()

    def test_one_that_is_not_there_says_so_and_what_to_do(self, portal: Portal) -> None:
        page = portal.open("game/999999")
        expect(page.get_by_role("alert")).to_contain_text("The league has no game 999999")
        expect(page.get_by_role("alert")).to_contain_text("go back")


class TestAComingGame:
    def test_it_has_both_teams_so_far_and_how_they_met(
        self, portal: Portal, server: Server, people: dict[str, object]
    ) -> None:
        game = server.http.get(f"/api/games/{people['coming']}").json()
        home, away = game["home_team_id"], game["away_team_id"]
        page = portal.open(f"game/{people['coming']}")
        season = {"season_id": f"eq.{game['season_id']}"}
        lines = page.get_by_role("region", name="Season so far").locator("tbody tr")
        for line, team_id in zip(lines.all(), (home, away), strict=True):
            query = {**season, "team_id": f"eq.{team_id}", "game_type": "eq.All"}
            (team,) = rows(server, "fact_team_season_stats_basic", **query)
            expect(line).to_contain_text(team["team_name"])
            expect(line.locator("td").nth(5)).to_have_text(str(team["points"]))
        met = [
            found
            for sides in ((home, away), (away, home))
            for found in rows(
                server, "dim_schedule", **season, home_team_id=f"eq.{sides[0]}", away_team_id=f"eq.{sides[1]}"
            )
            if found["home_total_goals"] is not None
        ]
        assert met, "the league is old enough"
        expect(page.get_by_role("region", name="How they met").locator("tbody tr")).to_have_count(len(met))


class TestATeam:
    def test_its_plots_have_their_figures_beside_them(
        self, portal: Portal, server: Server, people: dict[str, object]
    ) -> None:
        page = portal.open(f"team/{people['team']}/{people['season']}")
        expect(page.locator("canvas").first).to_be_visible()
        page.get_by_text("The figures as a table").first.click()
        figures = page.get_by_role("region", name=re.compile("Points by date")).locator("tbody tr td:nth-child(2)")
        own = {"team_id": f"eq.{people['team']}", "season_id": f"eq.{people['season']}"}
        results = rows(server, "fact_team_results", limit=1000, **own)
        (total,) = rows(server, "fact_team_season_stats_basic", game_type="eq.All", **own)
        expect(figures).to_have_count(len(results))
        assert int(figures.last.inner_text()) == sum(result["points"] for result in results) == total["points"]


class TestAPlayer:
    def test_seasons_are_named_as_people_name_them_and_points_add_up(
        self, portal: Portal, server: Server, people: dict[str, object]
    ) -> None:
        page = portal.open(f"player/{people['player']}")
        seasons = rows(
            server,
            "fact_player_season_stats_basic",
            player_id=f"eq.{people['player']}",
            game_type="eq.All",
            sort="season_id.desc",
        )
        newest = seasons[0]["season"]
        line = page.get_by_role("region", name="Seasons", exact=True).locator("tbody tr").first
        expect(line).to_contain_text(f"{newest[:4]}-{newest[6:]}")
        expect(page.get_by_text(newest)).to_have_count(0)
        page.get_by_text("The figures as a table").first.click()
        figures = page.get_by_role("region", name="Points so far this season").locator("tbody tr td:nth-child(2)")
        assert int(figures.last.inner_text()) == seasons[0]["points"]


class TestFiles:
    def test_the_root_leads_here(self, server: Server) -> None:
        answer = server.http.get("/", follow_redirects=True)
        assert answer.url.path == "/portal/"
        assert "BenchSight" in answer.text

    def test_the_first_page_is_small_and_all_from_here(self, portal: Portal) -> None:
        loaded: dict[str, int] = {}
        portal.page.on("response", lambda r: loaded.__setitem__(r.url, int(r.headers.get("content-length", 0))))
        portal.open()
        files = {url: size for url, size in loaded.items() if "/portal/" in url}
        assert all(url.startswith(portal.address.split("/portal")[0]) for url in loaded)
        assert sum(files.values()) < 45_000, files

    def test_what_home_imports_is_fetched_at_once(self, portal: Portal) -> None:
        page = portal.open()
        named = page.locator("link[rel=modulepreload]").evaluate_all("links => links.map(link => link.href)")
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').map(e => e.name).filter(n => n.endsWith('.js'))"
        )
        assert set(named) == {name for name in loaded if not name.endswith("main.js")}

    def test_it_shows_itself_again_when_it_is_loaded_again(self, portal: Portal) -> None:
        page = portal.open("season")
        page.reload()
        expect(page.get_by_role("region", name="Standings")).to_be_visible()

    def test_a_page_that_does_not_exist_says_so(self, portal: Portal) -> None:
        page = portal.open("nothing%of%this")
        expect(page.get_by_role("heading", level=1)).to_contain_text("There is no page")
