"""Signing in: with a key, and with e-mail and password at a Supabase project; and being refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import Server
from tests.known_secrets import PASSWORD, PORTAL_KEY
from tests.portal.conftest import Portal, a_league
from tests.portal.supabase_auth import ANON_KEY, Account, SupabaseAuth, supabase_auth


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseAuth]:
    accounts = {
        "ann@league.example": Account(PASSWORD, "operator"),
        "new@league.example": Account(PASSWORD, None),
        "odd@league.example": Account(PASSWORD, "viewer", is_confirmed=False),
    }
    with supabase_auth(accounts) as running:
        yield running


@pytest.fixture(scope="module")
def closed(demo: Path, project: SupabaseAuth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets in those with a key, and those whom the project knows."""
    settings = {"SUPABASE_URL": project.url, "SUPABASE_SERVICE_KEY": "not used", "WAREHOUSE": "embedded"}
    folder = a_league(demo, tmp_path_factory.mktemp("closed"))
    with Server(folder, ADMIN_API_KEY=PORTAL_KEY, SUPABASE_ANON_KEY=ANON_KEY, **settings) as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, closed: Server) -> Iterator[Portal]:
    context = browser.new_context(locale="en-US")
    portal = Portal(context.new_page(), closed)
    yield portal
    context.close()
    assert portal.faults == []


_FORBIDDEN = re.compile(
    "^(Run ETL|Run again|Run and publish|Go back|New game|Edit|Delete|New row|Paste|Undo|Train|Write the schema|Stop)"
)


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def stored(page: Page) -> str:
    kept: str = page.evaluate("JSON.stringify([{...localStorage}, document.cookie])")
    return kept


class TestWithSupabaseAuth:
    def test_who_is_known_gets_to_the_page_that_they_wanted(
        self, visitor: Portal, project: SupabaseAuth, screenshots: Path | None
    ) -> None:
        page = visitor.open("season")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        if screenshots:
            page.screenshot(path=screenshots / "sign-in.png")
        sign_in(page, "ann@league.example")
        expect(page.get_by_role("region", name="Standings")).to_be_visible()
        expect(page.get_by_text("ann@league.example · operator")).to_be_visible()
        assert stored(page) == '[{},""]'
        assert PASSWORD not in page.evaluate("JSON.stringify({...sessionStorage})")
        visitor.open("settings")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert page.evaluate("sessionStorage.length") == 0
        assert project.asked[-1] == "/auth/v1/logout?scope=local"

    @pytest.mark.parametrize(
        ("email", "password", "says", "advises"),
        [
            ("ann@league.example", "wrong", "e-mail address or the password is wrong", "reset"),
            ("odd@league.example", PASSWORD, "not confirmed", "Follow the link"),
            ("new@league.example", PASSWORD, "role", "app_metadata"),
        ],
        ids=["wrong password", "not confirmed", "no role"],
    )
    def test_who_is_not_is_told_why_and_nothing_is_kept(
        self, visitor: Portal, email: str, password: str, says: str, advises: str
    ) -> None:
        page = visitor.open()
        sign_in(page, email, password)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(says)
        expect(alert).to_contain_text(advises)
        assert page.evaluate("sessionStorage.length") == 0

    def test_a_token_is_renewed_before_it_ends_and_once_it_is_refused(
        self, visitor: Portal, project: SupabaseAuth
    ) -> None:
        page = visitor.open()
        project.lifetimes = [30]  # less than the minute before its end at which the portal renews
        sign_in(page, "ann@league.example")
        expect(page.get_by_text("ann@league.example · operator")).to_be_visible()
        visitor.open("games")
        expect(page.get_by_role("region", name="Games")).to_be_visible()
        renewal = "/auth/v1/token?grant_type=refresh_token"
        assert project.asked.count(renewal) == 1  # by many requests at once
        page.evaluate(
            """key => {
            const kept = JSON.parse(sessionStorage.getItem(key));
            sessionStorage.setItem(key, JSON.stringify({ ...kept, token: kept.token + "x" }));
        }""",
            "benchsight-credentials",
        )
        visitor.open("season")
        expect(page.get_by_role("region", name="Standings")).to_be_visible()
        assert project.asked.count(renewal) > 1

    def test_a_session_that_was_ended_there_asks_to_sign_in_again(self, visitor: Portal, project: SupabaseAuth) -> None:
        page = visitor.open()
        project.lifetimes = [61]  # a second, then the portal would renew it
        sign_in(page, "ann@league.example")
        expect(page.get_by_text("ann@league.example · operator")).to_be_visible()
        project.refresh_tokens.clear()
        page.wait_for_timeout(1_500)
        page.goto(f"{visitor.address}#games")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    def test_a_project_that_does_not_answer_is_told_from_a_server_that_does_not(self, visitor: Portal) -> None:
        page = visitor.open()
        page.route(re.compile("/auth/v1/token"), lambda route: route.abort())
        sign_in(page, "ann@league.example")
        expect(page.get_by_role("alert")).to_contain_text("Supabase Auth does not answer")


