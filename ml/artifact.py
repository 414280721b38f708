"""Trained models on disk: plain JSON and NumPy arrays, whole or not at all, refused when altered.

models/current.json              {"version", "artifact_sha256"}: replaced last, atomically
models/<version>/artifact.json   where they come from, and each model's parameters and evaluation
models/<version>/arrays.npz      its arrays, named <model>/<array>; read without unpickling anything
"""

import hashlib
import io
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ml.arrays import Floats
from ml.errors import InvalidArtifact, NotTrained
from ml.pointer import ARTIFACT_FILE, POINTER_FILE, Pointer, models_dir
from snapshot.files import exclusive, replace_file
from snapshot.layout import DataDir

FORMAT_VERSION: Final = 2
_ARRAYS: Final = "arrays.npz"
_LOCK: Final = ".lock"
_WORKING: Final = ".training-"
_KEPT: Final = 3


@dataclass(frozen=True, slots=True)
class Trained:
    """One trained model: `parameters` is a struct of the model's own, `method` what was published.

    `is_baseline`: nothing beat this baseline, so it is what was published.
    """

    method: str
    parameters: msgspec.Struct
    arrays: Mapping[str, Floats]
    features: tuple[str, ...]
    evaluation: Mapping[str, object]
    warnings: tuple[str, ...] = field(default=())
    is_baseline: bool = False


class ModelEntry(msgspec.Struct, frozen=True):
    """A trained model in the artifact."""

    method: str
    features: tuple[str, ...]
    evaluation: dict[str, object]
    warnings: tuple[str, ...]
    is_baseline: bool
    parameters: msgspec.Raw


class Source(msgspec.Struct, frozen=True):
    """What the models were trained from: a snapshot, its inputs, the tables read with their hashes, and the seed."""

    snapshot_id: str
    inputs_fingerprint: str
    software_version: str
    tables: dict[str, str]
    seed: int


class Artifact(msgspec.Struct, frozen=True):
    """All models of one training."""

    format_version: int
    model_version: str
    trained_at: str
    source: Source
    arrays_sha256: str
    models: dict[str, ModelEntry]


def save(data_dir: DataDir, models: Mapping[str, Trained], source: Source, trained_at: str) -> Artifact:
    """Write the models as the current ones. `trained_at` is UTC, ISO 8601 with Z. Readers see the old or the new."""
    arrays = _packed(models)
    entries = {name: _entry(model) for name, model in sorted(models.items())}
    content = hashlib.sha256(msgspec.json.encode([source, entries], order="sorted") + arrays).hexdigest()
    stamp = "".join(c for c in trained_at if c.isalnum())
    version = f"{stamp}-{content[:8]}"
    artifact = Artifact(FORMAT_VERSION, version, trained_at, source, hashlib.sha256(arrays).hexdigest(), entries)
    text = msgspec.json.format(msgspec.json.encode(artifact), indent=1)
    _publish(models_dir(data_dir), version, text, arrays)
    return artifact


def load(data_dir: DataDir) -> tuple[Artifact, dict[str, dict[str, Floats]]]:
    """The current models: their artifact, and the arrays of each.

    Raises:
        NotTrained: there are none.
        InvalidArtifact: a file is missing, altered, or of another format version.
    """
    folder = models_dir(data_dir)
    try:
        pointer = msgspec.json.decode((folder / POINTER_FILE).read_bytes(), type=Pointer)
    except FileNotFoundError as error:
        raise NotTrained("No models are trained yet: POST /api/ml/train, or run `python -m ml.train`.") from error
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidArtifact(f"models/{POINTER_FILE} cannot be read: {error}") from error
    if Path(pointer.version).name != pointer.version:
        raise InvalidArtifact(f"models/{POINTER_FILE} names {pointer.version!r}, which is not a version")
    artifact = _artifact(_checked(folder / pointer.version / ARTIFACT_FILE, pointer.artifact_sha256))
    arrays = _checked(folder / pointer.version / _ARRAYS, artifact.arrays_sha256)
    return artifact, _unpacked(arrays)


def _artifact(text: bytes) -> Artifact:
    try:
        found = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        version = msgspec.json.decode(found.get("format_version", msgspec.Raw(b"null")))
        if version != FORMAT_VERSION:
            raise InvalidArtifact(f"the trained models are of format {version}, not {FORMAT_VERSION}: train again")
        return msgspec.json.decode(text, type=Artifact)
    except msgspec.DecodeError as error:
        raise InvalidArtifact(f"{ARTIFACT_FILE} cannot be read: {error}") from error


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidArtifact(f"models/{path.parent.name}/{path.name} is missing: train again") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InvalidArtifact(f"models/{path.parent.name}/{path.name} is not the file that was trained: train again")
    return content


def _entry(model: Trained) -> ModelEntry:
    return ModelEntry(
        model.method,
        model.features,
        dict(model.evaluation),
        model.warnings,
        model.is_baseline,
        msgspec.Raw(msgspec.json.encode(model.parameters)),
    )


def _packed(models: Mapping[str, Trained]) -> bytes:
    named = {f"{name}/{key}": value for name, model in sorted(models.items()) for key, value in model.arrays.items()}
    file = io.BytesIO()
    np.savez(file, **named)  # type: ignore[arg-type]  # its stub mixes up arrays and the allow_pickle flag
    return file.getvalue()


def _unpacked(content: bytes) -> dict[str, dict[str, Floats]]:
    arrays: dict[str, dict[str, Floats]] = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        for name in file.files:
            model, _, key = name.partition("/")
            arrays.setdefault(model, {})[key] = np.asarray(file[name], dtype=np.float64)
    return arrays


def _publish(folder: Path, version: str, text: bytes, arrays: bytes) -> None:
    with exclusive(folder / _LOCK):  # two trainings at once publish one after the other
        for left in folder.glob(f"{_WORKING}*"):  # of a training that was killed here
            shutil.rmtree(left, ignore_errors=True)
        working = Path(tempfile.mkdtemp(dir=folder, prefix=_WORKING))
        replace_file(working / ARTIFACT_FILE, text)
        replace_file(working / _ARRAYS, arrays)
        shutil.rmtree(folder / version, ignore_errors=True)
        working.rename(folder / version)
        pointer = Pointer(version, hashlib.sha256(text).hexdigest())
        replace_file(folder / POINTER_FILE, msgspec.json.encode(pointer))
        old = sorted(p for p in folder.iterdir() if p.is_dir() and p.name != version)
        for path in old[: max(0, len(old) + 1 - _KEPT)]:
            shutil.rmtree(path, ignore_errors=True)
