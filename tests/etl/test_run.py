"""What a run is called."""

from datetime import UTC, datetime

import pytest

from etl.run import _snapshot_id

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "made"),
    [
        ([], "20261124T120000000000Z-0b1e5c2d"),
        (["20261124T113000000000Z-3f6c2a9e"], "20261124T120000000000Z-0b1e5c2d"),
        (["20261124T113000000000Z-3f6c2a9e", "20261124T150000999999Z-3f6c2a9e"], "20261124T150001000000Z-0b1e5c2d"),
        (["named by hand"], "20261124T120000000000Z-0b1e5c2d"),
    ],
    ids=["first", "after an older one", "after one from before the clock was set back", "unreadable"],
)
def test_a_snapshots_name_is_above_all_that_are_known(known: list[str], made: str) -> None:
    assert _snapshot_id(NOON, "0b1e5c2d9f6b4f0c", known) == made
    assert made > max(known, default="") or known == ["named by hand"]
