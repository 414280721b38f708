"""The portal as a volunteer uses it: a real browser, a real server, a demo league."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.server import Server
from tests.portal.conftest import Portal

_PUBLISHED = re.compile("checked against the database")
_PASTE = """(cell, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
_SCRIPT = "<img src=x onerror=document.title='stolen'>"


def run_etl(page: Page, mode: str = "Everything") -> None:
    page.get_by_role("radio", name=re.compile(f"^{mode}")).check()
    page.get_by_role("button", name="Run ETL").click()


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

    def test_search_and_filter_begin_where_the_table_does(self, portal: Portal) -> None:
        portal.page.set_viewport_size({"width": 1280, "height": 800})
        page = portal.open("data/fact_goals")
        search, column = (
            page.get_by_label("Search all text").bounding_box(),
            page.locator("main select").first.bounding_box(),
        )
        assert search is not None
        assert column is not None
        assert column["y"] > search["y"], "they take two lines at this width"
        assert column["x"] == search["x"]

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

    def test_a_run_is_watched_without_asking(self, portal: Portal) -> None:
        page = portal.open("run")
        sockets: list[WebSocket] = []
        asked: list[str] = []
        page.on("websocket", lambda opened: sockets.append(opened))  # noqa: PLW0108 - it wants a Python function
        page.on("request", lambda sent: asked.append(sent.url) if re.search("/etl/(status|logs)/", sent.url) else None)
        run_etl(page, "Try out")
        expect(page.get_by_label("Log")).to_contain_text("Building tables")
        expect(page.get_by_text(re.compile("completed")).first).to_be_visible()
        assert {re.sub(r"[0-9a-f]{32}", "ID", socket.url.partition("/api/")[2]) for socket in sockets} == {
            "etl/ws/ID?version=0",
            "etl/ws/ID?log=0",
        }
        assert asked == []

    def test_a_run_is_watched_where_no_socket_can_be_had(self, portal: Portal) -> None:
        portal.page.route_web_socket(re.compile("/ws/"), lambda socket: socket.close(code=1011))
        page = portal.open("run")
        run_etl(page, "Try out")
        expect(page.get_by_label("Log")).to_contain_text("Building tables")
        expect(page.get_by_text(re.compile("completed")).first).to_be_visible()

    @pytest.mark.parametrize(
        ("path", "body", "shown"),
        [
            ("/api/etl/trigger", {"mode": "test", "options": {"wipe": False}}, "ETL tried out"),
            (
                "/api/upload/to-supabase",
                {"tables": ["dim_team"], "options": {"keep_missing": True}},
                "Publication certain tables",
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

    def test_the_history_is_filtered_and_paged_over_all_jobs(self, portal: Portal, server: Server) -> None:
        def stopped(path: str, body: dict[str, object]) -> None:
            job = server.http.post(path, json=body).json()
            server.http.post(f"/api/etl/cancel/{job['job_id']}")

        stopped("/api/ml/train", {"seed": 9})
        for _ in range(12):
            stopped("/api/etl/trigger", {"mode": "test"})
        total = int(server.http.get("/api/jobs", params={"limit": 1}).headers["X-Total-Count"])
        page = portal.open("run")
        lines = page.get_by_role("region", name="Jobs so far").locator("tbody tr")
        history = page.locator("section").filter(has=page.get_by_role("heading", name="History"))
        expect(history.get_by_text(f"1\u201310 of {total}")).to_be_visible()
        expect(lines.filter(has_text="Training")).to_have_count(0)
        history.get_by_role("button", name="Next").click()
        expect(history.get_by_text(f"11\u2013{min(20, total)} of {total}")).to_be_visible()
        expect(lines.filter(has_text="Training").first).to_be_visible()
        history.get_by_label("Kind").select_option("training")
        history.get_by_label("Outcome").select_option("stopped")
        trainings = server.http.get("/api/jobs", params={"kind": "train", "status": "cancelled"}).json()
        expect(lines).to_have_count(len(trainings))
        history.get_by_label("Kind").select_option("database schema")
        history.get_by_label("Outcome").select_option("failed")
        expect(history.get_by_text("No job fits.")).to_be_visible()

    def test_a_run_can_be_stopped_and_nothing_has_changed(self, portal: Portal, server: Server) -> None:
        before = server.http.get("/api/status").json()["published"]["snapshot_id"]
        page = portal.open("run")
        page.get_by_text("Options", exact=True).first.click()
        page.get_by_label("Forget what was read before").check()
        run_etl(page)
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text(re.compile("cancelled")).first).to_be_visible()
        assert server.http.get("/api/status").json()["published"]["snapshot_id"] == before


class TestCorrections:
    def test_a_corrected_name_is_published_and_cannot_run_a_script(self, portal: Portal) -> None:
        page = portal.open("corrections/dim_player")
        player = page.locator("tbody tr td:nth-child(1)").first.inner_text()
        page.get_by_role("button", name=f"Edit {player}").click()
        page.get_by_role("dialog").get_by_label("player full name", exact=True).fill(_SCRIPT)
        expect(page.get_by_role("dialog").get_by_text("What changes")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("1 not published yet")).to_be_visible()
        page.get_by_role("button", name="Run and publish").click()
        expect(page.get_by_text(_PUBLISHED)).to_be_visible()
        for log in page.get_by_label("Log").all():
            expect(log).not_to_be_empty()
        expect(page.get_by_text("Every correction has been read")).to_be_visible()
        portal.open(f"data/dim_player?player_id=eq.{player}")
        expect(page.get_by_role("region", name="dim_player")).to_contain_text(_SCRIPT)
        assert page.title() != "stolen"
        portal.open("corrections/dim_player")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("0 corrections")).to_be_visible()
        expect(page.get_by_text("1 correction is not published yet")).to_be_visible()  # the script is, still
        page.get_by_role("button", name="Run and publish").click()
        expect(page.get_by_text("Every correction has been read")).to_be_visible()
        portal.open(f"data/dim_player?player_id=eq.{player}")
        expect(page.get_by_role("region", name="dim_player")).not_to_contain_text(_SCRIPT)

    def test_cells_are_typed_and_pasted_as_a_block_seen_and_saved(self, portal: Portal, server: Server) -> None:
        page = portal.open("corrections/dim_player")
        ids = page.locator("tbody tr td:nth-child(1)").all_inner_texts()[:3]
        page.get_by_label(f"current_skill_rating of {ids[0]}").fill("6")
        first = page.get_by_label(f"player_first_name of {ids[1]}")
        first.evaluate(_PASTE, 'Bo\tOtter\nPia\tO\'Wolf "the <b>"\n')
        expect(page.get_by_text("5 cells of 3 rows changed, not saved yet")).to_be_visible()
        page.get_by_role("button", name="See and save").click()
        expect(page.get_by_role("dialog").get_by_role("row").filter(has_text="last name")).to_contain_text(
            [ids[1], ids[2]]
        )
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("3 corrections", exact=True)).to_be_visible()
        staged = server.http.get("/api/staging/blb-tables/dim_player", params={"staged_only": True}).json()["rows"]
        cells = {row["cells"]["player_id"]: row["cells"] for row in staged}
        assert cells[ids[0]]["current_skill_rating"] == "6"
        assert cells[ids[2]]["player_last_name"] == 'O\'Wolf "the <b>"'
        page.get_by_label(f"player_first_name of {ids[1]}").fill("")
        page.get_by_role("button", name="See and save").click()
        expect(page.get_by_role("dialog").get_by_role("row").nth(1)).to_contain_text("empty")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        server.http.delete("/api/staging/blb-tables/dim_player", params={"confirm": True})

    def test_a_whole_name_takes_first_and_last_name_along_unless_it_is_told_not_to(
        self, portal: Portal, server: Server, screenshots: Path | None
    ) -> None:
        blb = "/api/staging/blb-tables/dim_player"
        page = portal.open("corrections/dim_player")
        ids = page.locator("tbody tr td:nth-child(1)").all_inner_texts()[:3]
        page.get_by_label(f"player_full_name of {ids[0]}").fill("Ann Marie Otter")
        page.get_by_label(f"player_last_name of {ids[1]}").fill("Wolf")
        first = page.get_by_label(f"player_first_name of {ids[1]}").input_value()
        page.get_by_role("button", name="See and save").click()
        diff = page.get_by_role("dialog").get_by_role("row")
        expect(diff.filter(has_text="goes with it")).to_have_count(3)
        if screenshots:
            page.screenshot(path=screenshots / "correction.png")
        expect(diff.filter(has_text=re.compile("player first name of .* goes with it"))).to_contain_text("Ann Marie")
        expect(diff.filter(has_text=re.compile("player full name of .* goes with it"))).to_contain_text(f"{first} Wolf")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("2 corrections", exact=True)).to_be_visible()
        names = ("player_full_name", "player_first_name", "player_last_name")
        rows = server.http.get(blb, params={"staged_only": True}).json()["rows"]
        told = {row["cells"]["player_id"]: tuple(row["cells"][c] for c in names) for row in rows}
        assert told == {ids[0]: ("Ann Marie Otter", "Ann Marie", "Otter"), ids[1]: (f"{first} Wolf", first, "Wolf")}
        page.get_by_role("button", name=f"Edit {ids[0]}").click()
        page.get_by_role("dialog").get_by_label("player full name", exact=True).fill("Annie Otter")
        expect(page.get_by_role("dialog").get_by_role("listitem").filter(has_text="goes with it")).to_have_count(1)
        page.get_by_label(re.compile("^Change whole name")).uncheck()
        expect(page.get_by_role("dialog").get_by_text("goes with it")).to_have_count(0)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_label(f"player_full_name of {ids[0]}")).to_have_value("Annie Otter")
        expect(page.get_by_label(f"player_first_name of {ids[0]}")).to_have_value("Ann Marie")
        server.http.delete(blb, params={"confirm": True})

    def test_a_cell_of_a_game_sheet_is_emptied(self, portal: Portal, server: Server) -> None:
        blb = "/api/staging/blb-tables/fact_gameroster"
        row = server.http.get(blb, params={"limit": 1}).json()["rows"][0]["cells"]
        assert row["player_game_number"]
        page = portal.open("corrections/fact_gameroster")
        cell = page.get_by_label(f"player_game_number of {row['game_id']} {row['player_id']}")
        cell.fill("")
        page.get_by_role("button", name="See and save").click()
        expect(page.get_by_role("dialog").get_by_role("row").nth(1)).to_contain_text("empty")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("1 correction", exact=True)).to_be_visible()
        expect(cell).to_have_value("")
        (staged,) = server.http.get(blb, params={"staged_only": True}).json()["rows"]
        assert staged["cells"]["player_game_number"] is None
        assert staged["cells"]["team_name"] == row["team_name"]
        server.http.delete(blb, params={"confirm": True})

    def test_a_row_that_is_taken_back_keeps_its_place(self, portal: Portal, server: Server) -> None:
        blb = "/api/staging/blb-tables"
        before = server.http.get(f"{blb}/dim_player", params={"limit": 2}).json()["rows"]
        ids = [row["cells"]["player_id"] for row in before]
        data = [{"player_id": i, "player_full_name": f"Wrong {i}"} for i in ids]
        server.http.post(f"{blb}/upload", json={"table_name": "dim_player", "data": data})
        page = portal.open("corrections/dim_player?search=")
        first = page.locator("tbody tr").first
        first.get_by_role("button", name=f"Undo {ids[0]}").dblclick()
        expect(first.get_by_text("taken back")).to_be_visible()
        expect(page.get_by_text("1 correction", exact=True)).to_be_visible()
        name = before[0]["cells"]["player_full_name"]
        expect(page.get_by_label(f"player_full_name of {ids[0]}")).to_have_value(name)
        expect(page.get_by_role("button", name=f"Undo {ids[1]}")).to_be_visible()
        staged = server.http.get(f"{blb}/dim_player", params={"staged_only": True}).json()["rows"]
        assert [row["cells"]["player_id"] for row in staged] == ids[1:]
        page.reload()
        expect(page.get_by_text("taken back")).to_have_count(0)
        server.http.delete(f"{blb}/dim_player", params={"confirm": True})

    def test_cells_from_a_spreadsheet_show_what_they_change_before_they_are_saved(self, portal: Portal) -> None:
        page = portal.open("corrections/dim_team")
        team = page.locator("tbody tr td:nth-child(1)").first.inner_text()
        page.get_by_role("button", name="Paste or import").click()
        page.get_by_label(re.compile("Cells copied")).fill(f"team_id\tlong_team_name\n{team}\tThe Long, Long Name")
        page.get_by_role("button", name="See what changes").click()
        expect(page.get_by_text("dim_team: 1 new, 0 changed")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("1 correction", exact=True)).to_be_visible()
        page.get_by_role("button", name=re.compile("Take all back")).click()
        expect(page.get_by_role("dialog")).to_contain_text("deletes 1 correction of")
        page.get_by_role("button", name="Take them back").click()
        expect(page.get_by_text("0 corrections")).to_be_visible()


