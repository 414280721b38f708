"""The portal's files on another site than the API's: the page asks the API that its index.html names."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.server import ROOT, Server, free_port
from tests.known_secrets import PORTAL_KEY
from tests.portal.conftest import Portal, a_league

FILES = ROOT / "api" / "portal"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """An API, and the address of the portal on another port, as whoever hosts it there sets it up."""
    folder = tmp_path_factory.mktemp("elsewhere")
    port = free_port()
    with Server(a_league(demo, folder), ADMIN_API_KEY=PORTAL_KEY, CORS_ORIGINS=f"http://127.0.0.1:{port}") as api:
        shutil.copytree(FILES, folder / "site")
        page = (folder / "site" / "index.html").read_text(encoding="utf-8")
        named = page.replace('name="benchsight-api" content=""', f'name="benchsight-api" content="{api.http.base_url}"')
        assert named != page
        (folder / "site" / "index.html").write_text(named, encoding="utf-8")
        serve = partial(Quiet, directory=str(folder / "site"))
        with ThreadingHTTPServer(("127.0.0.1", port), serve) as files:
            threading.Thread(target=files.serve_forever, daemon=True).start()
            yield api, f"http://127.0.0.1:{port}/"
            files.shutdown()


def test_signing_in_running_watching_and_downloading_work_from_there(
    browser: Browser, site: tuple[Server, str]
) -> None:
    api, address = site
    context = browser.new_context(locale="en-US")
    portal = Portal(context.new_page(), api, address)
    page = portal.open()
    page.get_by_label("API key").fill(PORTAL_KEY)
    page.get_by_label("API key").press("Enter")
    expect(page.get_by_text("ADMIN_API_KEY · admin")).to_be_visible()
    portal.open("run")
    page.get_by_role("radio", name="Try out").check()
    page.get_by_role("button", name="Run ETL").click()
    job = page.get_by_role("region", name="ETL job")
    expect(job.get_by_text("completed", exact=True)).to_be_visible()
    expect(job.get_by_label("Log")).to_contain_text("Building tables")
    portal.open("data/dim_team")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    told = api.http.get("/api/tables/dim_team", params={"format": "csv"}, headers={"X-API-Key": PORTAL_KEY})
    assert saved == told.text
    assert download.value.suggested_filename == "dim_team.csv"
    context.close()
    assert portal.faults == []


def test_an_api_that_does_not_list_the_site_is_told_with_what_to_set(
    browser: Browser, site: tuple[Server, str]
) -> None:
    _, address = site
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(address.replace("127.0.0.1", "localhost"))  # another origin to the browser, which the API does not list
    expect(page.get_by_role("alert").first).to_contain_text("CORS_ORIGINS has http://localhost")
    context.close()
