"""The scanner for secrets finds what it is there for, and a run that leaves a secret fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.known_secrets import KNOWN, MARK
from tests.leaks import leaks_below, leaks_in

ROOT = Path(__file__).parents[2]
LOOKS_LIKE_ONE = {
    "an API key": "key bsk_5f0d6c1e_" + "x" * 43,
    "a token": '{"access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4eHh4In0.' + "x" * 43 + '"}',
    "a Supabase key": "apikey: sb_secret_" + "x" * 20,
    "a password in a URL": "cannot reach postgresql://postgres:xxxxxx@db.example/postgres",
    "a password": "host=/tmp/x port=5432 user=postgres password=xxxxxx",
}
HARMLESS = (
    *("bsk_5f0d6c1e", "bsk_5f0d6c1e_***", "eyJhbGciOiJIUzI1NiJ9", "sb_publishable_" + "x" * 20),
    *("postgresql://postgres:***@db.example/postgres", "postgresql://nobody@127.0.0.1:1/none", "password=***"),
)
PLANTED = """
def test_plants(tmp_path):
    from tests.known_secrets import ADMIN_KEY
    (tmp_path / "server.log").write_text(ADMIN_KEY)
"""


@pytest.mark.parametrize("name", KNOWN)
def test_what_tests_configure_is_found(name: str) -> None:
    assert MARK in KNOWN[name]
    assert [leak.what for leak in leaks_in(f"before {KNOWN[name]} after".encode(), "x")][:1] == [name]


@pytest.mark.parametrize("name", LOOKS_LIKE_ONE)
def test_what_looks_like_a_secret_is_found(name: str) -> None:
    assert [leak.what for leak in leaks_in(LOOKS_LIKE_ONE[name].encode(), "x")] == [name]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_masked_or_public_is_not(text: str) -> None:
    assert leaks_in(text.encode(), "x") == []


def test_every_file_is_looked_through_but_what_people_put_in(tmp_path: Path) -> None:
    secret, folder = KNOWN["ADMIN_KEY"], tmp_path / "raw"  # so that the look at this very run leaves it out
    for place in ("logs/1.log", "state/jobs.sqlite3-wal", "raw/game.json", "state/postgres.password"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(bytes(100) + secret.encode() + bytes(100))
    assert {leak.place for leak in leaks_below(folder)} == {
        str(folder / "logs" / "1.log"),
        str(folder / "state" / "jobs.sqlite3-wal"),
    }


@pytest.mark.parametrize("how", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["one process", "several"])
def test_a_run_that_leaves_a_secret_fails(tmp_path: Path, how: tuple[str, ...]) -> None:
    folder = tmp_path / "raw"  # so that the look at this very run leaves it out
    folder.mkdir()
    (folder / "test_plants.py").write_text(PLANTED)
    options = [*how, "-p", "tests.leak_check", "--rootdir", str(folder), "-c", os.devnull, "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--basetemp", str(folder / "made"), str(folder)],
        cwd=ROOT,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout
    assert "server.log: ADMIN_KEY" in ran.stdout
    assert KNOWN["ADMIN_KEY"] not in ran.stdout
