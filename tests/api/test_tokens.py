"""Tokens: whose are taken, and the attacks on them."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from tests.api.serving import KEY, Client, service
from tests.known_secrets import SHARED_WITH_SUPABASE as SHARED

PROJECT = "https://abcdefgh.supabase.co"
SUPABASE = f"{PROJECT}/auth/v1"
ISSUER = "https://login.example/"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "iss": SUPABASE,
        "aud": "authenticated",
        "sub": "7d4f",
        "email": "ann@league.example",
        "iat": now,
        "exp": now + 600,
        "role": "authenticated",
        "app_metadata": {"role": "scorer"},
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def of_supabase(**changes: Any) -> str:
    return jwt.encode(claims(**changes), SHARED, algorithm="HS256")


def of_issuer(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "rsa-1", **changes: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(iss=ISSUER, aud="benchsight-portal", **changes), key, algorithm, headers)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(algorithm: str, **changes: Any) -> str:
    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims(**changes))}."


def signed_with_the_public_key() -> str:
    head = f"{part({'alg': 'HS256', 'kid': 'rsa-1'})}.{part(claims(iss=ISSUER, aud='benchsight-portal'))}"
    signature = hmac.new(PUBLIC_PEM, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


class IssuerServer(ThreadingHTTPServer):
    """Publishes keys, and counts who asks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = 0
        self.body = b""
        self.publish(("rsa-1", RSA), ("ec-1", EC))

    def publish(self, *keys: tuple[str, Any]) -> None:
        listed: list[dict[str, Any]] = [{"kty": "oct", "kid": "secret", "k": part("x"), "alg": "HS256"}, {"kty": "?"}]
        for kid, key in keys:
            algorithm = (
                jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
            )
            listed.append(algorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"})
        self.body = json.dumps({"keys": listed}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: IssuerServer

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200 if self.server.body else 503)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerServer]:
    with IssuerServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory, issuer: IssuerServer) -> Iterator[Client]:
    with service(
        tmp_path_factory.mktemp("tokens") / "data",
        environment="production",
        admin_api_key=SecretStr(KEY),
        supabase_url=PROJECT,
        supabase_jwt_secret=SecretStr(SHARED),
        jwt_issuer=ISSUER,
        jwt_audience="benchsight-portal",
        jwt_jwks_url=f"http://127.0.0.1:{issuer.server_port}/keys",
    ) as client:
        yield client


def me(client: Client, token: str) -> Any:
    return client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})


ACCOUNTS: dict[str, Callable[[], str]] = {
    "Supabase, shared secret": of_supabase,
    "another issuer, RSA": of_issuer,
    "another issuer, elliptic curve": lambda: of_issuer(EC, "ES256", "ec-1"),
}


@pytest.mark.parametrize("make", ACCOUNTS.values(), ids=ACCOUNTS)
def test_an_account_comes_in_with_the_role_of_its_app_metadata(league: Client, make: Callable[[], str]) -> None:
    known = me(league, make()).json()
    assert (known["name"], known["role"], known["kind"]) == ("ann@league.example", "scorer", "account")


@pytest.mark.parametrize(
    "metadata",
    [
        {"app_metadata": None},
        {"app_metadata": {"role": "owner"}},
        {"app_metadata": {"role": ["admin"]}},
        {"app_metadata": "admin"},
        {"app_metadata": None, "user_metadata": {"role": "admin"}},
        {"app_metadata": None, "role": "admin"},
        {"app_metadata": None, "role": "service_role"},
    ],
    ids=["none", "unknown", "a list", "text", "its own word", "at the top", "Supabase's service role"],
)
def test_an_account_without_a_role_of_ours_may_do_nothing(league: Client, metadata: dict[str, Any]) -> None:
    answer = me(league, of_supabase(**metadata))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low")


