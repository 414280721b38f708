"""A demo league to measure on, made once per size and kept under `.bench/`."""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_SEED: Final = "11"


def demo_league(games: int) -> Path:
    """A data directory with this many tracked games, without flaws."""
    data_dir = ROOT / ".bench" / f"league-{games}"
    if not (data_dir / "demo_truth.json").is_file():
        arguments = ["--data-dir", str(data_dir), "--games", str(games), "--seed", _SEED, "--flaws", "none"]
        subprocess.run([sys.executable, "-m", "etl.demo", *arguments], cwd=ROOT, check=True)
    return data_dir
