"""How the environment of a child process is asked for."""

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

_DATABASE: Final = "SUPABASE_DB_URL"
_SERVICE_KEY: Final = "SUPABASE_SERVICE_KEY"


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """The key and the password that a child was given, so that they can be masked in what it has printed."""
    database = environment.get(_DATABASE, "")
    found = [environment.get(_SERVICE_KEY), *re.findall(r"\bpassword=(\S+)", database)]
    with suppress(ValueError):  # no URL
        password = urlsplit(database).password or ""
        found += [password, unquote(password)]
    return [secret for secret in found if secret]


class ChildEnvironment(Protocol):
    """Gives the environment for a child that starts now; may wait for the database, until `cancelled` is set."""

    def __call__(self, cancelled: threading.Event | None = None, /) -> Mapping[str, str]:
        """The environment, secrets included: never log it.

        Raises:
            PublishCancelled: the wait was cancelled, or the server is stopping.
        """
        ...