class TestGames:
    def test_a_game_is_made_changed_and_deleted(self, portal: Portal, server: Server) -> None:
        page = portal.open("games")
        page.get_by_role("button", name="New game").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Game number").fill("77001")
        dialog.get_by_label("Date").fill("2027-01-09")
        names = [team["team_name"] for team in server.http.get("/api/tables/dim_team").json()["rows"]]
        expect(dialog.locator("datalist option")).to_have_count(len(names))
        dialog.get_by_label("Home team").fill(names[0][:-1])
        dialog.get_by_label("Away team").fill(names[1].upper())
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_contain_text(f"did you mean {names[0]}")
        dialog.get_by_label("Home team").fill(names[0])
        dialog.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Edit game 77001").click()
        dialog.get_by_label("Home goals").fill("3")
        dialog.get_by_label("Away goals").fill("1")
        dialog.get_by_label("Ended in").select_option("Overtime")
        dialog.get_by_role("button", name="Save").click()
        made = page.get_by_role("row").filter(has=page.get_by_role("button", name="Edit game 77001"))
        expect(made).to_contain_text(re.compile("3 . 1"))
        expect(made).to_contain_text(names[1])
        game = server.http.get("/api/games/77001").json()
        assert (game["home_goals"], game["last_period_type"]) == (3, "Overtime")
        assert game["season_id"] is not None
        page.get_by_role("button", name="Delete game 77001").click()
        expect(dialog).to_contain_text("leaves the league")
        dialog.get_by_role("button", name="Delete the game").click()
        expect(page.get_by_role("button", name="Delete game 77001")).to_have_count(0)
        assert server.http.get("/api/games/77001").status_code == 404


