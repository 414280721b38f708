"""Secrets taken out of text: those that the server knows, and whatever looks like a key, a token or a password."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Final
from urllib.parse import unquote, urlsplit

MASK: Final = "***"
_SHORTEST: Final = 8
"""A shorter secret is no secret, and to mask it would take ordinary words out of the log."""
_SHAPES: Final = (
    r"(?P<ours>bsk_[0-9a-f]{8}_)[\w-]{16,}",  # the prefix is what a key is known by
    r"(?<![\w-])eyJ[\w-]{8,8000}+\.[\w-]{4,}(?:\.[\w-]*)?",  # a JSON web token
    r"sb_(?:secret|publishable)_[\w-]{4,}|sbp_\w{16,}",  # Supabase's keys
    r"(?P<url>\b[a-z][a-z0-9+.-]{1,30}://[^\s:/@\"']{0,200}:)[^\s/@\"']{1,500}(?=@)",
    r"(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/-]{16,}=*",
    (
        r"(?P<name>(?:password|passwd|passphrase|secret|token|api[_-]?key|service[_-]?key|authorization)"
        r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:bearer|basic)\s+)?)"
        r"(?!\*\*\*|must |is |exactly )(?:[^\s\"',;&(){}\[\]\\]{3,})"
    ),
)
_SIGNS: Final = (
    *("bsk_", "eyj", "sb_", "sbp_", "://", "bearer", "basic"),
    *("password", "passwd", "passphrase", "secret", "token", "api_key", "api-key", "apikey", "authorization"),
    *("service_key", "service-key", "servicekey"),
)
"""Without any of these, in lower case, no shape is found: told in a fiftieth of the time that the search takes."""
_KEPT: Final = ("ours", "url", "scheme", "name")


def passwords_in(address: str) -> list[str]:
    """The password in a database's address, a URL or words, as it stands there and as it is meant."""
    found = re.findall(r"\bpassword=(\S+)", address)
    with suppress(ValueError):  # no URL
        password = urlsplit(address).password or ""
        found += [password, unquote(password)]
    return [password for password in found if password]


class SecretMask:
    """Masks text. `secrets` are the values that the server was configured with."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets if len(secret) >= _SHORTEST for form in (secret, json.dumps(secret)[1:-1])}
        self._signs = (*_SIGNS, *(secret.lower() for secret in known))
        literal = [re.escape(secret) for secret in sorted(known, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*literal, *_SHAPES]), re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """The text without its secrets."""
        return self._pattern.sub(_masked, text) if self._may_hold_one(text) else text

    def same_length(self, text: str) -> str:
        """The text with stars for its secrets, each as long as what it stands for in UTF-8."""
        return self._pattern.sub(_starred, text) if self._may_hold_one(text) else text

    def _may_hold_one(self, text: str) -> bool:
        # outside of ASCII a letter can match another one that its lower case is not, such as the long s
        lower = text.lower()
        return not text.isascii() or any(sign in lower for sign in self._signs)


def _kept(found: re.Match[str]) -> str:
    return next((found[name] for name in _KEPT if found[name] is not None), "")


def _masked(found: re.Match[str]) -> str:
    return _kept(found) + MASK


def _starred(found: re.Match[str]) -> str:
    kept = _kept(found)
    return kept + "*" * len(found[0][len(kept) :].encode("utf-8", "surrogateescape"))
