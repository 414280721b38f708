"""Where everything lies in a data directory. The one place that knows the names of its folders and files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

WORKBOOK: Final = ".xlsx"
_SOURCES: Final = (".json", WORKBOOK)
_OPEN_IN_EXCEL: Final = "~$"  # Excel's own mark beside a workbook that someone has open


def is_source(name: str) -> bool:
    """Whether a file below `raw/` is one to look at, by its name: what it is, its content decides."""
    return name.lower().endswith(_SOURCES) and not name.startswith(_OPEN_IN_EXCEL)


@dataclass(frozen=True, slots=True)
class DataDir:
    """A league's data directory.

    `raw/` holds what people put in, `snapshots/` each published league, `output` the current one of them,
    `logs/` a file per job, and `state/` what the programs remember (locks, job journal, cache of games read).
    """

    root: Path

    @property
    def raw(self) -> Path:
        """The game files, the workbook and `league.toml`, at any depth."""
        return self.root / "raw"

    @property
    def output(self) -> Path:
        """The link to the published snapshot (a pointer file where links cannot be made)."""
        return self.root / "output"

    @property
    def snapshots(self) -> Path:
        """One directory per published snapshot."""
        return self.root / "snapshots"

    @property
    def logs(self) -> Path:
        """One log file per job."""
        return self.root / "logs"

    @property
    def state(self) -> Path:
        """Locks, the job journal, the fence and the cache of games read."""
        return self.root / "state"

    @property
    def cache(self) -> Path:
        """Canonical frames of games already read, by content hash. Safe to delete."""
        return self.state / "cache"

    @property
    def etl_lock(self) -> Path:
        """Held by the one ETL run of this data directory."""
        return self.state / "etl.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the one server of this data directory."""
        return self.state / "server.lock"

    @property
    def fence(self) -> Path:
        """Names the only run that may publish (see `snapshot.fence`)."""
        return self.state / "fence.json"

    @property
    def pins(self) -> Path:
        """Snapshots that unfinished jobs still need (see `snapshot.pins`)."""
        return self.state / "pins"

    def create(self) -> None:
        """Make the folders that are missing."""
        for folder in (self.raw, self.snapshots, self.logs, self.state):
            folder.mkdir(parents=True, exist_ok=True)
