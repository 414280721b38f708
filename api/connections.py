"""How connections are taken: within bounds, from before a request is one."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uvicorn import Server

LONGEST_HEAD_SECONDS: Final = 30.0


def bound_heads(server: "Server", seconds: float) -> None:
    """Have a server end connections, from the next one on, whose requests' heads are too slow or too large."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol  # noqa: PLC0415 - loaded by then, if it is used

    from api.bounded_heads import BoundedHeads  # noqa: PLC0415

    class PatientFor(BoundedHeads):
        patience_seconds = min(seconds, LONGEST_HEAD_SECONDS)

    if issubclass(server.config.http_protocol_class, HttpToolsProtocol):
        server.config.http_protocol_class = PatientFor
