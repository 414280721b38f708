"""A server that stops while somebody looks at it."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.e2e.server import Server
from tests.portal.conftest import Portal, a_league, start_database

AWAY = "The server does not answer. Trying again"


def test_it_is_told_and_everything_goes_on_when_the_server_is_back(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    with Server(a_league(demo, tmp_path)) as server:
        start_database(server)
        context = browser.new_context(locale="en-US")
        portal = Portal(context.new_page(), server)
        page = portal.open("corrections/dim_team")
        cell = page.get_by_label("long_team_name of").first
        cell.fill("Half a name")
        server.terminate(30)
        expect(page.get_by_text(AWAY)).to_be_visible()  # by its own look at the server, before anybody clicks
        server.start()
        expect(page.get_by_text(AWAY)).to_have_count(0)
        expect(cell).to_have_value("Half a name")
        server.terminate(30)
        page.goto(f"{portal.address}#season")
        expect(page.get_by_role("alert").first).to_contain_text("The server does not answer")
        server.start()
        expect(page.get_by_role("region", name="Standings")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        context.close()
    assert portal.faults == []
