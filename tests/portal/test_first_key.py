"""The first key of a server that this machine used without one."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.e2e.server import Server
from tests.portal.conftest import Portal, a_league


def test_it_is_an_admins_and_whoever_made_it_signs_in_with_it(browser: Browser, demo: Path, tmp_path: Path) -> None:
    context = browser.new_context(locale="en-US")
    with Server(a_league(demo, tmp_path)) as server:
        portal = Portal(context.new_page(), server)
        page = portal.open("settings")
        expect(page.get_by_text("this machine · admin")).to_be_visible()
        expect(page.get_by_text("The first key closes the server to everybody without a key")).to_be_visible()
        expect(page.get_by_label("Role")).to_have_text("admin")
        expect(page.get_by_label("Role")).to_be_disabled()
        page.get_by_label("For whom or what").fill("Ann")
        page.get_by_role("button", name="Make a key").click()
        key = page.get_by_role("dialog").get_by_label("Key", exact=True).inner_text()
        page.get_by_role("button", name="I have copied it").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.get_by_text("this machine")).to_have_count(0)
        page.get_by_label("API key").fill(key)
        page.get_by_label("API key").press("Enter")
        expect(page.get_by_text("Ann · admin")).to_be_visible()
        expect(page.get_by_label("Role").locator("option")).to_have_count(4)
        assert portal.faults == []
    context.close()
