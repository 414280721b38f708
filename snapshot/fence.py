"""The fence: a run that was given up on can never publish over a newer one.

`state/fence.json` names the one run that may publish. Whoever starts a run raises the fence for it; whoever gives a
run up lowers it. Publishing happens inside `Fence.hold`, which checks the name under the same file lock that raising
and lowering take, so there is no moment between the check and the publication.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from snapshot.files import exclusive, replace_file
from snapshot.layout import DataDir


class Superseded(RuntimeError):
    """This run may not publish: another run was started, or this one was given up."""


class _FenceFile(msgspec.Struct, frozen=True):
    run_id: str | None


@dataclass(frozen=True, slots=True)
class Fence:
    """The fence of one data directory."""

    data_dir: DataDir

    def raise_for(self, run_id: str) -> None:
        """From now on only this run may publish."""
        with exclusive(self._lock):
            self._write(run_id)

    def lower(self, run_id: str) -> None:
        """This run may no longer publish; does nothing when another run holds the fence."""
        with exclusive(self._lock):
            if self._read() == run_id:
                self._write(None)

    @contextmanager
    def hold(self, run_id: str) -> Iterator[None]:
        """Keep the fence still while publishing.

        Raises:
            Superseded: the fence does not name this run.
        """
        with exclusive(self._lock):
            if self._read() != run_id:
                raise Superseded(f"run {run_id} may not publish: it was given up, or a newer run has started")
            yield

    @property
    def _lock(self) -> Path:
        return self.data_dir.fence.with_suffix(".lock")

    def _read(self) -> str | None:
        try:
            return msgspec.json.decode(self.data_dir.fence.read_bytes(), type=_FenceFile).run_id
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _write(self, run_id: str | None) -> None:
        replace_file(self.data_dir.fence, msgspec.json.encode(_FenceFile(run_id)))
