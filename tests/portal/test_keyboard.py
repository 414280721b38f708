"""The portal without a mouse."""

import re

from playwright.sync_api import Page, expect

from tests.portal.conftest import Portal

MOST_STEPS = 150


_FOCUSED = """() => {
    const e = document.activeElement;
    if (e === document.body) return ["", "none"];
    const name = e.getAttribute("aria-label") ?? (e.closest("label") ?? e).textContent.trim();
    return [name, getComputedStyle(e).outlineStyle];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus, which can be seen."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        label, outline = page.evaluate(_FOCUSED)
        if re.match(name, label):
            assert outline != "none"
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def test_from_the_link_to_the_content_over_a_run_to_its_publication(portal: Portal) -> None:
    page = portal.open("run")
    tab_to(page, "To the content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, "Everything")
    tab_to(page, "Run ETL")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="3. What will change on the site")).to_be_visible()
    portal.settle()
    tab_to(page, "Publish$")
    page.keyboard.press("Enter")
    expect(page.get_by_text("checked against the database")).to_be_visible()


def test_a_correction_is_typed_seen_saved_and_taken_back(portal: Portal) -> None:
    page = portal.open("corrections/dim_team")
    team = page.locator("tbody tr td:nth-child(1)").first.inner_text()
    tab_to(page, f"long_team_name of {team}")
    page.keyboard.press("Control+A")
    page.keyboard.type("The Keys")
    tab_to(page, "See and save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("The Keys")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 correction", exact=True)).to_be_visible()
    tab_to(page, f"Undo {team}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 corrections")).to_be_visible()
