"""A real server with a demo league, and a real browser that looks at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from snapshot.layout import DataDir
from tests.demo_league import demo_league
from tests.e2e.server import Server

__all__ = ["demo_league"]  # a fixture of all suites

expect.set_options(timeout=45_000)  # a run and an upload take seconds on a small machine
CHROMIUM = "BENCHSIGHT_TEST_CHROMIUM"
_QUIET = ("no-first-run", "disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update")


def _chromium() -> str:
    found = os.environ.get(CHROMIUM) or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip(f"no Chromium is installed; {CHROMIUM} may say where one is")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has none for root
        flags = [f"--{flag}" for flag in _QUIET]
        chromium = driver.chromium.launch(executable_path=_chromium(), args=[*flags, *sandbox])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo(demo_league: DataDir) -> Path:
    """The demo league's folder, which nobody changes."""
    return demo_league.root


def a_league(demo: Path, folder: Path) -> Path:
    """A copy of the demo league to change."""
    shutil.copytree(demo, folder / "league", symlinks=True)
    return folder / "league"


@pytest.fixture(scope="module")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(a_league(demo, tmp_path_factory.mktemp("portal"))) as running:
        start_database(running)
        yield running


def start_database(server: Server) -> None:
    """Have the embedded database made and started, which a slow machine takes its time for, before anybody waits."""
    server.http.get("/api/staging/blb-tables/dim_player", params={"limit": 1}, timeout=100).raise_for_status()


def serious_faults(page: Page) -> list[str]:
    """What axe finds serious or critical on what is shown."""
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:160]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]


def complaints_of(page: Page) -> list[str]:
    """What the console and the network complain of from now on."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("response", lambda told: found.append(f"{told.status} {told.url}") if told.status >= 400 else None)
    page.on("requestfailed", lambda sent: found.append(f"{sent.failure} {sent.url}"))
    return found


_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Portal:
    """The portal in a browser's tab. `faults` are errors of its scripts and answers that nothing expected."""

    def __init__(self, page: Page, server: Server, address: str | None = None) -> None:
        self.page = page
        self.address = address or f"http://127.0.0.1:{server.port}/portal/"
        self.faults: list[str] = []
        page.set_default_timeout(45_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)

    def open(self, place: str = "") -> Page:
        """A page of the portal, when everything on it is loaded."""
        self.page.goto(f"{self.address}#{place}")
        self.page.evaluate(_TWO_FRAMES)  # after which the page of before is gone
        self.page.locator("h1").first.wait_for()
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until nothing is under way any more.

        Not for the network to be idle: of the first page of a browser that is not always told.
        """
        expect(self.page.locator("main .waiting, .traffic")).to_have_count(0)


@pytest.fixture
def portal(browser: Browser, server: Server) -> Iterator[Portal]:
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="en-US")
    opened = Portal(context.new_page(), server)
    yield opened
    context.close()
    assert opened.faults == []


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """Where screenshots are kept, when they are asked for (the variable says where)."""
    asked = os.environ.get("BENCHSIGHT_TEST_SCREENSHOTS")
    return Path(asked) if asked else None
