"""The public keys of a token issuer: fetched when needed, kept for a while, never waited for by other requests."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from api.services.access_errors import BadCredentials, IssuerDown
from api.utils.logger import logger

if TYPE_CHECKING:
    import httpx
    from jwt import PyJWK

FRESH_SECONDS: Final = 600.0
"""After so long the keys are fetched again; a key that the issuer withdraws is refused from then on."""
STALE_SECONDS: Final = 3600.0
"""So long the last keys serve when the issuer does not answer."""
COOLDOWN_SECONDS: Final = 30.0
"""Time between two fetches for keys that were not found: tokens with invented key ids cost the issuer nothing."""
_FETCH_SECONDS: Final = 5.0
_MOST_BYTES: Final = 256_000
ALGORITHMS: Final = frozenset({"RS256", "ES256", "EdDSA"})
"""What a public key may sign with; a shared secret is never among them."""


class Jwks:
    """The keys at one address; for one event loop."""

    def __init__(
        self,
        url: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._url = url
        self._monotonic = monotonic
        self._transport = transport
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at = self._tried_at = -float("inf")
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> "PyJWK":
        """The key of this id.

        Raises:
            BadCredentials: the issuer has none.
            IssuerDown: its keys cannot be had.
        """
        if kid not in self._keys or self._age() > FRESH_SECONDS:
            async with self._fetching:
                if (kid not in self._keys or self._age() > FRESH_SECONDS) and self._may_try():
                    await self._fetch()
        if self._age() > STALE_SECONDS:
            raise IssuerDown("The issuer of the token does not answer, so the token cannot be checked; try again")
        if kid not in self._keys:
            raise BadCredentials("The token is signed with a key that its issuer does not have")
        return self._keys[kid]

    def _age(self) -> float:
        return self._monotonic() - self._fetched_at

    def _may_try(self) -> bool:
        return self._monotonic() - self._tried_at > COOLDOWN_SECONDS

    async def _fetch(self) -> None:
        import httpx  # noqa: PLC0415 - most servers never ask an issuer

        self._tried_at = self._monotonic()
        try:
            async with (
                asyncio.timeout(_FETCH_SECONDS),
                httpx.AsyncClient(transport=self._transport, timeout=_FETCH_SECONDS) as client,
            ):
                self._keys = _keys_of(await _bounded(client, self._url))
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            logger.warning("issuer_keys_not_fetched", error=type(error).__name__)
        else:
            self._fetched_at = self._monotonic()


async def _bounded(client: "httpx.AsyncClient", url: str) -> bytes:
    """The body at an address; ValueError where it is no answer or too long."""
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        if not answer.is_success:
            raise ValueError("the issuer refuses")
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise ValueError("the answer is too long")
        return bytes(body)


def _keys_of(body: bytes) -> dict[str, "PyJWK"]:
    """The usable keys of a JWKS document by their ids; keys of other kinds are left out."""
    import json  # noqa: PLC0415 - with the fetch

    from jwt import PyJWK  # noqa: PLC0415 - loads cryptography
    from jwt.exceptions import PyJWTError  # noqa: PLC0415

    document: Any = json.loads(body)
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ValueError("the answer is no set of keys")  # noqa: TRY004 - a document that is wrong, not an argument
    keys: dict[str, PyJWK] = {}
    for given in listed:
        try:
            key = PyJWK.from_dict(given)
        except (PyJWTError, ValueError, TypeError, AttributeError, KeyError):
            continue
        if key.key_id and key.algorithm_name in ALGORITHMS and given.get("use", "sig") == "sig":
            keys[key.key_id] = key
    return keys
