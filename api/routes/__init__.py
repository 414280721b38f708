"""Thin handlers: parse, authorise, call one service, return a model."""

from typing import Final

from fastapi import APIRouter

from api.permissions import PublicFiles
from api.routes.audit import audit_router
from api.routes.auth import auth_router
from api.routes.docs import docs_files, docs_router
from api.routes.etl import etl_router
from api.routes.explain import explain_router
from api.routes.games import games_router
from api.routes.health import health_router
from api.routes.jobs import jobs_router
from api.routes.metrics import metrics_router
from api.routes.ml import ml_router
from api.routes.portal import portal_files, portal_router
from api.routes.raw import raw_router
from api.routes.rules import rules_router
from api.routes.snapshots import snapshots_router
from api.routes.staging import staging_router
from api.routes.tables import tables_router
from api.routes.upload import upload_router

__all__ = ["PUBLIC_FILES", "ROUTERS"]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    etl_router,
    jobs_router,
    health_router,
    metrics_router,
    auth_router,
    upload_router,
    staging_router,
    raw_router,
    rules_router,
    games_router,
    tables_router,
    explain_router,
    ml_router,
    snapshots_router,
    audit_router,
    docs_router,
    portal_router,
)
"""All routes, in the order in which a path is looked up: first what is asked for several times a second."""

PUBLIC_FILES: Final[tuple[PublicFiles, ...]] = (docs_files, portal_files)
