"""A server without keys: this machine may use it; no tunnel, no foreign page, no other name."""

from functools import partial
from pathlib import Path

import httpx
import pytest

from api.identity import client_address, is_loopback
from api.main import create_app
from tests.api.serving import ORIGIN, Client, make_settings, service, serving
from tests.networks import networks

FOREIGN = {
    "another host name, as DNS rebinding has it": {"Host": "attacker.example:8000"},
    "a name that only begins like ours": {"Host": "localhost.attacker.example"},
    "a tunnel's name": {"Host": "abcd.ngrok.app"},
    "no proper host": {"Host": "[::1"},
    "a foreign page": {"Origin": "https://attacker.example"},
    "a page without an origin": {"Origin": "null"},
    "a page of another port": {"Origin": "http://localhost:9999"},
    "a proxy": {"X-Forwarded-For": "127.0.0.1"},
    "a proxy by its host": {"X-Forwarded-Host": "localhost"},
    "a proxy by the standard": {"Forwarded": "for=127.0.0.1"},
    "a tunnel": {"CF-Connecting-IP": "127.0.0.1"},
    "a cache": {"Via": "1.1 cache"},
}
OURS = {
    "no origin": {},
    "a listed origin": {"Origin": ORIGIN},
    "a page of this server": {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
    "by address": {"Host": "127.0.0.1:8000"},
    "by address, IPv6": {"Host": "[::1]:8000"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_this_machine_is_refused(client: Client, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/api/status"), ("POST", "/api/etl/trigger")):
        answer = client.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "on_this_machine_only")
    assert client.get("/api/health", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_this_machine_may_do_everything(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/api/auth/me", headers=headers).json()["role"] == "admin"


@pytest.mark.parametrize(
    ("peer", "status"), [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.168.1.7", 403), ("", 403)]
)
def test_another_machine_is_refused(data_dir: Path, peer: str, status: int) -> None:
    app = create_app(make_settings(data_dir))
    with serving(app) as client:
        transport = httpx.ASGITransport(app, client=(peer, 5000))
        elsewhere = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        answer = client._portal.call(partial(elsewhere.get, "/api/status"))
    assert answer.status_code == status


def test_every_origin_at_once_lets_no_foreign_page_in(data_dir: Path) -> None:
    with service(data_dir, cors_origins=("*",)) as client:
        assert client.get("/api/status", headers={"Origin": "https://attacker.example"}).status_code == 403


def test_it_says_that_it_is_open_until_the_first_key_closes_it(client: Client) -> None:
    assert client.get("/api/status").json()["warnings"][0].startswith("No authentication")
    made = client.post("/api/auth/keys", json={"name": "first", "role": "admin"}).json()
    assert client.get("/api/status").status_code == 401
    mine = {"X-API-Key": made["key"]}
    assert not any("authentication" in w for w in client.get("/api/status", headers=mine).json()["warnings"])
    assert client.request("DELETE", f"/api/auth/keys/{made['prefix']}", headers=mine).status_code == 200
    assert client.get("/api/status").status_code == 401  # a key that was lost does not open the server again


def test_a_wrong_key_is_refused_where_none_is_needed(client: Client) -> None:
    assert client.get("/api/status", headers={"X-API-Key": "bsk_wrong"}).status_code == 401


PROXIES = networks("10.0.0.0/8", "2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("10.0.0.1", "203.0.113.7", PROXIES, "203.0.113.7"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.2", PROXIES, "203.0.113.7"),
        ("203.0.113.9", "127.0.0.1", PROXIES, "203.0.113.9"),
        ("10.0.0.1", "203.0.113.7, nonsense", PROXIES, "10.0.0.1"),
        ("10.0.0.1", None, PROXIES, "10.0.0.1"),
        ("127.0.0.1", "203.0.113.7", (), "127.0.0.1"),
        ("2001:db8::1", "10.1.1.1, 10.0.0.1", PROXIES, "10.1.1.1"),
    ],
    ids=["one hop", "an invented hop", "no proxy of ours", "nonsense", "none", "none trusted", "only proxies"],
)
def test_the_address_is_the_nearest_that_is_no_proxy_of_ours(
    peer: str, forwarded: str | None, trusted: tuple, address: str
) -> None:
    assert client_address(peer, forwarded, trusted) == address


def test_what_is_no_address_is_not_this_machine() -> None:
    assert not is_loopback("localhost")
