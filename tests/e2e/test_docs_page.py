"""The documentation in a real browser: it renders from our own files, and its policy hinders nothing of it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.server_process import server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing but this machine can be reached
)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_the_documentation_renders_without_the_internet_and_within_its_policy(tmp_path: Path) -> None:
    assert CHROMIUM is not None
    with server(tmp_path / "data") as started:
        shown = subprocess.run(
            (
                *(CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'browser'}", "--enable-logging=stderr", "--v=0"),
                *("--virtual-time-budget=10000", "--dump-dom", f"{started.url}/docs#/ETL/trigger_etl"),
            ),
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
    assert "BenchSight ETL API" in shown.stdout
    assert "Try it out" in shown.stdout
    assert shown.stdout.count("opblock-summary-path") > 30
    said = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
    assert [
        line for line in said if re.search(r"refused|violates|policy|failed to load|error", line, re.IGNORECASE)
    ] == []