def key_of(server: Server, name: str, role: str) -> str:
    """A new key of this role."""
    wanted = {"name": name, "role": role}
    made = server.http.post("/api/auth/keys", json=wanted, headers={"X-API-Key": PORTAL_KEY})
    key: str = made.json()["key"]
    return key


def enter(page: Page, key: str) -> None:
    page.get_by_text("Use an API key").click()
    page.get_by_label("API key").fill(key)
    page.get_by_label("API key").press("Enter")


class TestRoles:
    """Nobody is offered what the server would refuse, and nothing is asked that it would."""

    def test_a_viewer_is_told_who_may_and_asks_nothing_forbidden(self, visitor: Portal, closed: Server) -> None:
        refused: list[str] = []
        visitor.page.on("response", lambda told: refused.append(told.url) if told.status == 403 else None)
        page = visitor.open()
        enter(page, key_of(closed, "A reader", "viewer"))
        expect(page.get_by_text("A reader · viewer")).to_be_visible()
        visitor.settle()
        for place, needs in (
            (
                "run",
                ["To bring files you need the role scorer", "To run the ETL and publish you need", "To go back you"],
            ),
            ("corrections", ["To see and make corrections you need the role operator; yours is viewer"]),
            ("games", ["To enter or change games you need the role operator"]),
            ("predictions", ["To train the models you need the role operator"]),
            ("settings", []),
            ("", []),
        ):
            page.locator(f"header nav a[href='#{place}']").click()
            visitor.settle()
            for sentence in needs:
                expect(page.get_by_text(sentence)).to_be_visible()
            for kind in ("button", "link"):
                expect(page.locator("main").get_by_role(kind, name=_FORBIDDEN)).to_have_count(0)
        page.locator("header nav a[href='#season']").click()
        page.get_by_role("region", name="Leaders in Points").get_by_role("link").first.click()
        expect(page.locator("h1")).to_be_visible()
        visitor.settle()
        expect(page.get_by_role("link", name="Correct this player")).to_have_count(0)
        page.reload()
        visitor.settle()
        assert refused == []

    def test_a_scorer_brings_tracked_games_and_no_more(self, visitor: Portal, closed: Server) -> None:
        page = visitor.open("run")
        enter(page, key_of(closed, "A scorer", "scorer"))
        expect(
            page.get_by_text("To run the ETL and publish you need the role operator; yours is scorer")
        ).to_be_visible()
        expect(page.get_by_text("The master workbook and the rules are brought by operators")).to_be_visible()
        page.locator("input[type=file]").set_input_files(
            {"name": "x.json", "mimeType": "application/json", "buffer": b"{"}
        )
        expect(page.get_by_text("not taken")).to_be_visible()
        expect(page.get_by_text("This needs the role")).to_have_count(0)
        page.get_by_text("Files that are there").first.click()
        expect(page.get_by_role("region", name="Files that are there")).to_contain_text("master workbook")
        expect(page.get_by_role("button", name=re.compile("^Delete"))).to_have_count(0)
        rules = {"name": "league.toml", "mimeType": "application/toml", "buffer": b"playoff_places = 2"}
        page.locator("input[type=file]").set_input_files(rules)
        expect(page.get_by_text("not taken")).to_have_count(2)

    def test_an_operator_edits_games_that_only_an_admin_deletes(self, visitor: Portal, closed: Server) -> None:
        page = visitor.open("games")
        enter(page, key_of(closed, "An operator", "operator"))
        expect(page.get_by_role("button", name=re.compile("^Edit game")).first).to_be_enabled()
        delete = page.get_by_role("button", name=re.compile("^Delete game")).first
        expect(delete).to_be_disabled()
        expect(delete).to_have_attribute("title", "To delete a game you need the role admin")
        page.locator("header nav a[href='#season']").click()
        page.get_by_role("region", name="Leaders in Points").get_by_role("link").first.click()
        expect(page.get_by_role("link", name="Correct this player")).to_be_visible()


