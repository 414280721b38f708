"""API keys at rest: what is known of each, and a hash of it."""

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.errors import FieldError, InvalidRequest
from api.models.access import CreatedKey, KeyInfo, NewKey
from api.services.access_errors import KeyNotFound, KeyRevoked
from api.services.access_store import AccessStore, columns

KEY_MARK: Final = "bsk_"
"""How every key begins, so that scanners for leaked secrets find it."""
_PREFIX_BYTES: Final = 4
_SECRET_BYTES: Final = 32
_INFO: Final = tuple(KeyInfo.model_fields)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as the server knows it."""

    digest: bytes
    info: KeyInfo


def digest_of(key: str) -> bytes:
    """The hash that stands for a key.

    A plain SHA-256: keys are 256 random bits, which no dictionary holds, and each request is checked.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


class KeyStore:
    """Makes, lists and revokes keys. A revoked key stays in the list."""

    def __init__(self, store: AccessStore, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id

    def create(self, wanted: NewKey) -> CreatedKey:
        """Make a key; its secret is in this answer and nowhere else.

        Raises:
            InvalidRequest: it would be expired already.
            AccessStoreDown: nothing was written.
        """
        now = self._now()
        if wanted.expires_at is not None and wanted.expires_at <= now:
            raise InvalidRequest("expires_at: lies in the past", [FieldError("expires_at", "lies in the past")])
        prefix = KEY_MARK + secrets.token_hex(_PREFIX_BYTES)
        key = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        made = CreatedKey(**wanted.model_dump(), id=self._new_id(), prefix=prefix, created_at=now, key=key)
        self._store.write(
            (
                (
                    "INSERT INTO keys (id, name, prefix, digest, role, created_at, expires_at) "
                    "VALUES (:id, :name, :prefix, :digest, :role, :created_at, :expires_at)"
                ),
                made.model_dump(mode="json") | {"digest": digest_of(key)},
            )
        )
        return made

    def all(self) -> list[StoredKey]:
        """Every key ever made, the oldest first.

        Raises:
            AccessStoreDown: the file cannot be read.
        """
        return [
            StoredKey(row["digest"], _info(row)) for row in self._store.read("SELECT * FROM keys ORDER BY rowid", {})
        ]

    def revoke(self, id_or_prefix: str) -> KeyInfo:
        """End a key.

        Raises:
            KeyNotFound: there is none with this id or prefix.
            KeyRevoked: it was revoked before.
            AccessStoreDown: nothing was written.
        """
        named = {"which": id_or_prefix, "now": self._now().isoformat()}
        found = self._store.read("SELECT * FROM keys WHERE :which IN (id, prefix)", named)
        if not found:
            raise KeyNotFound(f"There is no key '{id_or_prefix[:40]}'")
        changed = self._store.write(
            ("UPDATE keys SET revoked_at = :now WHERE :which IN (id, prefix) AND revoked_at IS NULL", named)
        )
        if changed == 0:
            raise KeyRevoked(f"The key {found[0]['prefix']} was revoked before")
        return _info(found[0]).model_copy(update={"revoked_at": self._now()})

    def mark_used(self, last_used: Mapping[str, datetime]) -> None:
        """Note when keys were last used, by their ids.

        Raises:
            AccessStoreDown: nothing was written.
        """
        if last_used:
            self._store.write(
                *(
                    ("UPDATE keys SET last_used_at = :at WHERE id = :id", {"id": key_id, "at": at.isoformat()})
                    for key_id, at in last_used.items()
                )
            )


def _info(row: sqlite3.Row) -> KeyInfo:
    return KeyInfo.model_validate(columns(row, _INFO))
