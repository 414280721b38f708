"""Stands in for run_etl.py where a test needs an ETL run that behaves in a certain way.

A real process with the real command line and progress lines; what it does stands in `<data dir>/behaviour`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser()
for flag in ("--mode", "--source", "--data-dir", "--run-id", "--progress-file"):
    parser.add_argument(flag)
for flag in ("--wipe", "--lenient", "--list-games", "--json"):
    parser.add_argument(flag, action="store_true")
for flag in ("--games", "--exclude-games"):
    parser.add_argument(flag, nargs="*", type=int, default=[])
arguments = parser.parse_args()
data_dir = Path(arguments.data_dir)


def text_of(name: str, default: str) -> str:
    path = data_dir / name
    return path.read_text(encoding="utf-8") if path.exists() else default


def say(**event: object) -> None:
    with Path(arguments.progress_file).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


def complete() -> None:
    result = {
        "tables_created": ["dim_player", "fact_goals"],
        "rows_written": 42,
        "games": 2,
        "games_read": 1,
        "snapshot_id": "20261018T193012482913Z-3f6c2a9e",
        "published": True,
        "duration_seconds": 0.1,
        "warnings": ["two rosters disagree"],
        "quarantined": [{"file": "notes.json", "reason": "not a tracker export"}],
        "left_out": [],
    }
    say(event="completed", result=result)


def slow() -> int:
    for second in range(600):
        say(event="step", step="extract", title="Reading", done=second, total=600, fraction=0.2, eta_seconds=9)
        print(f"second {second}", flush=True)  # noqa: T201 - a program of its own
        time.sleep(0.2)
    return 1


def quiet() -> int:
    time.sleep(600)
    return 1


def stubborn() -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", deaf])
    return quiet()


def loud() -> int:
    while True:
        print("what nobody needs to know " * 4000, flush=True)  # noqa: T201 - a program of its own
        time.sleep(0.02)


def fails() -> int:
    say(event="failed", error="The master workbook has no sheet dim_player", exit_code=1)
    return 1


def blocked() -> int:
    say(event="failed", error="points are not goals + assists in 2 rows", exit_code=3)
    return 3


def crashes() -> int:
    raise RuntimeError("the disk is full")


def is_killed() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def is_silent() -> int:
    return 0


MISBEHAVIOURS = {
    function.__name__.replace("_", " "): function
    for function in (slow, quiet, loud, stubborn, fails, blocked, crashes, is_killed, is_silent)
}


def run(behaviour: str) -> int:
    (data_dir / "seen.json").write_text(
        json.dumps(
            {"argv": sys.argv[1:], "key": os.environ.get("ADMIN_API_KEY"), "run": os.environ.get("BENCHSIGHT_RUN_ID")}
        )
    )
    print("Reading games", flush=True)  # noqa: T201 - a program of its own
    say(event="started", run_id=arguments.run_id, mode=arguments.mode)
    say(event="step", step="extract", title="Reading games", done=1, total=2, fraction=0.2, eta_seconds=1.5)
    say(event="something_newer", than="the service knows")
    if (misbehave := MISBEHAVIOURS.get(behaviour)) is not None:
        return misbehave()
    say(event="table_built", table="dim_player", rows=40, seconds=0.01, done=1, total=2, fraction=0.6, eta_seconds=0.5)
    say(event="table_built", table="fact_goals", rows=2, seconds=0.01, done=2, total=2, fraction=0.9, eta_seconds=0.1)
    say(event="warning", message="game 18969 has no goalie")
    complete()
    return 0


if arguments.list_games:
    print(text_of("tracked.json", "[]"))  # noqa: T201 - as above
    sys.exit(int(text_of("list_exit", "0")))
sys.exit(run(text_of("behaviour", "works").strip()))
