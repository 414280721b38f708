"""Predictions."""

from fastapi import APIRouter

ml_router = APIRouter(prefix="/api/ml", tags=["ML"])
