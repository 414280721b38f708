"""What can be held of the image without building it: its sources, its user, its health check and its command."""

import json
import os
import re
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from api.config import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STEPS = [line.split(maxsplit=1) for line in TEXT.splitlines() if line and not line.startswith("#")]


def arguments(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def test_every_source_exists_and_is_let_through() -> None:
    sources = {source for line in arguments("COPY") for source in line.split()[:-1]}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == sources


def test_every_package_of_the_service_is_copied() -> None:
    linted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(linted["root_packages"]) <= {source for line in arguments("COPY") for source in line.split()}


def test_the_code_is_compiled_when_all_of_it_is_there() -> None:
    names = [name for name, _ in STEPS]
    last_copy = len(names) - 1 - names[::-1].index("COPY")
    assert STEPS[last_copy + 1] == ["RUN", "python -m compileall -q ."]


def test_the_service_is_not_root() -> None:
    names = [name for name, _ in STEPS]
    assert arguments("USER") == ["benchsight"]
    assert names.index("USER") < names.index("CMD")


def test_signals_reach_the_server_since_no_shell_is_between() -> None:
    assert json.loads(arguments("CMD")[0]) == ["python", "-m", "api.main"]


def test_every_setting_is_one() -> None:
    known = {name.upper() for name in Settings.model_fields}
    set_here = set(re.findall(r"(\w+)=", arguments("ENV")[0]))
    assert {name for name in set_here if not name.startswith("PYTHON")} <= known


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_tells_a_server_that_answers_from_one_that_does_not(status: int, code: int) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    command = json.loads(arguments("HEALTHCHECK")[0].partition("CMD ")[2])
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        environment = {**os.environ, "PORT": str(server.server_port)}
        done = subprocess.run([sys.executable, *command[1:]], env=environment, check=False, capture_output=True)
        server.shutdown()
    assert done.returncode == code
