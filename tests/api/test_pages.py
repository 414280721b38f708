"""The portal's files as a browser gets them: what they may ask, how they are kept, how large they come."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.config import Settings
from api.middleware import asked_by_pages
from tests.api.serving import Client, service

PROJECT = "https://abcdefgh.supabase.co"
PUBLIC_KEY = "sb_publishable_4aF0c1"


def may_ask(client: Client) -> list[str]:
    policy = client.get("/portal/").headers["Content-Security-Policy"]
    return next(part.split()[1:] for part in policy.split("; ") if part.startswith("connect-src"))


class TestSignInElsewhere:
    def test_without_a_project_nothing_is_told_and_nothing_else_may_be_asked(self, client: Client) -> None:
        assert client.get("/api/auth/providers").json() == {"supabase": None}
        assert may_ask(client) == ["'self'"]

    def test_a_project_is_told_with_its_public_key_and_may_be_asked(self, tmp_path: Path) -> None:
        project = {"supabase_url": PROJECT, "supabase_service_key": SecretStr("sb_secret_1"), "warehouse": "embedded"}
        with service(tmp_path / "data", **project, supabase_anon_key=PUBLIC_KEY) as client:
            told = client.get("/api/auth/providers").json()
            assert told == {"supabase": {"url": f"{PROJECT}/auth/v1", "anon_key": PUBLIC_KEY}}
            assert may_ask(client) == ["'self'", PROJECT]
        with service(tmp_path / "data", **project) as client:
            assert client.get("/api/auth/providers").json() == {"supabase": None}
            assert may_ask(client) == ["'self'"]

    @pytest.mark.parametrize(
        ("api", "origins"),
        [
            ("https://api.league.example/base", ["https://api.league.example", "wss://api.league.example"]),
            ("http://127.0.0.1:8001", ["http://127.0.0.1:8001", "ws://127.0.0.1:8001"]),
            (None, []),
        ],
    )
    def test_another_api_that_the_page_names_may_be_asked_by_websocket_too(
        self, api: str | None, origins: list[str]
    ) -> None:
        assert asked_by_pages(Settings(_env_file=None), api) == origins


class TestFiles:
    def test_a_browser_keeps_them_and_asks_whether_they_are_new(self, client: Client) -> None:
        first = client.get("/portal/main.js")
        assert first.headers["Cache-Control"] == "no-cache"
        again = client.get("/portal/main.js", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "no-cache"

    def test_a_page_that_is_not_new_keeps_its_policy(self, client: Client) -> None:
        first = client.get("/portal/")
        again = client.get("/portal/", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert "Content-Security-Policy" not in again.headers  # a browser would put it in the place of the page's own

    def test_they_come_compressed_to_whoever_takes_that(self, client: Client) -> None:
        plain = client.get("/portal/main.js", headers={"Accept-Encoding": "identity"})
        packed = client.get("/portal/main.js", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert int(packed.headers["Content-Length"]) < len(plain.content) / 2
        assert packed.content == plain.content

    def test_answers_that_hold_a_secret_or_are_polled_do_not(self, client: Client) -> None:
        for path in ("/api/auth/me", "/api/status", "/api/health"):
            assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip"}).headers
