"""Why a caller is refused."""

from typing import Final

from api.errors import Conflict, Forbidden, NotFound, TooManyRequests, Unauthenticated, Unavailable
from api.models.access import Role

NO_CREDENTIALS: Final = "Say who you are: an API key in the X-API-Key header, or a token in Authorization: Bearer"


class NotLoggedIn(Unauthenticated):
    """Nobody has said who is asking, or what they said does not hold."""

    def headers(self) -> dict[str, str]:
        """Which scheme is meant."""
        return {"WWW-Authenticate": 'Bearer realm="benchsight"'}


class BadCredentials(NotLoggedIn):
    """The key or the token is unknown, revoked, expired or not meant for this server."""

    code = "bad_credentials"


class RoleTooLow(Forbidden):
    """The caller's role does not allow it."""

    code = "role_too_low"

    def __init__(self, needed: Role, has: Role | None) -> None:
        held = f"yours is {has}" if has else "your account has none here"
        super().__init__(f"This needs the role {needed}; {held}")


class OnThisMachineOnly(Forbidden):
    """The server has no authentication and answers its own machine only, not through proxies or foreign pages."""

    code = "on_this_machine_only"


class ForeignPage(Forbidden):
    """A page of another site asks for a WebSocket, which browsers let any page do."""

    code = "foreign_page"

    def __init__(self) -> None:
        super().__init__("The page that asks is of another site (CORS_ORIGINS lists those that may)")


class TooManyFailures(TooManyRequests):
    """Too many wrong keys came from one address."""

    code = "too_many_failures"


class KeyNotFound(NotFound):
    """There is no such key."""

    code = "key_not_found"


class KeyRevoked(Conflict):
    """The key was revoked before."""

    code = "key_already_revoked"


class AccessStoreDown(Unavailable):
    """Keys cannot be read or written at the moment."""

    code = "access_store_unavailable"


class IssuerDown(Unavailable):
    """The issuer's keys cannot be had, so its tokens cannot be checked."""

    code = "issuer_unavailable"
