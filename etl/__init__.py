"""The pipeline: raw games in, a published snapshot out. Knows no web."""
