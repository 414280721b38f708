"""Corrections to the league's data."""

from fastapi import APIRouter

staging_router = APIRouter(prefix="/api/staging", tags=["Staging"])
