"""Tokens: our own short-lived ones, and those of the issuers that the server trusts."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from api.models.access import Caller, Role
from api.services.access_errors import BadCredentials
from api.services.jwks import Jwks

OURS: Final = "benchsight"
_LONGEST_TOKEN: Final = 8_192
_LEEWAY_SECONDS: Final = 10
_REQUIRED: Final = ["exp", "iss", "aud", "sub"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are taken: exactly one of a shared secret (HS256) and published keys."""

    name: str
    audience: str
    secret: str | None = field(default=None, repr=False)
    jwks: Jwks | None = None


@dataclass(frozen=True, slots=True)
class OurToken:
    """A token that we have signed, and when it ends."""

    text: str
    expires_at: datetime


class TokenService:
    """Signs our tokens with a secret that lives as long as the process, and checks everybody's."""

    def __init__(
        self, issuers: Sequence[Issuer], *, lifetime: timedelta, now: Callable[[], datetime], secret: str | None = None
    ) -> None:
        self._secret = secret or secrets.token_urlsafe(48)
        ours = self._ours = Issuer(OURS, OURS, self._secret)
        self._issuers: Mapping[str, Issuer] = {issuer.name: issuer for issuer in (*issuers, ours)}
        self._lifetime = lifetime
        self._now = now

    def sign(self, key_id: str, until: datetime | None) -> OurToken:
        """A token for the holder of a key; it ends with the key at the latest."""
        import jwt  # noqa: PLC0415 - loads cryptography, which a server without tokens does not need

        now = self._now()
        expires_at = min(now + self._lifetime, until or datetime.max.replace(tzinfo=UTC)).replace(microsecond=0)
        claims = {"iss": OURS, "aud": OURS, "sub": key_id, "iat": now, "exp": expires_at}
        return OurToken(jwt.encode(claims, self._secret, algorithm="HS256"), expires_at)

    async def verify(self, token: str) -> tuple[Caller, bool]:
        """Who a token stands for, and whether it is one of ours, whose subject is a key's id.

        The algorithm is the issuer's, never the token's own word; issuer, audience and end are checked.

        Raises:
            BadCredentials: it does not hold.
            IssuerDown: the issuer's keys cannot be had.
        """
        import jwt  # noqa: PLC0415 - as above

        if len(token) > _LONGEST_TOKEN:
            raise BadCredentials("The token is too long")
        try:
            header = jwt.get_unverified_header(token)
            claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
            issuer = self._issuers.get(claimed) if isinstance(claimed, str) else None
            if issuer is None:
                raise BadCredentials("The token is of an issuer that this server does not know")
            claims = await _checked(token, header, issuer)
        except jwt.ExpiredSignatureError as error:
            raise BadCredentials("The token has expired; log in again") from error
        except jwt.ImmatureSignatureError as error:
            raise BadCredentials(
                "The token is not valid yet, as if the clock had been set back; log in again"
            ) from error
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise BadCredentials("The token does not hold") from error
        return _caller(claims), issuer is self._ours


async def _checked(token: str, header: Mapping[str, Any], issuer: Issuer) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 - as above

    key: Any = issuer.secret
    algorithms = ["HS256"]
    if issuer.jwks is not None:
        kid = header.get("kid")
        if not isinstance(kid, str) or header.get("alg") in {None, "none", "HS256", "HS384", "HS512"}:
            raise BadCredentials("The token is not signed as its issuer signs")
        key = await issuer.jwks.key(kid)
        algorithms = [key.algorithm_name]
    return jwt.decode(
        token,
        key,
        algorithms=algorithms,
        issuer=issuer.name,
        audience=issuer.audience,
        leeway=_LEEWAY_SECONDS,
        options={"require": _REQUIRED},
    )


def _caller(claims: Mapping[str, Any]) -> Caller:
    """The account that the claims name. Its role is in `app_metadata`, which its holder cannot edit."""
    metadata = claims.get("app_metadata")
    given = metadata.get("role") if isinstance(metadata, Mapping) else None
    role = Role(given) if isinstance(given, str) and given in set(Role) else None
    subject = str(claims["sub"])[:200]
    email = claims.get("email")
    return Caller(
        id=f"account:{subject}",
        name=email[:200] if isinstance(email, str) and email else subject,
        role=role,
        kind="account",
        expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
    )
