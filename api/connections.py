"""How connections are taken: within bounds, from before a request is one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from starlette.types import Scope

if TYPE_CHECKING:
    from uvicorn import Server

LONGEST_HEAD_SECONDS: Final = 30.0


def bound_heads(server: "Server", seconds: float, request_id_of: Callable[[Scope], str]) -> None:
    """Have a server end connections, from the next one on, whose requests' heads are too slow or too large.

    `request_id_of` names a request by what is known of it, as everywhere.
    """
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol  # noqa: PLC0415 - loaded by then, if it is used

    from api.bounded_heads import BoundedHeads  # noqa: PLC0415

    class PatientFor(BoundedHeads):
        patience_seconds = min(seconds, LONGEST_HEAD_SECONDS)

        def request_id(self) -> str:
            return request_id_of(dict(self.scope))

    if issubclass(server.config.http_protocol_class, HttpToolsProtocol):
        server.config.http_protocol_class = PatientFor