class TestPredictions:
    @pytest.fixture
    def trained(self, portal: Portal) -> Portal:
        page = portal.open("predictions")
        train = page.get_by_role("button", name="Train the models")
        if train.count():
            train.click()
        expect(page.get_by_role("img", name=re.compile("^home ")).first).to_be_visible(timeout=90_000)
        return portal

    def test_models_are_trained_and_tell_the_odds_of_what_comes(
        self, trained: Portal, server: Server, screenshots: Path | None
    ) -> None:
        page = trained.open()
        expect(page.get_by_role("img", name=re.compile("^home ")).first).to_be_visible()
        if screenshots:
            trained.settle()
            page.screenshot(path=screenshots / "home.png")
        trained.open("predictions")
        games = server.http.get("/api/ml/upcoming").json()["games"]
        expect(page.get_by_role("img", name=re.compile("^home "))).to_have_count(len(games))
        if screenshots:
            page.screenshot(path=screenshots / "predictions.png")
        trained.open(f"game/{games[0]['game_id']}")
        forecast = page.get_by_role("region", name="Forecast")
        expect(forecast).to_contain_text(f"wins with {games[0]['details']['home_win']:.0%}".replace("%", " %"))
        expect(forecast).to_contain_text("Measured on games that the model had not seen")
        if screenshots:
            page.screenshot(path=screenshots / "coming-game.png")

    def test_the_standings_of_regular_games_tell_odds_of_the_playoffs(self, trained: Portal) -> None:
        page = trained.open("season")
        expect(page.get_by_label("Games")).to_have_value("Regular")
        standings = page.get_by_role("region", name="Standings")
        expect(standings.get_by_role("columnheader", name="Playoffs", exact=True)).to_be_visible()
        assert all(shown.endswith(" %") for shown in standings.locator("tbody tr td:last-child").all_inner_texts())

    def test_a_baseline_of_todays_table_is_not_told_as_odds(self, trained: Portal, server: Server) -> None:
        models = server.http.get("/api/ml/models").json()
        baseline = {"method": "standings_today", "is_baseline": True}
        said = [model | baseline if model["name"] == "playoff_probability" else model for model in models]
        teams = len(server.http.get("/api/tables/dim_team", params={"limit": 100}).json()["rows"])
        odds = [{"prediction": {"prediction": float(n < 4)}} for n in range(teams)]
        page = trained.page
        page.route("**/api/ml/models", lambda route: route.fulfill(json=said))
        page.route("**/api/ml/predict/batch", lambda route: route.fulfill(json={"predictions": odds}))
        trained.open("season")
        standings = page.get_by_role("region", name="Standings")
        expect(standings.get_by_role("columnheader", name="Playoffs today")).to_be_visible()
        expect(page.get_by_text("is how the table stands, not odds")).to_be_visible()
        assert set(standings.locator("tbody tr td:last-child").all_inner_texts()) == {"in", "out"}

    def test_a_lead_makes_a_win_likelier(self, trained: Portal, screenshots: Path | None) -> None:
        page = trained.open("predictions/explorer")
        figure = page.locator(".figure strong").first
        tied = figure.inner_text()
        page.get_by_label("Home goals").fill("4")
        page.get_by_label("Home goals").press("Tab")
        expect(figure).not_to_have_text(tied)
        assert float(figure.inner_text().rstrip(" %")) > float(tied.rstrip(" %"))
        if screenshots:
            page.screenshot(path=screenshots / "what-if.png")

    def test_a_player_has_a_forecast_with_how_sure_it_is_and_others_alike(
        self, trained: Portal, server: Server, screenshots: Path | None
    ) -> None:
        most = {"sort": "toi_seconds.desc", "limit": 1}
        skater = server.http.get("/api/tables/fact_player_game_stats", params=most).json()["rows"][0]
        page = trained.open(f"player/{skater['player_id']}")
        forecast = page.get_by_role("region", name="Next game", exact=True)
        expect(forecast).to_contain_text("chance to score")
        expect(forecast).to_contain_text("Nine times in ten")
        expect(page.get_by_role("region", name="Players like this one").get_by_role("link")).to_have_count(5)
        if screenshots:
            trained.settle()
            page.screenshot(path=screenshots / "player.png", full_page=True)
        goalie = server.http.get("/api/tables/fact_goalie_season_stats_basic", params={"limit": 1}).json()["rows"][0]
        trained.open(f"player/{goalie['player_id']}")
        expect(page.get_by_role("region", name="Next game in goal")).to_contain_text("of shots saved")

    def test_a_model_shows_its_calibration(self, trained: Portal, screenshots: Path | None) -> None:
        page = trained.open("predictions/models")
        page.get_by_text("game outcome").click()
        expect(page.locator("details[open] canvas").first).to_be_visible()
        expect(page.get_by_role("region", name="Evaluation")).to_contain_text("lower is better")
        if screenshots:
            page.screenshot(path=screenshots / "models.png", full_page=True)


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
