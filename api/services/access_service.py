"""Who is asking: keys and tokens to callers, from memory, so that a request waits for no file."""

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.models.access import Caller, CreatedKey, KeyInfo, NewKey, Role, TokenAnswer
from api.services.access_errors import AccessStoreDown, BadCredentials
from api.services.deed import note_caller, note_change
from api.services.key_store import KeyStore, digest_of
from api.services.token_service import TokenService
from api.utils.logger import logger

SYNC_SECONDS: Final = 2.0
"""How often the file of keys is read; the key command's changes hold from then on."""
_USE_NOTED_EVERY: Final = timedelta(minutes=1)
ADMIN_KEY_ID: Final = "ADMIN_API_KEY"
THIS_MACHINE: Final = Caller(id="this-machine", name="this machine", role=Role.ADMIN, kind="machine")


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What the settings say: the key that bootstraps, and whether a server without keys may be open."""

    admin_key: str | None
    open_without_keys: bool


class AccessService:
    """Knows every key and checks every token."""

    def __init__(
        self, keys: KeyStore, tokens: TokenService, rules: AccessRules, *, now: Callable[[], datetime]
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._rules = rules
        self._now = now
        self._admin_digest = None if rules.admin_key is None else digest_of(rules.admin_key)
        self._by_digest: Mapping[bytes, KeyInfo] = {}
        self._by_id: Mapping[str, KeyInfo] = {}
        self._used: dict[str, datetime] = {}
        self._syncing = threading.Lock()
        self._works = True

    @property
    def is_open(self) -> bool:
        """Whether this machine may use the server without a key: no key was ever made, and none is configured."""
        return self._rules.open_without_keys and not self._by_id

    @property
    def has_live_key(self) -> bool:
        """Whether some key lets an admin in."""
        return self._admin_digest is not None or any(
            key.role is Role.ADMIN and self._problem(key) is None for key in self._by_id.values()
        )

    def sync(self) -> None:
        """Read the file again and note there which keys were used (blocking).

        Raises:
            AccessStoreDown: the keys known so far stay in force.
        """
        with self._syncing:
            stored = self._keys.all()
            self._by_digest = {key.digest: key.info for key in stored}
            self._by_id = {key.info.id: key.info for key in stored}
            due = {i: at for i, at in self._used.copy().items() if _is_due(self._by_id.get(i), at)}
            self._keys.mark_used(due)

    def try_sync(self) -> None:
        """The same for a timer: a failure is logged once, until it works again."""
        try:
            self.sync()
        except AccessStoreDown as error:
            if self._works:
                logger.warning("keys_not_read", reason=error.message)
            self._works = False
        else:
            self._works = True

    def caller_of_key(self, key: str) -> Caller:
        """Who holds this key.

        Raises:
            BadCredentials: it is unknown, revoked or expired.
        """
        digest = digest_of(key)
        if self._admin_digest is not None and hmac.compare_digest(digest, self._admin_digest):
            return Caller(id=ADMIN_KEY_ID, name=ADMIN_KEY_ID, role=Role.ADMIN, kind="key")
        found = self._by_digest.get(digest)
        if found is None:
            raise BadCredentials("This API key is not known")
        return self._holder(found)

    async def caller_of_token(self, token: str) -> Caller:
        """Whom a token stands for; one of ours holds as long as its key does.

        Raises:
            BadCredentials: it does not hold.
            IssuerDown: the issuer's keys cannot be had.
        """
        caller, is_ours = await self._tokens.verify(token)
        if not is_ours:
            return caller
        key_id = caller.id.removeprefix("account:")
        if key_id == ADMIN_KEY_ID and self._admin_digest is not None:
            holder = Caller(id=ADMIN_KEY_ID, name=ADMIN_KEY_ID, role=Role.ADMIN, kind="key")
        elif key_id in self._by_id:
            holder = self._holder(self._by_id[key_id])
        else:
            raise BadCredentials("The key of this token is not there any more")
        return Caller(holder.id, holder.name, holder.role, "token", caller.expires_at)

    def log_in(self, key: str) -> TokenAnswer:
        """A token in exchange for a key.

        Raises:
            BadCredentials: the key does not hold.
        """
        holder = self.caller_of_key(key)
        note_caller(holder)
        token = self._tokens.sign(holder.id, holder.expires_at)
        return TokenAnswer(
            access_token=token.text,
            expires_in=max(0, round((token.expires_at - self._now()).total_seconds())),
            expires_at=token.expires_at,
            name=holder.name,
            role=holder.known_role,
        )

    def keys(self) -> list[KeyInfo]:
        """Every key ever made, the oldest first.

        Raises:
            AccessStoreDown: the file cannot be read.
        """
        return [key.info for key in self._keys.all()]

    def create_key(self, wanted: NewKey) -> CreatedKey:
        """Make a key, which holds at once.

        Raises:
            InvalidRequest: it would be expired already.
            AccessStoreDown: nothing was written.
        """
        made = self._keys.create(wanted)
        note_change("keys", [], [made.model_dump(mode="json", exclude={"key"})])
        self.sync()
        return made

    def revoke_key(self, id_or_prefix: str) -> KeyInfo:
        """End a key and its tokens, at once.

        Raises:
            KeyNotFound, KeyRevoked: there is none, or it has ended before.
            AccessStoreDown: nothing was written.
        """
        revoked = self._keys.revoke(id_or_prefix)
        after = revoked.model_dump(mode="json")
        note_change("keys", [after | {"revoked_at": None}], [after])
        self.sync()
        return revoked

    def _holder(self, key: KeyInfo) -> Caller:
        problem = self._problem(key)
        if problem is not None:
            raise BadCredentials(problem)
        self._used[key.id] = self._now()
        return Caller(id=key.id, name=key.name, role=key.role, kind="key", expires_at=key.expires_at)

    def _problem(self, key: KeyInfo) -> str | None:
        if key.revoked_at is not None:
            return "This API key was revoked"
        if key.expires_at is not None and key.expires_at <= self._now():
            return "This API key has expired"
        return None


def _is_due(key: KeyInfo | None, used_at: datetime) -> bool:
    """Whether the file should hear of this use of a key."""
    return key is not None and (key.last_used_at is None or used_at - key.last_used_at >= _USE_NOTED_EVERY)
