from pathlib import Path

import pytest

from snapshot.layout import DataDir
from snapshot.pins import pin, pinned_ids, unpin


def test_a_snapshot_is_pinned_until_its_last_holder_lets_go(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    assert pinned_ids(data_dir) == frozenset()
    pin(data_dir, "20261123T100000000000Z-abc", "job-1")
    pin(data_dir, "20261123T100000000000Z-abc", "job-2")
    unpin(data_dir, "20261123T100000000000Z-abc", "job-1")
    unpin(data_dir, "20261123T100000000000Z-abc", "job-1")
    assert pinned_ids(data_dir) == {"20261123T100000000000Z-abc"}
    unpin(data_dir, "20261123T100000000000Z-abc", "job-2")
    assert pinned_ids(data_dir) == frozenset()


@pytest.mark.parametrize("name", ["../x", "a.b", ""], ids=["path", "dot", "empty"])
def test_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a pin"):
        pin(DataDir(tmp_path), name, "job")
