"""Locks end with their holder; writes are whole or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from snapshot.files import LockHeld, exclusive, replace_file

HOLDER = """
import sys, time
from pathlib import Path
from snapshot.files import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


class TestExclusive:
    def test_a_second_holder_waits_and_gives_up_in_time(self, tmp_path: Path) -> None:
        lock = tmp_path / "a.lock"
        expected = pytest.raises(LockHeld, match=r"a\.lock is held")
        with exclusive(lock), expected, exclusive(lock, wait_seconds=0.1):
            pytest.fail("two holders at once")

    def test_it_is_free_again_afterwards(self, tmp_path: Path) -> None:
        for _ in range(2):
            with exclusive(tmp_path / "a.lock", wait_seconds=0):
                pass

    def test_a_killed_holder_leaves_it_free(self, tmp_path: Path) -> None:
        lock = tmp_path / "a.lock"
        root = Path(__file__).parents[2]
        with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], cwd=root, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with pytest.raises(LockHeld), exclusive(lock, wait_seconds=0):
                pytest.fail("two holders at once")
            holder.kill()
        with exclusive(lock, wait_seconds=5):
            pass


class TestReplaceFile:
    def test_the_new_content_stands_and_nothing_else_is_left(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "a.json"
        replace_file(path, b"old")
        replace_file(path, b"new")
        assert path.read_bytes() == b"new"
        assert list(path.parent.iterdir()) == [path]

    def test_a_failed_write_keeps_the_old_content(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        replace_file(path, b"old")
        with pytest.raises(TypeError):
            replace_file(path, "not bytes")  # type: ignore[arg-type] # the failure is the point
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]
