"""A double of the auth interface of a Supabase project over real HTTP: its endpoints, its errors, real signed tokens.

After GoTrue's API (`/token`, `/logout`, `/.well-known/jwks.json`), whose answers differ by the header `apikey`, the
account and the password.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ANON_KEY = "sb_publishable_portal_double"
KEY_ID = "double-1"


@dataclass
class Account:
    """Somebody who may sign in; `role` is theirs in the league, and None where no admin has given one."""

    password: str
    role: str | None
    is_confirmed: bool = True


@dataclass
class SupabaseAuth:
    """The project: its accounts, the refresh tokens that are good, and what it was asked."""

    accounts: dict[str, Account]
    lifetimes: list[int] = field(default_factory=list)
    """Of the next tokens, in seconds; those after them live an hour."""
    asked: list[str] = field(default_factory=list)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    port: int = 0

    @property
    def url(self) -> str:
        """The project's address, as SUPABASE_URL has it."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What the project answers to a request with its own key."""
        match path:
            case "/auth/v1/token?grant_type=password":
                return self._with_password(body)
            case "/auth/v1/token?grant_type=refresh_token":
                email = self.refresh_tokens.pop(body["refresh_token"], None)  # each is good once
                if email is None:
                    return 400, {"code": 400, "error_code": "refresh_token_not_found", "msg": "Invalid Refresh Token"}
                return 200, self._grant(email)
            case "/auth/v1/logout?scope=local":
                self.refresh_tokens.clear()
                return 204, {}
        return 404, {"msg": "not found"}

    def _with_password(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        account = self.accounts.get(body["email"])
        if account is None or account.password != body["password"]:
            return 400, {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}
        if not account.is_confirmed:
            return 400, {"code": 400, "error_code": "email_not_confirmed", "msg": "Email not confirmed"}
        return 200, self._grant(body["email"])

    def _grant(self, email: str) -> dict[str, Any]:
        now = int(time.time())
        role = self.accounts[email].role
        lifetime = self.lifetimes.pop(0) if self.lifetimes else 3600
        claims = {
            "iss": f"{self.url}/auth/v1",
            "aud": "authenticated",
            "sub": f"id-of-{email}",
            "email": email,
            "role": "authenticated",
            "iat": now,
            "exp": now + lifetime,
            "app_metadata": {"role": role} if role else {},
        }
        refresh_token = secrets.token_urlsafe(12)
        self.refresh_tokens[refresh_token] = email
        return {
            "access_token": jwt.encode(claims, self.key, "ES256", {"kid": KEY_ID}),
            "token_type": "bearer",
            "expires_in": lifetime,
            "expires_at": now + lifetime,
            "refresh_token": refresh_token,
            "user": {"email": email},
        }

    def published_keys(self) -> dict[str, Any]:
        """What the project publishes for those who check its tokens."""
        key = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [key | {"kid": KEY_ID, "use": "sig", "alg": "ES256"}]}


@contextmanager
def supabase_auth(accounts: dict[str, Account], **settings: Any) -> Iterator[SupabaseAuth]:
    """The double, on a free port."""
    project = SupabaseAuth(accounts, **settings)

    class Handler(BaseHTTPRequestHandler):
        def _send(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "apikey, authorization, content-type")
            self.end_headers()
            if status != 204:
                self.wfile.write(json.dumps(body).encode())

        def do_OPTIONS(self) -> None:
            self._send(200, {})

        def do_GET(self) -> None:
            self._send(200, project.published_keys())

        def do_POST(self) -> None:
            project.asked.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if self.headers.get("apikey") != ANON_KEY:
                self._send(401, {"message": "No API key found in request"})
            else:
                self._send(*project.answer(self.path, body))

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        project.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield project
        server.shutdown()
