"""Predictions from a published league: features, models, evaluation, artifacts. Knows neither HTTP nor database."""
