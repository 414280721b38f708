"""The portal as a volunteer uses it: a real browser, a real server, a demo league."""

import json
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from snapshot.layout import DataDir
from tests.e2e.server import Server
from tests.known_secrets import PORTAL_KEY
from tests.portal.conftest import Portal

PAGES = {
    "home": "",
    "run": "run",
    "data": "data/fact_team_game_stats",
    "corrections": "corrections",
    "games": "games",
    "season": "season",
    "predictions": "predictions",
    "settings": "settings",
}
_PUBLISHED = re.compile("checked against the database")
_SCRIPT = "<img src=x onerror=document.title='stolen'>"


def a_tracked_game(server: Server) -> dict[str, object]:
    game: dict[str, object] = server.http.get("/api/tables/fact_shot_xy", params={"limit": 1}).json()["rows"][0]
    return game


def run_etl(page: Page, mode: str = "Everything") -> None:
    page.get_by_role("radio", name=re.compile(f"^{mode}")).check()
    page.get_by_role("button", name="Run ETL").click()


class TestPages:
    @pytest.mark.parametrize("name", PAGES)
    def test_each_page_shows_itself_without_a_serious_fault(
        self, portal: Portal, name: str, screenshots: Path | None
    ) -> None:
        page = portal.open(PAGES[name])
        expect(page.get_by_role("alert")).to_have_count(0)
        serious = [
            f"{v['id']}: {v['nodes'][0]['html'][:120]}"
            for v in Axe().run(page).response["violations"]
            if v["impact"] in {"serious", "critical"}
        ]
        assert serious == []
        if screenshots:
            page.screenshot(path=screenshots / f"{name}.png")

    def test_a_game_has_its_goals_its_shots_and_its_shifts(
        self, portal: Portal, server: Server, screenshots: Path | None
    ) -> None:
        game = a_tracked_game(server)
        page = portal.open(f"game/{game['game_id']}")
        shots = server.http.get("/api/tables/fact_shot_xy", params={"game_id": f"eq.{game['game_id']}", "limit": 1000})
        located = [s for s in shots.json()["rows"] if s["x_coord"] is not None]
        expect(page.locator("svg.rink circle[fill-opacity]")).to_have_count(len(located))
        expect(page.get_by_role("region", name="Goals")).to_be_visible()
        assert page.locator("svg.shifts rect").count() > 100
        if screenshots:
            page.screenshot(path=screenshots / "game.png", full_page=True)

    def test_home_attacks_to_the_right(self, portal: Portal, server: Server) -> None:
        page = portal.open(f"game/{a_tracked_game(server)['game_id']}")
        home = page.locator("svg.rink circle[fill='#1f6fb5']").evaluate_all("c => c.map(e => e.cx.baseVal.value)")
        assert sum(x > 0 for x in home) > 0.95 * len(home)

    def test_a_team_has_its_plots_with_the_figures_beside_them(
        self, portal: Portal, server: Server, screenshots: Path | None
    ) -> None:
        team = server.http.get("/api/tables/fact_team_season_stats_basic", params={"game_type": "eq.All"}).json()
        row = team["rows"][-1]
        page = portal.open(f"team/{row['team_id']}/{row['season_id']}")
        expect(page.locator("canvas").first).to_be_visible()
        page.get_by_text("The figures as a table").first.click()
        figures = page.get_by_role("region", name=re.compile("Points by date")).locator("tbody tr td:nth-child(2)")
        results = server.http.get(
            "/api/tables/fact_team_results",
            params={"team_id": f"eq.{row['team_id']}", "season_id": f"eq.{row['season_id']}", "limit": 1000},
        ).json()["rows"]
        expect(figures).to_have_count(len(results))
        assert int(figures.last.inner_text()) == sum(result["points"] for result in results) == row["points"]
        if screenshots:
            page.screenshot(path=screenshots / "team.png")

    def test_a_failure_shows_the_detail_and_what_to_do(self, portal: Portal) -> None:
        page = portal.page
        page.goto(f"{portal.address}#game/999999")
        expect(page.get_by_role("alert")).to_contain_text("The league has no game 999999")
        expect(page.get_by_role("alert")).to_contain_text("go back")

    def test_the_root_leads_here(self, server: Server) -> None:
        answer = server.http.get("/", follow_redirects=True)
        assert answer.url.path == "/portal/"
        assert "BenchSight" in answer.text

    def test_it_fits_on_a_phone_and_comes_in_the_dark(self, browser: Browser, server: Server) -> None:
        context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
        portal = Portal(context.new_page(), server)
        page = portal.open("season")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 28)"
        context.close()

    def test_the_first_page_is_small_and_all_from_here(self, portal: Portal) -> None:
        loaded: dict[str, int] = {}
        portal.page.on("response", lambda r: loaded.__setitem__(r.url, int(r.headers.get("content-length", 0))))
        portal.open()
        files = {url: size for url, size in loaded.items() if "/portal/" in url}
        assert all(url.startswith(portal.address.split("/portal")[0]) for url in loaded)
        assert sum(files.values()) < 90_000, files


