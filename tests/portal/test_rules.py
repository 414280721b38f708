"""The league's rules and files, by somebody who has no shell on the server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import Server
from tests.portal.conftest import Portal, a_league, start_database


@pytest.fixture(scope="module")
def hosted(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = a_league(demo, tmp_path_factory.mktemp("hosted"))
    with Server(folder) as running:
        start_database(running)
        yield running


@pytest.fixture
def portal(browser: Browser, hosted: Server) -> Iterator[Portal]:
    context = browser.new_context(locale="en-US", accept_downloads=True)
    opened = Portal(context.new_page(), hosted)
    yield opened
    context.close()
    assert opened.faults == []


def bring(page: Page, text: str, name: str = "league.toml") -> None:
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/toml", "buffer": text.encode()}]
    )


def test_rules_are_taken_home_changed_brought_and_hold_after_a_run(
    portal: Portal, hosted: Server, screenshots: Path | None
) -> None:
    page = portal.open("season")
    expect(page.get_by_text("Points: 2 for a win, 1 for a tie, 0 for a loss")).to_be_visible()
    page.get_by_role("link", name="League rules").click()
    card = page.get_by_role("region", name="League rules")
    with page.expect_download() as taken:
        card.get_by_role("button", name="Download as league.toml").click()
    own = Path(taken.value.path()).read_text(encoding="utf-8")
    assert "win = 2" in own
    assert hosted.http.get("/api/rules").json()["pending"] is False

    portal.open("run")
    bring(page, own.replace("\nwin = 2", "\nwni = 2"))
    line = own.splitlines().index("win = 2") + 1
    expect(page.get_by_text(re.compile(rf"points\.wni: unknown rule.*\(line {line}\)"))).to_be_visible()
    bring(page, own.replace("\nwin = 2", "\nwin = 3"))
    brought = page.get_by_role("listitem").filter(has_text="league rules").first
    expect(brought).to_contain_text("hold from the next run on, for all seasons")
    portal.open("settings")
    expect(card).to_contain_text("The next run goes by other rules than the published league")
    changed = card.locator("tr.staged")
    expect(changed).to_have_count(1)
    expect(changed).to_have_text("Win23")
    if screenshots:
        card.screenshot(path=screenshots / "rules.png")
    hosted.wait_for(hosted.trigger(mode="incremental"), "completed", 120)
    portal.open("season")
    expect(page.get_by_text("Points: 3 for a win, 1 for a tie, 0 for a loss; in overtime 2 and 0")).to_be_visible()


def test_a_file_is_found_and_deleted_after_a_question(portal: Portal, hosted: Server) -> None:
    page = portal.open("run")
    page.get_by_text("Files that are there").first.click()
    files = page.get_by_role("region", name="Files that are there")
    expect(files).to_contain_text("master workbook")
    page.get_by_label("Search").fill("league.toml")
    page.get_by_label("Search").press("Enter")
    expect(files.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Delete league.toml").click()
    expect(page.get_by_role("dialog")).to_contain_text("by the default rules")
    page.get_by_role("button", name="Delete the file").click()
    expect(page.get_by_text("No file fits.")).to_be_visible()
    assert hosted.http.get("/api/rules").json()["has_file"] is False
