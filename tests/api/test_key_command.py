"""`python -m api.keys` beside a running server."""

import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.config import PROJECT_ROOT
from tests.api.server_process import Server, environment, failed_start, server
from tests.api.serving import KEY

COMMAND = (sys.executable, "-m", "api.keys")


def keys(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*COMMAND, *arguments),
        cwd=PROJECT_ROOT,
        env=environment(data_dir, 0),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    data_dir = tmp_path_factory.mktemp("keys") / "data"
    with server(data_dir, ENVIRONMENT="production", ADMIN_API_KEY=KEY) as started:
        yield started, data_dir


def status_of(started: Server, key: str) -> httpx.Response:
    return started.get("/api/auth/me", headers={"X-API-Key": key})


def within_five_seconds(started: Server, key: str, status: int) -> None:
    give_up_at = time.monotonic() + 5
    while status_of(started, key).status_code != status:
        assert time.monotonic() < give_up_at
        time.sleep(0.2)


def test_a_running_server_goes_by_each_change_within_five_seconds(running: tuple[Server, Path]) -> None:
    started, data_dir = running
    made = keys(data_dir, "create", "--name", "dashboard", "--role", "viewer", "--expires", "90d")
    key = made.stdout.strip()
    assert re.fullmatch(r"bsk_[0-9a-f]{8}_[\w-]{43}", key), made.stderr
    within_five_seconds(started, key, 200)
    assert status_of(started, key).json()["role"] == "viewer"
    listed = keys(data_dir, "list").stdout
    assert re.search(rf"{key[:12]}  dashboard +viewer .* holds\n", listed), listed
    assert key not in listed

    admin = {"X-API-Key": KEY}
    assert keys(data_dir, "revoke", key[:12]).returncode == 0
    within_five_seconds(started, key, 401)
    (info,) = [k for k in started.get("/api/auth/keys", headers=admin).json() if k["prefix"] == key[:12]]
    assert info["last_used_at"] is not None
    assert info["revoked_at"] is not None
    entries = started.get("/api/audit", headers=admin).json()
    assert [entry["action"] for entry in entries] == ["revoke_key", "create_key"]
    assert entries[1]["changes"][0]["after"][0]["name"] == "dashboard"
    assert entries[1]["actor"].endswith("(command line)")


def test_at_rest_a_key_is_a_hash_that_only_the_owner_may_read(running: tuple[Server, Path]) -> None:
    _, data_dir = running
    key = keys(data_dir, "create", "--name", "another", "--role", "scorer").stdout.strip()
    files = list((data_dir / "state").glob("access.sqlite3*"))
    assert files
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_bytes()
        assert key.encode() not in content
        assert key.rsplit("_", 1)[1].encode() not in content


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("revoke", "bsk_unknown1"), 1, "There is no key"),
        (("create", "--name", " ", "--role", "viewer"), 2, "--name"),
        (("create", "--name", "x", "--role", "owner"), 2, "--role"),
        (("create", "--name", "x", "--role", "viewer", "--expires", "soon"), 2, "neither a date"),
        (("create", "--name", "x", "--role", "viewer", "--expires", "2020-01-01"), 1, "past"),
        ((), 2, "required"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended = keys(tmp_path, *arguments)
    assert ended.returncode == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_production_starts_with_a_key_from_the_command_and_not_with_a_viewers_alone(tmp_path: Path) -> None:
    keys(tmp_path, "create", "--name", "dashboard", "--role", "viewer")
    code, said = failed_start(tmp_path, ENVIRONMENT="production")
    assert (code, "ADMIN_API_KEY: " in said) == (1, True)
    key = keys(tmp_path, "create", "--name", "office", "--role", "admin").stdout.strip()
    with server(tmp_path, ENVIRONMENT="production") as started:
        assert status_of(started, key).json()["role"] == "admin"


def test_a_damaged_file_of_keys_ends_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "access.sqlite3").write_bytes(b"no database" * 100)
    code, said = failed_start(tmp_path)
    assert code == 1
    assert "file of keys" in said
    assert "Traceback" not in said
    assert "file of keys" in keys(tmp_path, "list").stderr
