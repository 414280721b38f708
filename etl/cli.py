"""The command line: arguments, exit codes, the lock, and what a person sees. Everything heavy is imported late."""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Final, Literal, get_args
from uuid import uuid4  # noqa: TID251 - composition root

from snapshot.fence import Fence, Superseded
from snapshot.files import LockHeld, exclusive, is_full
from snapshot.layout import DataDir
from snapshot.publication import USUAL, PublishFailed, Retention

if TYPE_CHECKING:
    from etl.progress import Listener
    from etl.run import Outcome, Run, RunRequest

_FEW_FILES: Final = 20
PROJECT: Final = Path(__file__).resolve().parents[1]
DONE, FAILED, USAGE, BLOCKED, TERMINATED = 0, 1, 2, 3, 143
_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
Modes = Literal["full", "incremental", "single", "test"]


class UsageError(ValueError):
    """The arguments do not fit together."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        _settle(options)
    except UsageError as error:
        print(f"run_etl.py: {error}", file=sys.stderr)
        return USAGE
    data_dir = DataDir(options.data_dir)
    if options.status:
        from etl.inspection import print_status  # noqa: PLC0415 - keeps the start fast

        return print_status(data_dir, as_json=options.json)
    if options.list_games:
        from etl.inspection import print_games  # noqa: PLC0415 - keeps the start fast

        return print_games(data_dir, _environ(), as_json=options.json)
    return _run(options, data_dir)


def build_parser() -> argparse.ArgumentParser:
    """The arguments that the program takes."""
    parser = argparse.ArgumentParser(
        prog="run_etl.py",
        description="Read the league's games and publish its tables.",
        epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 blocked by a check.",
    )
    add = parser.add_argument
    add("--mode", choices=get_args(Modes), help="full (default), incremental, single or test")
    add("--games", nargs="+", type=int, metavar="ID", help="read these games again; alone, only these (single)")
    add("--exclude-games", nargs="+", type=int, metavar="ID", default=[], help="leave these games out of the league")
    add("--incremental", action="store_true", help="do nothing when nothing changed (= --mode incremental)")
    add("--validate", action="store_true", help="check everything, publish nothing (= --mode test)")
    add("--wipe", action="store_true", help="forget what was read before and read everything again")
    add("--lenient", action="store_true", help="hockey checks warn instead of blocking")
    add(
        "--source", choices=("excel", "supabase"), default="excel", help="files with staging over them, or staging only"
    )
    add("--data-dir", type=Path, metavar="DIR", help="the league's data (default: BENCHSIGHT_DATA_DIR, else data)")
    add("--run-id", metavar="ID", help="the run's id, for whoever started it and raised the fence")
    add("--progress-file", type=Path, metavar="PATH", help="append progress as JSON lines")
    add("--list-games", action="store_true", help="list the tracked games below raw/ and stop")
    add("--status", action="store_true", help="say what is published and what runs, and stop")
    add("--json", action="store_true", help="with --list-games and --status: as JSON")
    return parser


def _settle(options: argparse.Namespace) -> None:
    """Fill in what the arguments imply.

    Raises:
        UsageError: they contradict each other.
    """
    asked = {options.mode} if options.mode else set()
    asked |= {mode for mode, flag in (("incremental", options.incremental), ("test", options.validate)) if flag}
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(sorted(asked))} exclude each other")
    options.mode = next(iter(asked), "single" if options.games else "full")
    if options.mode == "single" and not options.games:
        raise UsageError("single needs --games")
    if options.run_id is not None and not _RUN_ID.fullmatch(options.run_id):
        raise UsageError("--run-id takes up to 64 letters, digits, _ and -")
    options.kept = _retention(_environ())
    # a path on the command line counts from where one stands, as always; the setting counts as it does for the server
    setting = Path(os.environ.get("BENCHSIGHT_DATA_DIR") or "data")  # noqa: TID251 - composition root
    options.data_dir = (options.data_dir or PROJECT / setting).absolute()


def _run(options: argparse.Namespace, data_dir: DataDir) -> int:
    run_id = options.run_id or uuid4().hex
    with ExitStack() as stack:
        try:
            data_dir.create()
            note = stack.enter_context(exclusive(data_dir.etl_lock, wait_seconds=0))
        except LockHeld:
            print(f"another ETL run is under way in {data_dir.root}{_holder(data_dir)}", file=sys.stderr)
            return FAILED
        except OSError as error:
            print(f"{data_dir.root} cannot be used: {error.strerror}", file=sys.stderr)
            return FAILED
        _note(note, run_id)
        if options.run_id is None:
            Fence(data_dir).raise_for(run_id)
        return _execute(options, data_dir, run_id)


def _execute(options: argparse.Namespace, data_dir: DataDir, run_id: str) -> int:
    _spare_memory(data_dir)
    from etl.display import display_for  # noqa: PLC0415 - keeps the start fast
    from etl.progress import Progress, ProgressFile  # noqa: PLC0415
    from etl.progress_events import Completed, Failed  # noqa: PLC0415
    from etl.run import Run  # noqa: PLC0415

    with ExitStack() as stack:
        display = display_for(sys.stdout)
        listeners: list[Listener] = [display]
        if options.progress_file is not None:
            listeners.append(stack.enter_context(closing(ProgressFile(options.progress_file))))
        progress = Progress(listeners)
        run = Run(_request(options, data_dir, run_id), progress, lambda: datetime.now(UTC))  # noqa: TID251 - composition root
        stack.enter_context(_ending_well(run))
        code, message, outcome = _attempt(run)
        progress.tell(
            Completed(result=outcome.result) if outcome is not None else Failed(error=message, exit_code=code)
        )
        display.close(outcome)
    if message:
        print(message, file=sys.stderr)
    return code


def _spare_memory(data_dir: DataDir) -> None:
    """Have the frame engine give freed memory back within a second, before it is loaded; for a season of games.

    At once would cost a tenth of a run, the engine's own ten seconds a quarter more memory. A few games do not need it;
    for a large league, which has a machine to itself, it costs a tenth and saves little.
    """
    from etl.extraction_pool import POOL_FROM  # noqa: PLC0415 - keeps the start fast

    files = sum(1 for path in data_dir.raw.rglob("*") if path.suffix.lower() in {".json", ".xlsx"})
    if _FEW_FILES < files < POOL_FROM:
        os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:1000,muzzy_decay_ms:0")  # noqa: TID251 - composition root


def _request(options: argparse.Namespace, data_dir: DataDir, run_id: str) -> "RunRequest":
    from etl.run import RunRequest  # noqa: PLC0415 - keeps the start fast
    from etl.staging_source import staged_league  # noqa: PLC0415

    return RunRequest(
        data_dir=data_dir,
        run_id=run_id,
        mode=options.mode,
        games=frozenset(options.games or ()),
        exclude=frozenset(options.exclude_games),
        wipe=options.wipe,
        lenient=options.lenient,
        source=options.source,
        read_staging=partial(staged_league, data_dir, _environ()),
        publish_personal_data=_decision(_environ(), "PUBLISH_PERSONAL_DATA"),
        kept=options.kept,
    )


def _environ() -> dict[str, str]:
    """The environment, over the project's `.env` file, which the server reads too and has told its children of."""
    from etl.staging_source import STARTED_BY  # noqa: PLC0415 - keeps the start fast

    if os.environ.get(STARTED_BY) == "server":  # noqa: TID251 - composition root
        return dict(os.environ)  # noqa: TID251 - composition root
    from dotenv import dotenv_values  # noqa: PLC0415 - keeps the start fast

    in_file = {name: value for name, value in dotenv_values(PROJECT / ".env").items() if value}
    return in_file | dict(os.environ)  # noqa: TID251 - composition root


