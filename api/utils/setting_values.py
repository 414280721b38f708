"""What the values of settings may be."""

import json
from base64 import urlsafe_b64decode
from typing import Final
from urllib.parse import urlsplit

MIN_SECRET_CHARACTERS: Final = 24
MIN_DISTINCT_CHARACTERS: Final = 8
MIN_JWT_SECRET_BYTES: Final = 32
"""What HS256 needs: as many bytes as the hash has (RFC 7518, section 3.2)."""
_EXAMPLE_WORDS: Final = ("changeme", "change-me", "change_me", "password", "your-", "your_", "example", "12345678")


def is_weak(secret: str) -> bool:
    """Whether a secret could be guessed: short, of few different characters, or one out of an example."""
    lower = secret.lower()
    return (
        len(secret) < MIN_SECRET_CHARACTERS
        or len(set(secret)) < MIN_DISTINCT_CHARACTERS
        or any(word in lower for word in _EXAMPLE_WORDS)
    )


def is_safe_address(url: str) -> bool:
    """Whether an address is reached over TLS, or is on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"})
    )


def is_origin(text: str) -> bool:
    """Whether a text is an origin, such as https://league.example."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and has_host
        and "@" not in text
        and text == f"{parts.scheme}://{parts.netloc}"
    )


def is_public_key(key: str) -> bool:
    """Whether a key of a Supabase project is one for everybody: `sb_publishable_…`, or a token of the role `anon`."""
    if key.startswith("sb_publishable_"):
        return True
    try:
        claims = json.loads(urlsafe_b64decode(key.split(".")[1] + "=="))
    except (ValueError, IndexError):
        return False
    return isinstance(claims, dict) and claims.get("role") == "anon"
