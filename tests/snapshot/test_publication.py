"""What a published snapshot is called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from snapshot.layout import DataDir
from snapshot.publication import snapshot_id_for

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "made"),
    [
        ([], "20261124T120000000000Z-0b1e5c2d"),
        (["20261124T113000000000Z-3f6c2a9e"], "20261124T120000000000Z-0b1e5c2d"),
        (["20261124T113000000000Z-3f6c2a9e", "20261124T150000999999Z-3f6c2a9e"], "20261124T150001000000Z-0b1e5c2d"),
        (["20261124T150000999999Z-3f6c2a9e", "named by hand"], "20261124T150001000000Z-0b1e5c2d"),
    ],
    ids=["first", "after an older one", "after one from before the clock was set back", "beside an unreadable one"],
)
def test_a_snapshots_id_is_above_all_that_tell_their_time(tmp_path: Path, known: list[str], made: str) -> None:
    data_dir = DataDir(tmp_path)
    for snapshot_id in known:
        (data_dir.snapshots / snapshot_id).mkdir(parents=True)
        (data_dir.snapshots / snapshot_id / "manifest.json").write_text("{}")
    assert snapshot_id_for(data_dir, NOON, "0b1e5c2d9f6b4f0c") == made