NOW = int(time.time())
ATTACKS: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: unsigned("none"),
    "no algorithm, in capitals": lambda: unsigned("NONE"),
    "no algorithm, of the other issuer": lambda: unsigned("none", iss=ISSUER, aud="benchsight-portal"),
    "no signature": lambda: of_supabase().rsplit(".", 1)[0] + ".",
    "the public key as a secret": signed_with_the_public_key,
    "the shared secret for the other issuer": lambda: jwt.encode(
        claims(iss=ISSUER, aud="benchsight-portal"), SHARED, "HS256", {"kid": "rsa-1"}
    ),
    "an RSA key for the shared secret": lambda: jwt.encode(claims(), RSA, "RS256", {"kid": "rsa-1"}),
    "another secret": lambda: jwt.encode(claims(), "x" * 40, "HS256"),
    "another hash": lambda: jwt.encode(claims(), SHARED * 2, "HS512"),
    "another RSA key": lambda: of_issuer(OTHER_RSA),
    "an unknown key id": lambda: of_issuer(kid="rsa-2"),
    "no key id": lambda: of_issuer(kid=None),
    "the id of a secret key": lambda: of_issuer(kid="secret"),
    "an algorithm that is not the key's": lambda: of_issuer(EC, "ES256", "rsa-1"),
    "a key in its own header": lambda: jwt.encode(
        claims(iss=ISSUER, aud="benchsight-portal"),
        OTHER_RSA,
        "RS256",
        {"kid": "x", "jwk": jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_RSA.public_key(), as_dict=True)},
    ),
    "an address of keys in its own header": lambda: jwt.encode(
        claims(iss=ISSUER, aud="benchsight-portal"), OTHER_RSA, "RS256", {"kid": "x", "jku": "http://127.0.0.1:1/"}
    ),
    "another issuer": lambda: of_supabase(iss="https://other.supabase.co/auth/v1"),
    "no issuer": lambda: of_supabase(iss=None),
    "a list of issuers": lambda: f"{part({'alg': 'HS256'})}.{part(claims() | {'iss': [SUPABASE]})}.{part('x')}",
    "our own name": lambda: of_supabase(iss="benchsight", aud="benchsight", sub="ADMIN_API_KEY"),
    "another audience": lambda: of_supabase(aud="anon"),
    "no audience": lambda: of_supabase(aud=None),
    "the other issuer's audience": lambda: of_supabase(aud="benchsight-portal"),
    "expired": lambda: of_supabase(exp=NOW - 3600),
    "without an end": lambda: of_supabase(exp=None),
    "an end that is no number": lambda: f"{part({'alg': 'HS256'})}.{part(claims(exp='never'))}.{part('x')}",
    "not valid yet": lambda: of_supabase(nbf=NOW + 3600),
    "without a subject": lambda: of_supabase(sub=None),
    "changed claims": lambda: ".".join(
        (of_supabase().split(".")[0], part(claims(app_metadata={"role": "admin"})), of_supabase().split(".")[2])
    ),
    "no token": lambda: "benchsight",
    "three dots": lambda: "...",
    "a header that is a list": lambda: f"{part([])}.{part(claims())}.{part('x')}",
    "claims that are a list": lambda: f"{part({'alg': 'HS256'})}.{part([])}.{part('x')}",
    "very deep claims": lambda: f"{part({'alg': 'HS256'})}.{'W1tb' * 1500}.{part('x')}",
    "very long": lambda: of_supabase(padding="x" * 10_000),
    "an API key": lambda: KEY,
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, issuer: IssuerServer) -> Iterator[Client]:
    """A server of its own for each attacker's address budget: thirty failures a minute are allowed."""
    with service(
        tmp_path_factory.mktemp("attacked") / "data",
        environment="production",
        admin_api_key=SecretStr(KEY),
        supabase_url=PROJECT,
        supabase_jwt_secret=SecretStr(SHARED),
        jwt_issuer=ISSUER,
        jwt_audience="benchsight-portal",
        jwt_jwks_url=f"http://127.0.0.1:{issuer.server_port}/keys",
        trusted_proxies="127.0.0.1",
    ) as client:
        yield client


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused(attacked: Client, make: Callable[[], str], request: pytest.FixtureRequest) -> None:
    address = f"203.0.113.{list(ATTACKS.values()).index(make)}"
    headers = {"Authorization": f"Bearer {make()}", "X-Forwarded-For": address}
    answer = attacked.get("/api/auth/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_credentials")


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "bearer ", "", "Token x"])
def test_another_scheme_is_refused(attacked: Client, header: str) -> None:
    answer = attacked.get("/api/auth/me", headers={"Authorization": header, "X-Forwarded-For": "198.51.100.1"})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_credentials")


def test_two_tokens_at_once_are_refused(attacked: Client) -> None:
    headers = [("Authorization", f"Bearer {of_supabase()}")] * 2
    assert attacked.get("/api/auth/me", headers=headers).status_code == 401


def test_invented_key_ids_do_not_make_the_server_ask_again_and_again(league: Client, issuer: IssuerServer) -> None:
    me(league, of_issuer())
    asked = issuer.asked
    for number in range(10):
        me(league, of_issuer(kid=f"invented-{number}"))
    assert issuer.asked - asked <= 1


def test_an_issuer_that_is_down_is_said_to_be(tmp_path: Path) -> None:
    with IssuerServer() as down:
        down.body = b""
        threading.Thread(target=down.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{down.server_port}/"
        with service(tmp_path, jwt_issuer=ISSUER, jwt_audience="benchsight-portal", jwt_jwks_url=url) as client:
            answer = me(client, of_issuer())
            assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unavailable")
        down.shutdown()


class TestLogIn:
    def test_a_key_is_exchanged_for_a_token_that_ends(self, league: Client) -> None:
        given = league.post("/api/auth/token", json={"api_key": KEY}).json()
        assert (given["token_type"], given["role"], given["expires_in"]) == (
            "bearer",
            "admin",
            pytest.approx(3600, abs=2),
        )
        assert me(league, given["access_token"]).json()["kind"] == "token"
        assert me(league, given["access_token"][:-4] + "AAAA").status_code == 401

    def test_it_ends_with_its_key(self, league: Client) -> None:
        admin = {"X-API-Key": KEY}
        made = league.post("/api/auth/keys", json={"name": "guest", "role": "viewer"}, headers=admin).json()
        token = league.post("/api/auth/token", json={"api_key": made["key"]}).json()["access_token"]
        assert me(league, token).json()["role"] == "viewer"
        league.request("DELETE", f"/api/auth/keys/{made['id']}", headers=admin)
        assert me(league, token).status_code == 401
        assert league.post("/api/auth/token", json={"api_key": made["key"]}).status_code == 401

    def test_a_server_does_not_take_the_tokens_of_another(self, league: Client, tmp_path: Path) -> None:
        with service(tmp_path, environment="production", admin_api_key=SecretStr(KEY)) as other:
            token = other.post("/api/auth/token", json={"api_key": KEY}).json()["access_token"]
        assert me(league, token).status_code == 401

    def test_it_answers_no_key_that_was_sent(self, league: Client) -> None:
        answer = league.post("/api/auth/token", json={"api_key": {"secret": KEY}})
        assert answer.status_code == 400
        assert KEY not in answer.text
