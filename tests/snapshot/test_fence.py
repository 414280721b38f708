"""A run that was given up on can never publish over a newer one."""

import threading
from pathlib import Path

import pytest

from snapshot.fence import Fence, Superseded
from snapshot.layout import DataDir


@pytest.fixture
def fence(tmp_path: Path) -> Fence:
    return Fence(DataDir(tmp_path))


def test_the_run_that_the_fence_names_may_publish(fence: Fence) -> None:
    fence.raise_for("run-1")
    with fence.hold("run-1"):
        pass


def test_a_run_may_not_publish_once_a_newer_one_has_started(fence: Fence) -> None:
    fence.raise_for("run-1")
    fence.raise_for("run-2")
    with pytest.raises(Superseded, match="run-1 may not publish"), fence.hold("run-1"):
        pytest.fail("the older run was let through")


def test_a_run_that_was_given_up_may_not_publish(fence: Fence) -> None:
    fence.raise_for("run-1")
    fence.lower("run-1")
    with pytest.raises(Superseded), fence.hold("run-1"):
        pytest.fail("the run was let through")


def test_giving_up_an_older_run_leaves_the_newer_one_its_right(fence: Fence) -> None:
    fence.raise_for("run-2")
    fence.lower("run-1")
    with fence.hold("run-2"):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b'{"run_id": 5}'], ids=["empty", "half", "wrong-type"])
def test_a_damaged_fence_lets_nobody_through(fence: Fence, content: bytes) -> None:
    fence.data_dir.state.mkdir(parents=True)
    fence.data_dir.fence.write_bytes(content)
    with pytest.raises(Superseded), fence.hold("run-1"):
        pytest.fail("a damaged fence let a run through")


def test_nobody_can_move_the_fence_while_a_run_publishes(fence: Fence) -> None:
    fence.raise_for("run-1")
    raised = threading.Event()

    def newer_run() -> None:
        Fence(fence.data_dir).raise_for("run-2")
        raised.set()

    with fence.hold("run-1"):
        starter = threading.Thread(target=newer_run)
        starter.start()
        assert not raised.wait(0.2)
    starter.join(5)
    assert raised.is_set()
