"""A start that fails: one line that says why, and the end of the process."""

import os
import socket
import sys
from typing import NoReturn

from api.utils.logger import logger


def say_why(reason: str) -> None:
    """Tell whoever started the server."""
    print(f"BenchSight API cannot start: {reason}", file=sys.stderr, flush=True)  # noqa: T201 - the one line


def end_process(error: Exception) -> NoReturn:
    """End a start that failed.

    Uvicorn would log the traceback of what the lifespan raises and exit with 3, so this does not return to it. Nothing
    is open yet that needs closing.
    """
    say_why(str(error))
    os._exit(1)


def listening_socket(host: str, port: int) -> socket.socket:
    """The address, taken but not listened at yet; an address in use ends the process with one line."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        say_why(f"HOST, PORT: cannot listen at {host}, port {port} ({error.strerror})")
        raise SystemExit(1) from None
    port = listening.getsockname()[1]
    logger.info("address", host=host, port=port, portal=f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    return listening
