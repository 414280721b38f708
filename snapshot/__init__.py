"""The published snapshot: its manifest, its place on disk, how to read and guard it."""
