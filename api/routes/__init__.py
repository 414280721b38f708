"""Thin handlers: parse, authorise, call one service, return a model."""

from api.routes.etl import etl_router
from api.routes.explain import explain_router
from api.routes.games import games_router
from api.routes.health import health_router
from api.routes.ml import ml_router
from api.routes.staging import raw_router, staging_router
from api.routes.tables import tables_router
from api.routes.upload import upload_router

__all__ = [
    "etl_router",
    "explain_router",
    "games_router",
    "health_router",
    "ml_router",
    "raw_router",
    "staging_router",
    "tables_router",
    "upload_router",
]
