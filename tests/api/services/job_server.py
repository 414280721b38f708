"""A process with a job manager, for tests that kill it: `python job_server.py <folder> serve|recover <program>`."""

import json
import sys
import time
from pathlib import Path

from api.models.job import JobKind
from tests.api.services.job_parts import build, script, wish


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve(folder: Path, program: str) -> None:
    manager = build(folder, {JobKind.ETL: script(program)})
    manager.start()
    say(manager.create_job(wish(idempotency_key="k")))
    say(manager.create_job(wish("test")))
    time.sleep(60)


def recover(folder: Path) -> None:
    manager = build(folder)
    began = time.monotonic()
    manager.recover()
    jobs = [job.model_dump(mode="json") for job in manager.list_jobs()[0]]
    say(json.dumps({"seconds": time.monotonic() - began, "jobs": jobs}))


if __name__ == "__main__":
    if sys.argv[2] == "serve":
        serve(Path(sys.argv[1]), sys.argv[3])
    else:
        recover(Path(sys.argv[1]))