class TestData:
    def test_rows_are_sorted_filtered_and_searched_by_the_server(self, portal: Portal, server: Server) -> None:
        page = portal.open("data/dim_team")
        page.get_by_role("button", name="team_name", exact=True).click()
        teams = server.http.get("/api/tables/dim_team", params={"sort": "team_name"}).json()["rows"]
        cells = page.get_by_role("region", name="dim_team").locator("tbody tr td:nth-child(2)")
        expect(cells.first).to_have_text(teams[0]["team_name"])
        names = cells.all_inner_texts()
        assert len(names) > 2
        assert names == sorted(names)
        page.get_by_label("Search all text").fill(names[0])
        page.get_by_role("button", name="Search", exact=True).click()
        portal.settle()
        expect(page.get_by_text("1 row", exact=True)).to_be_visible()

    def test_a_figure_says_what_it_was_made_from(self, portal: Portal) -> None:
        page = portal.open("data/fact_player_game_stats?goals=gt.0&sort=goals.desc")
        rows = page.get_by_role("region", name="fact_player_game_stats").locator("tbody tr")
        rows.first.get_by_role("button", name=re.compile(r"^[1-9]")).first.click()
        expect(page.get_by_role("dialog")).to_contain_text("goals")
        portal.settle()
        expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_a_figure_leads_from_formula_to_formula_down_to_the_shots(
        self, portal: Portal, server: Server, screenshots: Path | None
    ) -> None:
        asked = {"sort": "war.desc", "limit": 1}
        best = server.http.get("/api/tables/fact_player_game_stats", params=asked).json()["rows"][0]
        page = portal.open(f"data/fact_player_game_stats?player_game_key=eq.{best['player_game_key']}")
        place = list(best).index("war")
        rows = page.get_by_role("region", name="fact_player_game_stats").locator("tbody tr")
        rows.first.locator("td").nth(place).get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        for column in ("gar_total", "gar_even_strength"):
            dialog.get_by_role("button", name=column, exact=True).click()
            expect(dialog.get_by_role("heading", name=f"fact_player_game_stats · {column}")).to_be_visible()
        expect(dialog).to_contain_text("0.2 * on_ice_xg_even_for")
        portal.settle()
        if screenshots:
            page.screenshot(path=screenshots / "explanation.png")
        dialog.get_by_role("region", name="The rows behind it").get_by_role("button").first.click()
        expect(dialog.get_by_role("heading", name="fact_shots · xg")).to_be_visible()
        expect(dialog).to_contain_text("xg_shot_type")
        dialog.get_by_role("button", name="Back").click()
        expect(dialog.get_by_role("heading", name="fact_player_game_stats · gar_even_strength")).to_be_visible()


