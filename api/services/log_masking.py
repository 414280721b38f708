"""Logs of jobs: children print past the server, so secrets are masked when a log is read, and then on the disk."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

from api.utils.secret_mask import SecretMask

PIECE_BYTES: Final = 256 * 1024
_LONGEST_SECRET_BYTES: Final = 8 * 1024

_log = logging.getLogger(__name__)


def masked_piece(file: BinaryIO, offset: int, mask: SecretMask) -> bytes:
    """At most `PIECE_BYTES` from a place on, with stars for secrets, byte for byte.

    A little of both sides is looked at too, so that no half of a secret is given.
    """
    begin = max(0, offset - _LONGEST_SECRET_BYTES)
    file.seek(begin)
    around = file.read(offset - begin + PIECE_BYTES + _LONGEST_SECRET_BYTES)
    masked = mask.same_length(around.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return masked[offset - begin :][:PIECE_BYTES]


def mask_file(path: Path, secrets: Iterable[str] = ()) -> None:
    """Put stars over the secrets in a log that nobody writes any more: it keeps its length, and needs no room."""
    mask, offset = SecretMask(secrets), 0
    try:
        with path.open("r+b") as file:
            held_back = b""  # a piece is written after the next one was looked at: a secret may lie in both
            while masked := masked_piece(file, offset, mask):
                _put(file, offset - len(held_back), held_back)
                held_back = masked
                offset += len(masked)
            _put(file, offset - len(held_back), held_back)
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("%s cannot be looked through for secrets: %s", path.name, error.strerror)


def _put(file: BinaryIO, offset: int, content: bytes) -> None:
    """Write what is not there yet: a log without secrets stays untouched."""
    file.seek(offset)
    if file.read(len(content)) != content:
        file.seek(offset)
        file.write(content)
