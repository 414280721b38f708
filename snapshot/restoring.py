"""Going back: an earlier snapshot published once more, as a new one.

The files are the earlier ones (hard links where the disk has them, so that it costs no room); only the manifest is
new. With an id of its own it is the latest publication: a warehouse takes it as it takes any later snapshot, no guard
has to be lifted, and the next run follows on it in the usual order. See docs/adr/0008-a-restore-is-a-publication.md.
"""

import os
import shutil
from pathlib import Path

from msgspec import structs

from snapshot.fence import Fence
from snapshot.files import exclusive
from snapshot.layout import DataDir
from snapshot.publication import PARTIAL, PublishFailed, complete, to_disk
from snapshot.reader import Snapshot, load


def publish_again(data_dir: DataDir, earlier: Snapshot, *, snapshot_id: str, run_id: str, created_at: str) -> Snapshot:
    """Make what `earlier` holds the current league under a new id; the caller has verified it.

    Raises:
        LockHeld: an ETL run is under way, and may publish at any moment.
        PublishFailed: something that is no link lies at `output`.
        OSError: its files cannot be taken over, or there is no room.
    """
    manifest = structs.replace(
        earlier.manifest,
        snapshot_id=snapshot_id,
        run_id=run_id,
        created_at=created_at,
        restored_from=earlier.manifest.restored_from or earlier.id,
    )
    with exclusive(data_dir.etl_lock, wait_seconds=0):
        fence = Fence(data_dir)
        fence.raise_for(run_id)
        try:
            partial = data_dir.snapshots / f"{PARTIAL}{snapshot_id}"
            try:
                _fill(partial, earlier)
                complete(data_dir, partial, manifest, before_step=lambda: None)
            except PublishFailed:
                shutil.rmtree(data_dir.snapshots / snapshot_id, ignore_errors=True)
                raise
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        finally:
            fence.lower(run_id)
    return load(data_dir.snapshots / snapshot_id)


def _fill(partial: Path, earlier: Snapshot) -> None:
    partial.mkdir()
    for table in earlier.manifest.tables:
        try:
            os.link(earlier.path / table.file, partial / table.file)
        except OSError:  # no links on this disk, or too many of them
            shutil.copyfile(earlier.path / table.file, partial / table.file)
            to_disk(partial / table.file)
