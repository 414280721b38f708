"""How the environment of a child process is asked for."""

import threading
from collections.abc import Mapping
from typing import Protocol

from api.utils.secret_mask import passwords_in


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """The key and the password that a child was given, so that they can be masked in what it has printed."""
    key = environment.get("SUPABASE_SERVICE_KEY")
    return [*([key] if key else []), *passwords_in(environment.get("SUPABASE_DB_URL", ""))]


class ChildEnvironment(Protocol):
    """Gives the environment for a child that starts now; may wait for the database, until `cancelled` is set."""

    def __call__(self, cancelled: threading.Event | None = None, /) -> Mapping[str, str]:
        """The environment, secrets included: never log it.

        Raises:
            PublishCancelled: the wait was cancelled, or the server is stopping.
        """
        ...
