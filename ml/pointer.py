"""Which trained models are the current ones, told without loading numpy."""

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from snapshot.layout import DataDir

POINTER_FILE: Final = "current.json"
ARTIFACT_FILE: Final = "artifact.json"


class Pointer(msgspec.Struct, frozen=True):
    """The version of the current models, and the hash of their artifact."""

    version: str
    artifact_sha256: str


class Origin(msgspec.Struct, frozen=True):
    """When models were trained, and on which published league."""

    trained_at: datetime
    snapshot_id: str


class _Source(msgspec.Struct, frozen=True):
    snapshot_id: str


class _Head(msgspec.Struct, frozen=True):
    trained_at: datetime
    source: _Source


def models_dir(data_dir: DataDir) -> Path:
    """Where trained models lie."""
    return data_dir.root / "models"


def current_version(data_dir: DataDir) -> str | None:
    """The version of the current models, cheaply; None when there are none."""
    try:
        return msgspec.json.decode((models_dir(data_dir) / POINTER_FILE).read_bytes(), type=Pointer).version
    except (OSError, msgspec.DecodeError):
        return None


def origin(data_dir: DataDir, version: str) -> Origin | None:
    """Where the models of a version come from; None when they cannot be read."""
    try:
        head = msgspec.json.decode((models_dir(data_dir) / version / ARTIFACT_FILE).read_bytes(), type=_Head)
    except (OSError, msgspec.DecodeError):
        return None
    return Origin(head.trained_at, head.source.snapshot_id)
