"""What a warehouse refuses, as errors for the person who asked."""

from typing import Final

from api.errors import BadGateway, Conflict, DomainError, InvalidRequest, Unavailable
from warehouse import errors as refused


class WarehouseDown(Unavailable):
    """The database does not answer at the moment."""

    code = "warehouse_unavailable"


class ServerStops(Unavailable):
    """The server is stopping."""

    code = "server_stops"


class WarehouseDenied(BadGateway):
    """The database refuses the key or the password that the server is configured with."""

    code = "warehouse_denied"


class NewerStands(Conflict):
    """A newer snapshot stands in the database already."""

    code = "newer_snapshot_stands"


class SchemaDiffers(Conflict):
    """The tables of the database are not what the snapshot declares, and only a person can mend that."""

    code = "schema_differs"


class CannotBeStored(Conflict):
    """The database cannot take rows of the snapshot."""

    code = "cannot_be_stored"


_TRANSLATIONS: Final[tuple[tuple[type[refused.WarehouseError], type[DomainError]], ...]] = (
    (refused.WarehouseUnavailable, WarehouseDown),
    (refused.PublishCancelled, ServerStops),
    (refused.AccessDenied, WarehouseDenied),
    (refused.StaleSnapshot, NewerStands),
    (refused.SchemaDrift, SchemaDiffers),
    (refused.NoDirectConnection, SchemaDiffers),
    (refused.UnknownName, InvalidRequest),
    (refused.WarehouseError, CannotBeStored),
)


def translated(error: refused.WarehouseError) -> DomainError:
    """The domain error for a refusal; its message is made for people and holds neither keys nor SQL."""
    return next(ours(str(error)) for theirs, ours in _TRANSLATIONS if isinstance(error, theirs))
