"""What a route can answer when the database refuses."""

from typing import Final

from api.errors import DomainError
from api.services.warehouse_errors import CannotBeStored, SchemaDiffers, ServerStops, WarehouseDenied, WarehouseDown

REFUSALS: Final[tuple[DomainError, ...]] = (
    SchemaDiffers("The load functions are missing. Run sql/reset_supabase.sql in the Supabase SQL editor."),
    CannotBeStored("The database refused (code 55P03)."),
    WarehouseDenied("The database refused access: the key or the user lacks the rights."),
    WarehouseDown("The database does not answer."),
    ServerStops("The server is shutting down."),
)