def _decision(environ: Mapping[str, str], name: str) -> bool | None:
    """A setting that is on or off; None where it is not set."""
    word = environ.get(name, "").strip().lower()
    return word in {"1", "true", "yes", "on"} if word else None


def _retention(environ: Mapping[str, str]) -> Retention:
    """Which older snapshots stay, as the server's settings of these names say too."""
    count = environ.get("KEEP_SNAPSHOTS", "").strip() or str(USUAL.count)
    days = environ.get("KEEP_SNAPSHOT_DAYS", "").strip() or str(USUAL.days)
    if not (count.isdecimal() and days.isdecimal()) or int(count) < 1:
        raise UsageError("KEEP_SNAPSHOTS takes a number from 1 on, KEEP_SNAPSHOT_DAYS a number of days")
    return Retention(int(count), int(days))


def _attempt(run: "Run") -> tuple[int, str, "Outcome | None"]:
    """Run it; exit code, what went wrong in one sentence, and the outcome of a success."""
    from etl.quality import Blocked  # noqa: PLC0415 - keeps the start fast
    from etl.registry import BrokenTable  # noqa: PLC0415
    from etl.staging_source import StagingUnreadable  # noqa: PLC0415
    from formats.json_document import Unreadable  # noqa: PLC0415
    from hockey.league import InvalidRules  # noqa: PLC0415

    try:
        return DONE, "", run.execute()
    except (Blocked, BrokenTable) as error:
        return BLOCKED, f"blocked by a check: {error}", None
    except (InvalidRules, Unreadable, Superseded, PublishFailed, StagingUnreadable) as error:
        return FAILED, str(error), None
    except OSError as error:
        fault = "the disk is full; make room and run it again" if is_full(error) else error.strerror or error
        return FAILED, f"{error.filename or 'the data directory'}: {fault}", None
    except KeyboardInterrupt:
        return 128 + signal.SIGINT, "interrupted", None
    except Exception as error:  # noqa: BLE001 - the program's outermost catch: a bug still ends with a readable line
        import traceback  # noqa: PLC0415 - keeps the start fast

        traceback.print_exc()
        return FAILED, f"unexpected error, a fault of ours: {type(error).__name__}: {error}", None


@contextmanager
def _ending_well(run: "Run") -> Iterator[None]:
    """On SIGTERM clear the half-written snapshot away and end at once; while publishing, finish first."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        if run.is_publishing:
            return
        if run.writer is not None:
            run.writer.discard()
        os._exit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _note(lock: IO[bytes], run_id: str) -> None:
    """Write into the lock file who holds it."""
    lock.seek(0)
    lock.truncate()
    lock.write(json.dumps({"pid": os.getpid(), "run_id": run_id}).encode())
    lock.flush()


def _holder(data_dir: DataDir) -> str:
    """Who holds the lock, as far as the lock file tells."""
    try:
        note = json.loads(data_dir.etl_lock.read_text(encoding="utf-8"))
        return f" (pid {note['pid']}, run {note['run_id']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
