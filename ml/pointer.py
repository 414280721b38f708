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


class _Head(msgspec.Struct, frozen=True):
    trained_at: datetime


def models_dir(data_dir: DataDir) -> Path:
    """Where trained models lie."""
    return data_dir.root / "models"


def current_version(data_dir: DataDir) -> str | None:
    """The version of the current models, cheaply; None when there are none."""
    try:
        return msgspec.json.decode((models_dir(data_dir) / POINTER_FILE).read_bytes(), type=Pointer).version
    except (OSError, msgspec.DecodeError):
        return None


def trained_at(data_dir: DataDir, version: str) -> datetime | None:
    """When the models of a version were trained; None when they cannot be read."""
    try:
        return msgspec.json.decode((models_dir(data_dir) / version / ARTIFACT_FILE).read_bytes(), type=_Head).trained_at
    except (OSError, msgspec.DecodeError):
        return None
