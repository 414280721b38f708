"""The disk is full in the middle of a real run: the league that stands stays, and the next run publishes."""

import resource
from pathlib import Path

from snapshot.layout import DataDir
from snapshot.reader import published_id
from tests.e2e.server import Server, wait_until

LARGEST_FILE_BYTES = 20_000
"""A quota that the log and the lines of progress fit in, and the tables do not."""


def test_a_run_without_room_publishes_nothing_and_the_next_one_does(league: Path) -> None:
    with Server(league) as server:
        server.wait_for(server.trigger(), "completed")
        before = published_id(DataDir(league))
        doomed = server.trigger()
        [run] = wait_until(server.children)
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, LARGEST_FILE_BYTES))
        job = server.wait_for(doomed, "failed")
        assert "the disk is full; make room and run it again" in job["error"], job
        assert published_id(DataDir(league)) == before
        assert [path.name for path in (league / "snapshots").iterdir()] == [before]
        after = server.wait_for(server.trigger(), "completed")["result"]["snapshot_id"]
        assert published_id(DataDir(league)) == after != before