class TestRun:
    def test_files_are_recognised_or_refused_with_the_reason(self, portal: Portal, server: Server) -> None:
        tracked = next(f for f in (server.data_dir / "raw").rglob("*.json") if '"events"' in f.read_text())
        page = portal.open("run")
        page.locator("input[type=file]").set_input_files(
            [
                {"name": "new.json", "mimeType": "application/json", "buffer": tracked.read_bytes()},
                {"name": "odd.json", "mimeType": "application/json", "buffer": b"not json"},
            ]
        )
        expect(page.get_by_text(re.compile("tracked game"))).to_be_visible()
        expect(page.get_by_text(re.compile("cannot be used"))).to_be_visible()

    def test_a_run_is_watched_previewed_and_published(self, portal: Portal, screenshots: Path | None) -> None:
        page = portal.open("run")
        run_etl(page)
        expect(page.get_by_role("progressbar", name=re.compile("ETL"))).to_be_visible()
        expect(page.get_by_role("heading", name="3. What will change on the site")).to_be_visible()
        portal.settle()
        expect(page.get_by_label("Log")).to_contain_text("Building tables")
        if screenshots:
            page.screenshot(path=screenshots / "preview.png", full_page=True)
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(_PUBLISHED)).to_be_visible()

    @pytest.mark.parametrize(
        ("path", "body", "shown"),
        [
            ("/api/etl/trigger", {"mode": "test", "options": {"wipe": False}}, "ETL test"),
            (
                "/api/upload/to-supabase",
                {"tables": ["dim_team"], "options": {"keep_missing": True}},
                "Publication tables",
            ),
            ("/api/upload/generate-schema", {"options": {}}, "Database schema"),
            ("/api/ml/train", {"seed": 3}, "Training"),
        ],
        ids=["etl", "upload", "schema", "train"],
    )
    def test_a_job_of_any_kind_runs_again_with_its_options(
        self, portal: Portal, server: Server, path: str, body: dict[str, object], shown: str
    ) -> None:
        first = server.http.post(path, json=body).json()
        server.http.post(f"/api/etl/cancel/{first['job_id']}")
        page = portal.open("run")
        line = page.get_by_role("region", name="Jobs so far").get_by_role("row").filter(has_text=shown).first
        line.get_by_role("button", name="Details").click()
        expect(page.get_by_role("dialog")).to_contain_text(re.compile("stopped|tables|models"))
        page.keyboard.press("Escape")
        with page.expect_response(re.compile(f"{path}$")) as answer:
            line.get_by_role("button", name="Run again").click()
        second = answer.value.json()
        server.http.post(f"/api/etl/cancel/{second['job_id']}")
        assert answer.value.status == 202
        assert second["job_id"] != first["job_id"]
        assert [second[part] for part in ("kind", "mode", "options")] == [
            first[part] for part in ("kind", "mode", "options")
        ]

    def test_a_run_can_be_stopped_and_nothing_has_changed(self, portal: Portal, server: Server) -> None:
        before = server.http.get("/api/status").json()["published"]["snapshot_id"]
        page = portal.open("run")
        page.get_by_label("Forget what was read before").check()
        run_etl(page)
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text(re.compile("cancelled")).first).to_be_visible()
        assert server.http.get("/api/status").json()["published"]["snapshot_id"] == before


class TestCorrections:
    def test_a_corrected_name_is_published_and_cannot_run_a_script(self, portal: Portal) -> None:
        page = portal.open("corrections/dim_player")
        player = page.locator("tbody tr td:nth-child(2)").first.inner_text()
        page.get_by_role("button", name=f"Edit {player}").click()
        page.get_by_role("dialog").get_by_label("player_full_name", exact=True).fill(_SCRIPT)
        expect(page.get_by_role("dialog").get_by_text("What changes")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("1 not published yet")).to_be_visible()
        portal.open("run")
        run_etl(page, "Only if something changed")
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(_PUBLISHED)).to_be_visible()
        portal.open(f"data/dim_player?player_id=eq.{player}")
        expect(page.get_by_role("region", name="dim_player")).to_contain_text(_SCRIPT)
        assert page.title() != "stolen"
        portal.open("corrections/dim_player")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("0 corrections")).to_be_visible()

    def test_cells_from_a_spreadsheet_show_what_they_change_before_they_are_saved(self, portal: Portal) -> None:
        page = portal.open("corrections/dim_team")
        team = page.locator("tbody tr td:nth-child(2)").first.inner_text()
        page.get_by_role("button", name="Paste or import").click()
        page.get_by_label(re.compile("Cells copied")).fill(f"team_id\tlong_team_name\n{team}\tThe Long, Long Name")
        page.get_by_role("button", name="See what changes").click()
        expect(page.get_by_text("dim_team: 1 new, 0 changed")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("1 corrections")).to_be_visible()
        page.get_by_role("button", name=re.compile("Take all back")).click()
        expect(page.get_by_role("dialog")).to_contain_text("deletes all 1 corrections")
        page.get_by_role("button", name="Take them back").click()
        expect(page.get_by_text("0 corrections")).to_be_visible()


class TestGames:
    def test_a_game_is_made_changed_and_deleted(self, portal: Portal, server: Server) -> None:
        page = portal.open("games")
        page.get_by_role("button", name="New game").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Game number").fill("77001")
        dialog.get_by_label("Date").fill("2027-01-09")
        dialog.get_by_label("Home team").select_option(index=1)
        dialog.get_by_label("Away team").select_option(index=2)
        dialog.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Edit game 77001").click()
        dialog.get_by_label("Home goals").fill("3")
        dialog.get_by_label("Away goals").fill("1")
        dialog.get_by_role("button", name="Save").click()
        made = page.get_by_role("row").filter(has=page.get_by_role("button", name="Edit game 77001"))
        expect(made).to_contain_text(re.compile("3 . 1"))
        assert server.http.get("/api/games/77001").json()["home_goals"] == 3
        page.get_by_role("button", name="Delete game 77001").click()
        expect(dialog).to_contain_text("leaves the league")
        dialog.get_by_role("button", name="Delete the game").click()
        expect(page.get_by_role("button", name="Delete game 77001")).to_have_count(0)
        assert server.http.get("/api/games/77001").status_code == 404


