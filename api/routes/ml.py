"""Predictions."""

from api.permissions import role_router

ml_router = role_router("/api/ml", "ML")
