"""Backups on the command line: `python -m api.backup create FILE`, `verify FILE`, `restore FILE`.

`create` works beside a running server; `restore` needs it stopped. A backup holds people's names, the hashes of the
keys and the audit log: keep it as the league's data directory itself.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from api.composition import database_choice
from api.config import API_VERSION, Settings, WrongSettings, read_settings
from api.errors import DomainError
from api.services import backup_archive
from api.services.access_store import AccessStore
from api.services.audit_log import AuditLog, done_on_command_line
from api.services.backup_archive import Archive, BackupFailed, Contents
from api.services.backup_making import Backup
from api.services.backup_restoring import Restore
from snapshot.layout import DataDir
from warehouse.base import Backend

_FAILED: Final = 1
_ROOT: Final = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 0 done, 1 not possible, 2 wrong usage."""
    given = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        if given.command == "verify":
            _verify(given.file)
        elif given.command == "create":
            _create(given.file, settings)
        else:
            _restore(given.file, settings, replace=given.replace)
    except (WrongSettings, BackupFailed) as error:
        print(error, file=sys.stderr)
    except DomainError as error:
        print(error.message, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; nothing was changed", file=sys.stderr)
    else:
        return 0
    return _FAILED


def _create(place: Path, settings: Settings) -> None:
    data_dir = DataDir(settings.benchsight_data_dir)
    _refuse_strangers_directory(data_dir)
    now = datetime.now(UTC)
    path = place / f"benchsight-{now:%Y%m%dT%H%M%SZ}.zip" if place.is_dir() else place
    with _shown("Backing up") as progress:
        contents = Backup(data_dir, now, API_VERSION, settings.secret_values(), progress).create(path)
    _remember(data_dir, "create_backup")
    _say(f"{path}: {path.stat().st_size / 1e6:,.1f} MB, {_described(contents)}.")
    _say("It holds personal data, the hashes of the keys and the audit log: keep it where only you can read it.")
    _say("Not in it: the settings (.env), what is made again by itself, and databases outside the data directory.")
    if database_choice(settings).backend is not Backend.EMBEDDED:
        _say("The corrections of this league are in the database of SUPABASE_DB_URL or SUPABASE_URL: back that up too.")


def _verify(path: Path) -> None:
    with Archive(path) as archive:
        with _shown("Reading", archive.contents.bytes) as progress:
            archive.unpack(None, progress)
        _say(f"{path} is whole: {_described(archive.contents)}.")


def _restore(path: Path, settings: Settings, *, replace: bool) -> None:
    data_dir = DataDir(settings.benchsight_data_dir)
    _refuse_strangers_directory(data_dir)
    with _shown("Restoring") as progress:
        done = Restore(data_dir, datetime.now(UTC), progress).run(path, replace=replace)
    _remember(data_dir, "restore_backup")
    _say(f"{data_dir.root} is as it was at {done.contents.created_at}: {_described(done.contents)}.")
    _say(
        "A key that was revoked since then holds again: `python -m api.keys list`. Waiting jobs run at the next start."
    )
    if done.kept is not None:
        _say(f"What stood there before is in {done.kept}; remove it when all is well.")


def _refuse_strangers_directory(data_dir: DataDir) -> None:
    """Root would leave files there that the server's own user cannot write."""
    if sys.platform == "win32" or os.geteuid() != _ROOT or not data_dir.root.exists():
        return
    import pwd  # noqa: PLC0415 - POSIX only

    owner = data_dir.root.stat().st_uid
    if owner != _ROOT:
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"#{owner}"
        raise BackupFailed(f"{data_dir.root} belongs to {name}; run this as that user: sudo -u '{name}' ...")


def _remember(data_dir: DataDir, action: str) -> None:
    with closing(AccessStore(data_dir.state)) as store:
        target = f"python -m api.backup {action.removesuffix('_backup')}"
        AuditLog(store, now=lambda: datetime.now(UTC)).append(done_on_command_line(action, target))


def _described(contents: Contents) -> str:
    snapshots = {entry.name.split("/")[1] for entry in contents.part("snapshots")}
    has = {
        "the journal of jobs": contents.part(backup_archive.JOURNAL),
        "keys and audit log": contents.part(backup_archive.ACCESS),
        "the embedded database": contents.part(backup_archive.DATABASE),
        "models": contents.part("models"),
    }
    parts = [f"raw files: {len(contents.part('raw'))}", f"snapshots: {len(snapshots)}"]
    parts += [name for name, entries in has.items() if entries]
    return f"{', '.join(parts)}; version {contents.software_version}, {contents.created_at}"


@contextmanager
def _shown(doing: str, total: int | None = None) -> Iterator[backup_archive.Progress]:
    """Progress on a terminal; nothing elsewhere, so that a nightly job stays quiet."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(doing, total=total)
        yield lambda part, size: shown.update(task, advance=size, description=f"{doing} {part}")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m api.backup",
        description="Back up and restore the data directory (BENCHSIGHT_DATA_DIR): raw files, snapshots, models, logs, "
        "jobs, keys, audit log and the embedded database.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make a backup, beside a running server or without one")
    create.add_argument(
        "file", type=Path, nargs="?", default=Path(), help="where to: a file, or a folder for one named by its time"
    )
    verify = commands.add_parser("verify", help="read a backup and compare every file with its checksum")
    verify.add_argument("file", type=Path)
    restore = commands.add_parser("restore", help="put a backup in the place of the data directory; no server may run")
    restore.add_argument("file", type=Path, help="only one that you have made: a database's dump can run programs")
    restore.add_argument("--replace", action="store_true", help="also where there is a league already, which is kept")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
