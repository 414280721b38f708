"""`make contract`: how much of what the dashboard reads a demo league serves. Exit code 1 when it is short."""

import shutil
import sys
import tempfile
from pathlib import Path

import psycopg

from snapshot.layout import DataDir
from tests.contract.league import stage, upload
from tests.contract.served import measure, report
from tests.demo_league import publish_demo_league
from warehouse.opening import Choice, open_warehouse


def main() -> int:
    """Make a league, upload it, measure."""
    folder = Path(tempfile.mkdtemp(prefix="bs-"))
    folder.chmod(0o755)  # the embedded server runs as a service user when this is root
    try:
        publish_demo_league(folder)
        with open_warehouse(DataDir(folder), Choice()) as opened:
            assert opened.dsn is not None
            upload(opened.warehouse, DataDir(folder))
            stage(opened.dsn)
            with psycopg.connect(opened.dsn) as connection:
                served = measure(connection)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(report(served))  # noqa: T201 - the command's whole purpose
    return 0 if served.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
