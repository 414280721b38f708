"""What the next runs make of a league that was restored: what they would have made of it anyway, cell by cell."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.demo.generate import Request, generate
from snapshot.layout import DataDir
from snapshot.publication import snapshot_id_for, stamp
from snapshot.reader import Snapshot, published
from snapshot.restoring import publish_again
from tests.demo_league import ROOT, TODAY


def run(data_dir: DataDir, mode: str) -> Snapshot:
    command = [sys.executable, "run_etl.py", "--data-dir", str(data_dir.root), "--mode", mode]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    found = published(data_dir)
    assert found is not None
    return found


def cells(snapshot: Snapshot) -> dict[str, bytes]:
    return {table.name: snapshot.file_of(table.name).read_bytes() for table in snapshot.manifest.tables}


def again(data_dir: DataDir, earlier: Snapshot) -> Snapshot:
    now = datetime.now(UTC)
    snapshot_id = snapshot_id_for(data_dir, now, "restored")
    return publish_again(data_dir, earlier, snapshot_id=snapshot_id, run_id="restored", created_at=stamp(now))


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    generate(Request(tmp_path, 3, 1, frozenset(), TODAY), lambda *_: None)
    return DataDir(tmp_path)


def test_the_run_after_a_restore_equals_a_full_one(data_dir: DataDir, tmp_path: Path) -> None:
    before = run(data_dir, "full")
    expected = cells(before)  # its files are pruned in the end
    game = next(path for path in sorted(data_dir.raw.rglob("*.json")))
    kept = game.read_bytes()
    game.unlink()
    run(data_dir, "incremental")

    restored = again(data_dir, before)
    assert cells(restored) == expected

    fresh = DataDir(tmp_path.with_name(f"{tmp_path.name}-fresh"))
    shutil.copytree(data_dir.raw, fresh.raw)
    after = run(data_dir, "incremental")  # the file is still gone: the league of today, not the restored one
    assert cells(after) == cells(run(fresh, "full"))

    game.write_bytes(kept)  # put right: what was restored is what a run makes
    restored = again(data_dir, before)
    assert run(data_dir, "incremental").id == restored.id
    assert cells(run(data_dir, "full")) == expected
