"""How the environment of a child process is asked for."""

import threading
from collections.abc import Mapping
from typing import Protocol


class ChildEnvironment(Protocol):
    """Gives the environment for a child that starts now; may wait for the database, until `cancelled` is set."""

    def __call__(self, cancelled: threading.Event | None = None, /) -> Mapping[str, str]:
        """The environment, secrets included: never log it.

        Raises:
            PublishCancelled: the wait was cancelled, or the server is stopping.
        """
        ...
