"""Disks that are full when a test says so: a small one of its own, or a limit on what the server may write."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

SIZE_BYTES = 160_000_000
"""More than the server wants to have free, so that it is ready while the disk is not full."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own in a folder, in memory."""
    options = f"size={SIZE_BYTES},mode=0755"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Nothing is left of the disk that the folder is on (ENOSPC)."""
    filler = folder / "filler"
    block = b"x" * 1_000_000
    with filler.open("wb", buffering=0) as file:
        for size in (len(block), 4096, 1):
            try:
                while file.write(block[:size]) == size:
                    pass
            except OSError:
                continue
    yield
    filler.unlink()


@contextmanager
def nothing_written_by(process: psutil.Process) -> Iterator[None]:
    """No file of the process and of its children may grow (EFBIG), as with a quota that is used up."""
    for each in (process, *process.children(recursive=True)):
        resource.prlimit(each.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    yield
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
