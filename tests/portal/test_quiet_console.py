"""A league that was run and never trained: no page asks what the server cannot answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.server import Server
from tests.known_secrets import PORTAL_KEY
from tests.portal.conftest import Portal, a_league, complaints_of, start_database

PLACES = {
    "home": "",
    "run": "run",
    "data": "data",
    "table": "data/fact_player_season_stats_basic",
    **{table: f"corrections/{table}" for table in ("dim_player", "dim_schedule", "fact_gameroster")},
    "games": "games",
    "tracked-game": "game/{game}",
    "coming-game": "game/{coming}",
    "season": "season",
    "team": "team/{team}/{season}",
    "player": "player/{player}",
    "goalie": "player/{goalie}",
    **{f"predictions-{part}": f"predictions/{part}" for part in ("", "explorer", "models")},
    "settings": "settings",
}


@pytest.fixture(scope="module")
def closed(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Asks everybody for a key, as a deployed one does."""
    with Server(a_league(demo, tmp_path_factory.mktemp("quiet")), ADMIN_API_KEY=PORTAL_KEY) as running:
        running.http.headers["X-API-Key"] = PORTAL_KEY
        start_database(running)
        yield running


@pytest.fixture(scope="module")
def people(closed: Server) -> dict[str, object]:
    def first(table: str, **query: object) -> dict[str, Any]:
        found: dict[str, Any] = closed.http.get(f"/api/tables/{table}", params={**query, "limit": 1}).json()["rows"][0]
        return found

    team = first("fact_team_season_stats_basic", game_type="eq.All", sort="season_id.desc")
    return {
        "game": first("fact_shot_xy")["game_id"],
        "coming": closed.http.get("/api/games", params={"played": False, "limit": 1}).json()[0]["game_id"],
        "team": team["team_id"],
        "season": team["season_id"],
        "player": first("fact_player_game_stats")["player_id"],
        "goalie": first("fact_goalie_game_stats")["player_id"],
    }


@pytest.fixture(scope="module", params=["admin", "viewer"])
def signed_in(browser: Browser, closed: Server, request: pytest.FixtureRequest) -> Iterator[Portal]:
    made = closed.http.post("/api/auth/keys", json={"name": request.param, "role": request.param}).json()
    context = browser.new_context(locale="en-US")
    portal = Portal(context.new_page(), closed)
    page = portal.open()
    page.get_by_label("API key").fill(made["key"])
    page.get_by_label("API key").press("Enter")
    page.get_by_text(f"{request.param} · {request.param}").wait_for()
    portal.settle()
    yield portal
    context.close()


@pytest.mark.parametrize("name", PLACES)
def test_nothing_is_complained_of(signed_in: Portal, people: dict[str, object], name: str) -> None:
    assert signed_in.page.evaluate("fetch('/api/status').then((a) => a.status)") == 401, "it asks for a key"
    complaints = complaints_of(signed_in.page)
    signed_in.open("nowhere")  # every page begins anew
    signed_in.open(PLACES[name].format(**people))
    assert complaints == []
    assert signed_in.page.get_by_role("alert").count() == 0
