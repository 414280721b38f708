"""Who asks: credentials read from the headers, the address behind trusted proxies, and what counts as this machine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import DomainError, NotStarted
from api.models.access import Caller
from api.services.access_errors import NO_CREDENTIALS, BadCredentials, ForeignPage, NotLoggedIn, OnThisMachineOnly
from api.services.access_service import THIS_MACHINE, AccessService

Networks = Sequence[IPv4Network | IPv6Network]
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED: Final = frozenset(
    {b"forwarded", b"via", b"x-real-ip", b"cf-connecting-ip", b"true-client-ip", b"x-client-ip", b"x-original-host"}
)
_OF_A_SOCKET: Final = "bearer."
"""A browser cannot give headers to a WebSocket; it offers the sub-protocol `bearer.<token>` instead.

Never the address: addresses are logged, by this server and by every proxy before it. And only a token, which ends by
itself, never a key.
"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say about the sender."""

    key: str | None = None
    token: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    forwarded_for: str | None = None
    is_forwarded: bool = False
    is_malformed: bool = False


class Identity:
    """Puts the caller, or why there is none, and the client's address into the request's state."""

    def __init__(self, app: ASGIApp, trusted_proxies: Networks, origins: Collection[str]) -> None:
        self._app = app
        self._trusted = trusted_proxies
        self._origins = frozenset(origins) - {"*"}
        self._any_origin = "*" in origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] in {"http", "websocket"}:
            envelope = read_envelope(scope["headers"])
            state = scope.setdefault("state", {})
            peer = (scope.get("client") or ("",))[0]
            state["address"] = client_address(peer, envelope.forwarded_for, self._trusted)
            if scope["type"] == "websocket":  # which outlives what let it in
                state["ask_again"] = partial(self._caller, scope, envelope, peer)
            try:
                state["caller"] = await self._caller(scope, envelope, peer)
            except DomainError as refusal:
                state["caller"] = refusal
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope, envelope: Envelope, peer: str) -> Caller:
        access: AccessService | None = getattr(scope["app"].state, "access", None) if "app" in scope else None
        if access is None:
            raise NotStarted("The server is starting; try again in a moment")
        if scope["type"] == "websocket" and not self._may_open_sockets(envelope):
            raise ForeignPage
        if envelope.is_malformed:
            raise BadCredentials("Authorization must be given once, as: Bearer <token>")
        if envelope.key is not None:
            return access.caller_of_key(envelope.key)
        if envelope.token is not None:
            return await access.caller_of_token(envelope.token)
        if not access.is_open:
            raise NotLoggedIn(NO_CREDENTIALS)
        problem = why_not_this_machine(envelope, peer, self._origins)
        if problem is not None:
            raise OnThisMachineOnly(f"This server has no authentication and answers its own machine only: {problem}")
        return THIS_MACHINE

    def _may_open_sockets(self, envelope: Envelope) -> bool:
        """Whether the page that asks may: for WebSockets browsers enforce no CORS, so that is up to the server."""
        return self._any_origin or _are_ours(envelope, self._origins)


def read_envelope(headers: Sequence[tuple[bytes, bytes]]) -> Envelope:
    """What the raw headers say about the sender."""
    found: dict[bytes, list[str]] = {}
    is_forwarded = False
    for name, value in headers:
        if name in _READ:
            found.setdefault(name, []).append(value.decode("latin-1"))
        is_forwarded = is_forwarded or name in _FORWARDED or name.startswith(b"x-forwarded-")
    given = [*found.get(b"authorization", []), *_of_socket(found.get(b"sec-websocket-protocol", []))]
    tokens = [_bearer(value) for value in given]
    keys = [_as_sent(key) for key in found.get(b"x-api-key", [])]
    return Envelope(
        key=keys[0] if keys else None,
        token=tokens[0] if tokens else None,
        hosts=tuple(found.get(b"host", ())),
        origins=tuple(found.get(b"origin", ())),
        forwarded_for=", ".join(found[b"x-forwarded-for"]) if b"x-forwarded-for" in found else None,
        is_forwarded=is_forwarded,
        is_malformed=len(tokens) > 1 or len(keys) > 1 or None in tokens,
    )


_READ: Final = frozenset(
    {b"x-api-key", b"authorization", b"host", b"origin", b"x-forwarded-for", b"sec-websocket-protocol"}
)


def _as_sent(key: str) -> str:
    """The text whose UTF-8 bytes were sent; other bytes stay what they are."""
    try:
        return key.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return key


def _bearer(value: str) -> str | None:
    scheme, _, token = value.strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _of_socket(offered: Sequence[str]) -> list[str]:
    protocols = [part.strip() for value in offered for part in value.split(",")]
    return [f"Bearer {part.removeprefix(_OF_A_SOCKET)}" for part in protocols if part.startswith(_OF_A_SOCKET)]


def client_address(peer: str, forwarded_for: str | None, trusted: Networks) -> str:
    """The nearest address that is no trusted proxy; without trusted proxies, who is connected."""
    if not trusted or forwarded_for is None or not _is_in(peer, trusted):
        return peer
    nearest = peer
    for hop in reversed(forwarded_for.split(",")):
        if not _is_address(hop.strip()):
            return nearest
        nearest = hop.strip()
        if not _is_in(nearest, trusted):
            return nearest
    return nearest


def why_not_this_machine(envelope: Envelope, peer: str, origins: Collection[str]) -> str | None:
    """Why a request without credentials is not from this machine itself; None when it is.

    A tunnel shows in its forwarded headers or in the host, a foreign page in its origin, DNS rebinding in the host.
    """
    if not is_loopback(peer):
        return "the request comes from another"
    if envelope.is_forwarded:
        return "the request came through a proxy"
    if not envelope.hosts or not all(_is_loopback_name(f"http://{host}") for host in envelope.hosts):
        return "the Host header is not this machine's"
    if not _are_ours(envelope, origins):
        return "the page that asks is of another site (CORS_ORIGINS lists those that may)"
    return None


def _are_ours(envelope: Envelope, origins: Collection[str]) -> bool:
    """Whether no page asks, or one of this server or of a site that may."""
    return all(origin in origins or _is_own_origin(origin, envelope.hosts) for origin in envelope.origins)


def _is_own_origin(origin: str, hosts: Sequence[str]) -> bool:
    """Whether a page of this very server asks."""
    return any(origin in {f"http://{host}", f"https://{host}"} for host in hosts)


def _is_loopback_name(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOOPBACK_NAMES
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, IPv4 in IPv6 clothes included."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: Networks) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
