"""`python -m ml.train --data-dir DIR [--seed N] [--progress-file PATH]`: train all models on the published snapshot.

With a progress file, one JSON object a line: `step` per model as the ETL writes it, then `trained` or `failed`.
Exit codes: 0 done, 1 failed, 2 usage.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ml.artifact import Artifact, save
from ml.league import read_league
from ml.training import source_of, train_all
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, published


class _Progress:
    """Lines for a person on stdout, and events in the progress file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def event(self, **fields: object) -> None:
        """Append an event."""
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(fields) + "\n")

    def model(self, name: str, done: int, total: int) -> None:
        """A model is about to be trained."""
        print(f"Training {name} ({done + 1} of {total})", flush=True)
        self.event(
            event="step",
            step=name,
            title=f"Training {name}",
            done=done,
            total=total,
            fraction=done / total,
            eta_seconds=None,
        )


def run(data_dir: DataDir, seed: int, progress: _Progress, now: datetime) -> Artifact | str:
    """Train on the published snapshot and publish the models; a sentence when that cannot be."""
    snapshot = published(data_dir)
    if snapshot is None:
        return "nothing is published yet: run the ETL first"
    try:
        snapshot.verify()
    except DamagedSnapshot as error:
        return str(error)
    models = train_all(read_league(snapshot), progress.model)
    trained_at = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return save(data_dir, models, source_of(snapshot, seed), trained_at)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m ml.train", description="Train all models.")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--seed", type=int, default=0, help="recorded with the models; training draws nothing else")
    parser.add_argument("--progress-file", type=Path)
    options = parser.parse_args(arguments)
    progress = _Progress(options.progress_file)
    # the composition root of the training child: the clock is read here alone
    now = datetime.now(UTC)  # noqa: TID251
    result = run(DataDir(options.data_dir), options.seed, progress, now)
    if isinstance(result, str):
        progress.event(event="failed", error=result, exit_code=1)
        print(f"ml.train: {result}", file=sys.stderr)
        return 1
    methods = {name: entry.method for name, entry in result.models.items()}
    notes = [f"{name}: {warning}" for name, entry in result.models.items() for warning in entry.warnings]
    summary = {"model_version": result.model_version, "snapshot_id": result.source.snapshot_id, "models": methods}
    progress.event(event="trained", result={**summary, "warnings": notes})
    for name, method in methods.items():
        print(f"{name:<22}{method}")
    print(f"Models {result.model_version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