class TestPredictions:
    def test_models_are_trained_and_asked(self, portal: Portal, server: Server, screenshots: Path | None) -> None:
        page = portal.open("predictions")
        train = page.get_by_role("button", name="Train the models")
        if train.count():
            train.click()
        expect(page.get_by_role("img", name=re.compile("^home ")).first).to_be_visible(timeout=90_000)
        if screenshots:
            page.screenshot(path=screenshots / "odds.png")
        portal.open("predictions/explorer")
        figure = page.locator(".figure strong").first
        tied = figure.inner_text()
        page.get_by_label("Home goals").fill("4")
        page.get_by_label("Home goals").press("Tab")
        expect(figure).not_to_have_text(tied)
        assert float(figure.inner_text().rstrip(" %")) > float(tied.rstrip(" %"))
        game = server.http.get("/api/ml/upcoming").json()["games"][0]
        portal.open(f"game/{game['game_id']}")
        forecast = page.get_by_role("region", name="Forecast")
        expect(forecast).to_contain_text(f"wins with {game['details']['home_win']:.0%}".replace("%", " %"))
        expect(forecast).to_contain_text("Measured on games that the model had not seen")
        skater = server.http.get("/api/tables/fact_player_season_stats_basic", params={"limit": 1}).json()["rows"][0]
        portal.open(f"player/{skater['player_id']}")
        forecast = page.get_by_role("region", name="Next game", exact=True)
        expect(forecast).to_contain_text("chance to score")
        expect(forecast).to_contain_text("Nine times in ten")
        goalie = server.http.get("/api/tables/fact_goalie_season_stats_basic", params={"limit": 1}).json()["rows"][0]
        portal.open(f"player/{goalie['player_id']}")
        expect(page.get_by_role("region", name="Next game in goal")).to_contain_text("of shots saved")
        portal.open("predictions/models")
        page.get_by_text("game outcome").click()
        expect(page.locator("details[open] canvas").first).to_be_visible()


class TestSignIn:
    def test_a_viewer_reads_and_is_refused_what_changes_the_league(
        self, browser: Browser, demo_league: DataDir, tmp_path: Path
    ) -> None:
        shutil.copytree(demo_league.root, tmp_path / "league", symlinks=True)
        with Server(tmp_path / "league", ADMIN_API_KEY=PORTAL_KEY) as closed:
            admin = {"X-API-Key": PORTAL_KEY}
            made = closed.http.post("/api/auth/keys", json={"name": "A guest", "role": "viewer"}, headers=admin).json()
            context = browser.new_context()
            page = Portal(context.new_page(), closed).open()
            expect(page.get_by_role("alert")).to_contain_text("Sign in under Settings")
            page.get_by_role("link", name="Settings").click()
            page.get_by_label("API key").fill("wrong")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_be_visible()
            page.get_by_label("API key").fill(made["key"])
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("A guest · viewer")).to_be_visible()
            page.get_by_role("link", name="Season").click()
            expect(page.get_by_role("region", name="Standings")).to_be_visible()
            page.get_by_role("link", name="Run", exact=True).click()
            page.get_by_role("button", name="Run ETL").click()
            expect(page.get_by_role("alert")).to_contain_text("Ask an admin")
            context.close()


class TestPortalCalls:
    def test_the_older_portals_calls_work_unchanged(self, server: Server) -> None:
        """The bodies that its JavaScript sends (tests/contract, REST calls)."""
        body = {
            "mode": "incremental",
            "game_ids": None,
            "exclude_game_ids": None,
            "source": "excel",
            "options": {"wipe": False, "validate": True},
        }
        job = server.http.post(
            "/api/etl/trigger", content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert job.status_code == 202
        done = server.wait_for(job.json()["job_id"])
        assert {"status", "progress", "tables_created", "current_step", "errors"} <= done.keys()
        upload = server.http.post(
            "/api/upload/to-supabase", json={"tables": None, "mode": "all", "options": {"clean": True}}
        )
        assert upload.status_code == 202
        assert server.http.get(f"/api/upload/status/{upload.json()['job_id']}").status_code == 200
        schema = server.http.post("/api/upload/generate-schema", json={"options": {}})
        assert schema.status_code == 202
        assert isinstance(server.http.get("/api/etl/history", params={"limit": 5}).json(), list)
        assert server.http.get("/portal/index.html").status_code == 200
        assert server.http.get("/api/status").json()["status"] == "operational"
