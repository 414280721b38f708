"""Folders that a service user can reach, which pytest's own temporary directories are not for root."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.leaks import leaks_below


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """Such a folder, looked through for secrets and removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="bs-"))
    folder.chmod(0o755)
    yield folder
    found = [str(leak) for leak in leaks_below(folder)]
    shutil.rmtree(folder)
    assert found == []