class TestWithAKey:
    def test_a_wrong_one_is_refused_and_a_right_one_counts_for_sockets_too(
        self, visitor: Portal, closed: Server
    ) -> None:
        admin = {"X-API-Key": PORTAL_KEY}
        key = key_of(closed, "A guest", "viewer")
        page = visitor.open()
        page.get_by_text("Use an API key").click()
        page.get_by_label("API key").fill("wrong")
        page.get_by_label("API key").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("This API key is not known")
        page.get_by_label("API key").fill(key)
        page.get_by_label("API key").press("Enter")
        expect(page.get_by_text("A guest · viewer")).to_be_visible()
        page.get_by_role("link", name="Season", exact=True).click()
        expect(page.get_by_role("region", name="Standings")).to_be_visible()
        closed.http.post("/api/etl/trigger", json={"mode": "full", "options": {"wipe": True}}, headers=admin)
        with page.expect_websocket() as watched:
            page.get_by_role("link", name="Home", exact=True).click()
        told = watched.value.wait_for_event("framereceived")
        assert json.loads(told)["type"] in {"job", "log"}, "the log-in counts for sockets too"
        assert "bearer" not in watched.value.url

    def test_a_token_of_a_trusted_issuer_is_taken(self, visitor: Portal, project: SupabaseAuth) -> None:
        _, grant = project.answer(
            "/auth/v1/token?grant_type=password", {"email": "ann@league.example", "password": PASSWORD}
        )
        page = visitor.open()
        page.get_by_text("Use an access token").click()
        page.get_by_label("Access token").fill(grant["access_token"])
        page.get_by_role("button", name="Use this token").click()
        expect(page.get_by_text("ann@league.example · operator")).to_be_visible()

    def test_an_admin_makes_a_key_that_is_shown_once_and_revokes_it(self, visitor: Portal) -> None:
        page = visitor.open()
        page.get_by_text("Use an API key").click()
        page.get_by_label("API key").fill(PORTAL_KEY)
        page.get_by_label("API key").press("Enter")
        expect(page.get_by_text("ADMIN_API_KEY · admin")).to_be_visible()
        visitor.open("settings")
        page.get_by_label("For whom or what").fill("the rink's tablet")
        page.get_by_role("button", name="Make a key").click()
        expect(page.get_by_role("dialog").get_by_label("Key", exact=True)).to_contain_text("bsk_")
        page.get_by_role("button", name="I have copied it").click()
        page.get_by_role("button", name="Revoke the key for the rink's tablet").click()
        expect(page.get_by_role("dialog")).to_contain_text("cannot be undone")
        page.get_by_role("button", name="Revoke it").click()
        row = page.get_by_role("region", name="Keys").get_by_role("row").filter(has_text="the rink's tablet")
        expect(row).to_contain_text("revoked")
        page.get_by_text("Who did what").click()
        expect(page.get_by_role("region", name="Who did what").get_by_role("row").nth(1)).to_contain_text("revoke key")
