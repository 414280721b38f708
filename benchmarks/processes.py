"""What a process and all its children cost: seconds, and the memory of all of them together."""

import subprocess
import time
from dataclasses import dataclass
from typing import Final

import psutil

from benchmarks.league import ROOT

_SAMPLE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished process tree: wall seconds, CPU seconds, and the peak of its memory in MB."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: list[str]) -> Measured:
    """Run the command to its end, sampling.

    Raises:
        RuntimeError: it failed.
    """
    before = psutil.Process().cpu_times()
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    tree, peak = psutil.Process(process.pid), 0.0
    while process.poll() is None:
        peak = max(peak, memory_mb(tree))
        time.sleep(_SAMPLE_SECONDS)
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    after = psutil.Process().cpu_times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall, cpu, peak)


def memory_mb(tree: psutil.Process) -> float:
    """The proportional memory (PSS where the system tells it) of a process and its children."""
    total = 0
    try:
        processes = [tree, *tree.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in processes:
        try:
            memory = process.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(memory, "pss", memory.rss)
    return total / 2**20
