"""A scanner for secrets, over all that the tests leave behind: logs, answers, journals, snapshots, audit logs.

Two kinds are looked for: the made-up secrets that the tests configure, every one of which stands in `KNOWN`, and
whatever looks like a secret, such as the keys and tokens that a server makes by itself.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

import httpx

from tests.known_secrets import KNOWN, MARK

_SHAPES: Final = {
    "an API key": rb"bsk_[0-9a-f]{8}_[A-Za-z0-9_-]{16,}",
    "a token": rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
    "a Supabase key": rb"sb_secret_[A-Za-z0-9_-]{8,}",
    "a password in a URL": rb"postgres(?:ql)?://[^\s:/@'\"]{1,99}:(?!\*\*\*)[^\s/@'\"]{3,200}@",
    "a password": rb"\b(?:host|port|user|dbname)=\S+ (?:\w+=\S+ )*password='?[A-Za-z0-9_-]{6,}",
}
_SIGNS: Final = (MARK.encode(), b"bsk_", b"eyJ", b"sb_secret_", b"postgres", b"password=")
"""Without one of these nothing is there; a file without any is done with in a fraction of the time."""
_PATTERNS: Final = {name: re.compile(shape) for name, shape in _SHAPES.items()}
_LITERALS: Final = {name: value.encode() for name, value in KNOWN.items()}
_LONG: Final = 20  # characters; no secret is shorter
_CHUNK_BYTES: Final = 1 << 24
_INPUTS: Final = frozenset({"raw"})
"""Folders of what people put in, which is theirs to keep as it is."""
GIVES_SECRETS: Final = frozenset({"/api/auth/keys", "/api/auth/token", "/openapi.json"})
"""A new key is shown once, a token is what one asks for, and the documentation has made-up ones."""
_SECRET_BY_PURPOSE: Final = frozenset({"postgres.password"})
_OF_THE_DATABASE: Final = "PG_VERSION"


@dataclass(frozen=True)
class Leak:
    """A secret where none may be."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def leaks_in(content: bytes, place: str) -> list[Leak]:
    """What is in some bytes; the secrets themselves are not repeated."""
    if not any(sign in content for sign in _SIGNS):
        return []
    known = [Leak(place, name) for name, value in _LITERALS.items() if value in content]
    return known + [Leak(place, name) for name, pattern in _PATTERNS.items() if pattern.search(content)]


def leaks_below(folder: Path) -> list[Leak]:
    """What is in the files of a folder, at any depth."""
    return [leak for path in _files_of(folder) for leak in _leaks_in_file(path)]


def refuse_leaks(content: str | bytes, place: str) -> None:
    """Fail the test that has met this."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    assert [str(leak) for leak in leaks_in(data, place)] == []


def without_secrets(answer: httpx.Response) -> httpx.Response:
    """The answer, when it holds no secret but one that the request had in its path; else the test fails."""
    path = answer.request.url.path
    if path not in GIVES_SECRETS:
        sent = [part.encode() for part in path.split("/") if len(part) >= _LONG]
        content = reduce(lambda left, part: left.replace(part, b""), sent, answer.content)
        refuse_leaks(content, f"{answer.request.method} {path}")
    return answer


def _files_of(folder: Path) -> Iterator[Path]:
    try:
        inside = [*folder.iterdir()]
    except FileNotFoundError:  # of a program that still ends
        return
    for path in inside:
        if path.is_symlink() or path.name in _INPUTS | _SECRET_BY_PURPOSE:
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and not (path / _OF_THE_DATABASE).exists():
            yield from _files_of(path)


def _leaks_in_file(path: Path) -> list[Leak]:
    with suppress(OSError), path.open("rb") as file:
        found: set[Leak] = set()
        while chunk := file.read(_CHUNK_BYTES):
            found.update(leaks_in(chunk, str(path)))
        return sorted(found, key=str)
    return []
